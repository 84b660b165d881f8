import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import { aClient, aConsent, aGrant, aReceipt, aSession, aUser, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** As another version would write them: a member that this one has never heard of. */
const TOMORROW = { tomorrow: { depth: [1, 'two', null] } }

/** Two versions run on one database for a while: what the other one writes is read, and kept as it is. */
export function versionTests(world: World): void {
  for (const [what, more] of [
    ['with nothing but what a record must have, as an older version wrote them', {}],
    ['with a member of a newer version', TOMORROW],
  ] as const) {
    it(`records come back as they are ${what}`, async () => {
      const [store, other] = [world.store, world.stores[1]!]
      const client = { ...aClient(), ...more }
      await store.clients.add(client)
      assert.deepEqual(await other.clients.find(client.client_id), client)
      const user = { ...aUser(), ...more }
      await store.users.add(user)
      assert.deepEqual(await other.users.find(user.sub), user)
      const session = { ...aSession(), ...more }
      await store.sessions.open(session)
      assert.deepEqual(await other.sessions.find(session.session_hash, NOW), session)
      const consent = { ...aConsent(), ...more }
      await store.consents.decide(consent, { ...aReceipt(consent), ...more })
      assert.deepEqual((await other.consents.find(consent.sub, consent.client_id)).consent, consent)
      const key = { key_id: fresh('key'), key_hash: fresh('hash'), sub: user.sub, hint: 'abcd', created_at: NOW, ...more }
      await store.apiKeys.add(key)
      assert.deepEqual(await other.apiKeys.find(key.key_hash), key)
      const times = { created_at: NOW, expires_at: NOW + DAY }
      const token = { token_id: fresh('token'), token_hash: fresh('hash'), dialect: 'standard', ...times, ...more }
      await store.initialAccessTokens.add(token)
      assert.deepEqual(await other.initialAccessTokens.find(token.token_hash, NOW), token)
    })
  }

  it('a rotation and a revocation keep what another version has written into a grant', async () => {
    const grant = { ...aGrant(), ...TOMORROW }
    await world.store.grants.redeem(grant, {})
    const rotated = await world.stores[1]!.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null)
    assert.deepEqual((rotated as typeof grant).tomorrow, TOMORROW.tomorrow)
    await world.store.grants.revoke(grant.grant_id, NOW)
    assert.deepEqual(((await world.store.grants.find(grant.grant_id)) as typeof grant).tomorrow, TOMORROW.tomorrow)
  })
}
