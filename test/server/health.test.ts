import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import type { LogEvent } from '../../src/core/model/log.ts'
import type { Store } from '../../src/core/model/store.ts'
import { createHealth, type Health } from '../../src/server/health.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { startPostgres } from '../support/postgres.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

let site: TestSite

const get = async (path: string, method = 'GET') => {
  const answer = await site.app.fetch(new Request(new URL(path, ISSUER), { method }))
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

describe('the health of a server', () => {
  beforeEach(async () => {
    site = await openSite()
  })
  afterEach(() => site.close())

  it('the process answers, and is ready, and nobody keeps that', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const { status, headers, text } = await get(path)
      assert.deepEqual([status, headers.get('cache-control'), text], [200, 'no-store', '{"status":"ok"}'])
      assert.deepEqual([(await get(path, 'HEAD')).status, (await get(path, 'HEAD')).text], [200, ''])
      const other = await get(path, 'POST')
      assert.deepEqual([other.status, other.headers.get('allow')], [405, 'GET, HEAD'])
    }
  })
  it('a use without an active key is named, and nothing else is said', async () => {
    const mac = (await site.store.keys.list()).find(({ use }) => use === 'mac')!
    await site.store.keys.delete(mac.kid)
    const { status, headers, text } = await get('/readyz')
    assert.deepEqual([status, headers.get('cache-control'), text], [503, 'no-store', '{"status":"unready","failing":"keys"}'])
    assert.equal((await get('/healthz')).status, 200)
    await site.store.keys.add(mac)
    assert.equal((await get('/readyz')).status, 503, 'known for a second')
    site.time.now += 1_000
    assert.equal((await get('/readyz')).status, 200)
    const told = site.events.filter(({ event }) => event.startsWith('readiness.'))
    assert.deepEqual(told, [{ event: 'readiness.lost', check: 'keys' }, { event: 'readiness.regained' }])
  })
  it('a server that drains is not ready, and answers all the same', async () => {
    site.app.health.drain()
    const { status, text } = await get('/readyz')
    assert.deepEqual([status, text], [503, '{"status":"unready","failing":"draining"}'])
    assert.equal((await get('/healthz')).status, 200)
    assert.equal((await get('/.well-known/openid-configuration')).status, 200)
  })
})

it('with a path of the issuer both stand below it, and at the root', async () => {
  const issuer = `${ISSUER}/tenant`
  site = await openSite({ config: { issuer, default_resource: issuer } })
  for (const path of ['/healthz', '/readyz', '/tenant/healthz', '/tenant/readyz']) assert.equal((await get(path)).status, 200, path)
  assert.equal((await get('/other/readyz')).status, 404)
  await site.close()
})

describe('a check', () => {
  let now: number
  let events: LogEvent[]

  const note = (event: LogEvent): void => {
    events.push(event)
  }
  const healthOf = (store: Pick<Store, 'keys' | 'skew'>, patience?: number): Health =>
    createHealth({ store, clock: () => now, log: { info: note, warn: note, error: note }, ...(patience !== undefined && { patience }) })

  beforeEach(async () => {
    now = 0
    events = []
    site = await openSite()
  })
  afterEach(() => site.close())

  /** The store, and how often it was asked. */
  function counted(): { store: Pick<Store, 'keys' | 'skew'>; asked(): number } {
    let count = 0
    const list = () => {
      count += 1
      return site.store.keys.list()
    }
    return { store: { keys: { ...site.store.keys, list }, skew: site.store.skew }, asked: () => count }
  }

  it('asks the database once a second, however many ask', async () => {
    const { store, asked } = counted()
    const health = healthOf(store)
    await Promise.all(Array.from({ length: 100 }, () => health.check()))
    now += 999
    await health.check()
    assert.equal(asked(), 1)
    now += 1
    await Promise.all(Array.from({ length: 100 }, () => health.check()))
    assert.equal(asked(), 2)
  })
  it('a clock that was set back does not keep an old finding alive', async () => {
    const { store, asked } = counted()
    const health = healthOf(store)
    await health.check()
    now -= 3_600_000
    await health.check()
    assert.equal(asked(), 2)
  })
  const skews: [skew: number, failing: string | null][] = [
    [500, null],
    [-500, null],
    [501, 'clock'],
    [-501, 'clock'],
  ]
  for (const [skew, failing] of skews) {
    it(`a database whose clock differs by ${skew} ms is ${failing === null ? 'good enough' : 'not'}`, async () => {
      const finding = await healthOf({ keys: site.store.keys, skew: async () => skew }).check()
      assert.deepEqual(finding, { failing, skew })
    })
  }
  it('a database that does not answer is given up in time, and not asked again before it has answered', async () => {
    const { store, asked } = counted()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const health = healthOf({ keys: store.keys, skew: () => held.then(() => 0) }, 20)
    for (let seconds = 0; seconds < 3; seconds++) {
      assert.equal((await health.check()).failing, 'database')
      now += 1_000
    }
    assert.equal(asked(), 1)
    release()
    await held
    assert.equal((await health.check()).failing, null)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['readiness.lost', 'readiness.regained'],
    )
  })
  it('a PostgreSQL that is gone is found, and its cause goes to the log alone', async (test: TestContext) => {
    const postgres = await startPostgres()
    test.after(() => postgres.close())
    const store = await openPostgresStore({ url: await postgres.createDatabase(), connections: 2 })
    test.after(() => store.close())
    for (const key of await site.store.keys.list()) await store.keys.add(key)
    const health = healthOf(store)
    const { failing, skew } = await health.check()
    assert.equal(failing, null)
    assert.ok(skew !== null && Math.abs(skew) < 500)
    await postgres.close()
    now += 1_000
    assert.equal((await health.check()).failing, 'database')
    assert.equal(events.length, 1)
    assert.equal(events[0]!['check'], 'database')
  })
})
