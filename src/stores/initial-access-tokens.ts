import type { InitialAccessToken } from '../core/model/initial-access-token.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger } from './audit.ts'
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
export function createInitialAccessTokens(sql: Sql, ledger: Ledger): Store['initialAccessTokens'] {
  return {
    add: async ({ token_hash, token_id, uses, expires_at, ...record }, by) => {
      const add = { text: addText, values: [token_hash, token_id, uses ?? null, expires_at, JSON.stringify(record)], must: true }
      const { dialect, reviewed } = record
      await ledger.decide([add], {
        event: 'initial_access_token.added',
        by,
        details: { token_id, dialect, ...(reviewed && { reviewed }) },
      })
    },
    find: async (token_hash, now) => {
      const [row] = await sql.all(findText, [token_hash, now])
      return row ? readToken(row) : null
    },
    spend: async (token_hash, now) => (await sql.write(spendText, [token_hash, now])).length > 0,
    revoke: (token_id, by) =>
      ledger.decide([{ text: 'delete from initial_access_tokens where token_id = $1', values: [token_id], must: true }], {
        event: 'initial_access_token.revoked',
        by,
        details: { token_id },
      }),
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
