import { closeSync, fdatasync, openSync } from 'node:fs'
import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import type { StoreWork } from '../core/model/store.ts'
import { explainUndone, isBusy, PATIENCE, pause } from './sqlite-busy.ts'
import { type CheckpointOptions, createCheckpoint } from './sqlite-checkpoint.ts'

interface Write {
  run(): unknown
  outcome: unknown
  resolve(outcome: unknown): void
  reject(cause: unknown): void
}

export interface GroupCommit {
  /** Runs with all others of this turn of the event loop and of those after it, while they bring more, in one transaction; the promise is kept once that is on the disk. */
  add<T>(run: () => T): Promise<T>
  work(): StoreWork
  /** Waits for all that was added; what is added later is refused. */
  close(): Promise<void>
}

export interface GroupCommitOptions extends CheckpointOptions {
  /** Milliseconds for which another process's write is waited for. */
  patience?: number
}

const sync = promisify(fdatasync)

/** Commits between two looks at the log. */
const LOOK = 16

/** Turns of the event loop for which a transaction waits at most, while each of them brings more writes. */
const MOST_TURNS = 5

/**
 * Writes that arrive in one turn of the event loop, or in a few that follow each other, share a transaction, on the thread that serves: a
 * few microseconds each.
 * What takes long is the disk. The log is synced by Node's own threads, and a promise is kept only after a sync that began after its
 * commit, also where nothing was changed: another process's commit may have been seen before that one was safe.
 * With the log synced from here, `synchronous = normal` leaves nothing undone that `full` would do.
 * `path` is where the database lies; null in memory.
 */
export function createGroupCommit(database: DatabaseSync, path: string | null, options: GroupCommitOptions = {}): GroupCommit {
  const { patience = PATIENCE, before } = options
  const begin = database.prepare('begin immediate')
  const commit = database.prepare('commit')
  let waiting: Write[] = [] // not yet in a transaction
  let committed: Write[] = [] // in the log, not yet known to be on the disk
  let syncing = false
  let closed = false
  let busySince: number | null = null
  let file: number | null = null
  let writes = 0
  let commits = 0
  const log = path === null ? null : `${path}-wal`
  const checkpoint = path === null ? null : createCheckpoint(database, path, options)

  /**
   * Not at once: a sync costs the processor as much as several flows do, where the disk is behind a hypervisor, so who asks while others are
   * being answered shares theirs. Where nobody else asks, that is over after two turns ([decision 0036](../../docs/decisions/0036-what-a-flow-costs.md)).
   */
  function commitSoon(turns = MOST_TURNS, seen = 0): void {
    setImmediate(() => {
      if (turns > 0 && waiting.length > seen) commitSoon(turns - 1, waiting.length)
      else commitAll()
    })
  }

  function commitAll(): void {
    if (!beginTransaction()) return
    const group = waiting
    waiting = []
    try {
      for (const write of group) attempt(write)
      commit.run()
    } catch (cause) {
      if (database.isTransaction) database.exec('rollback')
      for (const write of group) write.reject(cause)
      return
    }
    for (const write of group) committed.push(write)
    writes += group.length
    commits += 1
    void syncAll()
    if (file !== null && commits % LOOK === 0) checkpoint?.look(file)
  }

  /** False where the group has to wait: another process writes. Serving goes on meanwhile. */
  function beginTransaction(): boolean {
    try {
      before?.()
      begin.run()
      busySince = null
      return true
    } catch (cause) {
      busySince ??= performance.now()
      if (isBusy(cause) && performance.now() - busySince < patience) {
        setTimeout(commitAll, pause())
        return false
      }
      busySince = null
      for (const write of waiting.splice(0)) write.reject(cause)
      return false
    }
  }

  function attempt(write: Write): void {
    try {
      write.outcome = write.run()
    } catch (cause) {
      if (!database.isTransaction) throw cause // the whole transaction is gone, with the writes before this one
      write.resolve = () => write.reject(cause)
    }
  }

  async function syncAll(): Promise<void> {
    if (syncing) return // its loop will find what has just been committed
    syncing = true
    while (committed.length > 0) {
      const group = committed
      committed = []
      if (log !== null) await syncLog(log)
      for (const write of group) write.resolve(write.outcome)
    }
    syncing = false
  }

  async function syncLog(path: string): Promise<void> {
    try {
      file ??= openSync(path, 'r+')
      await sync(file)
    } catch (cause) {
      crash(cause)
    }
  }

  function add<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('The database is closed.'))
      const write: Write = {
        run,
        outcome: undefined,
        resolve: resolve as Write['resolve'],
        reject: (cause) => reject(explainUndone(cause)),
      }
      if (waiting.push(write) === 1) commitSoon()
    })
  }

  async function close(): Promise<void> {
    const last = add(() => undefined)
    closed = true
    await last.catch(() => undefined) // where it was refused, so were the others
    await checkpoint?.close()
    if (file !== null) closeSync(file)
  }

  return { add, close, work: () => ({ writes, commits, waiting: waiting.length + committed.length }) }
}

/** After a failed sync nobody knows what is on the disk, and asking again would say that all is well: whoever opens the file next writes the log anew. */
function crash(cause: unknown): never {
  console.error(
    'The write-ahead log could not be written to the disk. The process ends, so that nothing is promised that may be lost.',
    cause,
  )
  process.exit(1)
}
