import type { Client } from '../core/model/client.ts'
import type { Store } from '../core/model/store.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { withdraw } from './withdrawals.ts'

const findText = 'select client_id, record from clients where client_id = $1'
const addText = 'insert into clients (client_id, record) values ($1, $2) on conflict (client_id) do nothing returning client_id'
const updateText = 'update clients set record = $2 where client_id = $1'
const listText = 'select client_id, record from clients where client_id > $1 order by client_id limit $2'

/** Registered clients. */
export function createClients(sql: Sql): Store['clients'] {
  return {
    find: async (client_id) => {
      const [row] = await sql.all(findText, [client_id])
      return row ? readClient(row) : null
    },
    add: async (client) => {
      const added = await sql.write(addText, [client.client_id, writeClient(client)])
      return added.length > 0
    },
    update: (client, options) => {
      const update: Statement = { text: updateText, values: [client.client_id, writeClient(client)], must: true }
      return sql.batch(options?.withdraw ? [update, withdraw('', client.client_id)] : [update])
    },
    delete: (client_id) =>
      sql.batch([
        { text: 'delete from clients where client_id = $1', values: [client_id], must: true },
        // another client may be given this id one day: nobody has allowed it anything
        { text: 'delete from consents where client_id = $1', values: [client_id] },
        withdraw('', client_id),
      ]),
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readClient),
  }
}

function writeClient({ client_id, ...record }: Client): string {
  return JSON.stringify(record)
}

function readClient(row: Row): Client {
  const client = JSON.parse(row.record as string)
  client.client_id = row.client_id
  return client
}
