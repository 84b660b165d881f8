import type { ApiKey } from '../core/model/api-key.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
import type { Row, Sql } from './sql.ts'
import { notGone } from './users.ts'

const findText = 'select key_hash, key_id, sub, record from api_keys where key_hash = $1'
const addText = `
  insert into api_keys (key_hash, key_id, sub, record)
  select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text) where ${notGone('$3')}`
const ownerText = 'select sub from api_keys where key_id = $1'
const revokeText = 'delete from api_keys where key_id = $1'
const listText = 'select key_hash, key_id, sub, record from api_keys where key_id > $1 order by key_id limit $2'

/** Keys of people's own programs. A revoked one leaves nothing behind. */
export function createApiKeys(sql: Sql, ledger: Ledger): Store['apiKeys'] {
  return {
    find: async (key_hash) => {
      const [row] = await sql.all(findText, [key_hash])
      return row ? readKey(row) : null
    },
    add: async ({ key_hash, key_id, sub, ...record }, by) => {
      const add = { text: addText, values: [key_hash, key_id, sub, JSON.stringify(record)], must: true }
      await ledger.decide([add], { event: 'api_key.added', by, sub, details: { key_id } })
    },
    revoke: async (key_id, by) => {
      const revoke = { text: revokeText, values: [key_id], must: true }
      const [row] = await sql.all(ownerText, [key_id])
      if (!row) return sql.batch([revoke]) // who took it away may still wait for the disk
      return ledger.decide([revoke], { event: 'api_key.revoked', by, sub: row.sub as string, details: { key_id } })
    },
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readKey),
  }
}

function readKey(row: Row): ApiKey {
  const key = JSON.parse(row.record as string)
  key.key_hash = row.key_hash
  key.key_id = row.key_id
  key.sub = row.sub
  return key
}
