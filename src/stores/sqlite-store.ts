import { closeSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Store } from '../core/model/store.ts'
import { createSecretFile, makeSecret, readSecretFile } from './secret-file.ts'
import { openSqlStore, type SqlStoreOptions } from './sql-store.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'
import { isBroken, isFull } from './sqlite-busy.ts'

export interface SqliteStoreOptions extends SqlStoreOptions {
  /** False where the deployment has a secret of its own: then no secret file is made or read. */
  secret?: boolean
}

/**
 * A store in one file, or ':memory:'. Made where it is not there, and brought up to date; the master secret lies beside it in
 * `<file>.secret`, which only its owner may read. Throws, in one sentence for an operator, where the file cannot be used or its secret is lost.
 */
export async function openSqliteStore(file: string, options: SqliteStoreOptions = {}): Promise<Store> {
  const sqlite = await openSqliteFile(file)
  try {
    const store = await openSqlStore(sqlite, options)
    if (options.secret === false) return store
    return { ...store, secret: await openSecret(sqlite.file, store) }
  } catch (cause) {
    await sqlite.close()
    throw cause
  }
}

/** The database itself, made where it is not there. Throws in one sentence for an operator. */
export async function openSqliteFile(file: string): Promise<Sqlite> {
  if (file === ':memory:') return openSqlite(file)
  const path = resolve(file)
  try {
    createPrivate(path)
    return await openSqlite(path)
  } catch (cause) {
    throw new Error(explain(path, cause), { cause })
  }
}

/** The database holds password hashes: nobody else on the machine may read it. Its log takes over its mode. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  }
}

function explain(path: string, cause: unknown): string {
  const { code, errcode, message } = cause as NodeJS.ErrnoException & { errcode?: number }
  if (code === 'ENOENT') return `The folder ${dirname(path)} does not exist: make it, or name another file for the database.`
  if (code === 'EACCES' || code === 'EROFS') return `The database ${path} cannot be made: this user may not write there.`
  if (isFull(cause)) return `There is no room on the disk of the database ${path}: make some.`
  if (isBroken(cause)) return `The disk of the database ${path} is full or broken: it does not keep what is written.`
  if (errcode === 26) return `The file ${path} is not a SQLite database.`
  return `The database ${path} cannot be opened: ${message}`
}

/** The secret beside the database; made with the database, and never again once something was encrypted under it. */
async function openSecret(database: string | null, store: Store): Promise<string> {
  if (database === null) return makeSecret()
  const file = `${database}.secret`
  const kept = readSecretFile(file)
  if (kept !== null) return kept
  // another process may make secret and keys between our looks: only a file that is missing after the keys were seen is lost
  const inUse = (await store.keys.list()).length > 0
  if (!inUse) createSecretFile(file)
  const secret = readSecretFile(file)
  if (secret !== null) return secret
  throw new Error(
    `The database ${database} has keys, but the secret that opens them is missing: put ${file} back from a backup, or set VOUCHSAFE_SECRET.`,
  )
}
