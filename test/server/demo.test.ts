import assert from 'node:assert/strict'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { type Demo, startDemo } from '../../src/server/demo/demo.ts'

const AUDIENCE = 'https://api.harbourbooks.example'
const silent = { info() {}, error() {} }
const keys = await generateKeyPair('ES256')
const strangers = await generateKeyPair('ES256')

/** An issuer as far as the demo asks one: metadata, keys, and a count of who comes to the token endpoint. */
async function openIssuer() {
  const seen = { token: 0, broken: false }
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? ''
    if (path === '/token') seen.token += 1
    const found = path.startsWith('/.well-known/') ? metadata : path === '/jwks' ? { keys: [jwk] } : { error: 'invalid_grant' }
    outgoing.writeHead(seen.broken ? 503 : path === '/token' ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
  }
  return { issuer, seen, close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) }
}

let issuer: Awaited<ReturnType<typeof openIssuer>>
let demo: Demo

before(async () => {
  issuer = await openIssuer()
  const host = '127.0.0.1'
  demo = await startDemo({
    issuer: issuer.issuer,
    app: { host, port: 0, client_id: 'tallyboat', client_secret: 'secret' },
    api: { host, port: 0, audience: AUDIENCE },
    log: silent,
  })
})
after(async () => {
  await demo.close()
  await issuer.close()
})

function signToken(claims: JWTPayload = {}, { typ = 'at+jwt', key = keys.privateKey } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const good = {
    iss: issuer.issuer,
    sub: 'mara',
    aud: AUDIENCE,
    client_id: 'tallyboat',
    scope: 'openid invoices.read',
    jti: 'j1',
    iat: now,
    exp: now + 60,
  }
  return new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg: 'ES256', typ, kid: 'k1' }).sign(key)
}

async function callApi(authorization: string | null, path = '/invoices', method = 'GET') {
  const response = await fetch(demo.api_url + path, { method, headers: authorization === null ? {} : { authorization } })
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '', body: await response.json() }
}

describe('the demo API', () => {
  it('gives the invoices to a token with the scope', async () => {
    const { status, body } = await callApi(`Bearer ${await signToken()}`)
    assert.equal(status, 200)
    assert.equal(body.invoices.length, 4)
    assert.equal(body.asked_by, 'tallyboat')
  })

  it('RFC 6750 §3 without a token the challenge names no error', async () => {
    const { status, challenge } = await callApi(null)
    assert.equal(status, 401)
    assert.match(challenge, /^Bearer realm="Harbour Books"/)
    assert.doesNotMatch(challenge, /error=/)
  })

  it('RFC 6750 §3.1 a header that is not well-formed is invalid_request', async () => {
    const { status, challenge } = await callApi('Bearer two words')
    assert.equal(status, 400)
    assert.match(challenge, /error="invalid_request"/)
  })

  it('RFC 6750 §3.1 a token without the scope is insufficient_scope, and the scope is named', async () => {
    const { status, challenge } = await callApi(`Bearer ${await signToken()}`, '/invoices/1042/send', 'POST')
    assert.equal(status, 403)
    assert.match(challenge, /error="insufficient_scope".*scope="invoices.send"/)
  })

  const past = Math.floor(Date.now() / 1000) - 600
  const wrong: [string, () => Promise<string>][] = [
    ['of another issuer', () => signToken({ iss: 'https://elsewhere.example' })],
    ['for another audience', () => signToken({ aud: 'https://other.example' })],
    ['without an audience', () => signToken({ aud: undefined })],
    ['that has expired', () => signToken({ exp: past })],
    ['without an expiry', () => signToken({ exp: undefined })],
    ['without a client', () => signToken({ client_id: undefined })],
    ['that is an ID token', () => signToken({}, { typ: 'JWT' })],
    ['with a stranger’s signature', () => signToken({}, { key: strangers.privateKey })],
    ['that is cut short', async () => (await signToken()).slice(0, -4)],
    ['that says alg none', async () => `${btoa('{"alg":"none","typ":"at+jwt"}').replace(/=+$/, '')}.${(await signToken()).split('.')[1]}.`],
  ]
  for (const [name, make] of wrong) {
    it(`RFC 9068 §4 a token ${name} is invalid_token`, async () => {
      const { status, challenge } = await callApi(`Bearer ${await make()}`)
      assert.equal(status, 401)
      assert.match(challenge, /error="invalid_token"/)
    })
  }
})

/** A browser as far as Tallyboat asks one: it keeps the cookie and follows nothing. */
function openBrowser() {
  let cookie = ''
  return async (path: string, init: { method?: string; headers?: Record<string, string> } = {}) => {
    const response = await fetch(demo.app_url + path, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
      headers: response.headers,
      cookie: () => cookie,
    }
  }
}

const own = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }

describe('the demo app', () => {
  it('RFC 7636 §4.3 asks with S256, and with a new state, nonce and challenge each time', async () => {
    const browse = openBrowser()
    const [one, other] = [new URL((await browse('/connect', own)).location), new URL((await browse('/connect', own)).location)]
    assert.equal(one.searchParams.get('code_challenge_method'), 'S256')
    assert.equal(one.searchParams.get('resource'), AUDIENCE)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(one.searchParams.get(name) ?? '', /^[\w-]{43}$/)
      assert.notEqual(one.searchParams.get(name), other.searchParams.get(name))
    }
  })

  it('begins nothing for a form of another site', async () => {
    const forged: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      {},
    ]
    for (const headers of forged) {
      const { location } = await openBrowser()('/connect', { method: 'POST', headers })
      assert.equal(location, `${demo.app_url}/`)
    }
  })

  const answers: [string, (state: string) => Record<string, string>][] = [
    ['RFC 9207 §2.4 an answer without iss is not used', (state) => ({ code: 'c', state })],
    ['RFC 9207 §2.4 an answer of another issuer is not used', (state) => ({ code: 'c', state, iss: 'https://elsewhere.example' })],
    ['RFC 6749 §10.12 an answer with another state is not used', () => ({ code: 'c', state: 'other', iss: issuer.issuer })],
    ['RFC 6749 §10.12 an answer without state is not used', () => ({ code: 'c', iss: issuer.issuer })],
    ['RFC 9207 §2.4 a refusal without iss is not believed', (state) => ({ error: 'access_denied', state })],
  ]
  for (const [name, fields] of answers) {
    it(name, async () => {
      const browse = openBrowser()
      const state = new URL((await browse('/connect', own)).location).searchParams.get('state')!
      const before = issuer.seen.token
      await browse(`/callback?${new URLSearchParams(fields(state))}`)
      assert.match((await browse('/')).text, /id="demo-error"/)
      assert.equal(issuer.seen.token, before, 'the code was not shown to the token endpoint')
    })
  }

  it('says so when the person said no', async () => {
    const browse = openBrowser()
    const state = new URL((await browse('/connect', own)).location).searchParams.get('state')!
    await browse(`/callback?${new URLSearchParams({ error: 'access_denied', state, iss: issuer.issuer })}`)
    assert.match((await browse('/')).text, /id="demo-denied"/)
  })

  it('takes an answer once, and only in the browser that asked', async () => {
    const browse = openBrowser()
    const state = new URL((await browse('/connect', own)).location).searchParams.get('state')!
    const answer = `/callback?${new URLSearchParams({ code: 'c', state, iss: issuer.issuer })}`
    assert.equal((await openBrowser()(answer)).status, 400)
    assert.equal((await browse(answer)).status, 303)
    assert.equal((await browse(answer)).status, 400)
  })

  it('gives the browser a new session when it comes back', async () => {
    const browse = openBrowser()
    const asked = await browse('/connect', own)
    const before = asked.cookie()
    const state = new URL(asked.location).searchParams.get('state')!
    const back = await browse(`/callback?${new URLSearchParams({ error: 'access_denied', state, iss: issuer.issuer })}`)
    assert.match(back.cookie(), /^tallyboat-session=[\w-]{43}$/)
    assert.notEqual(back.cookie(), before)
  })

  it('writes what strangers say as text', async () => {
    const browse = openBrowser()
    const state = new URL((await browse('/connect', own)).location).searchParams.get('state')!
    await browse(
      `/callback?${new URLSearchParams({ error: 'server_error', error_description: '<img src=x onerror=alert(1)>', state, iss: issuer.issuer })}`,
    )
    const { text } = await browse('/')
    assert.ok(text.includes('&lt;img src=x'))
    assert.ok(!text.includes('<img'))
  })

  it('answers under its own name only, so that no other site can become it', async () => {
    const { hostname, port } = new URL(demo.app_url)
    const response = await new Promise<number | undefined>((resolve, reject) => {
      get({ host: hostname, port, path: '/privacy', headers: { host: 'evil.example' } }, ({ statusCode }) => resolve(statusCode)).on(
        'error',
        reject,
      )
    })
    assert.equal(response, 303)
  })
})

describe('the keys of the issuer', () => {
  it('are asked for again after the issuer was away', async () => {
    issuer.seen.broken = true
    const host = '127.0.0.1'
    const other = await startDemo({
      issuer: issuer.issuer,
      app: { host, port: 0, client_id: 'tallyboat', client_secret: 'secret' },
      api: { host, port: 0, audience: AUDIENCE },
      log: silent,
    })
    const call = async () => fetch(`${other.api_url}/invoices`, { headers: { authorization: `Bearer ${await signToken()}` } })
    assert.equal((await call()).status, 500)
    issuer.seen.broken = false
    assert.equal((await call()).status, 200)
    await other.close()
  })
})
