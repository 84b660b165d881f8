import { closeSync, existsSync, fdatasyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** What can be said of a database file without knowing what is in it. */
export interface SqliteHealth {
  /** What SQLite finds broken; nothing where all is well. */
  broken: string[]
  /** Why nothing can be written; null where it can. */
  read_only: string | null
  /** Milliseconds that the disk takes to keep a write. */
  sync_ms: number
}

const BUSY_TIMEOUT = 5_000
const SYNCS = 5

/** Looks after a file, beside a server that uses it. Throws where it cannot be opened. */
export function checkSqlite(file: string): SqliteHealth {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  try {
    const rows = database.prepare('pragma quick_check(5)').all() as { quick_check: string }[]
    const broken = rows.map(({ quick_check }) => quick_check).filter((finding) => finding !== 'ok')
    return { broken, read_only: findWriteProblem(database), sync_ms: measureSync(`${database.location()}-wal`) }
  } finally {
    database.close()
  }
}

function findWriteProblem(database: DatabaseSync): string | null {
  try {
    database.exec('begin immediate; rollback')
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** The median of a few, on the log: to close the database file itself would drop every lock that this process has on it. */
function measureSync(log: string): number {
  if (!existsSync(log)) return 0
  const descriptor = openSync(log, 'r')
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const since = performance.now()
      fdatasyncSync(descriptor)
      return performance.now() - since
    })
    return times.sort((one, other) => one - other)[Math.floor(SYNCS / 2)] ?? 0
  } finally {
    closeSync(descriptor)
  }
}
