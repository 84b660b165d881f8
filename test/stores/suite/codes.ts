import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MINUTE } from '../../../src/core/model/clock.ts'
import { fresh, NOW, TEXTS } from './records.ts'
import type { World } from './world.ts'

/** Codes that were too long for an address. */
export function codeTests(world: World): void {
  it('are found by their key, on every connection, letter for letter', async () => {
    for (const sealed of TEXTS) {
      const key = fresh('code')
      assert.equal(await world.store.codes.find(key), null)
      await world.store.codes.park(key, sealed, NOW + MINUTE)
      for (const store of world.stores) assert.equal(await store.codes.find(key), sealed)
    }
  })

  it('a key that is taken keeps its code', async () => {
    const key = fresh('code')
    await world.store.codes.park(key, 'first', NOW + MINUTE)
    await assert.rejects(world.store.codes.park(key, 'second', NOW + MINUTE))
    assert.equal(await world.store.codes.find(key), 'first')
  })
}
