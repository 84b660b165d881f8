import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import { fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Access tokens that belong to no grant. */
export function tokenTests(world: World): void {
  it('RFC 7009 §2 one is revoked, for every connection, and no other', async () => {
    const [client_id, jti, other] = [fresh('client'), fresh('jti'), fresh('jti')]
    const epoch = await world.store.tokens.epoch(client_id)
    await world.store.tokens.revoke(jti, NOW + DAY)
    await world.store.tokens.revoke(jti, NOW + DAY)
    for (const store of world.stores) assert.deepEqual(await store.tokens.standing(client_id, jti), { epoch, revoked: true })
    assert.deepEqual(await world.store.tokens.standing(client_id, other), { epoch, revoked: false })
  })

  it('carry the epoch of their client, whatever people withdraw', async () => {
    const client_id = fresh('client')
    const epoch = await world.store.tokens.epoch(client_id)
    await world.store.grants.withdraw({ sub: fresh('user'), client_id })
    assert.equal(await world.store.tokens.epoch(client_id), epoch)
    await world.store.grants.withdraw({ sub: '', client_id })
    assert.equal(await world.store.tokens.epoch(client_id), epoch + 1)
    assert.deepEqual(await world.store.tokens.standing(client_id, fresh('jti')), { epoch: epoch + 1, revoked: false })
  })
}
