import { readSync } from 'node:fs'
import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { BUSY_TIMEOUT } from './sqlite-busy.ts'

export interface Checkpoint {
  /** Begins to move the log, an open file, where it is long and nobody is at it yet. Not within a transaction. */
  look(log: number): void
  close(): Promise<void>
}

/** Pages after which the log goes into the database. */
const LONG = 4000
/** After a checkpoint that did not come to its end, none is tried for this many times as long as it took. */
const REST = 10
/** The longest that a checkpoint waits for the reads of other processes, which last for a turn of their event loops. Milliseconds. */
const LONGEST_WAIT = 160

/** Node strips types where it runs our sources; what was built is JavaScript. */
const THREAD = new URL(`./sqlite-checkpoint-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Moves a long log into the database and lets it begin anew. SQLite's own way leaves a log alone that another process is writing to at
 * that moment, so that under the load of several it would grow for ever; this one lets them wait, and waits longer itself for those who
 * read each time that it came to nothing. With many grants nearly every page of the log is another one, and to move them takes as long as
 * hundreds of flows: a thread does that first, and what is left for this one is what was written meanwhile. `anew` is called when the log has
 * begun anew.
 */
export function createCheckpoint(database: DatabaseSync, file: string, anew?: () => void): Checkpoint {
  const restart = database.prepare('pragma wal_checkpoint(restart)')
  const wait = (milliseconds: number) => database.exec(`pragma busy_timeout = ${milliseconds}`)
  let thread: Worker | null = null
  let isMoving = false
  let isClosed = false
  let rested = 0
  let missed = 0
  let failing = false

  function look(log: number): void {
    if (isMoving || isClosed || performance.now() < rested || !isLong(log)) return
    isMoving = true
    thread ??= openThread(file, finish)
    thread.postMessage('move')
  }

  /** `moved` is null where the thread could not do it: then this one tries, and tells of what is wrong. */
  function finish(moved: boolean | null): void {
    if (moved === null) thread = null
    if (!isMoving || isClosed) return
    isMoving = false
    if (moved === false) rested = performance.now() + BUSY_TIMEOUT * REST
    else if (beginAnew()) anew?.()
  }

  /** False where somebody reads what stands in it, or is at it too. */
  function beginAnew(): boolean {
    const began = performance.now()
    try {
      wait(Math.min(BUSY_TIMEOUT * 4 ** missed, LONGEST_WAIT))
      const { busy } = restart.get() as { busy: number }
      failing = false
      missed = busy === 0 ? 0 : missed + 1
      if (busy === 0) return true
    } catch (cause) {
      if (!failing) console.error('The write-ahead log cannot be moved into the database: it grows, and nothing is lost so far.', cause)
      failing = true
    } finally {
      wait(BUSY_TIMEOUT)
    }
    const ended = performance.now()
    rested = ended + REST * (ended - began)
    return false
  }

  async function close(): Promise<void> {
    isClosed = true
    await thread?.terminate()
  }

  return { look, close }
}

/** It never keeps the process alive. What it cannot do ends it; the next is another. */
function openThread(file: string, answer: (moved: boolean | null) => void): Worker {
  // what NODE_OPTIONS loads, traces for instance, is meant for the process and not for each of its threads
  const { NODE_OPTIONS: _for_the_process, ...env } = process.env
  const worker = new Worker(THREAD, { execArgv: ['--disable-warning=ExperimentalWarning'], env, workerData: file })
  worker.on('message', answer)
  worker.on('error', () => {}) // its end says as much, and this thread will meet the same
  worker.on('exit', () => answer(null))
  worker.unref() // after its listeners, which would hold the process again
  return worker
}

const header = Buffer.alloc(32)
const frame = Buffer.alloc(24)

/** Whether the log has that many pages in its present turn: the page there bears the same mark as the log itself. */
function isLong(log: number): boolean {
  readSync(log, header, 0, header.length, 0)
  const at = header.length + LONG * (frame.length + header.readUInt32BE(8))
  return readSync(log, frame, 0, frame.length, at) === frame.length && frame.subarray(8, 16).equals(header.subarray(16, 24))
}
