import { type Milliseconds, SECOND } from '../core/model/clock.ts'
import type { Sql } from './sql.ts'

/** What one process does for all that share a database, for as long as it lives and has to do. */
export interface Lease {
  /** Whether it is another's at this moment of the database's clock. Writes nothing. */
  isTaken(now: Milliseconds): Promise<boolean>
  /** True where it is ours from now on. Writes only where ours would soon end. */
  take(now: Milliseconds): Promise<boolean>
}

/** So long after its holder has died another one takes over; it is lengthened when a third is left. */
const LENGTH = 30 * SECOND
const RENEWED = 10 * SECOND

const holderText = 'select holder from leases where name = $1 and ends_at > $2'
/** Of many who come at one moment the first one has it: the others find its row. */
const takeText = `
  insert into leases (name, holder, ends_at) values ($1, $2, $3)
  on conflict (name) do update set holder = excluded.holder, ends_at = excluded.ends_at
  where leases.holder = excluded.holder or leases.ends_at <= $4 returning holder`

/** The lease of this name. It spares work and guards nothing: what two do at once, for once, must do no harm. */
export function createLease(sql: Sql, name: string): Lease {
  const holder = crypto.randomUUID()
  let ends_at = 0
  return {
    isTaken: async (now) => {
      const [row] = await sql.all(holderText, [name, now])
      return row !== undefined && row.holder !== holder
    },
    take: async (now) => {
      if (now < ends_at - RENEWED) return true
      const rows = await sql.write(takeText, [name, holder, now + LENGTH, now])
      ends_at = rows.length > 0 ? now + LENGTH : 0
      return rows.length > 0
    },
  }
}
