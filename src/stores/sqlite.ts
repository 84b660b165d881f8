import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { sqliteDdl } from './ddl.ts'
import type { Row, Sql, Statement, Value } from './sql.ts'
import { BUSY_TIMEOUT, explainUndone, isBroken, pause, whenFree } from './sqlite-busy.ts'
import { createCacheFit } from './sqlite-cache.ts'
import { createGroupCommit } from './sqlite-commit.ts'
import { createSharedReads, type SharedReads } from './sqlite-reads.ts'
import { createSqliteWatch } from './sqlite-watch.ts'

export interface Sqlite extends Sql {
  /** Where the database lies, symbolic links followed; null in memory. */
  readonly file: string | null
}

/** One file, or ':memory:'. Statements are prepared once and kept; the writes of one turn of the event loop share a commit. */
export async function openSqlite(path: string): Promise<Sqlite> {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  const file = await open(database)
  const statement = createPreparer(database)
  const reads = createSharedReads(database)
  const fitCache = createCacheFit(database)
  fitCache()
  const commits = createGroupCommit(database, file, { before: reads.end, anew: fitCache })
  const runBatch = createBatch(database, statement)
  const watching = file === null ? null : createSqliteWatch(database)
  let closing: Promise<void> | undefined
  const run = (text: string, values: readonly Value[]) => statement(text).all(values)

  return {
    file,
    clustered: ' without rowid',
    ddl: sqliteDdl,
    all: (text, values) => readNow(reads, () => run(text, values)),
    write: (text, values) => commits.add(() => run(text, values)),
    change: (text, values) => commits.add(() => statement(text).run(values)),
    batch: (statements) => commits.add(() => runBatch(statements)),
    whole: (mode, work) => runWhole(file, mode, work),
    ...(watching && { watch: watching.watch }),
    skew: async () => 0,
    work: () => ({ ...commits.work(), ...(file !== null && { bytes: sizeOf(file) + sizeOf(`${file}-wal`) }) }),
    close: () => {
      watching?.close()
      closing ??= commits.close().then(() => {
        reads.end()
        database.close()
      })
      return closing
    },
  }
}

/** A read is seldom refused, and then again like any other: until then it costs no more than itself. */
function readNow<T>(reads: SharedReads, run: () => T): Promise<T> {
  try {
    return Promise.resolve(reads.run(run))
  } catch {
    reads.end()
    return whenFree(run, explainUndone)
  }
}

/** Where its file is, with nothing left in the log; closed again where it cannot be used. */
async function open(database: DatabaseSync): Promise<string | null> {
  try {
    const file = await whenFree(() => configure(database))
    if (file !== null) await emptyLog(database)
    return file
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Bytes; a file that is not there has none. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Sets what a connection needs, and says where its file is. Throws where the place of the file has no write-ahead log. */
function configure(database: DatabaseSync): string | null {
  const { file } = database.prepare('pragma database_list').get() as { file: string }
  const { journal_mode } = database.prepare('pragma journal_mode = wal').get() as { journal_mode: string }
  if (file !== '' && journal_mode !== 'wal') throw new Error('SQLite cannot keep a write-ahead log there: use a local disk.')
  // the log is moved into the database by the commits themselves
  database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma journal_size_limit = 67108864')
  database.exec('pragma temp_store = memory; pragma trusted_schema = off')
  return file === '' ? null : file
}

/** How often we look whether those who read have come to an end. */
const LOOKS = 20

/**
 * Moves what an earlier process left in the log into the database, and lets the log begin anew. After a failed sync the system takes
 * what is only in memory for what is on the disk: behind such a gap nothing would be safe, as a log is read up to its first gap.
 * Where somebody reads for long, or the disk is full, the log stays as it is. Throws where the disk is broken.
 */
async function emptyLog(database: DatabaseSync): Promise<void> {
  const checkpoint = database.prepare('pragma wal_checkpoint(restart)')
  for (let look = 0; look < LOOKS; look++) {
    try {
      const { busy } = checkpoint.get() as { busy: number }
      if (busy === 0) return
    } catch (cause) {
      if (isBroken(cause)) throw cause
      return
    }
    await setTimeout(pause())
  }
}

/** On a connection of its own: what the others write meanwhile is in other transactions. */
async function runWhole<T>(file: string | null, mode: 'read' | 'write', work: (all: Sql['all']) => Promise<T>): Promise<T> {
  if (file === null) throw new Error('A database in memory cannot be moved.')
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  try {
    database.exec('pragma synchronous = full; pragma cache_size = -32768; pragma trusted_schema = off')
    // where a server keeps the database, a first look may meet its lock
    await whenFree(() => database.exec(mode === 'write' ? 'begin immediate' : 'begin; select 1 from sqlite_master'))
    const statement = createPreparer(database)
    const outcome = await work(async (text, values) => statement(text).all(values))
    await whenFree(() => database.exec('commit'))
    return outcome
  } finally {
    database.close() // undoes what was not committed
  }
}

/** A statement that is kept. */
interface Prepared {
  all(values: readonly Value[]): readonly Row[]
  /** How many rows it changed. */
  run(values: readonly Value[]): number
}

function createPreparer(database: DatabaseSync): (text: string) => Prepared {
  const prepared = new Map<string, Prepared>()
  return (text) => {
    let found = prepared.get(text)
    if (!found) prepared.set(text, (found = prepare(database, text)))
    return found
  }
}

/**
 * Rows come as lists and are named here: node:sqlite would make every name of every row anew, which takes as long as to find the row.
 * Its older versions bind by position only what has no name or number: there is a `?` for each place where a value stands.
 */
function prepare(database: DatabaseSync, text: string): Prepared {
  const places: number[] = []
  const statement = database.prepare(
    text.replaceAll(/\$(\d+)/g, (_, number) => {
      places.push(Number(number) - 1)
      return '?'
    }),
  )
  const names = statement.columns().map(({ name }) => name)
  const isInOrder = places.every((place, at) => place === at)
  const placed = (values: readonly Value[]) => (isInOrder ? values : places.map((place) => values[place]!))
  statement.setReturnArrays(true)
  return {
    all: (values) => statement.all(...placed(values)).map((row) => named(names, row as unknown as Value[])), // by setReturnArrays
    run: (values) => Number(statement.run(...placed(values)).changes),
  }
}

function named(names: readonly string[], values: readonly Value[]): Row {
  const row: Record<string, Value> = {}
  for (let i = 0; i < names.length; i++) row[names[i]!] = values[i]!
  return row
}

/** Within the transaction of its turn: what fails here takes nothing else with it. */
function createBatch(database: DatabaseSync, statement: (text: string) => Prepared): (statements: readonly Statement[]) => boolean {
  const save = database.prepare('savepoint batch')
  const undo = database.prepare('rollback to batch')
  const release = database.prepare('release batch')
  return (statements) => {
    save.run()
    try {
      const kept = statements.every(({ text, values, must }) => statement(text).run(values) > 0 || !must)
      if (!kept) undo.run()
      return kept
    } catch (cause) {
      if (database.isTransaction) undo.run()
      throw cause
    } finally {
      if (database.isTransaction) release.run()
    }
  }
}
