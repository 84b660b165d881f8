import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
import type { Sql } from './sql.ts'
import { epochOf } from './withdrawals.ts'

const epochText = `select ${epochOf("''", '$1')} as epoch`
const revokeText = 'insert into revoked_tokens (jti, expires_at) values ($1, $2) on conflict (jti) do nothing'
const standingText = `
  select ${epochOf("''", '$1')} as epoch, case when exists (select 1 from revoked_tokens where jti = $2) then 1 else 0 end as revoked`

/** Access tokens that belong to no grant: only what was called back is written down. @spec RFC 7009 §2 */
export function createTokens(sql: Sql, ledger: Ledger): Store['tokens'] {
  return {
    epoch: async (client_id) => {
      const [row] = await sql.all(epochText, [client_id])
      return row?.epoch as number
    },
    revoke: async (jti, expires_at, by) => {
      const revoke = { text: revokeText, values: [jti, expires_at], must: true }
      if (by === null) await sql.write(revokeText, revoke.values)
      else {
        const client_id = by?.type === 'client' ? by.id : undefined
        await ledger.decide([revoke], { event: 'token.revoked', by, details: { jti }, ...(client_id && { client_id }) })
      }
    },
    standing: async (client_id, jti) => {
      const [row] = await sql.all(standingText, [client_id, jti])
      return { epoch: row?.epoch as number, revoked: row?.revoked === 1 }
    },
  }
}
