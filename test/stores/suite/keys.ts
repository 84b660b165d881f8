import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import { aKey, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** The key ring: one next and one active key of each use. */
export function keyTests(world: World): void {
  afterEach(async () => {
    for (const { kid } of await world.store.keys.list()) await world.store.keys.delete(kid)
  })

  it('are listed as they were added', async () => {
    const keys = [
      aKey({ use: 'ticket', status: 'retired', active_at: NOW, retired_at: NOW + 1 }),
      aKey({ use: 'sig-ES256', status: 'active', active_at: NOW }),
      aKey({ use: 'sig-ES256' }),
    ]
    for (const key of keys) assert.equal(await world.store.keys.add(key), true)
    for (const store of world.stores) assert.deepEqual(await store.keys.list(), keys)
  })

  for (const status of ['next', 'active'] as const) {
    it(`one of many becomes the ${status} key of its use`, async () => {
      const added = await world.race((store) => store.keys.add(aKey({ status })))
      assert.equal(added.filter(Boolean).length, 1)
      assert.equal(await world.store.keys.add(aKey({ status, use: 'token' })), true)
      assert.equal((await world.store.keys.list()).length, 2)
    })
  }

  it('of retired keys there may be many', async () => {
    const added = await world.race((store) => store.keys.add(aKey({ status: 'retired', retired_at: NOW })))
    assert.ok(added.every(Boolean))
  })

  it('one of many promotes the next key; both move or neither', async () => {
    const [active, next] = [aKey({ status: 'active', active_at: NOW - 1 }), aKey()]
    await world.store.keys.add(active)
    await world.store.keys.add(next)
    const promoted = await world.race((store, caller) => store.keys.promote(active.kid, next.kid, NOW + caller))
    assert.equal(promoted.filter(Boolean).length, 1)
    const at = NOW + promoted.indexOf(true)
    assert.deepEqual(await world.store.keys.list(), [
      { ...active, status: 'retired', retired_at: at },
      { ...next, status: 'active', active_at: at },
    ])
  })

  it('the first key of a use becomes active once', async () => {
    const next = aKey()
    await world.store.keys.add(next)
    const promoted = await world.race((store) => store.keys.promote(null, next.kid, NOW))
    assert.equal(promoted.filter(Boolean).length, 1)
    assert.deepEqual(await world.store.keys.list(), [{ ...next, status: 'active', active_at: NOW }])
  })

  const active = aKey({ status: 'active', active_at: NOW })
  const next = aKey()
  for (const [what, from, to] of [
    ['a next key that is gone', active.kid, fresh('key')],
    ['an active key that is gone', fresh('key'), next.kid],
    ['an active key that nobody mentioned', null, next.kid],
    ['a next key of another use', active.kid, 'other'],
    ['two keys in the wrong order', next.kid, active.kid],
    ['a key that was retired before', 'retired', next.kid],
  ] as const) {
    it(`nothing moves for ${what}`, async () => {
      const keys = [active, next, aKey({ kid: 'other', use: 'token' }), aKey({ kid: 'retired', status: 'retired', retired_at: NOW })]
      for (const key of keys) await world.store.keys.add(key)
      const before = await world.store.keys.list()
      assert.equal(await world.store.keys.promote(from, to, NOW), false)
      assert.deepEqual(await world.store.keys.list(), before)
    })
  }

  it('are wrapped anew, and deleted', async () => {
    const [one, two] = [aKey(), aKey({ status: 'retired' })]
    await world.store.keys.add(one)
    await world.store.keys.add(two)
    await world.store.keys.rewrap(one.kid, 'sealed anew')
    await world.store.keys.delete(two.kid)
    assert.deepEqual(await world.store.keys.list(), [{ ...one, sealed: 'sealed anew' }])
  })
}
