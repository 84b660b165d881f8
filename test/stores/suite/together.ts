import assert from 'node:assert/strict'
import { it } from 'node:test'
import { aClient, aConsent, aGrant, aReceipt, aSession, aUser, fresh, NOW, PROTO, TEXTS } from './records.ts'
import type { World } from './world.ts'

/** What holds for every table. */
export function togetherTests(world: World): void {
  it('a statement that fails harms no other of the same moment', async () => {
    const session = aSession()
    const grants = [aGrant(), aGrant()]
    const outcomes = await Promise.allSettled([
      world.store.grants.redeem(grants[0]!, {}),
      world.store.sessions.open(session),
      world.store.sessions.open(session),
      world.store.users.update(aUser(), { end: 'everything' }),
      world.store.grants.redeem(grants[1]!, {}),
    ])
    assert.deepEqual(
      [outcomes[0], ...outcomes.slice(3), ...outcomes.slice(1, 3).sort((a, b) => a.status.localeCompare(b.status))].map(
        (one) => one!.status,
      ),
      ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'], // of the two equal ones either may be first
    )
    for (const grant of grants) assert.deepEqual(await world.store.grants.find(grant.grant_id), grant)
    assert.deepEqual(await world.store.sessions.find(session.session_hash, NOW), session)
  })

  it('texts of every kind come back letter for letter', async () => {
    for (const text of TEXTS) {
      const client = aClient({ client_name: text, client_id: `${fresh('client')} ${text.slice(0, 500)}` })
      const consent = aConsent({ scope: text, sub: `${fresh('user')} ${text.slice(0, 500)}` })
      const user = aUser({ name: text, claims: { note: text } })
      await world.store.clients.add(client)
      await world.store.consents.decide(consent, aReceipt(consent))
      await world.store.users.add(user)
      assert.deepEqual(await world.stores[1]!.clients.find(client.client_id), client)
      assert.deepEqual((await world.store.consents.find(consent.sub, consent.client_id)).consent, consent)
      assert.deepEqual(await world.store.users.find(user.sub), user)
    }
  })

  it('names that mean something to the language mean nothing in a record', async () => {
    const user = aUser({ claims: PROTO })
    await world.store.users.add(user)
    const found = await world.store.users.find(user.sub)
    assert.equal(JSON.stringify(found?.claims), JSON.stringify(PROTO))
    assert.equal(({} as Record<string, unknown>).admin, undefined)
    for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(await world.store.clients.find(name), null)
  })

  it('times far ahead are kept exactly', async () => {
    const grant = aGrant({ ends_at: Number.MAX_SAFE_INTEGER, expires_at: Number.MAX_SAFE_INTEGER - 1 })
    await world.store.grants.redeem(grant, {})
    assert.deepEqual(await world.store.grants.find(grant.grant_id), grant)
  })

  it('its clock is known', async () => {
    assert.ok(Math.abs(await world.store.skew()) < 5000)
  })

  it('one counter ends everything of everybody', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    const tokens = await world.store.tokens.epoch(fresh('client'))
    await world.store.grants.withdraw({ sub: '', client_id: '' })
    assert.equal((await world.stores[1]!.grants.find(grant.grant_id))?.revoked_at, 0)
    assert.equal(await world.store.grants.redeem(aGrant(), {}), 'withdrawn')
    assert.equal(await world.store.tokens.epoch(fresh('client')), tokens + 1)
    assert.equal(await world.epoch(fresh('user'), fresh('client')), tokens + 1)
  })
}
