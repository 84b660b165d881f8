import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { openKeyRing } from '../../../src/core/keys/key-ring.ts'
import { DAY, MINUTE } from '../../../src/core/model/clock.ts'
import type { Keys } from '../../../src/core/model/keys.ts'
import { silentLog } from '../../../src/core/model/log.ts'
import { NOW } from './records.ts'
import type { World } from './world.ts'

/** An RSA key takes its time; what holds for the others holds for it. */
const USES = ['sig-ES256', 'ticket', 'token', 'client', 'mac', 'factor'] as const
/** Milliseconds by which the clocks of the nodes differ. */
const SKEWS = [-5000, 0, 3000, 5000]

/** The key rings of several nodes on one database, with clocks of their own. */
export function keyRingTests(world: World): void {
  let now = NOW
  let nodes: Keys[]
  const open = (i: number, secrets = ['s'.repeat(43)]) =>
    openKeyRing({
      store: world.stores[i]!.keys,
      issuer: 'https://id.example',
      clock: () => now + SKEWS[i]!,
      log: silentLog,
      secrets,
      protects: { access_token: 10 * MINUTE, grant: 365 * DAY },
    })
  const onAll = <T>(work: (keys: Keys) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: 50 }, (_, caller) => work(nodes[caller % nodes.length]!)))
  const count = async (status: string) =>
    (await world.store.keys.list()).filter((key) => key.status === status && key.use !== 'sig-RS256').length

  before(async () => {
    nodes = await Promise.all(SKEWS.map((_, i) => open(i)))
  })
  after(async () => {
    for (const { kid } of await world.store.keys.list()) await world.store.keys.delete(kid)
  })

  it('nodes that start at the same moment make one key for each use', async () => {
    assert.equal(await count('active'), USES.length)
    assert.equal((await world.store.keys.list()).length, USES.length + 1)
  })

  it('fifty who rotate at once make one successor for each use, and all nodes come to know it', async () => {
    await onAll((keys) => keys.rotate(USES))
    assert.equal(await count('next'), USES.length)
    for (const keys of nodes) assert.equal(keys.list().length, 2 * USES.length + 1)
  })

  it('fifty who find it due promote it once, not before its time on any clock that is 5 s ahead, and nothing is lost', async () => {
    const jwt = await nodes[0]!.signer.sign({ iss: 'https://id.example', sub: 'u', aud: 'c', iat: 1, exp: NOW }, 'at+jwt', 'ES256')
    const tokens = nodes.map((keys) => keys.refreshTokens.write('g', 1))
    now += 10 * MINUTE - 11_000
    await onAll((keys) => keys.maintain())
    assert.equal((await world.store.keys.list()).filter(({ use, status }) => use === 'sig-ES256' && status === 'next').length, 1)
    now += 22_000
    await onAll((keys) => keys.maintain())
    assert.deepEqual([await count('active'), await count('next'), await count('retired')], [USES.length, 0, USES.length])
    for (const keys of nodes) {
      assert.equal((await keys.signer.verify(jwt, 'at+jwt')).sub, 'u')
      for (const token of tokens) assert.deepEqual(keys.refreshTokens.read(token), { grant_id: 'g', generation: 1 })
      for (const other of nodes) assert.ok(other.refreshTokens.read(keys.refreshTokens.write('h', 2)))
    }
  })

  it('fifty who destroy a key leave one in its place, which all nodes use', async () => {
    const kid = nodes[0]!.list().find(({ use, status }) => use === 'mac' && status === 'active')!.kid
    const lost = nodes[1]!.refreshTokens.write('g', 1)
    await onAll((keys) => keys.destroy(kid))
    assert.equal(await count('active'), USES.length)
    for (const keys of nodes) {
      assert.equal(keys.refreshTokens.read(lost), null)
      for (const other of nodes) assert.ok(other.refreshTokens.read(keys.refreshTokens.write('h', 2)))
    }
  })

  it('fifty who wrap anew and rotate at once leave no key under the old master secret', async () => {
    const [before, secrets] = [nodes, ['t'.repeat(43), 's'.repeat(43)]]
    nodes = await Promise.all(SKEWS.map((_, i) => open(i, secrets)))
    const found = await onAll(async (keys) => {
      const { left } = await keys.rewrap()
      await keys.rotate(USES)
      return left
    })
    assert.deepEqual(found.flat(), [])
    const [after] = await Promise.all([open(0, ['t'.repeat(43)])])
    assert.equal(after.list().length, (await world.store.keys.list()).length)
    assert.ok(after.refreshTokens.read(before[0]!.refreshTokens.write('g', 3)), 'who runs with the old secret goes on')
  })
}
