import { DAY, type Milliseconds } from '../core/model/clock.ts'
import type { Consent, DailyUse, Receipt, Restriction } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
import { addLimits } from './limits.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { epochOf, narrow, narrowingsOf, pause, resume, withdraw } from './withdrawals.ts'

/** One row whether there is a consent or not: the epoch is read in the same breath. */
const findText = `
  select present.epoch, c.sub, c.client_id, c.expires_at, c.used_at, c.use_by_day, c.record
  from (select ${epochOf('$1', '$2')} as epoch) present left join consents c on c.sub = $1 and c.client_id = $2`

const saveText = `
  insert into consents (sub, client_id, expires_at, used_at, record)
  select cast($1 as text), cast($2 as text), cast($3 as bigint), cast($4 as bigint), cast($5 as text)
  where cast($6 as bigint) is null or cast($6 as bigint) = ${epochOf('cast($1 as text)', 'cast($2 as text)')}
  on conflict (sub, client_id) do update
  set expires_at = excluded.expires_at, used_at = coalesce(excluded.used_at, consents.used_at), record = excluded.record`

const ownText = 'select epoch, limits from withdrawals where sub = $1 and client_id = $2'
const EVENTS = { narrowed: 'consent.narrowed', limited: 'consent.narrowed', paused: 'consent.paused', resumed: 'consent.resumed' } as const

const listText = `
  select sub, client_id, expires_at, used_at, use_by_day, record from consents where sub = $1 and client_id > $2 order by client_id limit $3`

/** What people have allowed, and a receipt of each decision. */
export function createConsents(sql: Sql, ledger: Ledger): Store['consents'] {
  async function restrict(sub: string, client_id: string, restriction: Restriction, now: Milliseconds): Promise<Statement> {
    if (restriction === 'pause') return pause(sub, client_id)
    if (restriction === 'resume') return resume(sub, client_id)
    const [own] = await sql.all(ownText, [sub, client_id])
    const epoch = (own?.epoch as number | undefined) ?? 0
    return narrow(
      sub,
      client_id,
      epoch,
      addLimits((own?.limits as string | null | undefined) ?? null, narrowingsOf(epoch) + 1, restriction, now),
    )
  }

  return {
    find: async (sub, client_id) => {
      const [row] = await sql.all(findText, [sub, client_id])
      if (!row) throw new Error('The epoch could not be read.')
      return { consent: row.record === null ? null : readConsent(row), epoch: row.epoch as number }
    },
    decide: async (consent, receipt, options) => {
      const { sub, client_id } = consent
      const { receipt_id, scope } = receipt
      const details = { receipt_id, scope, ...(options?.withdraw && { withdrawn: true as const }) }
      const after = options?.withdraw ? withdraw(sub, client_id) : resume(sub, client_id)
      return ledger.decide([save(consent, options?.epoch), keep(receipt), after], {
        event: 'consent.given',
        by: options?.by,
        sub,
        client_id,
        details,
      })
    },
    restrict: async (consent, receipt, restriction, { epoch, by }) => {
      const { sub, client_id } = consent
      const { receipt_id, decision, scope } = receipt
      const event = EVENTS[decision as keyof typeof EVENTS]
      const statement = await restrict(sub, client_id, restriction, receipt.at)
      const entry = { event, by, sub, client_id, details: { receipt_id, scope } }
      return ledger.decide([save(consent, epoch), keep(receipt), statement], entry)
    },
    use: async (sub, client_id, at, count) => {
      const [row] = await sql.all(useText, [sub, client_id])
      if (!row) return true
      const before = row.use_by_day as string | null
      const after = JSON.stringify(addUse(readUse(before), at, count))
      return (await sql.change(usedText, [sub, client_id, at, after, before])) > 0
    },
    withdraw: (sub, client_id, receipt, by) =>
      ledger.decide(
        [
          { text: 'delete from consents where sub = $1 and client_id = $2', values: [sub, client_id], must: true },
          keep(receipt),
          withdraw(sub, client_id),
        ],
        { event: 'consent.withdrawn', by, sub, client_id, details: { receipt_id: receipt.receipt_id } },
      ),
    list: async (sub, { after, limit }) => (await sql.all(listText, [sub, after, limit])).map(readConsent),
  }
}

function save({ sub, client_id, expires_at, used_at, use: _, ...record }: Consent, epoch: number | undefined): Statement {
  const values = [sub, client_id, expires_at ?? null, used_at ?? null, JSON.stringify(record), epoch ?? null]
  return { text: saveText, values, must: true }
}

function keep({ receipt_id, sub, client_id, ...record }: Receipt): Statement {
  const text = 'insert into receipts (receipt_id, sub, client_id, record) values ($1, $2, $3, $4)'
  return { text, values: [receipt_id, sub, client_id, JSON.stringify(record)] }
}

/** From `sub`, `client_id`, `expires_at`, `used_at`, `record` and, where it was asked for, `use_by_day`. */
export function readConsent(row: Row): Consent {
  const consent = JSON.parse(row.record as string)
  consent.sub = row.sub
  consent.client_id = row.client_id
  if (row.expires_at !== null) consent.expires_at = row.expires_at
  if (row.used_at !== null) consent.used_at = row.used_at
  const use = readUse(row.use_by_day as string | null | undefined)
  if (use) consent.use = use
  return consent
}

const useText = 'select use_by_day from consents where sub = $1 and client_id = $2'
/** Where nobody else has counted meanwhile. */
const usedText = `
  update consents set used_at = case when used_at > cast($3 as bigint) then used_at else cast($3 as bigint) end, use_by_day = $4
  where sub = $1 and client_id = $2 and coalesce(use_by_day, '') = coalesce(cast($5 as text), '')`

const USE_DAYS = 30

function readUse(text: string | null | undefined): DailyUse | undefined {
  if (text === null || text === undefined) return undefined
  const [day, ...counts] = JSON.parse(text) as [number, ...number[]]
  return { day, counts }
}

/** The counts of the last days with `count` more on the day of `at`. */
function addUse(before: DailyUse | undefined, at: Milliseconds, count: number): readonly number[] {
  const day = Math.floor(at / DAY)
  const newest = Math.max(before?.day ?? day, day)
  const counts = [...Array<number>(Math.min(USE_DAYS, newest - (before?.day ?? newest))).fill(0), ...(before?.counts ?? [])].slice(
    0,
    USE_DAYS,
  )
  const ago = newest - day
  if (ago < USE_DAYS) {
    while (counts.length <= ago) counts.push(0)
    counts[ago]! += count
  }
  return [newest, ...counts]
}
