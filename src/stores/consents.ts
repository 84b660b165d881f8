import type { Milliseconds } from '../core/model/clock.ts'
import type { Consent, Restriction } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import { addLimits } from './limits.ts'
import type { ReceiptLedger } from './receipts.ts'
import type { Row, Sql, Statement, Value } from './sql.ts'
import { notGone } from './users.ts'
import { createUses, readUse } from './uses.ts'
import { epochOf, narrow, narrowingsOf, pause, resume, withdraw } from './withdrawals.ts'

/** One row whether there is a consent or not: the epoch is read in the same breath. */
const findText = `
  select present.epoch, c.sub, c.client_id, c.expires_at, c.used_at, c.use_by_day, c.used_from, c.record
  from (select ${epochOf('$1', '$2')} as epoch) present left join consents c on c.sub = $1 and c.client_id = $2`

const saveText = `
  insert into consents (sub, client_id, expires_at, used_at, record)
  select cast($1 as text), cast($2 as text), cast($3 as bigint), cast($4 as bigint), cast($5 as text)
  where (cast($6 as bigint) is null or cast($6 as bigint) = ${epochOf('cast($1 as text)', 'cast($2 as text)')})
    and ${notGone('$1')} and (cast($7 as bigint) = 0 or exists (select 1 from clients where client_id = cast($2 as text)))
  on conflict (sub, client_id) do update
  set expires_at = excluded.expires_at, used_at = coalesce(excluded.used_at, consents.used_at), record = excluded.record`

/** In place of what it was, and of nothing else that was decided meanwhile. */
const replaceText = `
  update consents set expires_at = $3, used_at = coalesce(cast($4 as bigint), used_at), record = $5
  where sub = $1 and client_id = $2 and record = $7 and cast($6 as bigint) = ${epochOf('consents.sub', 'consents.client_id')}`

const ownText = 'select epoch, limits from withdrawals where sub = $1 and client_id = $2'

const listText = `
  select sub, client_id, expires_at, used_at, use_by_day, used_from, record
  from consents where sub = $1 and client_id > $2 order by client_id limit $3`

const EVENTS = {
  narrowed: 'consent.narrowed',
  limited: 'consent.narrowed',
  paused: 'consent.paused',
  resumed: 'consent.resumed',
} as const

/** What people have allowed, and a receipt of each decision. */
export function createConsents(sql: Sql, receipts: ReceiptLedger): Store['consents'] {
  async function restrict(sub: string, client_id: string, restriction: Restriction, now: Milliseconds): Promise<Statement> {
    if (restriction === 'pause') return pause(sub, client_id)
    if (restriction === 'resume') return resume(sub, client_id)
    const [own] = await sql.all(ownText, [sub, client_id])
    const epoch = (own?.epoch as number | undefined) ?? 0
    const limits = (own?.limits as string | null | undefined) ?? null
    return narrow(sub, client_id, epoch, addLimits(limits, narrowingsOf(epoch) + 1, restriction, now))
  }

  return {
    find: async (sub, client_id) => {
      const [row] = await sql.all(findText, [sub, client_id])
      if (!row) throw new Error('The epoch could not be read.')
      return { consent: row.record === null ? null : readConsent(row), epoch: row.epoch as number }
    },
    decide: async (consent, receipt, options) => {
      const { sub, client_id } = consent
      const after = options?.withdraw ? withdraw(sub, client_id) : resume(sub, client_id)
      return receipts.decideWithReceipt([save(consent, options), after], receipt, {
        event: 'consent.given',
        by: options?.by,
        details: { scope: receipt.scope, ...(options?.withdraw && { withdrawn: true as const }) },
      })
    },
    restrict: async (consent, receipt, restriction, { replaces, epoch, by }) => {
      const { sub, client_id } = consent
      const statement = await restrict(sub, client_id, restriction, receipt.at)
      const event = EVENTS[receipt.decision as keyof typeof EVENTS]
      const replace = { text: replaceText, values: [...valuesOf(consent, epoch), recordOf(replaces)], must: true }
      return receipts.decideWithReceipt([replace, statement], receipt, { event, by, details: { scope: receipt.scope } })
    },
    use: createUses(sql),
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

type DecideOptions = Parameters<Store['consents']['decide']>[2]

function save(consent: Consent, { epoch, registered }: DecideOptions = {}): Statement {
  return { text: saveText, values: [...valuesOf(consent, epoch), registered ? 1 : 0], must: true }
}

function valuesOf(consent: Consent, epoch: number | undefined): Value[] {
  const { sub, client_id, expires_at, used_at } = consent
  return [sub, client_id, expires_at ?? null, used_at ?? null, recordOf(consent), epoch ?? null]
}

/** The same text again from what was read: members keep their order. */
function recordOf({ sub: _sub, client_id: _client, expires_at: _end, used_at: _used, use: _use, ...record }: Consent): string {
  return JSON.stringify(record)
}

/** From `sub`, `client_id`, `expires_at`, `used_at`, `record` and, where they were asked for, `use_by_day` and `used_from`. */
export function readConsent(row: Row): Consent {
  const consent = JSON.parse(row.record as string)
  consent.sub = row.sub
  consent.client_id = row.client_id
  if (row.expires_at !== null) consent.expires_at = row.expires_at
  if (row.used_at !== null) consent.used_at = row.used_at
  const use = readUse(row.use_by_day as string | null | undefined, row.used_from as string | null | undefined)
  if (use) consent.use = use
  return consent
}
