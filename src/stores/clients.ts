import type { Client } from '../core/model/client.ts'
import type { Store } from '../core/model/store.ts'
import type { Ledger, NewEntry } from './audit.ts'
import { changedMembers } from './changes.ts'
import type { Row, Sql, Statement } from './sql.ts'
import { notGone } from './users.ts'
import { withdraw } from './withdrawals.ts'

const findText = 'select client_id, owner, record from clients where client_id = $1'
/** Nothing where the owner is gone or has as many as they may have, or the client is gone for good. */
const addText = `
  insert into clients (client_id, owner, record)
  select cast($1 as text), cast($2 as text), cast($3 as text)
  where (cast($4 as bigint) is null or (select count(*) from clients where owner = cast($2 as text)) < cast($4 as bigint))
    and not exists (select 1 from gone_clients where client_id = cast($1 as text)) and ${notGone('$2')}
  on conflict (client_id) do nothing`
const updateText = 'update clients set record = $2 where client_id = $1 and (cast($3 as text) is null or record = cast($3 as text))'
const forgetText = 'delete from consents where client_id = $1'
const listText = 'select client_id, owner, record from clients where client_id > $1 order by client_id limit $2'
const ownedText = 'select client_id, owner, record from clients where owner = $1 and client_id > $2 order by client_id limit $3'

/** Registered clients. */
export function createClients(sql: Sql, ledger: Ledger): Store['clients'] {
  async function find(client_id: string): Promise<Client | null> {
    const [row] = await sql.all(findText, [client_id])
    return row ? readClient(row) : null
  }

  return {
    find,
    add: (client, options) => {
      const values = [client.client_id, client.owner ?? null, writeClient(client), options?.most ?? null]
      // guarded by other rows than its own
      return ledger.decide([{ text: addText, values, must: true }], addition(client, options?.by))
    },
    update: async (client, options) => {
      const update: Statement = {
        text: updateText,
        values: [client.client_id, writeClient(client), options?.replaces ? writeClient(options.replaces) : null],
        must: true,
        notice: { clients: client.client_id },
      }
      const forget: Statement = { text: forgetText, values: [client.client_id] }
      const statements = [
        update,
        ...(options?.forget ? [forget] : []),
        ...(options?.withdraw || options?.forget ? [withdraw('', client.client_id)] : []),
      ]
      const entry = change(await find(client.client_id), client, options)
      return entry ? ledger.decide(statements, entry) : sql.batch(statements)
    },
    delete: async (client_id, by) => {
      const before = await find(client_id)
      const text = 'delete from clients where client_id = $1'
      const statements: Statement[] = [{ text, values: [client_id], must: true, notice: { clients: client_id } }]
      if (!before) return sql.batch(statements) // who took it away may still wait for the disk
      // its client_id still says what it was: only this keeps it from coming back
      const bury: Statement = { text: 'insert into gone_clients (client_id) values ($1) on conflict do nothing', values: [client_id] }
      if (before.sealed) statements.push(bury)
      // another client may be given this id one day: nobody has allowed it anything
      statements.push({ text: forgetText, values: [client_id] }, withdraw('', client_id))
      return ledger.decide(statements, { event: 'client.deleted', by, client_id })
    },
    isGone: async (client_id) => (await sql.all('select 1 as gone from gone_clients where client_id = $1', [client_id])).length > 0,
    list: async ({ after, limit }) => (await sql.all(listText, [after, limit])).map(readClient),
    listOwned: async (owner, { after, limit }) => (await sql.all(ownedText, [owner, after, limit])).map(readClient),
  }
}

function addition({ client_id, owner, reviewed, sealed }: Client, by: NewEntry['by']): NewEntry {
  const details = { ...(owner !== undefined && { owner }), ...(sealed && { sealed: true as const }), ...(reviewed && { reviewed }) }
  return { event: 'client.added', by, client_id, details }
}

/** Null where everything stays as it is. Read a moment before: what another node changes meanwhile may be told with this one. */
function change(before: Client | null, after: Client, options: Parameters<Store['clients']['update']>[1]): NewEntry | null {
  const { client_id } = after
  const changed = before ? changedMembers({ ...before, owner: after.owner }, after, ['updated_at']) : []
  const withdrawn = options?.withdraw === true || options?.forget === true
  if (!before || (changed.length === 0 && !withdrawn)) return null
  const toggled = (before.disabled_at === undefined) !== (after.disabled_at === undefined)
  const event = toggled ? (after.disabled_at === undefined ? 'client.enabled' : 'client.disabled') : 'client.changed'
  const details = { changed, ...(withdrawn && { withdrawn }), ...(options?.forget && { forgotten: true as const }) }
  return { event, by: options?.by, client_id, details }
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
