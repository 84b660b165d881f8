import { closeSync, fdatasync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { BUSY_TIMEOUT } from './sqlite-busy.ts'
import type { Pass } from './sqlite-checkpoint-thread.ts'

export interface Checkpoint {
  /** Begins to move the log, an open file, where it is long and nobody is at it yet. Not within a transaction. */
  look(log: number): void
  close(): Promise<void>
}

export interface CheckpointOptions {
  /** Called before the database is asked for something that no transaction may be open for. */
  before?(): void
  /** Called when the log has begun anew, outside of any transaction. */
  anew?(): void
}

/** Pages after which the log goes into the database. */
const LONG = 4000
/** More was written while a pass went on; each has less to do than the one before. */
const MOST_PASSES = 4
/** Milliseconds: a pass that took no longer, its sync included, has left next to nothing. */
const SHORT = 6
/** After a checkpoint that did not come to its end, none is tried for this many times as long as it took. */
const REST = 10
/** The longest that a checkpoint waits for the reads of other processes, which last for a turn of their event loops. Milliseconds. */
const LONGEST_WAIT = 160

const sync = promisify(fdatasync)

/**
 * Moves a long log into the database and lets it begin anew; then `anew` is called. Nearly every page of a log may be another one, and to
 * move them takes as long as hundreds of flows: a thread does that, the pool of Node syncs it, and what is left for the thread that serves is
 * what was written meanwhile. SQLite's own way leaves a log alone that another process is writing to at that moment, so that under the load
 * of several it would grow for ever; this one lets them wait, and waits longer itself for those who read each time that it came to nothing.
 */
export function createCheckpoint(database: DatabaseSync, path: string, { before, anew }: CheckpointOptions = {}): Checkpoint {
  const restart = database.prepare('pragma wal_checkpoint(restart)')
  const wait = (milliseconds: number) => database.exec(`pragma busy_timeout = ${milliseconds}`)
  const thread = createThread(path)
  let moving: Promise<void> | null = null
  let isClosed = false
  let rested = 0
  let missed = 0
  let failing = false

  async function move(): Promise<void> {
    let began = performance.now()
    try {
      const moved = await moveMost()
      if (moved) began = performance.now() // nobody was held up so far
      if (moved && beginAnew()) anew?.()
      else rest(began)
      failing = false
    } catch (cause) {
      forgetMoved(path)
      if (!failing && !isClosed)
        console.error('The write-ahead log cannot be moved into the database: it grows, and nothing is lost so far.', cause)
      failing = true
      rest(began)
    }
    moving = null
  }

  function rest(began: number): void {
    const ended = performance.now()
    rested = ended + REST * (ended - began)
  }

  /** False where another process is at it. A pass that another has overtaken moves pages without a sync: that is made up for here. */
  async function moveMost(): Promise<boolean> {
    for (let passes = 0; passes < MOST_PASSES; passes++) {
      const began = performance.now()
      const pass = await thread.pass()
      if (pass === 'other' || isClosed) return false
      if (pass !== 'moved') throw pass.failed
      await sync(openForSync(path))
      if (performance.now() - began < SHORT) break
    }
    return !isClosed
  }

  /** False where somebody reads what stands in it, or is at it too. */
  function beginAnew(): boolean {
    try {
      before?.()
      wait(Math.min(BUSY_TIMEOUT * 4 ** missed, LONGEST_WAIT))
      const { busy } = restart.get() as { busy: number }
      missed = busy === 0 ? 0 : missed + 1
      return busy === 0
    } finally {
      wait(BUSY_TIMEOUT)
    }
  }

  return {
    look: (log) => {
      if (moving === null && !isClosed && performance.now() >= rested && isLong(log)) moving = move()
    },
    close: async () => {
      isClosed = true
      await thread.close()
      await moving
    },
  }
}

/** Node strips types where it runs our sources; what was built is JavaScript. */
const THREAD = new URL(`./sqlite-checkpoint-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

interface Thread {
  pass(): Promise<Pass>
  close(): Promise<void>
}

/** It is started when there is something to do for the first time, and never keeps the process alive. What it cannot do ends it; the next is another. */
function createThread(path: string): Thread {
  let worker: Worker | null = null
  let answer: (pass: Pass) => void = () => {}

  function start(): Worker {
    // what NODE_OPTIONS loads, traces for instance, is meant for the process and not for each of its threads
    const { NODE_OPTIONS: _for_the_process, ...env } = process.env
    const started = new Worker(THREAD, { execArgv: ['--disable-warning=ExperimentalWarning'], env, workerData: path })
    let cause: unknown = new Error('The thread of the log has ended.')
    started.on('message', (pass: Pass) => answer(pass))
    started.on('error', (error) => {
      cause = error
    })
    started.on('exit', () => {
      worker = null
      answer({ failed: cause })
    })
    started.unref() // after its listeners, which would hold the process again
    return started
  }

  return {
    pass: () =>
      new Promise((resolve) => {
        answer = resolve
        worker ??= start()
        worker.postMessage('pass')
      }),
    close: async () => {
      await worker?.terminate()
    },
  }
}

/** By path. Kept open: closing any descriptor of a file takes from the whole process the locks that SQLite has on it (POSIX). */
const open = new Map<string, number>()

function openForSync(path: string): number {
  const known = open.get(path)
  if (known !== undefined) {
    if (fstatSync(known).ino === statSync(path).ino) return known
    closeSync(known) // of a file that is gone
  }
  const file = openSync(path, 'r+')
  open.set(path, file)
  return file
}

/** Where the index of the log says how much of it is in the database, in its 32-bit words of the machine. @spec SQLite walformat §2.3 */
const MOVED_AT = 96
const NONE = Buffer.alloc(4)

/**
 * After a sync that failed Linux takes pages for clean that never reached the disk, and the next sync says that all is well: a log that counts
 * as moved would begin anew, and what was in it be lost. So nothing of it counts as moved any more, for other processes neither, and all is
 * moved again; whoever has the file open hears of the failure once too. Where that cannot be written, nobody can go on.
 */
export function forgetMoved(path: string): void {
  try {
    writeSync(openForSync(`${path}-shm`), NONE, 0, NONE.length, MOVED_AT)
  } catch (cause) {
    console.error('What was moved from the write-ahead log into the database may not be on its disk. The process ends.', cause)
    process.exit(1)
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
