import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import type { Store, StoreNotice } from '../../src/core/model/store.ts'
import { withClientCache } from '../../src/stores/client-cache.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { aClient, NOW } from './suite/records.ts'

describe('the cache of clients', () => {
  let store: Store
  before(async () => {
    store = await openSqliteStore(':memory:')
  })
  after(() => store.close())

  it('keeps a client parsed for a moment, and nobody who is not there', async () => {
    const client = aClient()
    assert.equal(await store.clients.find(client.client_id), null)
    await store.clients.add(client)
    const found = await store.clients.find(client.client_id)
    assert.deepEqual(found, client)
    assert.equal(await store.clients.find(client.client_id), found)
  })

  it('forgets at once what a notice names, and everything where it may be anything', async () => {
    let notice: (of: StoreNotice) => void = () => undefined
    const watch: Store['watch'] = (listener) => {
      notice = listener
      return () => undefined
    }
    const [one, other] = [aClient(), aClient()]
    for (const client of [one, other]) await store.clients.add(client)
    // what another process writes goes past the cache
    const { clients } = store
    let turn = 0
    const find = async (client_id: string): Promise<Client> => ({ ...(client_id === one.client_id ? one : other), created_at: ++turn })
    const cached = withClientCache({ ...store, watch, clients: { ...clients, find } })
    cached.watch?.(() => undefined)
    const look = async () => [
      (await cached.clients.find(one.client_id))?.created_at,
      (await cached.clients.find(other.client_id))?.created_at,
    ]
    assert.deepEqual(await look(), [1, 2])
    notice({ keys: true })
    assert.deepEqual(await look(), [1, 2])
    notice({ clients: one.client_id })
    assert.deepEqual(await look(), [3, 2])
    notice({ clients: '' })
    assert.deepEqual(await look(), [4, 5])
  })

  it('does not keep what was read before a change and arrives after it', async () => {
    const client = aClient()
    await store.clients.add(client)
    // a database far away: what it has read is on its way while the client is changed
    let arrive = () => {}
    const underWay = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const find = async (client_id: string): Promise<Client | null> => {
      const [read] = (await store.clients.list({ after: '', limit: 1000 })).filter((one) => one.client_id === client_id)
      await underWay
      return read ?? null
    }
    const cached = withClientCache({ ...store, clients: { ...store.clients, find } })
    const early = cached.clients.find(client.client_id)
    await cached.clients.update({ ...client, disabled_at: NOW })
    arrive()
    assert.equal((await early)?.disabled_at, undefined)
    assert.equal((await cached.clients.find(client.client_id))?.disabled_at, NOW)
  })
})
