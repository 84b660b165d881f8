import type { Actor } from '../core/model/audit.ts'
import { type Clock, systemClock } from '../core/model/clock.ts'
import { OAuthError } from '../core/model/error.ts'
import { createLedger } from './audit.ts'
import { alterTables, giveWay } from './migrate.ts'
import type { Sql, Statement } from './sql.ts'
import { TABLES } from './tables.ts'

/** After which a client may try again: by then the house has moved, or does not. Seconds. */
const RETRY_AFTER = 10

/**
 * From the moment that the promise is kept the database itself refuses every write to what moves with it: no server has to be told,
 * and nothing that an export holds afterwards can be out of date. Reads go on. Attempts are counted and leases taken as before. That it was
 * done, and by whom, is the last entry of the audit log, written by the same move. False where it was frozen already.
 */
export async function freeze(sql: Sql, by?: Actor, clock: Clock = systemClock): Promise<boolean> {
  const texts = TABLES.flatMap(({ name }) => sql.ddl.freeze(name))
  if (await isFrozen(sql)) {
    await alterTables(sql, texts) // tables that were added meanwhile too
    return false
  }
  const ledger = createLedger(sql, clock)
  try {
    return await giveWay(sql, () => ledger.decide(plain(sql.ddl.impatience), { event: 'database.frozen', by, last: plain(texts) }))
  } catch (cause) {
    if (sql.ddl.isFrozen(cause)) return false // somebody else did at the same moment
    throw cause
  }
}

/** Takes writes again, and notes who said so, by the same move. False where it did. */
export async function thaw(sql: Sql, by?: Actor, clock: Clock = systemClock): Promise<boolean> {
  const texts = TABLES.flatMap(({ name }) => sql.ddl.thaw(name))
  if (!(await isFrozen(sql))) {
    await alterTables(sql, texts)
    return false
  }
  const ledger = createLedger(sql, clock)
  return giveWay(sql, () => ledger.decide(plain([...sql.ddl.impatience, ...texts]), { event: 'database.thawed', by }))
}

const plain = (texts: readonly string[]): Statement[] => texts.map((text) => ({ text, values: [] }))

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
