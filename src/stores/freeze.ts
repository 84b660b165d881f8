import { OAuthError } from '../core/model/error.ts'
import { alterTables } from './migrate.ts'
import type { Sql } from './sql.ts'
import { TABLES } from './tables.ts'

/** After which a client may try again: by then the house has moved, or does not. Seconds. */
const RETRY_AFTER = 10

/**
 * From the moment that the promise is kept the database itself refuses every write to what moves with it: no server has to be told,
 * and nothing that an export holds afterwards can be out of date. Reads go on. Attempts are counted and leases taken as before.
 */
export async function freeze(sql: Sql): Promise<void> {
  await alterTables(
    sql,
    TABLES.flatMap(({ name }) => sql.ddl.freeze(name)),
  )
}

/** Takes writes again. */
export async function thaw(sql: Sql): Promise<void> {
  await alterTables(
    sql,
    TABLES.flatMap(({ name }) => sql.ddl.thaw(name)),
  )
}

/** Whether it refuses writes just now. */
export async function isFrozen(sql: Sql): Promise<boolean> {
  return (await sql.all(sql.ddl.frozen, [TABLES[0]!.name])).length > 0
}

/** What a frozen database refuses leaves as `temporarily_unavailable`, with a time to try again. */
export function tellFrozen(sql: Sql): Sql {
  const tell = (cause: unknown): never => {
    if (!sql.ddl.isFrozen(cause)) throw cause
    throw new OAuthError('temporarily_unavailable', 'The database is being moved and takes no changes at this moment.', {
      cause,
      retry_after: RETRY_AFTER,
      reason: 'moving',
    })
  }
  return {
    ...sql,
    write: (text, values) => sql.write(text, values).catch(tell),
    change: (text, values) => sql.change(text, values).catch(tell),
    batch: (statements) => sql.batch(statements).catch(tell),
  }
}
