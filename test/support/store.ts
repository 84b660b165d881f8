import { join } from 'node:path'
import type { Store } from '../../src/core/model/store.ts'
import { openPostgres } from '../../src/stores/postgres.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { createSchema } from './postgres.ts'

/** One for all, so that the keys of one store open in the next. */
const SECRET = 'a secret of 43 characters, as a node has it'

/** An empty store of the test's own: a file in this folder, or a schema of the PostgreSQL that TEST_POSTGRES names. */
export async function openTestStore(folder: string): Promise<Store> {
  const server = process.env['TEST_POSTGRES']
  if (server !== undefined) return openFreeSchema(server)
  const open = async () => ({ ...(await openSqliteStore(join(folder, 'vouchsafe.db'), { secret: false })), secret: SECRET })
  const store = await open()
  another.set(store.keys, open)
  return store
}

/** The same database once more, as another process would open it. */
export function openAnother(store: Store): Promise<Store> {
  return another.get(store.keys)!()
}

/** By a part that stays the same where a store is wrapped. */
const another = new WeakMap<Store['keys'], () => Promise<Store>>()

/** Schemas of this process that nobody uses just now: a world that has gone leaves its own to the next, as making one is what takes long. */
const free: { url: string; sql: Sql }[] = []

async function openFreeSchema(server: string): Promise<Store> {
  const { url, sql } = free.pop() ?? (await makeSchema(server))
  const store = await openSqlStore({
    ...sql,
    close: async () => {
      await sql.write(EMPTY, [])
      free.push({ url, sql })
    },
  })
  another.set(store.keys, async () => ({ ...(await openPostgresStore({ url, connections: 3 })), secret: SECRET }))
  return { ...store, secret: SECRET }
}

async function makeSchema(server: string): Promise<{ url: string; sql: Sql }> {
  const url = await createSchema(server)
  return { url, sql: await openPostgres({ url, connections: 3 }) }
}

/** Of so few rows this is faster than truncating. */
const EMPTY = `
  do $$
    declare name text;
    begin
      for name in select tablename from pg_tables where schemaname = current_schema() and tablename not in ('migrations', 'additions') loop
        execute format('delete from %I', name);
      end loop;
    end
  $$`
