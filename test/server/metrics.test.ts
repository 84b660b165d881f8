import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createMetrics, type Metrics } from '../../src/server/metrics.ts'
import { findPorts } from '../support/program.ts'
import { openServer } from '../support/server.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

/** Series → value; throws where the text is not in the format of Prometheus. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>()
  let name = ''
  assert.ok(text.endsWith('\n'))
  for (const line of text.slice(0, -1).split('\n')) {
    const header = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line)
    if (header) {
      name = header[2]!
      continue
    }
    const sample = /^([a-z_]+)((?:\{(?:[a-z]+="[^"\\\n]*",?)+\})?) (\S+)$/.exec(line)
    assert.ok(sample, `not a sample: ${line}`)
    assert.ok(sample[1]!.startsWith(name) && name !== '', `outside of its family: ${line}`)
    const key = `${sample[1]}${sample[2]}`
    assert.ok(!series.has(key), `twice: ${key}`)
    assert.ok(Number.isFinite(Number(sample[3])), line)
    series.set(key, Number(sample[3]))
  }
  return series
}

describe('metrics', () => {
  let site: TestSite
  let metrics: Metrics

  beforeEach(async () => {
    metrics = createMetrics(Date.now)
    site = await openSite({ metrics })
  })
  afterEach(async () => {
    metrics.close()
    await site.close()
  })

  const send = async (path: string, init: RequestInit = {}): Promise<void> => {
    await (await site.app.fetch(new Request(new URL(path, ISSUER), init))).arrayBuffer()
  }
  const read = async (): Promise<Map<string, number>> =>
    parse(metrics.write({ store: site.store, keys: site.app.server.keys, health: await site.app.health.check() }))

  it('each request counts once, by endpoint, dialect, method and class of status', async () => {
    await send('/authorize?client_id=tallyboat')
    await send('/authorize?client_id=nobody')
    await send('/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token' }) })
    await send('/token')
    await send('/.well-known/openid-configuration')
    await send('/login')
    await send('/nowhere', { method: 'PATCH' })
    const counted = [...(await read())].filter(([name]) => name.startsWith('vouchsafe_http_requests_total'))
    assert.deepEqual(Object.fromEntries(counted.map(([name, value]) => [name.slice('vouchsafe_http_requests_total'.length), value])), {
      '{endpoint="authorize",dialect="standard",method="GET",status="4xx"}': 1,
      '{endpoint="authorize",dialect="standard",method="GET",status="3xx"}': 1,
      '{endpoint="token",dialect="standard",method="POST",status="4xx"}': 1,
      '{endpoint="token",dialect="standard",method="GET",status="4xx"}': 1,
      '{endpoint="discovery",dialect="standard",method="GET",status="2xx"}': 1,
      '{endpoint="/login",dialect="none",method="GET",status="2xx"}': 1,
      '{endpoint="none",dialect="none",method="other",status="4xx"}': 1,
    })
  })
  it('refusals count by their code, those that an app is told by redirect too', async () => {
    await send(site.authorizeUrl({ scope: 'nothing.of.ours' }))
    await send('/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'nobody' }) })
    const series = await read()
    assert.equal(series.get('vouchsafe_refusals_total{error="invalid_scope"}'), 1)
    assert.equal(series.get('vouchsafe_refusals_total{error="invalid_client"}'), 1)
  })
  it('a histogram grows from bound to bound, up to all that were counted', async () => {
    for (let i = 0; i < 5; i++) await send('/jwks')
    const series = await read()
    const labels = 'endpoint="jwks",dialect="standard"'
    const name = 'vouchsafe_http_request_duration_seconds'
    const buckets = [...series].filter(([key]) => key.startsWith(`${name}_bucket{${labels}`)).map(([, value]) => value)
    assert.equal(buckets.length, 14)
    assert.deepEqual(
      buckets,
      [...buckets].sort((one, other) => one - other),
    )
    assert.deepEqual([buckets.at(-1), series.get(`${name}_count{${labels}}`)], [5, 5])
    assert.ok(series.get(`${name}_sum{${labels}}`)! > 0)
  })
  const times: [milliseconds: number, bound: string][] = [
    [0, '0.001'],
    [1, '0.001'],
    [1.001, '0.0025'],
    [10_000, '10'],
    [10_001, '+Inf'],
  ]
  for (const [milliseconds, bound] of times) {
    it(`${milliseconds} ms fall below the bound ${bound}`, async () => {
      metrics.tally('timed', 'x', '/timed').count('GET', 200, milliseconds)
      const buckets = [...(await read())].filter(([key]) => key.includes('_bucket{endpoint="timed"'))
      assert.equal(buckets.find(([, value]) => value === 1)?.[0].split('le=')[1], `"${bound}"}`)
    })
  }
  it('nothing that a stranger says becomes a series', async () => {
    const flood = async (): Promise<void> => {
      for (const word of ['alpha', 'beta', 'gamma']) {
        await send(`/${word}`)
        await send(`/${word}`, { method: `X${word.toUpperCase()}` })
        await send(`/authorize?client_id=${word}&dialect=${word}&response_type=${word}`)
        await send('/token', { method: 'POST', body: new URLSearchParams({ grant_type: word, client_id: word }) })
        await send('/register', { method: 'POST', body: word })
      }
    }
    await flood()
    const before = await read()
    await flood()
    const after = await read()
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort())
    for (const name of after.keys()) assert.doesNotMatch(name, /alpha|beta|gamma/i)
  })
  it('keys, sweeps, the store and the process are told', async () => {
    await site.app.maintain()
    const series = await read()
    for (const use of ['sig-ES256', 'sig-RS256', 'ticket', 'token', 'client', 'mac', 'factor']) {
      assert.equal(series.get(`vouchsafe_keys{use="${use}",status="active"}`), 1)
      assert.ok(series.has(`vouchsafe_active_key_age_seconds{use="${use}"}`))
    }
    assert.ok(series.get('vouchsafe_last_sweep_timestamp_seconds')! > 0)
    assert.equal(series.get('vouchsafe_grants'), 0)
    assert.equal(series.get('vouchsafe_last_walk_timestamp_seconds'), site.time.now / 1000)
    assert.ok(series.get('vouchsafe_store_writes_total')! >= series.get('vouchsafe_store_commits_total')!)
    assert.ok(series.get('vouchsafe_store_commits_total')! > 0)
    assert.equal(series.get('vouchsafe_ready'), 1)
    for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'vouchsafe_event_loop_lag_seconds{quantile="0.99"}'])
      assert.ok(series.has(name), name)
  })
  it('docs/operating.md says when to look at each of them, and at nothing else', async () => {
    const work = () => ({
      writes: 1,
      commits: 1,
      waiting: 0,
      bytes: 1,
      connections: { open: 2, idle: 1 },
      walk: { grants: 1, ended_at: 1 },
    })
    await send('/token')
    const text = metrics.write({ store: { work }, keys: site.app.server.keys, health: { failing: null, skew: 0 } })
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name).sort()
    const table = readFileSync('docs/operating.md', 'utf8').split('| metric |')[1]!.split('\n\n')[0]!
    const described = [...table.matchAll(/`((?:vouchsafe|process|nodejs)_[a-z_]+)`/g)].map(([, name]) => name).sort()
    assert.deepEqual(described, told)
  })
  it('rows that a sweep took away are counted', async () => {
    await site.store.once.spend('a name', site.time.now)
    site.time.now += 2 * 3_600_000
    await site.app.maintain()
    assert.equal((await read()).get('vouchsafe_swept_rows_total'), 1)
  })
})

it('serve tells them at a port of their own, and only there, and nobody by name', async () => {
  const port = await findPorts(1)
  const server = await openServer({ args: ['--metrics-port', String(port)] })
  try {
    const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method })
    const before = parse(await (await ask('/metrics')).text())
    await server.person()
    const answer = await ask('/metrics')
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    const text = await answer.text()
    const after = parse(text)
    assert.ok(after.get('vouchsafe_store_writes_total')! > before.get('vouchsafe_store_writes_total')!)
    assert.equal(after.get('vouchsafe_http_requests_total{endpoint="/login",dialect="none",method="POST",status="3xx"}'), 1)
    assert.ok(after.get('vouchsafe_store_bytes')! > 0)
    assert.ok(!text.includes(server.sub) && !text.includes('otterbakery'))
    assert.deepEqual([(await ask('/metrics', 'POST')).status, (await ask('/token')).status], [405, 404])
    assert.equal((await fetch(`${server.issuer}/metrics`)).status, 404)
  } finally {
    await server.close()
  }
})
