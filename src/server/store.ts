import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Store } from '../core/model/store.ts'
import { syncFolder } from '../stores/new-file.ts'
import type { Sql } from '../stores/sql.ts'
import type { Config } from './config.ts'

export interface OpenOptions {
  /** False where nothing is to be encrypted or opened: then a master secret beside the database is neither made nor missed. */
  secret?: boolean
}

/** Opens the database of the configuration, and makes it where it is not there yet. The driver that is not used is never loaded. */
export async function openStore(
  { database, secrets, migrate = true }: Pick<Config, 'database' | 'secrets' | 'migrate'>,
  options: OpenOptions = {},
): Promise<Store> {
  const file = sqliteFile(database)
  if (file === null) {
    const { openPostgresStore } = await import('../stores/postgres-store.ts')
    return openPostgresStore({ url: database, migrate })
  }
  await makeFolder(file)
  const { openSqliteStore } = await import('../stores/sqlite-store.ts')
  return openSqliteStore(file, { secret: secrets.length === 0 && options.secret !== false, migrate })
}

/** Opens the database itself and leaves its schema as it is; a file is made where it is not there yet. */
export async function openDatabase({ database }: Pick<Config, 'database'>): Promise<Sql> {
  const file = sqliteFile(database)
  if (file === null) {
    const { openPostgres } = await import('../stores/postgres.ts')
    return openPostgres({ url: database })
  }
  await makeFolder(file)
  const { openSqliteFile } = await import('../stores/sqlite-store.ts')
  return openSqliteFile(file)
}

/** The folder holds secrets: it is its owner's alone. */
async function makeFolder(file: string): Promise<void> {
  if (file === ':memory:') return
  const made = await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  if (made === undefined) return
  // a folder survives a power cut when the one above it is on the disk
  for (let folder = dirname(resolve(file)); folder.length >= resolve(made).length; folder = dirname(folder)) syncFolder(dirname(folder))
}

/** The file of an SQLite database, or ':memory:'; null for other databases. */
export function sqliteFile(database: string): string | null {
  return database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : null
}
