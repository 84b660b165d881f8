import type { InitialAccessToken } from '../core/model/initial-access-token.ts'
import type { Store } from '../core/model/store.ts'
import type { Row, Sql } from './sql.ts'

const COLUMNS = 'token_hash, token_id, uses, expires_at, record'
const addText = `insert into initial_access_tokens (${COLUMNS}) values ($1, $2, $3, $4, $5)`
const findText = `
  select ${COLUMNS} from initial_access_tokens where token_hash = $1 and expires_at > $2 and (uses is null or uses > 0)`
/** Null less one is null: what has no number of uses is never used up. */
const spendText = `
  update initial_access_tokens set uses = uses - 1
  where token_hash = $1 and expires_at > $2 and (uses is null or uses > 0) returning token_id`
const listText = `select ${COLUMNS} from initial_access_tokens where token_id > $1 order by token_id limit $2`

/** Tokens by which clients are registered. @spec RFC 7591 §3 */
export function createInitialAccessTokens(sql: Sql): Store['initialAccessTokens'] {
  return {
    add: async ({ token_hash, token_id, uses, expires_at, ...record }) => {
      await sql.write(addText, [token_hash, token_id, uses ?? null, expires_at, JSON.stringify(record)])
    },
    find: async (token_hash, now) => {
      const [row] = await sql.all(findText, [token_hash, now])
      return row ? readToken(row) : null
    },
    spend: async (token_hash, now) => (await sql.write(spendText, [token_hash, now])).length > 0,
    revoke: async (token_id) => {
      const gone = await sql.write('delete from initial_access_tokens where token_id = $1 returning token_id', [token_id])
      return gone.length > 0
    },
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readToken),
  }
}

function readToken(row: Row): InitialAccessToken {
  const token = JSON.parse(row.record as string)
  token.token_hash = row.token_hash
  token.token_id = row.token_id
  token.expires_at = row.expires_at
  if (row.uses !== null) token.uses = row.uses
  return token
}
