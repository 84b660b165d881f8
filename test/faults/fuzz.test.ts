import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { type Flow, openFlow } from '../support/flow.ts'
import { openServer, type TestServer } from '../support/server.ts'

const REQUESTS = 20_000
const WIDTH = 16
/** A test allows five times the two seconds that are promised. */
const SLOWEST = 10_000

/** A small generator with a seed, so that a failure can be seen again. @see Marsaglia, Xorshift RNGs */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

interface Shot {
  method: string
  target: string
  headers: [string, string][]
  body: string
}

const PATHS = [
  '/authorize',
  '/token',
  '/userinfo',
  '/introspect',
  '/revoke',
  '/jwks',
  '/logout',
  '/login',
  '/consent',
  '/logout/confirm',
  '/session/select',
  '/account/apps',
  '/account/apps/c1',
  '/account/devices',
  '/account/sessions/end',
  '/withdrawn',
  '/',
  '/style.css',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/nowhere',
]
const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE']
const NAMES = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'id_token_hint',
  'login_hint',
  'claims',
  'request',
  'resource',
  'code_challenge',
  'code_challenge_method',
  'ticket',
  'grant_type',
  'code',
  'code_verifier',
  'refresh_token',
  'token',
  'access_token',
  'post_logout_redirect_uri',
  'email',
  'password',
  'decision',
  'sid',
  'csrf',
  'duration',
  'account',
  '__proto__',
  'constructor',
  '',
]
const NASTY = [
  '',
  '0',
  '-1',
  '9'.repeat(400),
  'null',
  '%00',
  '%',
  '%zz',
  '%C0%AF',
  '%ED%A0%80',
  '%F0%9F%98%80',
  '%0d%0aset-cookie:%20a=b',
  '\'"><script>alert(1)</script>',
  "' or 1=1 --",
  '../../etc/passwd',
  '$' + '{7*7}',
  '{{7*7}}',
  '%E2%80%AE',
  'a'.repeat(9000),
  '[object Object]',
  '__proto__',
  'javascript:alert(1)',
  'http://127.0.0.1@evil.example/',
  '{"userinfo":{"__proto__":{"x":1}}}',
  '['.repeat(500),
  '{"a":'.repeat(200),
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  'a.b.c.d.e',
  '.',
  '..',
  'p.',
  '\u202E',
  'é',
  '+',
  ' ',
]
const HEADERS: [string, string][] = [
  ['authorization', 'Basic '],
  ['authorization', 'Basic ///'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'Bearer '],
  ['authorization', `Bearer ${'x'.repeat(9000)}`],
  ['authorization', 'DPoP x'],
  ['cookie', 'vouchsafe-session=x; vouchsafe-browser=y'],
  ['cookie', ';;;==;'],
  ['cookie', 'vouchsafe-session=\u00ff'],
  ['origin', 'null'],
  ['origin', 'https://evil.example'],
  ['sec-fetch-site', 'cross-site'],
  ['sec-fetch-site', 'same-origin'],
  ['x-forwarded-for', '1.2.3.4, evil'],
  ['x-forwarded-host', 'evil.example'],
  ['accept', 'text/html'],
  ['accept-language', '\u00ff'.repeat(50)],
  ['content-encoding', 'gzip'],
  ['transfer-encoding', 'identity'],
  ['expect', '100-continue'],
  ['range', 'bytes=0-1'],
  ['if-none-match', '*'],
]
const TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded;charset=utf-8',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
]

/** A request that was good once, with something changed; or one that never was. */
function createShots(random: (below: number) => number, good: readonly Shot[]): () => Shot {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const value = () => (random(3) === 0 ? encodeURIComponent(pick(NASTY)) : pick(NASTY))
  const form = () => Array.from({ length: random(random(20) === 0 ? 90 : 8) }, () => `${pick(NAMES)}=${value()}`).join('&')

  function mutate(text: string): string {
    const at = random(text.length + 1)
    const changes: (() => string)[] = [
      () => text.slice(0, at),
      () => text.slice(0, at) + pick(NASTY) + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1 + random(8)),
      () => text.slice(0, at) + String.fromCharCode(33 + random(94)) + text.slice(at + 1),
      () => `${text}&${form()}`,
      () => `${text}&${text}`,
      () => text.replace(/=[^&]*/, `=${value()}`),
      () => text.split('&').reverse().join('&'),
    ]
    return pick(changes)()
  }

  return () => {
    const base = pick(good)
    const fresh = random(3) === 0
    const method = fresh || random(10) === 0 ? pick(METHODS) : base.method
    const [path = '', query = ''] = base.target.split('?')
    const target = `${fresh ? pick(PATHS) : path}?${fresh ? form() : mutate(query)}`
    const headers = [...base.headers.filter(([name]) => name !== 'content-type' || !fresh)]
    if (fresh) headers.push(['content-type', pick(TYPES)])
    for (let extra = random(3); extra > 0; extra--) headers.push(pick(HEADERS))
    const body = method === 'GET' || method === 'HEAD' ? '' : fresh ? form() : mutate(base.body)
    return {
      method,
      target: target.replaceAll(/[\s\u007f-\uffff]/g, (sign) => encodeURIComponent(sign.isWellFormed() ? sign : '?')),
      headers,
      body,
    }
  }
}

interface Outcome {
  status: number
  text: string
  took: number
}

/** As raw as a socket: what `fetch` would put right must reach the server as it is. */
function fire(port: number, { method, target, headers, body }: Shot): Promise<Outcome> {
  const began = performance.now()
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (part) => {
      text += part
    })
    socket.on('close', () =>
      resolve({
        status: Number(/^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        text,
        took: performance.now() - began,
      }),
    )
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    )
    socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
    socket.write(body)
  })
}

function countAll(server: TestServer): number {
  const database = new DatabaseSync(server.database, { readOnly: true })
  const tables = database.prepare("select name from sqlite_master where type = 'table' and name not in ('throttles', 'grants')").all() as {
    name: string
  }[]
  const total = tables.reduce(
    (sum, { name }) => sum + (database.prepare(`select count(*) as n from "${name}"`).get() as { n: number }).n,
    0,
  )
  database.close()
  return total
}

/** Requests that are good, for mutation to begin from: of a stranger, of a client, and of a person who is signed in. */
async function goodShots(server: TestServer, flow: Flow): Promise<Shot[]> {
  const { browser } = flow
  const cookie: [string, string] = ['cookie', [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')]
  const own: [string, string][] = [cookie, ['content-type', 'application/x-www-form-urlencoded'], ['sec-fetch-site', 'same-origin']]
  const consent = await browser.follow(await browser.get(flow.ask({ prompt: 'consent' })), server.issuer)
  const query = (url: string) => url.slice(url.indexOf('?') + 1)
  const { refresh_token, access_token } = (await flow.redeem(await flow.code())).body
  const form = (words: Record<string, string>) =>
    new URLSearchParams({ client_id: flow.client_id, client_secret: 'wrong', ...words }).toString()
  const ask = query(flow.ask())
  const ticket = query(consent.url)
  return [
    { method: 'GET', target: `/authorize?${ask}`, headers: [], body: '' },
    { method: 'GET', target: `/authorize?${ask}`, headers: [cookie], body: '' },
    { method: 'POST', target: '/authorize?', headers: own, body: ask },
    { method: 'GET', target: `/authorize?${ticket}`, headers: [cookie], body: '' },
    { method: 'GET', target: `/login?${ticket}`, headers: [cookie], body: '' },
    { method: 'GET', target: `/consent?${ticket}`, headers: [cookie], body: '' },
    { method: 'POST', target: '/consent?', headers: own, body: `${ticket}&decision=deny&sid=x&duration=once&scope=email` },
    { method: 'POST', target: '/session/select?', headers: own, body: `${ticket}&account=` },
    {
      method: 'POST',
      target: '/token?',
      headers: own,
      body: form({ grant_type: 'authorization_code', code: 'x.y', code_verifier: 'v'.repeat(43) }),
    },
    { method: 'POST', target: '/token?', headers: own, body: form({ grant_type: 'refresh_token', refresh_token: refresh_token! }) },
    { method: 'POST', target: '/introspect?', headers: own, body: form({ token: access_token! }) },
    { method: 'POST', target: '/revoke?', headers: own, body: form({ token: access_token! }) },
    { method: 'GET', target: '/userinfo?', headers: [['authorization', `Bearer ${access_token}`]], body: '' },
    { method: 'GET', target: `/logout?client_id=${flow.client_id}&state=x`, headers: [cookie], body: '' },
    { method: 'GET', target: '/account/apps?', headers: [cookie], body: '' },
    { method: 'GET', target: '/.well-known/openid-configuration?', headers: [], body: '' },
  ]
}

it(`a fuzz of ${REQUESTS} requests over all endpoints: no 5xx, none slow, no stack, no growth`, { timeout: 280_000 }, async (test) => {
  const server = await openServer()
  test.after(() => server.close())
  const flow = await openFlow(server)
  const shots = createShots(createRandom(20_261_121), await goodShots(server, flow))
  const port = Number(new URL(server.issuer).port)
  const rows = countAll(server)
  const statuses = new Map<number, number>()
  let left = REQUESTS
  let slowest = 0
  const work = async () => {
    while (left-- > 0) {
      const shot = shots()
      const { status, text, took } = await fire(port, shot)
      const seen = `${JSON.stringify(shot).slice(0, 1500)}\n→ ${text.slice(0, 500)}`
      assert.ok(status < 500, seen)
      assert.doesNotMatch(text, /\bat .+\.(ts|js|mjs):\d+|node:internal|SQLITE|Error:/, seen)
      assert.doesNotMatch(text, /<script|set-cookie: a=b/i, seen)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      slowest = Math.max(slowest, took)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  assert.ok(slowest < SLOWEST, `${slowest} ms`)
  for (const status of [200, 303, 400, 401, 404, 405])
    assert.ok((statuses.get(status) ?? 0) > 20, `the fuzz reaches ${status}: ${JSON.stringify([...statuses])}`)
  assert.equal(countAll(server), rows)
  assert.ok(await flow.code(), 'and it still works')
  test.diagnostic(`${JSON.stringify([...statuses].sort())}, slowest ${Math.round(slowest)} ms`)
})
