import type { Store } from '../core/model/store.ts'
import type { KeyUse, StoredKey } from '../core/model/stored-key.ts'
import type { Row, Sql, Statement } from './sql.ts'

const listText = 'select kid, use, status, sealed, created_at, active_at, retired_at from keys order by created_at, kid'

const addText = `
  insert into keys (kid, use, status, sealed, created_at, active_at, retired_at) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing returning kid`

const retireText = "update keys set status = 'retired', retired_at = $2 where kid = $1 and status = 'active'"

/** In place of the key that has just been retired. */
const succeedText = `
  update keys set status = 'active', active_at = $2
  where kid = $1 and status = 'next' and use = (select k.use from keys k where k.kid = $3)`

/** Where no key of its use was active yet. */
const beginText = `
  update keys set status = 'active', active_at = $2
  where kid = $1 and status = 'next' and not exists (select 1 from keys k where k.use = keys.use and k.status = 'active')`

/** The key ring's rows; that there is one `next` and one `active` of each use is the affair of a unique index. */
export function createKeys(sql: Sql): Store['keys'] {
  return {
    list: async () => (await sql.all(listText, [])).map(readKey),
    add: async (key) => {
      const { kid, use, status, sealed, created_at, active_at = null, retired_at = null } = key
      const added = await sql.write(addText, [kid, use, status, sealed, created_at, active_at, retired_at])
      return added.length > 0
    },
    promote: (active, next, at) => {
      if (active === null) return sql.batch([{ text: beginText, values: [next, at], must: true }])
      const retire: Statement = { text: retireText, values: [active, at], must: true }
      return sql.batch([retire, { text: succeedText, values: [next, at, active], must: true }])
    },
    delete: async (kid) => {
      await sql.write('delete from keys where kid = $1', [kid])
    },
    rewrap: async (kid, sealed) => {
      await sql.write('update keys set sealed = $2 where kid = $1', [kid, sealed])
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
