import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MINUTE } from '../../../src/core/model/clock.ts'
import { NOW } from './records.ts'
import type { World } from './world.ts'

let bucket = 0

/** Counters for strangers. */
export function throttleTests(world: World): void {
  it('fifty attempts at once are counted one by one', async () => {
    const mine = ++bucket
    const outcomes = await world.race((store) => store.throttles.count(mine, MINUTE, NOW))
    assert.deepEqual(
      outcomes.map(({ count }) => count).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
    assert.ok(outcomes.every(({ ends_at }) => ends_at === NOW + MINUTE))
  })

  it('a window ends when its first attempt said, and another begins', async () => {
    const mine = ++bucket
    await world.store.throttles.count(mine, MINUTE, NOW)
    assert.deepEqual(await world.store.throttles.count(mine, MINUTE, NOW + MINUTE - 1), { count: 2, ends_at: NOW + MINUTE })
    assert.deepEqual(await world.store.throttles.count(mine, MINUTE, NOW + MINUTE), { count: 1, ends_at: NOW + 2 * MINUTE })
  })

  it('buckets do not mix', async () => {
    const [one, other] = [++bucket, 65_535]
    await world.store.throttles.count(one, MINUTE, NOW)
    assert.equal((await world.store.throttles.count(other, MINUTE, NOW)).count, 1)
  })

  it('the last attempt is forgiven, or all', async () => {
    const mine = ++bucket
    const count = async () => (await world.store.throttles.count(mine, MINUTE, NOW)).count
    await count()
    await count()
    await world.store.throttles.forgive(mine, 'one')
    assert.equal(await count(), 2)
    await world.store.throttles.forgive(mine, 'all')
    await world.store.throttles.forgive(mine, 'one')
    assert.equal(await count(), 1)
  })

  it('no forgiving goes below nothing', async () => {
    const mine = ++bucket
    await world.store.throttles.count(mine, MINUTE, NOW)
    for (let i = 0; i < 3; i++) await world.store.throttles.forgive(mine, 'one')
    assert.equal((await world.store.throttles.count(mine, MINUTE, NOW)).count, 1)
  })
}
