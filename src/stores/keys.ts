import type { Actor } from '../core/model/audit.ts'
import type { Store } from '../core/model/store.ts'
import type { KeyUse, StoredKey } from '../core/model/stored-key.ts'
import type { Ledger } from './audit.ts'
import type { Row, Sql, Statement } from './sql.ts'

const listText = 'select kid, use, status, sealed, created_at, active_at, retired_at from keys order by created_at, kid'

const addText = `
  insert into keys (kid, use, status, sealed, created_at, active_at, retired_at) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing`

const retireText = "update keys set status = 'retired', retired_at = $2 where kid = $1 and status = 'active'"

/** In place of the key that has just been retired. */
const succeedText = `
  update keys set status = 'active', active_at = $2
  where kid = $1 and status = 'next' and use = (select k.use from keys k where k.kid = $3)`

/** Where no key of its use was active yet. */
const beginText = `
  update keys set status = 'active', active_at = $2
  where kid = $1 and status = 'next' and not exists (select 1 from keys k where k.use = keys.use and k.status = 'active')`

/** Keys have their times: mostly nobody has to ask for what happens to them. */
const SERVER: Actor = { type: 'server' }

/** Whatever happens to one key, other nodes read all of them anew. */
const CHANGED = { keys: true } as const

/** The key ring's rows; that there is one `next` and one `active` of each use is the affair of a unique index. */
export function createKeys(sql: Sql, ledger: Ledger): Store['keys'] {
  return {
    list: async () => (await sql.all(listText, [])).map(readKey),
    add: (key, by = SERVER) => {
      const { kid, use, status, sealed, created_at, active_at = null, retired_at = null } = key
      const values = [kid, use, status, sealed, created_at, active_at, retired_at]
      return ledger.decide([{ text: addText, values, must: true, notice: CHANGED }], {
        event: 'key.made',
        by,
        details: { kid, use, status },
      })
    },
    promote: (active, next, at, by = SERVER) => {
      const entry = { event: 'key.promoted', by, details: { kid: next, ...(active !== null && { replaces: active }) } } as const
      if (active === null) return ledger.decide([{ text: beginText, values: [next, at], must: true, notice: CHANGED }], entry)
      const retire: Statement = { text: retireText, values: [active, at], must: true, notice: CHANGED }
      return ledger.decide([retire, { text: succeedText, values: [next, at, active], must: true }], entry)
    },
    delete: async (kid, by = SERVER) => {
      const text = 'delete from keys where kid = $1'
      await ledger.decide([{ text, values: [kid], must: true, notice: CHANGED }], { event: 'key.destroyed', by, details: { kid } })
    },
    rewrap: async (kid, sealed, by = SERVER) => {
      const text = 'update keys set sealed = $2 where kid = $1'
      await ledger.decide([{ text, values: [kid, sealed], must: true, notice: CHANGED }], { event: 'key.rewrapped', by, details: { kid } })
    },
  }
}

function readKey(row: Row): StoredKey {
  return {
    kid: row.kid as string,
    use: row.use as KeyUse,
    status: row.status as StoredKey['status'],
    sealed: row.sealed as string,
    created_at: row.created_at as number,
    ...(row.active_at !== null && { active_at: row.active_at as number }),
    ...(row.retired_at !== null && { retired_at: row.retired_at as number }),
  }
}
