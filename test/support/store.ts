import { join } from 'node:path'
import type { Store } from '../../src/core/model/store.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { createDatabase } from './postgres.ts'

/** An empty store of the test's own: a file in this folder, or a database of the PostgreSQL that TEST_POSTGRES names. */
export async function openTestStore(folder: string): Promise<Store> {
  const server = process.env['TEST_POSTGRES']
  if (server === undefined) return openSqliteStore(join(folder, 'vouchsafe.db'))
  const database = await createDatabase(server)
  const store = await openPostgresStore({ url: database.url, connections: 4 })
  const close = async () => {
    await store.close()
    await database.drop()
  }
  return { ...store, secret: 'a secret of 43 characters, as a node has it', close }
}
