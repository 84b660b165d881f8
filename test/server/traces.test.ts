import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { silentLog } from '../../src/core/model/log.ts'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/serve.ts'
import { openTraces } from '../../src/server/traces.ts'
import { findPorts, makeFolder } from '../support/program.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

/** A span as the SDK hands it to an exporter. */
interface Span {
  name: string
  kind: number
  attributes: Record<string, string | number>
  status: { code: number }
  spanContext(): { traceId: string; spanId: string }
  parentSpanContext?: { traceId: string; spanId: string }
}

// the names are no literals, so that the types are not asked for where the packages are not installed
const api = await import('@opentelemetry/api' as string)
const { TracerProvider } = await import('@opentelemetry/sdk-trace' as string)
const { W3CTraceContextPropagator } = await import('@opentelemetry/core' as string)

const spans: Span[] = []
const processor = {
  onStart: () => undefined,
  onEnd: (span: Span) => void spans.push(span),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}
const requests = (): Span[] => spans.filter(({ kind }) => kind === api.SpanKind.SERVER)
const WHERE = { issuer: ISSUER, database: 'sqlite::memory:' }

it('without an SDK there are no traces, and the package alone is none', async () => {
  assert.equal(await openTraces(WHERE), null)
  api.diag.setLogger(new api.DiagConsoleLogger(), api.DiagLogLevel.NONE)
  assert.equal(await openTraces(WHERE), null)
})

describe('with an SDK', () => {
  let site: TestSite

  before(() => {
    api.trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }))
    api.propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  })
  beforeEach(async () => {
    spans.length = 0
    site = await openSite({ traces: (await openTraces(WHERE))! })
  })
  afterEach(() => site.close())

  const send = async (path: string, init: RequestInit = {}): Promise<Response> => site.app.fetch(new Request(new URL(path, ISSUER), init))
  const post = async (path: string, words: Record<string, string>) => send(path, { method: 'POST', body: new URLSearchParams(words) })

  it('a request is one span, named by method and route, with its status and the code of its refusal', async () => {
    await send('/jwks')
    await send('/login')
    await send('/nowhere?secret=1')
    await post('/token', { grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' })
    await send('/token')
    await send(site.authorizeUrl({ scope: 'nothing.of.ours' }))
    await send('/nowhere', { method: 'BREW' })
    const shown = requests().map(({ name, attributes }) => [
      name,
      attributes['http.request.method'],
      attributes['http.route'],
      attributes['http.response.status_code'],
      attributes['error.type'],
    ])
    assert.deepEqual(shown, [
      ['GET /jwks', 'GET', '/jwks', 200, undefined],
      ['GET /login', 'GET', '/login', 200, undefined],
      ['GET', 'GET', undefined, 404, 'invalid_request'],
      ['POST /token', 'POST', '/token', 401, 'invalid_client'],
      ['GET /token', 'GET', '/token', 405, 'invalid_request'],
      ['GET /authorize', 'GET', '/authorize', 303, 'invalid_scope'],
      ['HTTP', '_OTHER', undefined, 404, 'invalid_request'],
    ])
    for (const { attributes, status } of requests()) assert.deepEqual([attributes['url.scheme'], status.code], ['https', 0])
  })
  it('probes of health are not traced', async () => {
    await send('/readyz')
    await send('/healthz')
    assert.equal(spans.length, 0)
  })
  it('what the store does for a request stands below it, and what time asks for is not traced', async () => {
    await site.app.maintain()
    assert.equal(spans.length, 0)
    await post('/token', { grant_type: 'refresh_token', client_id: 'tallyboat', refresh_token: 'x' })
    const [request] = requests()
    const found = spans.find(({ name }) => name === 'clients.find')
    assert.equal(found?.parentSpanContext?.spanId, request!.spanContext().spanId)
    assert.deepEqual(found!.attributes, { 'db.system.name': 'sqlite', 'db.operation.name': 'clients.find' })
  })
  it('our own fault is an error, by its kind and without its words', async () => {
    await site.store.close()
    await post('/token', { grant_type: 'refresh_token', client_id: 'tallyboat', refresh_token: 'x' })
    const [request] = requests()
    assert.deepEqual([request!.attributes['http.response.status_code'], request!.attributes['error.type']], [500, 'server_error'])
    assert.equal(request!.status.code, api.SpanStatusCode.ERROR)
    assert.deepEqual(Object.keys(request!.status), ['code'])
    assert.ok(spans.some(({ name, status }) => name === 'clients.find' && status.code === api.SpanStatusCode.ERROR))
  })
  it('no token, code, secret, cookie, person, client or query stands in any span of a whole flow', async () => {
    const browser = site.browser()
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const page = await browser.submit(await site.signIn(browser), {}, 'consent-allow')
    const answer = new URL((await browser.follow(page, ISSUER)).location)
    const code = answer.searchParams.get('code')!
    const redirect_uri = 'https://app.tallyboat.example/cb'
    const words = { grant_type: 'authorization_code', client_id: 'tallyboat', code, code_verifier: verifier, redirect_uri }
    const tokens = (await (await post('/token', words)).json()) as Record<string, string>
    const headers = { authorization: `Bearer ${tokens['access_token']}` }
    assert.equal((await send('/userinfo', { headers })).status, 200)
    const told = JSON.stringify(spans.map(({ name, attributes, status }) => [name, attributes, status]))
    assert.match(told, /grants\.redeem/)
    const secrets = [code, tokens['access_token']!, tokens['refresh_token']!, tokens['id_token']!, site.mara.sub, site.mara.email, verifier]
    for (const word of [...secrets, 'tallyboat', 'otter', 'mara', 'xyz', 'cookie', '?'])
      assert.ok(!told.toLowerCase().includes(word.toLowerCase()), word)
  })
})

it('the server traces by itself, and goes on with the trace of whoever asks', async (test) => {
  spans.length = 0
  const port = await findPorts(1)
  const config = await readConfig({ flags: { port: String(port), database: 'sqlite::memory:' }, cwd: makeFolder(test) })
  const server = await startServer(config, { log: silentLog })
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  await (await fetch(`${config.issuer}/jwks`, { headers: { traceparent: `00-${trace}-${parent}-01` } })).text()
  await server.stop(0)
  const [span] = requests()
  assert.deepEqual([span!.name, span!.spanContext().traceId, span!.parentSpanContext?.spanId], ['GET /jwks', trace, parent])
})
