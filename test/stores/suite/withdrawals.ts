import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import type { Grant } from '../../../src/core/model/grant.ts'
import { aGrant, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Counters that call back what was given, and what is under way. */
export function withdrawalTests(world: World): void {
  const targets = [
    ['a person and a client', (g: Grant) => ({ sub: g.sub, client_id: g.client_id }), { same: 0, client: undefined, person: undefined }],
    ['a person', (g: Grant) => ({ sub: g.sub, client_id: '' }), { same: 0, client: undefined, person: 0 }],
    ['a client', (g: Grant) => ({ sub: '', client_id: g.client_id }), { same: 0, client: 0, person: undefined }],
  ] as const

  for (const [what, target, ended] of targets) {
    it(`of ${what} end what they name and nothing else`, async () => {
      const same = aGrant()
      const grants = {
        same,
        client: aGrant({ client_id: same.client_id }),
        person: aGrant({ sub: same.sub }),
        other: aGrant(),
      }
      const now = await world.epoch(same.sub, same.client_id)
      for (const grant of Object.values(grants)) await world.store.grants.redeem({ ...grant, epoch: now }, {})
      await world.store.grants.withdraw(target(same))
      const revoked = async (grant: Grant) => (await world.stores[1]!.grants.find(grant.grant_id))?.revoked_at
      assert.equal(await revoked(grants.same), ended.same)
      assert.equal(await revoked(grants.client), ended.client)
      assert.equal(await revoked(grants.person), ended.person)
      assert.equal(await revoked(grants.other), undefined)
    })
  }

  it('reach codes that are under way, and no code that is made later', async () => {
    const grant = aGrant()
    const before = await world.epoch(grant.sub, grant.client_id)
    await world.store.grants.withdraw({ sub: grant.sub, client_id: grant.client_id })
    assert.equal(await world.store.grants.redeem({ ...grant, epoch: before }, {}), 'withdrawn')
    assert.equal(await world.store.grants.find(grant.grant_id), null)
    const later = { ...grant, epoch: await world.epoch(grant.sub, grant.client_id) }
    assert.equal(await world.store.grants.redeem(later, {}), 'inserted')
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, undefined)
  })

  it('stop rotation, and leave the moment of an earlier revocation', async () => {
    const [one, two] = [aGrant(), aGrant()]
    await world.store.grants.redeem(one, {})
    await world.store.grants.redeem(two, {})
    await world.store.grants.revoke(two.grant_id, NOW + 3)
    for (const { sub, client_id } of [one, two]) await world.store.grants.withdraw({ sub, client_id })
    assert.equal(await world.store.grants.rotate(one.grant_id, 1, NOW, NOW + DAY, null), null)
    assert.equal((await world.store.grants.find(two.grant_id))?.revoked_at, NOW + 3)
  })

  it('show a replay the grant that was called back', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    await world.store.grants.withdraw({ sub: grant.sub, client_id: '' })
    assert.deepEqual(await world.store.grants.redeem(grant, {}), { ...grant, revoked_at: 0 })
  })

  it('are counted one by one, however many come at once', async () => {
    const [sub, client_id] = [fresh('user'), fresh('client')]
    const before = await world.epoch(sub, client_id)
    await world.race((one, caller) => one.grants.withdraw({ sub: caller % 2 ? sub : '', client_id }))
    assert.equal(await world.epoch(sub, client_id), before + 50)
    assert.equal(await world.epoch(fresh('user'), client_id), before + 25)
  })
}
