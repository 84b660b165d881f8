import type { Grant } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
import { limit } from './limits.ts'
import type { Row, Sql } from './sql.ts'
import { endingPart, epochAround, epochOf, standingOf, withdraw } from './withdrawals.ts'

const COLUMNS = 'grant_id, client_id, sub, epoch, generation, rotated_at, rotated_for, expires_at, ends_at, revoked_at, record'

const findText = `
  select ${COLUMNS.replaceAll(/\w+/g, 'g.$&')}, coalesce(own.epoch, 0) + ${epochAround('g.sub', 'g.client_id')} as present_epoch, own.limits
  from grants g left join withdrawals own on own.sub = g.sub and own.client_id = g.client_id where g.grant_id = $1`

/** Inserts nothing where the grant is there already, was called back since its code was made, or its session has ended. */
const redeemText = `
  insert into grants (${COLUMNS})
  select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as bigint), cast($5 as bigint), cast($6 as bigint),
    cast($7 as text), cast($8 as bigint), cast($9 as bigint), cast($10 as bigint), cast($11 as text)
  where cast($4 as bigint) = ${epochOf('cast($3 as text)', 'cast($2 as text)')}
    and (cast($12 as text) is null or exists (select 1 from sessions where sid = cast($12 as text)))
  on conflict (grant_id) do nothing`

/** Of many equal requests one changes the row; the others find a higher generation. */
const rotateText = `
  update grants set generation = generation + 1, rotated_at = $3, rotated_for = $5,
    expires_at = case when cast($4 as bigint) < ends_at then cast($4 as bigint) else ends_at end
  where grant_id = $1 and generation = $2 and revoked_at is null and expires_at > $3
    and (cast($6 as text) is null or client_id = cast($6 as text)) and ${endingPart('epoch')} = ${endingPart(epochOf('grants.sub', 'grants.client_id'))}
  returning client_id, sub, epoch, expires_at, ends_at, record,
    (select w.limits from withdrawals w where w.sub = grants.sub and w.client_id = grants.client_id) as limits`

const standingText = 'select client_id, sub, revoked_at from grants where grant_id = $1'
const revokeText = 'update grants set revoked_at = $2 where grant_id = $1 and revoked_at is null'

/** One row per authorization. @spec RFC 6749 §4.1.2, RFC 9700 §4.14.2 */
export function createGrants(sql: Sql, ledger: Ledger): Store['grants'] {
  async function find(grant_id: string): Promise<Grant | null> {
    const [row] = await sql.all(findText, [grant_id])
    if (!row) return null
    const grant = readGrant(row)
    const stands = standingOf(grant.epoch, row.present_epoch as number)
    if (stands === 'withdrawn') grant.revoked_at ??= 0
    if (stands === 'paused') grant.paused = true
    return grant
  }

  return {
    find,
    redeem: async (grant, { sid }) => {
      if ((await sql.change(redeemText, [...writeGrant(grant), sid ?? null])) > 0) return 'inserted'
      return (await find(grant.grant_id)) ?? 'withdrawn'
    },
    rotate: async (grant_id, generation, at, expires_at, rotated_for, client_id) => {
      const [row] = await sql.write(rotateText, [grant_id, generation, at, expires_at, rotated_for, client_id ?? null])
      if (!row) return null
      // what was just written need not be read
      const grant = readGrant({ ...row, grant_id, generation: generation + 1, rotated_at: at, rotated_for, revoked_at: null })
      return grant.expires_at > at && grant.revoked_at === undefined ? grant : null // what ended it stands beside the grant: one turn more does no harm after that
    },
    revoke: async (grant_id, at, by, reason) => {
      const values = [grant_id, at]
      const [row] = await sql.all(standingText, [grant_id])
      if (row?.revoked_at === null) {
        const details = { grant_id, ...(reason && { reason }) }
        const about = { sub: row.sub as string, client_id: row.client_id as string }
        await ledger.decide([{ text: revokeText, values, must: true }], { event: 'grant.revoked', by, ...about, details })
      } else await sql.write(revokeText, values) // nothing to decide; but who has revoked it may still wait for the disk
    },
    withdraw: async ({ sub, client_id }, by) => {
      await ledger.decide([withdraw(sub, client_id)], { event: 'withdrawn', by, sub, client_id })
    },
  }
}

/** The values of COLUMNS. */
function writeGrant(grant: Grant) {
  const { grant_id, client_id, sub, epoch, generation, rotated_at, rotated_for, expires_at, ends_at, revoked_at, ...others } = grant
  const { narrowed: _narrowed, paused: _paused, ...record } = others
  const rotation = [generation, rotated_at ?? null, rotated_for ?? null]
  return [grant_id, client_id, sub, epoch, ...rotation, expires_at, ends_at, revoked_at ?? null, JSON.stringify(record)]
}

function readGrant(row: Row): Grant {
  const grant = JSON.parse(row.record as string)
  grant.grant_id = row.grant_id
  grant.client_id = row.client_id
  grant.sub = row.sub
  grant.epoch = row.epoch
  grant.generation = row.generation
  if (row.rotated_at !== null) grant.rotated_at = row.rotated_at
  if (row.rotated_for !== null) grant.rotated_for = row.rotated_for
  grant.expires_at = row.expires_at
  grant.ends_at = row.ends_at
  if (row.revoked_at !== null) grant.revoked_at = row.revoked_at
  limit(grant, row.limits as string | null)
  return grant
}
