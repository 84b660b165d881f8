import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY, HOUR, SECOND } from '../../../src/core/model/clock.ts'
import type { InitialAccessToken } from '../../../src/core/model/initial-access-token.ts'
import { fresh, NOW } from './records.ts'
import type { World } from './world.ts'

function aToken(fields: Partial<InitialAccessToken> = {}): InitialAccessToken {
  const token_id = fresh('token')
  return { token_id, token_hash: `hash of ${token_id}`, dialect: 'standard', created_at: NOW, expires_at: NOW + DAY, ...fields }
}

/** Tokens by which clients are registered. */
export function initialAccessTokenTests(world: World): void {
  const { find, spend } = {
    find: (token: InitialAccessToken, now = NOW) => world.store.initialAccessTokens.find(token.token_hash, now),
    spend: (token: InitialAccessToken, now = NOW) => world.store.initialAccessTokens.spend(token.token_hash, now),
  }

  it('are found as they were added, on every connection, until they end', async () => {
    for (const token of [aToken(), aToken({ uses: 3, note: 'for Zoë', reviewed: true })]) {
      assert.equal(await find(token), null)
      await world.store.initialAccessTokens.add(token)
      for (const store of world.stores) assert.deepEqual(await store.initialAccessTokens.find(token.token_hash, NOW), token)
      assert.deepEqual(await find(token, NOW + DAY - 1), token)
      assert.equal(await find(token, NOW + DAY), null)
      assert.equal(await spend(token, NOW + DAY), false)
    }
  })

  it('of fifty at once as many spend one as it has uses', async () => {
    const token = aToken({ uses: 7 })
    await world.store.initialAccessTokens.add(token)
    const spent = await world.race((store) => store.initialAccessTokens.spend(token.token_hash, NOW))
    assert.equal(spent.filter(Boolean).length, 7)
    assert.equal(await find(token), null)
  })

  it('one without a number of uses is never used up', async () => {
    const token = aToken()
    await world.store.initialAccessTokens.add(token)
    const spent = await world.race((store) => store.initialAccessTokens.spend(token.token_hash, NOW))
    assert.ok(spent.every(Boolean))
    assert.deepEqual(await find(token), token)
  })

  it('are listed, those that are used up too, and revoked once', async () => {
    const [one, other] = [aToken({ uses: 1 }), aToken()]
    for (const token of [one, other]) await world.store.initialAccessTokens.add(token)
    await spend(one)
    assert.deepEqual(await world.store.initialAccessTokens.list({ after: one.token_id, limit: 1 }), [other])
    const all = await world.store.initialAccessTokens.list({ after: '', limit: 1000 })
    assert.equal(all.find(({ token_id }) => token_id === one.token_id)?.uses, 0)
    assert.equal(await world.store.initialAccessTokens.revoke(other.token_id), true)
    assert.equal(await world.store.initialAccessTokens.revoke(other.token_id), false)
    assert.equal(await find(other), null)
  })

  it('are swept an hour after their end', async () => {
    const token = aToken({ expires_at: NOW - 100 * DAY })
    await world.store.initialAccessTokens.add(token)
    const listed = async () =>
      (await world.store.initialAccessTokens.list({ after: '', limit: 1000 })).some(({ token_id }) => token_id === token.token_id)
    await world.store.sweep(token.expires_at + HOUR - 1, SECOND)
    assert.equal(await listed(), true)
    await world.store.sweep(token.expires_at + HOUR, SECOND)
    assert.equal(await listed(), false)
  })
}
