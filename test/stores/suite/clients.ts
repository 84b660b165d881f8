import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pages } from './pages.ts'
import { aClient, aConsent, aGrant, aReceipt, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Registered clients, and the moment for which they may be cached. */
export function clientTests(world: World): void {
  it('are found as they were added, and not where they were not', async () => {
    const client = aClient({ default_max_age: 60, reviewed: true })
    assert.equal(await world.store.clients.find(client.client_id), null)
    assert.equal(await world.store.clients.add(client), true)
    for (const one of world.stores) assert.deepEqual(await one.clients.find(client.client_id), client)
  })

  it('one of many adds a client_id, and its words stay', async () => {
    const client_id = fresh('client')
    const added = await world.race((one, caller) => one.clients.add(aClient({ client_id, client_name: `caller ${caller}` })))
    assert.equal(added.filter(Boolean).length, 1)
    assert.equal((await world.store.clients.find(client_id))?.client_name, `caller ${added.indexOf(true)}`)
  })

  it('are updated where they are, at once for who did it and within a second for others', async () => {
    const client = aClient()
    assert.equal(await world.store.clients.update(client), false)
    await world.store.clients.add(client)
    for (const one of world.stores) await one.clients.find(client.client_id)
    const disabled = { ...client, disabled_at: NOW }
    assert.equal(await world.store.clients.update(disabled), true)
    assert.deepEqual(await world.store.clients.find(client.client_id), disabled)
    const since = performance.now()
    while ((await world.stores[1]!.clients.find(client.client_id))?.disabled_at === undefined) {
      assert.ok(performance.now() - since < 1000, 'another connection still serves the client as it was')
      await new Promise(setImmediate)
    }
  })

  it('an update withdraws what was given to it, where asked', async () => {
    const client = aClient()
    await world.store.clients.add(client)
    const grant = aGrant({ client_id: client.client_id })
    await world.store.grants.redeem(grant, {})
    await world.store.clients.update(client)
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, undefined)
    await world.store.clients.update(client, { withdraw: true })
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, 0)
  })

  it('an update of nobody withdraws nothing', async () => {
    const client = aClient()
    assert.equal(await world.store.clients.update(client, { withdraw: true }), false)
    assert.equal(await world.store.tokens.epoch(client.client_id), await world.store.tokens.epoch(fresh('client')))
  })

  it('are deleted with what was allowed and given to them', async () => {
    const client = aClient()
    const consent = aConsent({ client_id: client.client_id })
    await world.store.clients.add(client)
    await world.store.consents.decide(consent, aReceipt(consent))
    const before = await world.epoch(consent.sub, client.client_id)
    assert.equal(await world.store.clients.delete(client.client_id), true)
    assert.equal(await world.store.clients.delete(client.client_id), false)
    assert.equal(await world.store.clients.find(client.client_id), null)
    assert.deepEqual(await world.store.consents.find(consent.sub, client.client_id), { consent: null, epoch: before + 1 })
  })

  it('an update takes back what people have allowed, where asked', async () => {
    const client = aClient()
    const consent = aConsent({ client_id: client.client_id })
    await world.store.clients.add(client)
    await world.store.consents.decide(consent, aReceipt(consent))
    const before = await world.epoch(consent.sub, client.client_id)
    assert.equal(await world.store.clients.update({ ...client, client_name: 'Other' }, { forget: true }), true)
    assert.deepEqual(await world.store.consents.find(consent.sub, client.client_id), { consent: null, epoch: before + 1 })
  })

  it('one that registered itself cannot come back once it was deleted, others can', async () => {
    const [itself, other] = [aClient({ sealed: 'kept' }), aClient()]
    for (const client of [itself, other]) {
      assert.equal(await world.store.clients.isGone(client.client_id), false)
      await world.store.clients.add(client)
      assert.equal(await world.store.clients.isGone(client.client_id), false)
      assert.equal(await world.store.clients.delete(client.client_id), true)
    }
    for (const store of world.stores) assert.equal(await store.clients.isGone(itself.client_id), true)
    assert.deepEqual(await world.race((store) => store.clients.add(itself)), Array(50).fill(false))
    assert.equal(await world.store.clients.isGone(other.client_id), false)
    assert.equal(await world.store.clients.add(other), true)
  })

  it('deleted and added at one moment, one that registered itself ends deleted', async () => {
    const client = aClient({ sealed: 'kept' })
    await world.store.clients.add(client)
    await world.race((store, caller) => (caller === 25 ? store.clients.delete(client.client_id) : store.clients.add(client)))
    for (const store of world.stores) assert.equal(await store.clients.isGone(client.client_id), true)
    assert.equal(await world.store.clients.add(client), false)
  })

  it('are listed in parts, each once, while others come', async () => {
    const clients = Array.from({ length: 7 }, () => aClient())
    for (const client of clients) await world.store.clients.add(client)
    const found = await pages(
      async (page) => {
        await world.store.clients.add(aClient({ client_id: fresh('aaa') }))
        return world.store.clients.list(page)
      },
      (client) => client.client_id,
      3,
    )
    const mine = found.filter(({ client_id }) => clients.some((client) => client.client_id === client_id))
    assert.deepEqual(mine, clients)
    assert.equal(new Set(found.map(({ client_id }) => client_id)).size, found.length)
  })

  it('of one owner are listed for nobody else, and their owner stays', async () => {
    const [owner, other] = [fresh('user'), fresh('user')]
    const own = Array.from({ length: 5 }, () => aClient({ owner }))
    for (const client of [...own, aClient({ owner: other }), aClient()]) await world.store.clients.add(client)
    const found = await pages(
      (page) => world.store.clients.listOwned(owner, page),
      (client) => client.client_id,
      2,
    )
    assert.deepEqual(found, own)
    await world.store.clients.update({ ...own[0]!, owner: other, client_name: 'Other' })
    const [first] = await world.store.clients.listOwned(owner, { after: '', limit: 1 })
    assert.deepEqual(first, { ...own[0]!, client_name: 'Other' })
  })

  it('an owner has as many as they may have, and others as before', async () => {
    const owner = fresh('user')
    for (let i = 0; i < 3; i++) assert.equal(await world.store.clients.add(aClient({ owner }), { most: 3 }), true)
    assert.equal(await world.store.clients.add(aClient({ owner }), { most: 3 }), false)
    assert.equal(await world.store.clients.add(aClient({ owner: fresh('user') }), { most: 3 }), true)
    assert.equal((await world.store.clients.listOwned(owner, { after: '', limit: 10 })).length, 3)
  })

  it('of many updates that replace the same one is made; the others change nothing and withdraw nothing', async () => {
    const client = aClient({ owner: fresh('user') })
    await world.store.clients.add(client)
    const before = await world.store.tokens.epoch(client.client_id)
    const made = await world.race((one, caller) =>
      one.clients.update({ ...client, client_name: `caller ${caller}` }, { replaces: client, withdraw: true }),
    )
    assert.equal(made.filter(Boolean).length, 1)
    const [kept] = await world.store.clients.listOwned(client.owner!, { after: '', limit: 1 })
    assert.equal(kept?.client_name, `caller ${made.indexOf(true)}`)
    assert.equal(await world.store.tokens.epoch(client.client_id), before + 1)
    assert.equal(await world.store.clients.update(client, { replaces: kept! }), true)
  })
}
