import type { Store } from '../core/model/store.ts'
import type { Sql } from './sql.ts'

/** Counts in the window that is open, or opens the next one. */
const countText = `
  insert into throttles (bucket, attempts, ends_at) values ($1, 1, $2)
  on conflict (bucket) do update set
    attempts = case when throttles.ends_at > $3 then throttles.attempts + 1 else 1 end,
    ends_at = case when throttles.ends_at > $3 then throttles.ends_at else excluded.ends_at end
  returning attempts, ends_at`

const forgiveText = {
  all: 'delete from throttles where bucket = $1',
  one: 'update throttles set attempts = attempts - 1 where bucket = $1 and attempts > 0',
}

/** Counters for strangers. There are as many rows as the caller has buckets, whoever knocks. */
export function createThrottles(sql: Sql): Store['throttles'] {
  return {
    count: async (bucket, window, now) => {
      const [row] = await sql.write(countText, [bucket, now + window, now])
      return { count: row?.attempts as number, ends_at: row?.ends_at as number }
    },
    forgive: async (bucket, how) => {
      await sql.write(forgiveText[how], [bucket])
    },
  }
}
