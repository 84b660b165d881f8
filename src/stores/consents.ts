import type { Consent } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import type { ReceiptLedger } from './receipts.ts'
import type { Row, Sql } from './sql.ts'
import { epochOf, withdraw } from './withdrawals.ts'

/** One row whether there is a consent or not: the epoch is read in the same breath. */
const findText = `
  select present.epoch, c.sub, c.client_id, c.expires_at, c.record
  from (select ${epochOf('$1', '$2')} as epoch) present left join consents c on c.sub = $1 and c.client_id = $2`

const saveText = `
  insert into consents (sub, client_id, expires_at, record)
  select cast($1 as text), cast($2 as text), cast($3 as bigint), cast($4 as text)
  where cast($5 as bigint) is null or cast($5 as bigint) = ${epochOf('cast($1 as text)', 'cast($2 as text)')}
  on conflict (sub, client_id) do update set expires_at = excluded.expires_at, record = excluded.record`

const listText = `
  select sub, client_id, expires_at, record from consents where sub = $1 and client_id > $2 order by client_id limit $3`

/** What people have allowed, and a receipt of each decision. */
export function createConsents(sql: Sql, receipts: ReceiptLedger): Store['consents'] {
  return {
    find: async (sub, client_id) => {
      const [row] = await sql.all(findText, [sub, client_id])
      if (!row) throw new Error('The epoch could not be read.')
      return { consent: row.record === null ? null : readConsent(row), epoch: row.epoch as number }
    },
    decide: async (consent, receipt, options) => {
      const { sub, client_id, expires_at, ...record } = consent
      const values = [sub, client_id, expires_at ?? null, JSON.stringify(record), options?.epoch ?? null]
      const save = { text: saveText, values, must: true }
      return receipts.decideWithReceipt([save, ...(options?.withdraw ? [withdraw(sub, client_id)] : [])], receipt, {
        event: 'consent.given',
        by: options?.by,
        details: { scope: receipt.scope, ...(options?.withdraw && { withdrawn: true as const }) },
      })
    },
    withdraw: (sub, client_id, receipt, by) =>
      receipts.decideWithReceipt(
        [
          { text: 'delete from consents where sub = $1 and client_id = $2', values: [sub, client_id], must: true },
          withdraw(sub, client_id),
        ],
        receipt,
        { event: 'consent.withdrawn', by },
      ),
    list: async (sub, { after, limit }) => (await sql.all(listText, [sub, after, limit])).map(readConsent),
  }
}

/** From `sub`, `client_id`, `expires_at` and `record`. */
export function readConsent(row: Row): Consent {
  const consent = JSON.parse(row.record as string)
  consent.sub = row.sub
  consent.client_id = row.client_id
  if (row.expires_at !== null) consent.expires_at = row.expires_at
  return consent
}
