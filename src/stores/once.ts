import type { Store } from '../core/model/store.ts'
import type { Sql } from './sql.ts'

const spendText = 'insert into spent_ids (id, expires_at) values ($1, $2) on conflict (id) do nothing returning id'

/** What may happen once: the unique key decides who was first. */
export function createOnce(sql: Sql): Store['once'] {
  return {
    spend: async (id, expires_at) => {
      const spent = await sql.write(spendText, [id, expires_at])
      return spent.length > 0
    },
  }
}
