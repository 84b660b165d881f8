import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Store } from '../core/model/store.ts'
import type { Config } from './config.ts'

export interface OpenOptions {
  /** False where nothing is to be encrypted or opened: then a master secret beside the database is neither made nor missed. */
  secret?: boolean
}

/** Opens the database of the configuration, and makes it where it is not there yet. The driver that is not used is never loaded. */
export async function openStore({ database, secrets }: Pick<Config, 'database' | 'secrets'>, options: OpenOptions = {}): Promise<Store> {
  const file = sqliteFile(database)
  if (file === null) {
    const { openPostgresStore } = await import('../stores/postgres-store.ts')
    return openPostgresStore({ url: database })
  }
  // the folder holds secrets: it is its owner's alone
  if (file !== ':memory:') await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const { openSqliteStore } = await import('../stores/sqlite-store.ts')
  return openSqliteStore(file, { secret: secrets.length === 0 && options.secret !== false })
}

/** The file of an SQLite database, or ':memory:'; null for other databases. */
export function sqliteFile(database: string): string | null {
  return database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : null
}
