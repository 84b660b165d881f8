import { createReadStream, createWriteStream, existsSync, realpathSync, rmSync } from 'node:fs'
import { mkdtemp, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { opensKey } from '../core/authorization-server.ts'
import type { Actor } from '../core/model/audit.ts'
import type { StoredKey } from '../core/model/stored-key.ts'
import { checkDump, type Dump, loadDump, writeDump } from '../stores/dump.ts'
import { freeze, isFrozen, thaw } from '../stores/freeze.ts'
import { migrate, readStanding, requireSchema, type Standing, stepsDone, stepsKnown } from '../stores/migrate.ts'
import { createNewFile } from '../stores/new-file.ts'
import { readSecretFile } from '../stores/secret-file.ts'
import type { Sql } from '../stores/sql.ts'
import { type Backup, copySqlite, readBackup } from '../stores/sqlite-backup.ts'
import { type Config, ConfigError } from './config.ts'
import { openDatabase, sqliteFile } from './store.ts'

export { NotEmptyError } from '../stores/dump.ts'
export { DumpError } from '../stores/dump-lines.ts'

type Place = Pick<Config, 'database' | 'secrets'>

/** How far the schema of a database has come, and how far this version knows it. */
export interface Schema extends Standing {
  known: number
}

/** Looks at the schema and changes nothing; a file that is not there is not made. */
export async function readSchema(config: Place): Promise<Schema> {
  const file = sqliteFile(config.database)
  if (file !== null && !existsSync(file)) return { done: 0, required: 0, known: stepsKnown() }
  return withDatabase(config, async (sql) => ({ ...(await readStanding(sql.all)), known: stepsKnown() }))
}

/** Brings the schema up to date; how far it had come before, and what is required now. Throws where this version cannot follow it. */
export function applySchema(config: Place): Promise<Schema> {
  return withDatabase(config, async (sql) => {
    const done = await stepsDone(sql.all)
    await migrate(sql)
    return { done, required: (await readStanding(sql.all)).required, known: stepsKnown() }
  })
}

/** Lets the database refuse every change, to all servers at once, until it is thawed; all that was acknowledged before is in it. False where it did already. */
export async function freezeDatabase(config: Place, by: Actor): Promise<boolean> {
  requireFile(config)
  return withDatabase(config, async (sql) => {
    await requireSchema(sql)
    return freeze(sql, by)
  })
}

/** Lets it take changes again. False where it did. */
export async function thawDatabase(config: Place, by: Actor): Promise<boolean> {
  requireFile(config)
  return withDatabase(config, (sql) => thaw(sql, by))
}

/** Whether it refuses changes just now. */
export function readFrozen(config: Place): Promise<boolean> {
  return withDatabase(config, isFrozen)
}

/** Writes an export into a new file that only its owner may read, whole or not at all. */
export function exportToFile(config: Place, file: string): Promise<Dump> {
  return createNewFile(file, async (draft) => {
    const handle = await open(draft, 'r+')
    try {
      return await exportWith(config, (text) => handle.writeFile(text)) // each begins where the one before has ended
    } finally {
      await handle.close()
    }
  })
}

/** Writes an export into a stream, no faster than the stream takes it; it is left open. */
export function exportTo(config: Place, target: Writable): Promise<Dump> {
  return exportWith(config, (text) => new Promise((resolve, reject) => target.write(text, (cause) => (cause ? reject(cause) : resolve()))))
}

async function exportWith(config: Place, write: (text: string) => Promise<void>): Promise<Dump> {
  requireFile(config)
  return withDatabase(config, (sql) => writeDump(sql, Date.now(), write))
}

/** Imports what comes from a stream. It waits in a file of its owner's alone until all of it is there and was checked. */
export async function importFrom(config: Place, source: Readable): Promise<Dump> {
  const folder = await mkdtemp(join(tmpdir(), 'vouchsafe-import-')) // 0700
  try {
    const file = join(folder, 'export')
    await pipeline(source, createWriteStream(file, { mode: 0o600 }))
    return await importFile(config, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Fills an empty database from an export: the whole of it is checked first, and read again, with its sums, within one transaction.
 * Throws a DumpError, a NotEmptyError, or a ConfigError where no master secret of ours opens the keys that are in it.
 */
export async function importFile(config: Place, file: string): Promise<Dump> {
  const handle = await open(file, 'r') // one file for both readings, whatever happens to its name
  const read = () => createReadStream('', { fd: handle, start: 0, autoClose: false })
  try {
    const secrets = secretsOf(config)
    let closed: string | undefined
    await checkDump(read(), (key) => {
      if (!opensKey(secrets, key)) closed ??= key.kid
    })
    if (closed !== undefined) throw new ConfigError([otherSecret(config, closed)])
    return await withDatabase(config, async (sql) => {
      // an empty database gets its tables; one that has some is left to those who run it
      if ((await stepsDone(sql.all)) === 0) await migrate(sql)
      else await requireSchema(sql)
      return loadDump(sql, read())
    })
  } finally {
    await handle.close()
  }
}

function otherSecret(config: Place, kid: string): string {
  const file = sqliteFile(config.database)
  const fix = 'set VOUCHSAFE_SECRET to the one of the database that was exported (what its FILE.secret holds)'
  return `No master secret here opens the key ${kid} of the export: ${fix}${file === null ? '' : `, or put its secret file at ${file}.secret`}.`
}

/** Copies an embedded database into a new file while it is being used; the master secret is not in it. */
export async function backupDatabase(config: Place, file: string): Promise<void> {
  await createNewFile(file, (draft) => copySqlite(requireFile(config) ?? notEmbedded(), draft))
}

/** Whether a backup could take the place of the database. */
export interface BackupFindings extends Omit<Backup, 'keys'> {
  keys: number
  /** Keys that no present master secret opens. */
  closed: string[]
}

/** Reads a backup from one end to the other, and tries the present master secret on its keys. */
export async function examineBackup(config: Place, file: string): Promise<BackupFindings> {
  const secrets = secretsOf(config)
  const { keys, ...backup } = await readBackup(file).catch((cause: Error) => {
    throw new Error(`${file} cannot be read as a database: ${cause.message}`, { cause })
  })
  return {
    ...backup,
    keys: keys.length,
    closed: keys.filter((key: Pick<StoredKey, 'kid' | 'use' | 'sealed'>) => !opensKey(secrets, key)).map(({ kid }) => kid),
  }
}

/** The master secrets of this deployment: those that are set, or the one beside an embedded database. */
function secretsOf({ database, secrets }: Place): readonly string[] {
  if (secrets.length > 0) return secrets
  const file = sqliteFile(database)
  if (file === null) return []
  const kept = readSecretFile(`${existsSync(file) ? realpathSync(file) : file}.secret`)
  return kept === null ? [] : [kept]
}

/** The file of an embedded database, which must be there; null for other databases. */
function requireFile({ database }: Place): string | null {
  const file = sqliteFile(database)
  if (file !== null && !existsSync(file)) throw new Error(`There is no database ${file}: name it with --database.`)
  return file
}

function notEmbedded(): never {
  throw new Error('backup is for the embedded database; PostgreSQL has tools of its own, such as pg_basebackup and pg_dump.')
}

async function withDatabase<T>(config: Place, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = await openDatabase(config)
  try {
    return await work(sql)
  } finally {
    await sql.close()
  }
}
