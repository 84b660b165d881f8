import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import type { Consent, Restriction } from '../../../src/core/model/grant.ts'
import type { Receipt } from '../../../src/core/model/receipt.ts'
import type { Store } from '../../../src/core/model/store.ts'
import { aConsent, aGrant, aReceipt, NOW, PROTO, TEXTS } from './records.ts'
import type { World } from './world.ts'

const DECISIONS = { pause: 'paused', resume: 'resumed' } as const

/** What people take back of consents that go on, and how use is counted. */
export function restrictionTests(world: World): void {
  async function given(scope = 'openid a b'): Promise<{ consent: Consent; epoch: number }> {
    const consent = aConsent({ scope, scope_at: { '': scope } })
    await world.store.consents.decide(consent, aReceipt(consent))
    return { consent, epoch: await world.epoch(consent.sub, consent.client_id) }
  }
  const receiptOf = (consent: Consent, restriction: Restriction): Receipt =>
    aReceipt(consent, typeof restriction === 'string' ? DECISIONS[restriction] : restriction.scope === '' ? 'limited' : 'narrowed')

  async function restrict(consent: Consent, restriction: Restriction, store: Store = world.store): Promise<boolean> {
    const { epoch, consent: found } = await store.consents.find(consent.sub, consent.client_id)
    return store.consents.restrict(consent, receiptOf(consent, restriction), restriction, { epoch, replaces: found ?? consent })
  }
  const grantOf = ({ sub, client_id }: Consent, epoch: number, scope = 'openid a b') => aGrant({ sub, client_id, epoch, scope })

  it('a pause stops codes under way and grants, and nothing is lost when it ends', async () => {
    const { consent, epoch } = await given()
    const grant = grantOf(consent, epoch)
    await world.store.grants.redeem(grant, {})
    assert.equal(await restrict({ ...consent, paused_at: NOW }, 'pause'), true)
    assert.equal((await world.store.consents.find(consent.sub, consent.client_id)).consent?.paused_at, NOW)
    assert.deepEqual(await world.store.grants.find(grant.grant_id), { ...grant, paused: true })
    assert.equal(await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null), null)
    const late = grantOf(consent, epoch)
    assert.equal(await world.store.grants.redeem(late, {}), 'withdrawn')
    assert.equal(await restrict(consent, 'resume'), true)
    assert.deepEqual(await world.store.grants.find(grant.grant_id), grant)
    assert.equal(await world.store.grants.redeem(late, {}), 'inserted')
    assert.equal((await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null))?.generation, 2)
    assert.equal(await world.epoch(consent.sub, consent.client_id), epoch)
  })

  it('a narrowing holds for what was given before it, and for nothing after', async () => {
    const { consent, epoch } = await given()
    const before = grantOf(consent, epoch)
    const only_b = grantOf(consent, epoch, 'b')
    const under_way = grantOf(consent, epoch)
    for (const grant of [before, only_b]) await world.store.grants.redeem(grant, {})
    assert.equal(await restrict({ ...consent, scope: 'openid a' }, { scope: 'b' }), true)
    assert.equal(await world.store.grants.redeem(under_way, {}), 'withdrawn')
    const { narrowed, ...rest } = { ...before, scope: 'openid a', narrowed: 'b' }
    assert.deepEqual(await world.store.grants.find(before.grant_id), { ...rest, narrowed })
    assert.equal((await world.store.grants.find(only_b.grant_id))?.revoked_at, 0)
    assert.equal(await world.store.grants.rotate(only_b.grant_id, 1, NOW, NOW + DAY, null), null)
    assert.equal((await world.store.grants.rotate(before.grant_id, 1, NOW, NOW + DAY, null))?.scope, 'openid a')
    // a new decision gives the word to what comes, and not back to what was given before
    await world.store.consents.decide(consent, aReceipt(consent))
    const after = grantOf(consent, await world.epoch(consent.sub, consent.client_id))
    assert.equal(await world.store.grants.redeem(after, {}), 'inserted')
    assert.deepEqual(await world.store.grants.find(after.grant_id), after)
    assert.equal((await world.store.grants.find(before.grant_id))?.scope, 'openid a')
  })

  it('an earlier end is the end of what was given before it, and of nothing after', async () => {
    const { consent, epoch } = await given()
    const before = grantOf(consent, epoch)
    await world.store.grants.redeem(before, {})
    assert.equal(await restrict({ ...consent, expires_at: NOW + 2 * DAY }, { scope: '', ends_at: NOW + 2 * DAY }), true)
    const found = await world.store.grants.find(before.grant_id)
    assert.deepEqual([found?.ends_at, found?.expires_at, found?.scope], [NOW + 2 * DAY, NOW + DAY, 'openid a b'])
    const turned = await world.store.grants.rotate(before.grant_id, 1, NOW + DAY - 1, NOW + 9 * DAY, null)
    assert.deepEqual([turned?.expires_at, turned?.ends_at], [NOW + 2 * DAY, NOW + 2 * DAY])
    assert.equal(await world.store.grants.rotate(before.grant_id, 2, NOW + 2 * DAY, NOW + 9 * DAY, null), null)
    await world.store.consents.decide(consent, aReceipt(consent))
    const after = grantOf(consent, await world.epoch(consent.sub, consent.client_id))
    await world.store.grants.redeem(after, {})
    assert.deepEqual(await world.store.grants.find(after.grant_id), after)
    assert.equal((await world.store.grants.find(before.grant_id))?.ends_at, NOW + 2 * DAY)
  })

  it('a withdrawal ends what rests, and the next consent does not rest', async () => {
    const { consent, epoch } = await given()
    const grant = grantOf(consent, epoch)
    await world.store.grants.redeem(grant, {})
    await restrict({ ...consent, paused_at: NOW }, 'pause')
    await world.store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent, 'withdrawn'))
    assert.deepEqual(await world.store.grants.find(grant.grant_id), { ...grant, revoked_at: 0 })
    await world.store.consents.decide(consent, aReceipt(consent))
    const next = grantOf(consent, await world.epoch(consent.sub, consent.client_id))
    assert.equal(await world.store.grants.redeem(next, {}), 'inserted')
    assert.equal(await restrict({ ...consent, paused_at: NOW }, 'pause'), true)
    assert.equal((await world.store.grants.find(next.grant_id))?.paused, true)
  })

  it('a new decision lets it go on', async () => {
    const { consent, epoch } = await given()
    const grant = grantOf(consent, epoch)
    await world.store.grants.redeem(grant, {})
    await restrict({ ...consent, paused_at: NOW }, 'pause')
    await world.store.consents.decide(consent, aReceipt(consent))
    assert.deepEqual(await world.store.grants.find(grant.grant_id), grant)
  })

  it('all of a person or a client is withdrawn beneath a pause and a narrowing too', async () => {
    const { consent, epoch } = await given()
    const grant = grantOf(consent, epoch)
    await world.store.grants.redeem(grant, {})
    await restrict({ ...consent, scope: 'openid a' }, { scope: 'b' })
    await restrict({ ...consent, scope: 'openid a', paused_at: NOW }, 'pause')
    await world.store.grants.withdraw({ sub: consent.sub, client_id: '' })
    const found = await world.store.grants.find(grant.grant_id)
    assert.deepEqual([found?.revoked_at, found?.paused], [0, undefined])
    await restrict({ ...consent, scope: 'openid a' }, 'resume')
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, 0)
  })

  it('nothing is written where something was called back meanwhile', async () => {
    const { consent, epoch } = await given()
    await world.store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent, 'withdrawn'))
    for (const restriction of ['pause', 'resume', { scope: 'b' }] as const) {
      assert.equal(
        await world.store.consents.restrict(consent, receiptOf(consent, restriction), restriction, { epoch, replaces: consent }),
        false,
      )
    }
    assert.deepEqual(await world.store.consents.find(consent.sub, consent.client_id), { consent: null, epoch: epoch + 1 })
  })

  for (const restriction of ['pause', { scope: 'b' }] as const) {
    it(`one of many is the first: ${typeof restriction === 'string' ? restriction : 'narrow'}`, async () => {
      const { consent, epoch } = await given()
      const made = await world.race((one) =>
        one.consents.restrict(consent, receiptOf(consent, restriction), restriction, { epoch, replaces: consent }),
      )
      assert.equal(made.filter(Boolean).length, 1)
    })
  }

  it('of refreshes and a narrowing at once none gets more after it', async () => {
    const { consent, epoch } = await given()
    const grant = grantOf(consent, epoch)
    await world.store.grants.redeem(grant, {})
    let done = false
    const scopes = await world.race(async (one, caller) => {
      if (caller === 25) {
        done = await restrict({ ...consent, scope: 'openid a' }, { scope: 'b' }, one)
        return undefined
      }
      const after = done
      for (let generation = 1; generation < 60; generation++) {
        const turned = await one.grants.rotate(grant.grant_id, generation, NOW, NOW + DAY, null)
        if (turned) return after ? turned.scope : undefined
      }
      return undefined
    })
    assert.equal(done, true)
    for (const scope of scopes) if (scope !== undefined) assert.equal(scope, 'openid a')
    assert.equal((await world.store.grants.find(grant.grant_id))?.scope, 'openid a')
  })

  it('what was decided meanwhile is not written over', async () => {
    const { consent, epoch } = await given()
    const wider = { ...consent, scope: 'openid a b c', granted_at: NOW + 1 }
    await world.store.consents.decide(wider, aReceipt(wider))
    for (const restriction of ['pause', { scope: 'b' }] as const) {
      const made = { ...consent, scope: 'openid a' }
      const options = { epoch, replaces: consent }
      assert.equal(await world.store.consents.restrict(made, receiptOf(made, restriction), restriction, options), false)
    }
    assert.deepEqual(await world.store.consents.find(consent.sub, consent.client_id), { consent: wider, epoch })
    // what was read is what is replaced, whatever stands in it
    const odd = { ...wider, claims: TEXTS, scope_at: PROTO, expires_at: NOW + DAY, used_at: NOW }
    await world.store.consents.decide(odd, aReceipt(odd))
    const found = (await world.store.consents.find(odd.sub, odd.client_id)).consent!
    assert.equal(await restrict({ ...found, paused_at: NOW }, 'pause'), true)
  })

  it('uses are counted by the day, for thirty days, and none is lost among many', async () => {
    const { consent } = await given()
    const { sub, client_id } = consent
    const day = Math.floor(NOW / DAY)
    assert.equal(await world.store.consents.use(sub, client_id, NOW, 3), true)
    assert.equal(await world.store.consents.use(sub, client_id, NOW + 2 * DAY, 1), true)
    assert.equal(await world.store.consents.use(sub, client_id, NOW + DAY, 5), true)
    const found = (await world.store.consents.find(sub, client_id)).consent
    assert.deepEqual([found?.used_at, found?.use], [NOW + 2 * DAY, { day: day + 2, counts: [1, 5, 3] }])
    await world.store.consents.use(sub, client_id, NOW + 31 * DAY, 2)
    const later = (await world.store.consents.find(sub, client_id)).consent?.use
    assert.deepEqual([later?.day, later?.counts.length, later?.counts[29]], [day + 31, 30, 1])
    await world.race(async (one) => {
      while (!(await one.consents.use(sub, client_id, NOW + 31 * DAY, 1)));
    })
    const [listed] = await world.store.consents.list(sub, { after: '', limit: 1 })
    assert.equal(listed?.use?.counts[0], 52)
    // a decision leaves the counts as they are, and of a consent that is not there nothing is counted
    await world.store.consents.decide({ ...consent, used_at: NOW + 40 * DAY }, aReceipt(consent))
    assert.equal((await world.store.consents.find(sub, client_id)).consent?.use?.counts[0], 52)
    assert.equal(await world.store.consents.use(sub, 'nobody', NOW, 1), true)
  })

  it('the last three networks of use are kept, the newest first, and a use without one leaves them', async () => {
    const { consent } = await given()
    const { sub, client_id } = consent
    for (const from of ['192.0.2.0/24', '198.51.100.0/24', '192.0.2.0/24', '203.0.113.0/24', '2001:db8:7::/48', ''])
      assert.equal(await world.store.consents.use(sub, client_id, NOW, 1, from), true)
    const [listed] = await world.store.consents.list(sub, { after: '', limit: 1 })
    assert.deepEqual(listed?.use?.from, ['2001:db8:7::/48', '203.0.113.0/24', '192.0.2.0/24'])
    const found = (await world.store.consents.find(sub, client_id)).consent!
    assert.deepEqual(found.use?.from, listed.use.from)
    // a decision leaves them as they are
    await world.store.consents.decide({ ...consent, granted_at: NOW + 1 }, aReceipt(consent))
    assert.deepEqual((await world.store.consents.find(sub, client_id)).consent?.use, found.use)
    await world.race(async (one, i) => {
      while (!(await one.consents.use(sub, client_id, NOW, 1, `10.0.${i}.0/24`)));
    })
    const raced = (await world.store.consents.find(sub, client_id)).consent?.use
    assert.deepEqual([raced?.counts[0], raced?.from?.length], [56, 3])
  })
}
