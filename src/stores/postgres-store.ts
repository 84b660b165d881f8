import type { Store } from '../core/model/store.ts'
import { openPostgres } from './postgres.ts'
import type { PostgresOptions } from './postgres-settings.ts'
import { openSqlStore, type SqlStoreOptions } from './sql-store.ts'

/**
 * A store on PostgreSQL, brought up to date. It keeps no master secret: who can read the database must not be able to read the keys.
 * Throws, in one sentence for an operator, where the database cannot be used.
 */
export async function openPostgresStore(options: PostgresOptions & SqlStoreOptions): Promise<Store> {
  const sql = await openPostgres(options)
  try {
    return await openSqlStore(sql, options)
  } catch (cause) {
    await sql.close()
    throw cause
  }
}
