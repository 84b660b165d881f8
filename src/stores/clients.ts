import type { Client } from '../core/model/client.ts'
import type { Store } from '../core/model/store.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { withdraw } from './withdrawals.ts'

const findText = 'select client_id, owner, record from clients where client_id = $1'
/** Nothing where the owner has as many as they may have, or the client is gone for good. */
const addText = `
  insert into clients (client_id, owner, record)
  select cast($1 as text), cast($2 as text), cast($3 as text)
  where (cast($4 as bigint) is null or (select count(*) from clients where owner = cast($2 as text)) < cast($4 as bigint))
    and not exists (select 1 from gone_clients where client_id = cast($1 as text))
  on conflict (client_id) do nothing`
const updateText = 'update clients set record = $2 where client_id = $1 and (cast($3 as text) is null or record = cast($3 as text))'
const forgetText = 'delete from consents where client_id = $1'
const listText = 'select client_id, owner, record from clients where client_id > $1 order by client_id limit $2'
const ownedText = 'select client_id, owner, record from clients where owner = $1 and client_id > $2 order by client_id limit $3'

/** Registered clients. */
export function createClients(sql: Sql): Store['clients'] {
  return {
    find: async (client_id) => {
      const [row] = await sql.all(findText, [client_id])
      return row ? readClient(row) : null
    },
    add: (client, options) => {
      const values = [client.client_id, client.owner ?? null, writeClient(client), options?.most ?? null]
      return sql.batch([{ text: addText, values, must: true }]) // guarded by other rows than its own
    },
    update: (client, options) => {
      const update: Statement = {
        text: updateText,
        values: [client.client_id, writeClient(client), options?.replaces ? writeClient(options.replaces) : null],
        must: true,
      }
      const forget: Statement = { text: forgetText, values: [client.client_id] }
      return sql.batch([
        update,
        ...(options?.forget ? [forget] : []),
        ...(options?.withdraw || options?.forget ? [withdraw('', client.client_id)] : []),
      ])
    },
    delete: async (client_id) => {
      const [row] = await sql.all(findText, [client_id])
      // its client_id still says what it was: only this keeps it from coming back
      const bury: Statement = { text: 'insert into gone_clients (client_id) values ($1) on conflict do nothing', values: [client_id] }
      return sql.batch([
        { text: 'delete from clients where client_id = $1', values: [client_id], must: true },
        ...(row && readClient(row).sealed ? [bury] : []),
        // another client may be given this id one day: nobody has allowed it anything
        { text: forgetText, values: [client_id] },
        withdraw('', client_id),
      ])
    },
    isGone: async (client_id) => (await sql.all('select 1 as gone from gone_clients where client_id = $1', [client_id])).length > 0,
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readClient),
    listOwned: async (owner, { after, limit }) => (await sql.all(ownedText, [owner, after, limit])).map(readClient),
  }
}

function writeClient({ client_id, owner, ...record }: Client): string {
  return JSON.stringify(record)
}

function readClient(row: Row): Client {
  const client = JSON.parse(row.record as string)
  client.client_id = row.client_id
  if (row.owner !== null) client.owner = row.owner
  return client
}
