import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY, HOUR, MINUTE } from '../../../src/core/model/clock.ts'
import { aGrant, aSession, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** One row per authorization: redeemed once, rotated one by one, revoked for good. */
export function grantTests(world: World): void {
  it('are found as they were redeemed', async () => {
    const grant = aGrant({
      resource: ['https://api.example'],
      claims: ['name'],
      acr: '1',
      amr: ['pwd'],
      dialect: 'standard',
      generation: 0,
    })
    assert.equal(await world.store.grants.find(grant.grant_id), null)
    assert.equal(await world.store.grants.redeem(grant, {}), 'inserted')
    for (const one of world.stores) assert.deepEqual(await one.grants.find(grant.grant_id), grant)
  })

  it('RFC 6749 §4.1.2 of fifty redemptions one inserts the grant, the others are shown it', async () => {
    const grant = aGrant()
    const outcomes = await world.race((one) => one.grants.redeem(grant, {}))
    assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 1)
    for (const outcome of outcomes) if (outcome !== 'inserted') assert.deepEqual(outcome, grant)
  })

  it('one that was revoked as it was redeemed stays so', async () => {
    const grant = aGrant({ revoked_at: NOW })
    assert.equal(await world.store.grants.redeem(grant, {}), 'inserted')
    assert.deepEqual(await world.store.grants.redeem(aGrant({ grant_id: grant.grant_id }), {}), grant)
    assert.equal(await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null), null)
  })

  it('are not redeemed once their session has ended', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    assert.equal(await world.store.grants.redeem(aGrant({ sid: session.sid }), { sid: session.sid }), 'inserted')
    await world.store.sessions.end(session.session_hash)
    const late = aGrant({ sid: session.sid })
    assert.equal(await world.store.grants.redeem(late, { sid: session.sid }), 'withdrawn')
    assert.equal(await world.store.grants.find(late.grant_id), null)
  })

  it('a replay is shown the grant, even when its session has ended', async () => {
    const session = aSession()
    const grant = aGrant({ sid: session.sid })
    await world.store.sessions.open(session)
    await world.store.grants.redeem(grant, { sid: session.sid })
    await world.store.sessions.end(session.session_hash)
    assert.deepEqual(await world.store.grants.redeem(grant, { sid: session.sid }), grant)
  })

  it('RFC 9700 §4.14.2 of fifty rotations of one generation one is made', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    const outcomes = await world.race((one, caller) => one.grants.rotate(grant.grant_id, 1, NOW + 5, NOW + 2 * DAY, `caller ${caller}`))
    const rotated = outcomes.filter((outcome) => outcome !== null)
    const expected = {
      ...grant,
      generation: 2,
      rotated_at: NOW + 5,
      rotated_for: `caller ${outcomes.indexOf(rotated[0]!)}`,
      expires_at: NOW + 2 * DAY,
    }
    assert.deepEqual(rotated, [expected])
    assert.deepEqual(await world.store.grants.find(grant.grant_id), expected)
  })

  it('a rotation for the whole grant forgets what the one before was for', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    assert.equal((await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, 'openid'))?.rotated_for, 'openid')
    assert.equal((await world.store.grants.rotate(grant.grant_id, 2, NOW, NOW + DAY, null))?.rotated_for, undefined)
  })

  it('no rotation passes the end of the grant', async () => {
    const grant = aGrant({ ends_at: NOW + HOUR, expires_at: NOW + MINUTE })
    await world.store.grants.redeem(grant, {})
    assert.equal((await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + 9 * DAY, null))?.expires_at, NOW + HOUR)
    assert.equal(await world.store.grants.rotate(grant.grant_id, 2, NOW + HOUR, NOW + 9 * DAY, null), null)
  })

  for (const [what, generation, at] of [
    ['an older generation', 1, NOW],
    ['a generation above the row', 3, NOW],
    ['an expired grant', 2, NOW + DAY],
  ] as const) {
    it(`rotates nothing for ${what}`, async () => {
      const grant = aGrant({ generation: 2 })
      await world.store.grants.redeem(grant, {})
      assert.equal(await world.store.grants.rotate(grant.grant_id, generation, at, NOW + 2 * DAY, null), null)
      assert.deepEqual(await world.store.grants.find(grant.grant_id), grant)
    })
  }

  it('the first moment of a revocation stays, and nothing rotates after it', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    await world.store.grants.revoke(grant.grant_id, NOW + 7)
    await world.race((one, caller) => one.grants.revoke(grant.grant_id, NOW + 8 + caller))
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, NOW + 7)
    assert.equal(await world.store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null), null)
    await world.store.grants.revoke(fresh('grant'), NOW)
  })
}
