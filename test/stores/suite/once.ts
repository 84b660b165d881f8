import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MINUTE } from '../../../src/core/model/clock.ts'
import { fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Names that are spent. */
export function onceTests(world: World): void {
  it('one of many spends a name, on whatever connection', async () => {
    const [id, other] = [fresh('once'), fresh('once')]
    const spent = await world.race((store) => store.once.spend(id, NOW + MINUTE))
    assert.equal(spent.filter(Boolean).length, 1)
    for (const store of world.stores) assert.equal(await store.once.spend(id, NOW + MINUTE), false)
    assert.equal(await world.store.once.spend(other, NOW + MINUTE), true)
  })
}
