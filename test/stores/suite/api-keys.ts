import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ApiKey } from '../../../src/core/model/api-key.ts'
import { pages } from './pages.ts'
import { fresh, NOW } from './records.ts'
import type { World } from './world.ts'

function aKey(fields: Partial<ApiKey> = {}): ApiKey {
  return { key_id: fresh('key'), key_hash: fresh('hash'), sub: fresh('user'), hint: 'abcd', created_at: NOW, ...fields }
}

/** Keys of people's own programs. */
export function apiKeyTests(world: World): void {
  it('are found by their hash, on every connection, until they are revoked', async () => {
    const [key, other] = [aKey({ label: 'Zoë\'s "backup"' }), aKey()]
    assert.equal(await world.store.apiKeys.find(key.key_hash), null)
    for (const one of [key, other]) await world.store.apiKeys.add(one)
    for (const store of world.stores) assert.deepEqual(await store.apiKeys.find(key.key_hash), key)
    const revoked = await world.race((store) => store.apiKeys.revoke(key.key_id))
    assert.equal(revoked.filter(Boolean).length, 1)
    for (const store of world.stores) assert.equal(await store.apiKeys.find(key.key_hash), null)
    assert.deepEqual(await world.store.apiKeys.find(other.key_hash), other)
  })

  it('one that is there already is not written over', async () => {
    const key = aKey()
    await world.store.apiKeys.add(key)
    await assert.rejects(world.store.apiKeys.add(aKey({ key_hash: key.key_hash })))
    await assert.rejects(world.store.apiKeys.add(aKey({ key_id: key.key_id })))
    assert.deepEqual(await world.store.apiKeys.find(key.key_hash), key)
  })

  it('are listed in parts', async () => {
    const keys = Array.from({ length: 5 }, () => aKey())
    for (const key of keys) await world.store.apiKeys.add(key)
    const found = await pages(
      (page) => world.store.apiKeys.list(page),
      ({ key_id }) => key_id,
      2,
    )
    assert.deepEqual(
      found.filter(({ sub }) => keys.some((key) => key.sub === sub)),
      keys,
    )
  })
}
