import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { StoreNotice } from '../../../src/core/model/store.ts'
import type { StoredKey } from '../../../src/core/model/stored-key.ts'
import { aClient, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** A second is the rule; a machine that does much else is given five. */
const PATIENCE = 5_000

/** Asks until it is so. */
export async function soon(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + PATIENCE
  while (!(await isSo())) {
    assert.ok(performance.now() < until, `not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What one process has changed all others know within a second. */
export function noticeTests(world: World): void {
  const retired = (): StoredKey => ({ kid: fresh('kid'), use: 'mac', status: 'retired', sealed: 's', created_at: NOW, retired_at: NOW })

  it('a client that another process changes or deletes is served as it is within a second', async () => {
    const [one, other] = [world.stores[0]!, world.stores[1]!]
    const client = aClient()
    await one.clients.add(client)
    assert.notEqual(await other.clients.find(client.client_id), null) // and is kept
    await one.clients.update({ ...client, disabled_at: NOW })
    await soon('the client is disabled', async () => (await other.clients.find(client.client_id))?.disabled_at === NOW)
    await one.clients.delete(client.client_id)
    await soon('the client is gone', async () => (await other.clients.find(client.client_id)) === null)
  })

  it('whoever watches is told of each key that another process writes or takes away, until they do so no more', async (t) => {
    const [one, other] = [world.stores[0]!, world.stores[1]!]
    if (!other.watch) return t.diagnostic('this store cannot be watched')
    const told: StoreNotice[] = []
    const stop = other.watch((notice) => told.push(notice))
    const isTold = () => told.some(({ keys }) => keys)
    await soon('what may have been missed before', isTold)
    const key = retired()
    for (const write of [() => one.keys.add(key), () => one.keys.rewrap(key.kid, 'anew'), () => one.keys.delete(key.kid)]) {
      told.length = 0
      await write()
      await soon('a key has changed', isTold)
    }
    stop()
    told.length = 0
    await one.keys.add(key)
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.deepEqual(told, [])
    await one.keys.delete(key.kid)
  })
}
