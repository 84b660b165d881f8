import type { ApiKey } from '../core/model/api-key.ts'
import type { Store } from '../core/model/store.ts'
import type { Row, Sql } from './sql.ts'

const findText = 'select key_hash, key_id, sub, record from api_keys where key_hash = $1'
const addText = 'insert into api_keys (key_hash, key_id, sub, record) values ($1, $2, $3, $4)'
const revokeText = 'delete from api_keys where key_id = $1 returning key_id'
const listText = 'select key_hash, key_id, sub, record from api_keys where key_id > $1 order by key_id limit $2'

/** Keys of people's own programs. A revoked one leaves nothing behind. */
export function createApiKeys(sql: Sql): Store['apiKeys'] {
  return {
    find: async (key_hash) => {
      const [row] = await sql.all(findText, [key_hash])
      return row ? readKey(row) : null
    },
    add: async ({ key_hash, key_id, sub, ...record }) => {
      await sql.write(addText, [key_hash, key_id, sub, JSON.stringify(record)])
    },
    revoke: async (key_id) => {
      const gone = await sql.write(revokeText, [key_id])
      return gone.length > 0
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
