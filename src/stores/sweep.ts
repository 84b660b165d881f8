import { setImmediate } from 'node:timers/promises'
import { HOUR, type Milliseconds } from '../core/model/clock.ts'
import type { Store, StoreWork } from '../core/model/store.ts'
import { createLease } from './lease.ts'
import type { Sql } from './sql.ts'

/** Rows that one statement deletes at most: a few milliseconds, in which an embedded database does nothing else. */
const MOST = 500
/** Rows of a table with an index on their end: their keys lie anywhere. */
const STEP = 200
/**
 * Rows of grants that one statement looks at: more while that is quick, fewer where the disk is slow or much is over. Each is a statement
 * of its own, as the database shall know how few it is asked for.
 */
const RANGES = [250, MOST, 1000, 2000, 4000]
const FIRST = RANGES.indexOf(MOST)
/** Milliseconds for such a look, the way to the database included. */
const QUICK = 3
const SLOW = 12

/** How many rows went, and whether this table is done for now. */
type Step = (now: Milliseconds, may: () => Promise<boolean>) => Promise<{ gone: number; done: boolean }>

/** Deletes what is over. */
export interface Sweeper {
  sweep: Store['sweep']
  /** The last walk through all grants, once there was one. */
  walk(): StoreWork['walk']
  /** Ends what is under way, and does nothing any more. */
  stop(): Promise<void>
}

/**
 * Deletes what is over, a small step of each table in turn; between two steps requests are served. Of several processes on one database
 * one does it, as long as there is something to do: looking writes nothing, so that an idle server leaves its disk alone.
 */
export function createSweeper(sql: Sql): Sweeper {
  const lease = createLease(sql, 'sweep')
  const grants = createWalk(sql)
  const steps: Step[] = [
    sweepByEnd(sql, 'sessions', 'session_hash', 0),
    sweepByEnd(sql, 'parked_codes', 'code_key', 0),
    sweepByEnd(sql, 'revoked_tokens', 'jti', 0),
    // by a clock that may be behind ours the thing is not over yet
    sweepByEnd(sql, 'spent_ids', 'id', HOUR),
    sweepByEnd(sql, 'initial_access_tokens', 'token_hash', HOUR),
    sweepByEnd(sql, 'consents', 'sub, client_id', HOUR),
    grants.step,
  ]
  let stopped = false
  let running: Promise<unknown> = Promise.resolve()

  async function sweep(now: Milliseconds, budget: Milliseconds): Promise<number> {
    const began = performance.now()
    let ours = !stopped && !(await lease.isTaken(now))
    const may = async () => (ours &&= await lease.take(now + Math.round(performance.now() - began)))
    const unfinished = new Set(steps)
    let total = 0
    while (ours && !stopped && unfinished.size > 0) {
      // a long table gives way to the others, in the next call too
      const step = steps.shift()!
      steps.push(step)
      if (!unfinished.has(step)) continue
      const { gone, done } = await step(now, may)
      total += gone
      if (done) unfinished.delete(step)
      await setImmediate()
      if (performance.now() - began >= budget) break
    }
    return total
  }

  return {
    sweep: (now, budget) => {
      const swept = sweep(now, budget)
      running = Promise.allSettled([running, swept])
      return swept
    },
    walk: grants.last,
    stop: async () => {
      stopped = true
      await running
    },
  }
}

/** A table with an index on `expires_at`. */
function sweepByEnd(sql: Sql, table: string, key: string, rest: Milliseconds): Step {
  const over = `select ${key} from ${table} where expires_at <= $1 order by expires_at limit ${STEP}`
  // asked again outside: a row that was renewed while we waited for it stays
  const deleteText = `delete from ${table} where (${key}) in (${over}) and expires_at <= $1 returning ${key}`
  return async (now, may) => {
    const found = await sql.all(over, [now - rest])
    if (found.length === 0) return { gone: 0, done: true }
    if (!(await may())) return { gone: 0, done: true }
    const gone = await sql.write(deleteText, [now - rest])
    return { gone: gone.length, done: found.length < STEP }
  }
}

/**
 * Grants have no index on their end, which every code and every refresh would have to write: their key is walked in ranges instead,
 * from where the last call stopped. A row outlives what it guards by an hour.
 */
function createWalk(sql: Sql): { step: Step; last(): StoreWork['walk'] } {
  let after = ''
  let size = FIRST
  let kept = 0
  let last: StoreWork['walk']

  async function look(now: Milliseconds) {
    const [range] = await sql.all(rangeTexts[size]!, [after, now - HOUR])
    return { rows: Number(range?.looked_at), over: Number(range?.ended), end: range?.upto as string }
  }

  async function step(now: Milliseconds, may: () => Promise<boolean>) {
    const began = performance.now()
    let { rows, over, end } = await look(now)
    if (over > MOST) {
      size = FIRST // which looks at no more than may go at once
      ;({ rows, over, end } = await look(now))
    }
    const done = rows < RANGES[size]!
    size = nextSize(size, performance.now() - began, over)
    if (over > 0 && !(await may())) return { gone: 0, done: true }
    const gone = over > 0 ? (await sql.write(deleteGrantsText, [after, end, now - HOUR])).length : 0
    kept += rows - gone
    if (done) {
      last = { grants: kept, ended_at: now }
      kept = 0
    }
    after = done ? '' : end
    return { gone, done }
  }
  return { step, last: () => last }
}

function nextSize(size: number, took: Milliseconds, over: number): number {
  if (took > SLOW) return Math.max(0, size - 1)
  return took < QUICK && over < MOST / 2 ? Math.min(RANGES.length - 1, size + 1) : size
}

const rangeTexts = RANGES.map(
  (rows) => `
  select max(grant_id) as upto, count(*) as looked_at, count(case when expires_at <= $2 then 1 end) as ended
  from (select grant_id, expires_at from grants where grant_id > $1 order by grant_id limit ${rows}) part`,
)
const deleteGrantsText = 'delete from grants where grant_id > $1 and grant_id <= $2 and expires_at <= $3 returning grant_id'
