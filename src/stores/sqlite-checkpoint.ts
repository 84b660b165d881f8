import { readSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { BUSY_TIMEOUT } from './sqlite-busy.ts'

/** Pages after which the log goes into the database: that blocks, so it shall be seldom. */
const LONG = 4000
/** After a checkpoint that did not come to its end, none is tried for this many times as long as it took. */
const REST = 10
/** The longest that a checkpoint waits for the reads of other processes, which last for a turn of their event loops. Milliseconds. */
const LONGEST_WAIT = 160

/**
 * Moves a long log, an open file, into the database and lets it begin anew; then `anew` is called. Not within a transaction. SQLite's own
 * way leaves a log alone that another process is writing to at that moment, so that under the load of several it would grow for ever; this
 * one lets them wait, and waits longer itself for those who read each time that it came to nothing.
 */
export function createCheckpoint(database: DatabaseSync, anew?: () => void): (log: number) => void {
  const restart = database.prepare('pragma wal_checkpoint(restart)')
  const wait = (milliseconds: number) => database.exec(`pragma busy_timeout = ${milliseconds}`)
  let rested = 0
  let missed = 0
  let failing = false

  /** False where somebody reads what stands in it, or is at it too. */
  function move(): boolean {
    try {
      wait(Math.min(BUSY_TIMEOUT * 4 ** missed, LONGEST_WAIT))
      const { busy } = restart.get() as { busy: number }
      failing = false
      missed = busy === 0 ? 0 : missed + 1
      return busy === 0
    } catch (cause) {
      if (!failing) console.error('The write-ahead log cannot be moved into the database: it grows, and nothing is lost so far.', cause)
      failing = true
      return false
    } finally {
      wait(BUSY_TIMEOUT)
    }
  }

  return (log) => {
    const began = performance.now()
    if (began < rested || !isLong(log)) return
    if (move()) {
      anew?.()
      return
    }
    const ended = performance.now()
    rested = ended + REST * (ended - began)
  }
}

const header = Buffer.alloc(32)
const frame = Buffer.alloc(24)

/** Whether the log has that many pages in its present turn: the page there bears the same mark as the log itself. */
function isLong(log: number): boolean {
  readSync(log, header, 0, header.length, 0)
  const at = header.length + LONG * (frame.length + header.readUInt32BE(8))
  return readSync(log, frame, 0, frame.length, at) === frame.length && frame.subarray(8, 16).equals(header.subarray(16, 24))
}
