import { join } from 'node:path'
import type { Store } from '../../src/core/model/store.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { createSchema } from './postgres.ts'

/** One for all, so that the keys of one store open in the next. */
const SECRET = 'a secret of 43 characters, as a node has it'

/** An empty store of the test's own: a file in this folder, or a schema of the PostgreSQL that TEST_POSTGRES names. */
export async function openTestStore(folder: string): Promise<Store> {
  const server = process.env['TEST_POSTGRES']
  if (server === undefined) return { ...(await openSqliteStore(join(folder, 'vouchsafe.db'), { secret: false })), secret: SECRET }
  const store = await openPostgresStore({ url: await createSchema(server), connections: 3 })
  return { ...store, secret: SECRET }
}
