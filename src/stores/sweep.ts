import { setImmediate } from 'node:timers/promises'
import { HOUR, type Milliseconds } from '../core/model/clock.ts'
import type { Store } from '../core/model/store.ts'
import type { Sql } from './sql.ts'

/** Rows that one step looks at or deletes. */
const STEP = 200

/** How many rows went, and whether this table is done for now. */
type Step = (now: Milliseconds) => Promise<{ gone: number; done: boolean }>

/** Deletes what is over, a small step of each table in turn; between two steps requests are served. */
export function createSweep(sql: Sql): Store['sweep'] {
  const steps: Step[] = [
    sweepByEnd(sql, 'sessions', 'session_hash', 0),
    sweepByEnd(sql, 'parked_codes', 'code_key', 0),
    sweepByEnd(sql, 'revoked_tokens', 'jti', 0),
    // by a clock that may be behind ours the thing is not over yet
    sweepByEnd(sql, 'spent_ids', 'id', HOUR),
    sweepByEnd(sql, 'initial_access_tokens', 'token_hash', HOUR),
    sweepByEnd(sql, 'consents', 'sub, client_id', HOUR),
    sweepGrants(sql),
  ]
  return async (now, budget) => {
    const until = performance.now() + budget
    const unfinished = new Set(steps)
    let total = 0
    do {
      // a long table gives way to the others, in the next call too
      const step = steps.shift()!
      steps.push(step)
      if (!unfinished.has(step)) continue
      const { gone, done } = await step(now)
      total += gone
      if (done) unfinished.delete(step)
      await setImmediate()
    } while (unfinished.size > 0 && performance.now() < until)
    return total
  }
}

/** A table with an index on `expires_at`. Looks before it writes, so that an idle server leaves its disk alone. */
function sweepByEnd(sql: Sql, table: string, key: string, rest: Milliseconds): Step {
  const over = `select ${key} from ${table} where expires_at <= $1 order by expires_at limit ${STEP}`
  // asked again outside: a row that was renewed while we waited for it stays
  const deleteText = `delete from ${table} where (${key}) in (${over}) and expires_at <= $1 returning ${key}`
  return async (now) => {
    const found = await sql.all(over, [now - rest])
    if (found.length === 0) return { gone: 0, done: true }
    const gone = await sql.write(deleteText, [now - rest])
    return { gone: gone.length, done: found.length < STEP }
  }
}

/**
 * Grants have no index on their end, which every code and every refresh would have to write: their key is walked in ranges instead,
 * from where the last call stopped. A row outlives what it guards by an hour.
 */
function sweepGrants(sql: Sql): Step {
  let after = ''
  return async (now) => {
    const range = await sql.all(rangeText, [after])
    const last = range.at(-1)?.grant_id ?? null
    const over = range.some((row) => (row.expires_at as number) <= now - HOUR)
    const gone = over ? await sql.write(deleteGrantsText, [after, last, now - HOUR]) : []
    const done = range.length < STEP
    after = done ? '' : (last as string)
    return { gone: gone.length, done }
  }
}

const rangeText = `select grant_id, expires_at from grants where grant_id > $1 order by grant_id limit ${STEP}`
const deleteGrantsText = 'delete from grants where grant_id > $1 and grant_id <= $2 and expires_at <= $3 returning grant_id'
