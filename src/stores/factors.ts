import { type FactorKind, MOST_PASSKEYS, type Passkey, type Totp } from '../core/model/factor.ts'
import type { FactorOptions, Store } from '../core/model/store.ts'
import type { Ledger, NewEntry } from './audit.ts'
import { inSession } from './sessions.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { notGone } from './users.ts'

/** Whether nothing is there yet, where that is asked: 1, else 0. */
const isFirst = (sub: string, asked: string): string => `(cast(${asked} as bigint) = 0 or (
    not exists (select 1 from totp where sub = cast(${sub} as text)) and not exists (select 1 from passkeys where sub = cast(${sub} as text))))`

/** Holds up others who want to be first too, until it is seen whether this one was. */
const lockText = 'update users set email = email where sub = $1'
const guard = (sub: string, { session, first }: FactorOptions = {}): Statement[] => [
  ...inSession(sub, session),
  ...(first ? [{ text: lockText, values: [sub] }] : []),
]

const PASSKEY = 'passkey_id, credential_id, sub, counter, used_at, record'
const passkeysText = `select ${PASSKEY} from passkeys where sub = $1 order by passkey_id limit ${MOST_PASSKEYS * 2}`
const findPasskeyText = `select ${PASSKEY} from passkeys where credential_id = $1`
const onePasskeyText = `select ${PASSKEY} from passkeys where sub = $1 and passkey_id = $2`
const addPasskeyText = `
  insert into passkeys (${PASSKEY})
  select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as bigint), cast($5 as bigint), cast($6 as text)
  where (select count(*) from passkeys where sub = cast($3 as text)) < ${MOST_PASSKEYS} and ${notGone('$3')} and ${isFirst('$3', '$7')}
  on conflict do nothing`
const renameText = 'update passkeys set record = $3 where sub = $1 and passkey_id = $2'
const removePasskeyText = 'delete from passkeys where sub = $1 and passkey_id = $2'
const usePasskeyText = `
  update passkeys set counter = $2, used_at = $3
  where passkey_id = $1 and (counter < $2 or (counter = 0 and $2 = 0)) returning passkey_id`

const totpText = 'select sub, last_step, record from totp where sub = $1'
const setTotpText = `
  insert into totp (sub, last_step, record)
  select cast($1 as text), cast($2 as bigint), cast($3 as text) where ${notGone('$1')} and ${isFirst('$1', '$4')}
  on conflict (sub) do update set last_step = excluded.last_step, record = excluded.record`
const removeTotpText = 'delete from totp where sub = $1'
const useTotpText = 'update totp set last_step = $2 where sub = $1 and last_step < $2 returning sub'

const countCodesText = 'select count(*) as codes from recovery_codes where sub = $1'
const clearCodesText = 'delete from recovery_codes where sub = $1'
const addCodeText = `
  insert into recovery_codes (sub, code_hash) select cast($1 as text), cast($2 as text) where ${notGone('$1')}`
const spendCodeText = 'delete from recovery_codes where sub = $1 and code_hash = $2'
/** Without a factor there is nothing that they could stand for. */
const orphanedText = `
  delete from recovery_codes where sub = $1
  and not exists (select 1 from totp where sub = $1) and not exists (select 1 from passkeys where sub = $1)`
const anyText = `
  select 1 as found from totp where sub = $1 union all select 1 from passkeys where sub = $1
  union all select 1 from recovery_codes where sub = $1 limit 1`
const endOthersText = 'delete from sessions where sub = $1 and session_hash <> $2'

/** What people show besides a password. What may happen once is decided by the statement that does it. */
export function createFactors(sql: Sql, ledger: Ledger): Store['factors'] {
  return {
    find: async (sub) => {
      const [passkeys, [totp], [counted]] = await Promise.all([
        sql.all(passkeysText, [sub]),
        sql.all(totpText, [sub]),
        sql.all(countCodesText, [sub]),
      ])
      return { passkeys: passkeys.map(readPasskey), totp: totp ? readTotp(totp) : null, recovery_codes: Number(counted?.codes) }
    },
    findPasskey: async (credential_id) => {
      const [row] = await sql.all(findPasskeyText, [credential_id])
      return row ? readPasskey(row) : null
    },
    addPasskey: (passkey, options) => {
      const { passkey_id, sub } = passkey
      const add = { text: addPasskeyText, values: [...writePasskey(passkey), options?.first ? 1 : 0], must: true }
      return ledger.decide(
        [...guard(sub, options), add, ...others(sub, options)],
        entry('factor.added', sub, 'passkey', options, { passkey_id }),
      )
    },
    renamePasskey: async (sub, passkey_id, label, options) => {
      const [row] = await sql.all(onePasskeyText, [sub, passkey_id])
      if (!row) return false
      const passkey = readPasskey(row)
      if (passkey.label === label) return true
      const { record } = splitPasskey({ ...passkey, label })
      const rename = { text: renameText, values: [sub, passkey_id, record], must: true }
      return ledger.decide([rename], entry('factor.changed', sub, 'passkey', options, { passkey_id, changed: ['label'] }))
    },
    removePasskey: (sub, passkey_id, options) =>
      ledger.decide(
        [
          { text: removePasskeyText, values: [sub, passkey_id], must: true },
          { text: orphanedText, values: [sub] },
          ...others(sub, options),
        ],
        entry('factor.removed', sub, 'passkey', options, { passkey_id }),
      ),
    usePasskey: async (passkey_id, counter, at) => (await sql.write(usePasskeyText, [passkey_id, counter, at])).length > 0,
    setTotp: ({ sub, last_step, ...record }, options) => {
      const set = { text: setTotpText, values: [sub, last_step, JSON.stringify(record), options?.first ? 1 : 0], must: true }
      return ledger.decide([...guard(sub, options), set, ...others(sub, options)], entry('factor.added', sub, 'totp', options))
    },
    removeTotp: (sub, options) =>
      ledger.decide(
        [{ text: removeTotpText, values: [sub], must: true }, { text: orphanedText, values: [sub] }, ...others(sub, options)],
        entry('factor.removed', sub, 'totp', options),
      ),
    useTotp: async (sub, step) => (await sql.write(useTotpText, [sub, step])).length > 0,
    setRecoveryCodes: (sub, hashes, options) => {
      const add = hashes.map((hash) => ({ text: addCodeText, values: [sub, hash], must: true }))
      return ledger.decide(
        [...inSession(sub, options?.session), { text: clearCodesText, values: [sub] }, ...add, ...others(sub, options)],
        entry(hashes.length > 0 ? 'factor.added' : 'factor.removed', sub, 'recovery_codes', options),
      )
    },
    spendRecoveryCode: (sub, hash, options) =>
      ledger.decide(
        [{ text: spendCodeText, values: [sub, hash], must: true }],
        entry('recovery_code.used', sub, 'recovery_codes', options),
      ),
    reset: async (sub, options) => {
      const statements = [removeTotpText, 'delete from passkeys where sub = $1', clearCodesText].map((text) => ({ text, values: [sub] }))
      const [found] = await sql.all(anyText, [sub])
      if (!found) {
        await sql.batch(statements) // who took them away may still wait for the disk
        return false
      }
      return ledger.decide([...statements, ...others(sub, options)], {
        event: 'factor.reset',
        by: options?.by,
        sub,
        details: ended(options),
      })
    },
  }
}

const others = (sub: string, options: FactorOptions | undefined): Statement[] =>
  options?.keeping === undefined ? [] : [{ text: endOthersText, values: [sub, options.keeping] }]

function ended(options: FactorOptions | undefined): NewEntry['details'] {
  if (options?.keeping === undefined) return {}
  return { ended: options.keeping === '' ? 'sessions' : 'other_sessions' }
}

function entry(
  event: NewEntry['event'],
  sub: string,
  factor: FactorKind,
  options: FactorOptions | undefined,
  details: NewEntry['details'] = {},
): NewEntry {
  return { event, by: options?.by, sub, details: { factor, ...details, ...ended(options) } }
}

function splitPasskey({ passkey_id, credential_id, sub, counter, used_at, ...record }: Passkey) {
  return { columns: [passkey_id, credential_id, sub, counter, used_at ?? null], record: JSON.stringify(record) }
}

function writePasskey(passkey: Passkey) {
  const { columns, record } = splitPasskey(passkey)
  return [...columns, record]
}

function readPasskey(row: Row): Passkey {
  const { passkey_id, credential_id, sub, counter, used_at } = row
  const passkey = { ...JSON.parse(row.record as string), passkey_id, credential_id, sub, counter }
  if (used_at !== null) passkey.used_at = used_at
  return passkey
}

function readTotp(row: Row): Totp {
  return { ...JSON.parse(row.record as string), sub: row.sub, last_step: row.last_step }
}
