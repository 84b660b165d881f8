import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { CLIENT_SECRET, code_challenge, code_verifier, type Door, inWorld, openWorld, REDIRECT, type Words } from '../support/world.ts'

const PUBLIC = { token_endpoint_auth_method: 'none', client_secrets: [], grant_types: ['authorization_code', 'refresh_token'] }

for (const door of ['fetch', 'node'] satisfies Door[]) {
  describe(`the authorization code flow, by the ${door} door`, () => {
    it('goes sign-in → consent → code → tokens → userinfo', async () => {
      const world = await openWorld({ door })
      const browser = world.browser()
      const login = await browser.follow(await browser.get(world.ask({ scope: 'openid email invoices.read', nonce: 'n1' })), world.issuer)
      assert.match(login.url, /\/login\?ticket=/)
      const consent = await browser.follow(
        await browser.submit(login, { email: world.mara.email, password: 'otter-lantern-62' }, 'login-submit'),
        world.issuer,
      )
      assert.match(consent.url, /\/consent\?ticket=/)
      const done = await browser.follow(await browser.submit(consent, {}, 'consent-allow'), world.issuer)
      const url = new URL(done.location)
      assert.equal(url.origin + url.pathname, REDIRECT)
      assert.deepEqual([...url.searchParams.keys()], ['code', 'state', 'iss'])
      assert.equal(url.searchParams.get('state'), 's1')
      assert.equal(url.searchParams.get('iss'), world.issuer)
      const { status, headers, body } = await world.redeem(url.searchParams.get('code')!)
      assert.equal(status, 200)
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(body.token_type, 'Bearer')
      assert.equal(body.expires_in, 600)
      assert.equal(body.scope, 'openid email invoices.read')
      const info = await world.userinfo(body.access_token)
      assert.deepEqual(info.body, { sub: world.mara.sub, email: world.mara.email, email_verified: false })
      await world.close()
    })

    it(
      'RFC 6749 §4.1.2 the code is good once; a replay revokes what it gave',
      inWorld({ door }, async (world) => {
        const code = await world.code()
        const first = await world.redeem(code)
        assert.equal((await world.userinfo(first.body.access_token)).status, 200)
        const second = await world.redeem(code)
        assert.deepEqual([second.status, second.body], [400, { error: 'invalid_grant', error_description: 'The code was used before.' }])
        assert.equal(second.headers.get('x-should-retry'), 'false')
        assert.equal((await world.userinfo(first.body.access_token)).status, 401)
        assert.equal((await world.refresh(first.body.refresh_token)).body.error, 'invalid_grant')
      }),
    )
  })
}

describe('errors at authorize', () => {
  const toPerson: [what: string, words: Words][] = [
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: '' }],
    ['a redirect that is not registered', { redirect_uri: 'https://evil.example/cb' }],
    ['a redirect that only begins like the registered one', { redirect_uri: `${REDIRECT}/x` }],
    ['no redirect with the scope openid', { redirect_uri: '' }],
    ['a state that is too long', { state: 'x'.repeat(2001) }],
    ['a state with a line break', { state: 'a\r\nlocation: https://evil.example' }],
    ['a forged ticket', { ticket: 'AAAA.BBBB' }],
  ]
  for (const [what, words] of toPerson) {
    it(
      `RFC 6749 §4.1.2.1 ${what} is told to the person, and sends nobody anywhere`,
      inWorld({}, async (world) => {
        const page = await world.browser().get(world.ask(words))
        assert.equal(page.status, 400)
        assert.equal(page.location, '')
        assert.match(page.html, /id="error-reference"/)
        const reference = page.headers.get('x-vouchsafe-reference')!
        assert.ok(page.html.includes(reference))
        assert.ok(
          world.events.some((event) => event['reference'] === reference),
          'and the log knows it',
        )
        assert.doesNotMatch(page.html, /evil\.example/)
      }),
    )
  }

  const toClient: [what: string, words: Words, error: string][] = [
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no response_type', { response_type: '' }, 'invalid_request'],
    ['a scope that is not known', { scope: 'openid admin' }, 'invalid_scope'],
    ['a scope that is not the client’s', { scope: 'openid phone' }, 'invalid_scope'],
    ['a malformed scope', { scope: 'openid  "x"' }, 'invalid_scope'],
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['a method without a challenge', { code_challenge: '' }, 'invalid_request'],
    ['a challenge without a method', { code_challenge_method: '' }, 'invalid_request'],
    ['plain', { code_challenge: code_verifier, code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown method', { code_challenge_method: 'S512' }, 'invalid_request'],
    ['a challenge that is too short', { code_challenge: 'x'.repeat(42) }, 'invalid_request'],
    ['a challenge with other characters', { code_challenge: `${'x'.repeat(42)}=` }, 'invalid_request'],
    ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
    ['prompt=none with nobody there', { prompt: 'none' }, 'login_required'],
    ['a max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
    ['a request by reference', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['an unknown response_mode', { response_mode: 'web_message' }, 'invalid_request'],
    ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
    ['claims of another shape', { claims: '{"userinfo":[]}' }, 'invalid_request'],
    ['an unknown resource', { resource: 'https://api.elsewhere.example' }, 'invalid_target'],
    ['a hint that is not ours', { id_token_hint: 'eyJ.e30.x' }, 'invalid_request'],
    ['a nonce that is too long', { nonce: 'n'.repeat(257) }, 'invalid_request'],
  ]
  for (const [what, words, error] of toClient) {
    it(
      `RFC 6749 §4.1.2.1 ${what} is told to the client as ${error}`,
      inWorld({}, async (world) => {
        const page = await world.browser().get(world.ask(words))
        assert.equal(page.status, 303)
        const url = new URL(page.location)
        assert.equal(url.origin + url.pathname, REDIRECT)
        assert.equal(url.searchParams.get('error'), error)
        assert.equal(url.searchParams.get('state'), 's1')
        assert.equal(url.searchParams.get('iss'), world.issuer, 'RFC 9207 §2: in errors too')
        assert.ok(page.headers.get('x-vouchsafe-reference'))
      }),
    )
  }

  it(
    'RFC 6749 §3.1 a repeated parameter is refused, known or not, resource excepted',
    inWorld({ config: { resources: { 'https://api.example': { name: { en: 'API' } } } } }, async (world) => {
      for (const again of ['client_id=c1', 'state=s1', 'scope=openid', 'redirect_uri=https%3A%2F%2Fapp.example%2Fcb', 'zzz=1&zzz=1']) {
        const page = await world.browser().get(`${world.ask()}&${again}`)
        assert.deepEqual([page.status, page.location], [400, ''], again)
      }
      const page = await world
        .browser()
        .get(`${world.ask()}&resource=https%3A%2F%2Fapi.example&resource=${encodeURIComponent(world.issuer)}`)
      assert.match(page.location, /\/login\?ticket=/)
    }),
  )

  it(
    'RFC 6749 §3.1 unknown parameters are passed over, and those without a value are as if not sent',
    inWorld({}, async (world) => {
      const page = await world.browser().get(`${world.ask()}&foo=bar&nonce=&audience=x&display=page&acr_values=1`)
      assert.match(page.location, /\/login\?ticket=/)
    }),
  )

  it(
    'OIDC Core §3.1.2.6 a refusal reaches the client as access_denied',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const consent = await browser.follow(await browser.get(world.ask()), world.issuer)
      const done = await browser.follow(await browser.submit(consent, {}, 'consent-deny'), world.issuer)
      const url = new URL(done.location)
      assert.deepEqual(
        [url.searchParams.get('error'), url.searchParams.get('state'), url.searchParams.get('code')],
        ['access_denied', 's1', null],
      )
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
    }),
  )

  it(
    'answers in the fragment when asked to',
    inWorld({}, async (world) => {
      const url = await world.authorize(await world.person(), { response_mode: 'fragment' })
      assert.equal(url.search, '')
      assert.ok(new URLSearchParams(url.hash.slice(1)).get('code'))
    }),
  )
})

describe('PKCE', () => {
  const wrong: [what: string, words: Words][] = [
    ['missing', { code_verifier: '' }],
    ['wrong', { code_verifier: 'w'.repeat(43) }],
    ['the challenge itself', { code_verifier: code_challenge }],
    ['one character', { code_verifier: 'v' }],
    ['too short', { code_verifier: 'v'.repeat(42) }],
    ['too long', { code_verifier: 'v'.repeat(129) }],
    ['illegal', { code_verifier: `${'v'.repeat(42)}+` }],
  ]
  for (const [what, words] of wrong) {
    it(
      `RFC 7636 §4.6 a code_verifier that is ${what} is invalid_grant, and ends the code`,
      inWorld({ client: PUBLIC }, async (world) => {
        const code = await world.code()
        assert.equal((await world.redeem(code, words)).body.error, 'invalid_grant')
        assert.equal((await world.redeem(code)).body.error_description, 'The code was used before.')
      }),
    )
  }

  it(
    'RFC 9700 §2.1.1 a public client needs a challenge even where its registration says otherwise',
    inWorld({ client: { ...PUBLIC, require_pkce: false } }, async (world) => {
      const page = await world.browser().get(world.ask({ code_challenge: '', code_challenge_method: '' }))
      assert.equal(new URL(page.location).searchParams.get('error'), 'invalid_request')
    }),
  )

  it(
    'a confidential client may be excepted by its registration',
    inWorld({ client: { require_pkce: false } }, async (world) => {
      const code = await world.code({ code_challenge: '', code_challenge_method: '' })
      assert.equal((await world.redeem(code, { code_verifier: '' })).status, 200)
    }),
  )

  it(
    'RFC 9700 §4.8.2 a verifier without a challenge is refused: somebody took the challenge away',
    inWorld({ client: { require_pkce: false } }, async (world) => {
      const code = await world.code({ code_challenge: '', code_challenge_method: '' })
      assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
    }),
  )
})

describe('codes', () => {
  it(
    'RFC 6749 §4.1.3 another redirect_uri, or none, is refused and ends the code',
    inWorld({ client: { redirect_uris: [REDIRECT, 'https://app.example/other'] } }, async (world) => {
      for (const redirect_uri of ['https://app.example/other', `${REDIRECT}?`, '']) {
        const code = await world.code()
        assert.equal((await world.redeem(code, { redirect_uri })).body.error, 'invalid_grant')
        assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
      }
    }),
  )

  it(
    'RFC 6749 §3.1.2.3 the only registered redirect is meant where none is named',
    inWorld({}, async (world) => {
      const code = await world.code({ redirect_uri: '', scope: 'invoices.read' })
      assert.equal((await world.redeem(code, { redirect_uri: '' })).status, 200)
    }),
  )

  it(
    'RFC 6749 §4.1.3 a code is its client’s: another one gets nothing, and cannot undo what it gave',
    inWorld({}, async (world) => {
      const thief = await world.addClient({ ...world.client, client_id: 'thief' })
      const code = await world.code()
      const { body } = await world.redeem(code)
      const refused = await world.redeem(code, { client_id: thief.client_id })
      assert.equal(refused.body.error, 'invalid_grant')
      assert.equal((await world.userinfo(body.access_token)).status, 200, 'a stranger’s replay revokes nothing')
      const unused = await world.code()
      assert.equal((await world.redeem(unused, { client_id: thief.client_id })).body.error, 'invalid_grant')
      assert.equal((await world.redeem(unused)).body.error, 'invalid_grant', 'a code that was shown by another client is over')
    }),
  )

  it(
    'RFC 6749 §4.1.2 a code is over after a minute',
    inWorld({}, async (world) => {
      const code = await world.code()
      world.time.now += 60_000
      assert.equal((await world.redeem(code)).body.error_description, 'The code has expired.')
    }),
  )

  it(
    'a changed, cut or lengthened code is unknown, and writes no row',
    inWorld({}, async (world) => {
      const code = await world.code()
      for (const forged of [
        code.slice(0, -1),
        `${code}A`,
        `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`,
        code.replace('.', ''),
        'p.x',
        `p.${'A'.repeat(43)}`,
        '.',
        code.toUpperCase(),
      ]) {
        assert.equal((await world.redeem(forged)).body.error_description, 'The code is unknown.')
      }
      assert.equal((await world.redeem(code)).status, 200)
    }),
  )

  it(
    'what is sealed for one purpose is no code',
    inWorld({}, async (world) => {
      const ticket = new URL((await world.browser().get(world.ask())).location).searchParams.get('ticket')!
      assert.equal((await world.redeem(ticket)).body.error_description, 'The code is unknown.')
    }),
  )

  it('with ordinary parameters a code has at most 512 characters', async () => {
    const uuid = '6f1c2a9e-7b1d-4f3a-9c55-0d2b8e4f7a10'
    const redirect_uri = 'https://app.customer-product.example.com/oauth/callback/vou1'
    assert.equal(redirect_uri.length, 60)
    const world = await openWorld({ client: { client_id: uuid, redirect_uris: [redirect_uri] } })
    const person = { ...world.mara, sub: '0d2b8e4f-7b1d-4f3a-9c55-6f1c2a9e7a10', email: 'uuid@otterbakery.example' }
    await world.store.users.add(person)
    const words = { scope: 'openid profile email invoices.read', nonce: 'n'.repeat(32), state: 's'.repeat(32) }
    const code = await world.code(words, await world.person(person))
    assert.ok(code.length <= 512, `${code.length} characters`)
    assert.equal((await world.redeem(code)).status, 200)
    await world.close()
  })

  it('with every parameter at its limit, and a client_id that somebody chose, a request works, and its code has at most 1000 characters', async () => {
    const resources = Object.fromEntries(
      Array.from({ length: 4 }, (_, i) => [`https://api${i}.example/`.padEnd(128, 'x'), { name: { en: `API ${i}` } }]),
    )
    const scopes = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `scope${i}.`.padEnd(55, 'x'),
        { title: { en: 'Do' }, description: { en: 'That.' }, level: 1 as const },
      ]),
    )
    const plain = await openWorld()
    const base = plain.config
    await plain.close()
    const redirect_uri = `${REDIRECT}/`.padEnd(512, 'r')
    const scope = ['openid', ...Object.keys(scopes)].join(' ').padEnd(512)
    const client = { client_id: 'c'.repeat(255), redirect_uris: [redirect_uri], scope: scope.trim() }
    const world = await openWorld({ client, config: { resources, scopes: { ...base.scopes, ...scopes } } })
    const claims = JSON.stringify({
      userinfo: Object.fromEntries(
        [
          'name',
          'family_name',
          'given_name',
          'middle_name',
          'nickname',
          'picture',
          'website',
          'zoneinfo',
          'locale',
          'phone_number',
          'address',
        ].map((name) => [name, null]),
      ),
    })
    const words = {
      scope: scope.trim(),
      state: 's'.repeat(2000),
      nonce: 'n'.repeat(256),
      login_hint: 'l'.repeat(128),
      ui_locales: 'e'.repeat(64),
      max_age: '9'.repeat(10),
      claims,
    }
    const asked = `${world.ask(words)}&${Object.keys(resources)
      .map((resource) => `resource=${encodeURIComponent(resource)}`)
      .join('&')}`
    const browser = await world.person()
    const consent = await browser.follow(await browser.get(asked), world.issuer)
    const done = await browser.follow(await browser.submit(consent, { scope: Object.keys(scopes) }, 'consent-allow'), world.issuer)
    const url = new URL(done.location)
    const code = url.searchParams.get('code')!
    assert.equal(url.searchParams.get('state'), words.state)
    assert.ok(code.length <= 1000, `${code.length} characters`)
    const { status, body } = await world.redeem(code)
    assert.equal(status, 200)
    assert.equal(decodeJwt(body.id_token)['nonce'], words.nonce)
    assert.deepEqual(decodeJwt(body.access_token).aud, Object.keys(resources))
    assert.equal((await world.redeem(code)).body.error_description, 'The code was used before.', 'a parked code is good once, too')
    await world.close()
  })
})

describe('tokens', () => {
  it(
    'RFC 9068 §2.1 access tokens are typed, signed ES256, with the claims of the profile',
    inWorld({}, async (world) => {
      const { access_token } = await world.tokens()
      assert.deepEqual(
        Object.entries(decodeProtectedHeader(access_token!)).filter(([name]) => name !== 'kid'),
        [
          ['alg', 'ES256'],
          ['typ', 'at+jwt'],
        ],
      )
      const { jti, grant_id, sid, ...claims } = decodeJwt(access_token!)
      const now = world.time.now / 1000
      assert.deepEqual(claims, {
        iss: world.issuer,
        sub: world.mara.sub,
        aud: world.issuer,
        client_id: 'c1',
        scope: 'openid invoices.read',
        iat: now,
        exp: now + 600,
        auth_time: now,
        amr: ['pwd'],
      })
      assert.ok(jti && grant_id && sid)
    }),
  )

  for (const alg of ['ES256', 'RS256'] as const) {
    it(
      `OIDC Core §2 the ID token is signed ${alg} where the client is registered so, and holds what was asked`,
      inWorld({ client: { id_token_signed_response_alg: alg } }, async (world) => {
        const { id_token } = await world.tokens({ nonce: 'n1', scope: 'openid profile email' })
        assert.equal(decodeProtectedHeader(id_token!).alg, alg)
        const { sid, ...claims } = decodeJwt(id_token!)
        const now = world.time.now / 1000
        assert.deepEqual(claims, {
          iss: world.issuer,
          sub: world.mara.sub,
          aud: 'c1',
          iat: now,
          exp: now + 600,
          auth_time: now,
          nonce: 'n1',
          amr: ['pwd'],
        })
        assert.ok(sid)
      }),
    )
  }

  it(
    'OIDC Core §3.1.2.1 without the scope openid there is no ID token, and no userinfo',
    inWorld({}, async (world) => {
      const tokens = await world.tokens({ scope: 'invoices.read' })
      assert.equal(tokens['id_token'], undefined)
      const info = await world.userinfo(tokens['access_token']!)
      assert.deepEqual([info.status, info.body.error], [403, 'insufficient_scope'])
    }),
  )

  it(
    'opaque access tokens, where the client is registered so, tell nothing and die with their grant',
    inWorld({ client: { access_token_format: 'opaque' } }, async (world) => {
      const { access_token } = await world.tokens()
      assert.throws(() => decodeJwt(access_token!))
      assert.equal((await world.userinfo(access_token!)).status, 200)
      assert.equal((await world.introspect(access_token!)).body.active, true)
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      assert.equal((await world.userinfo(access_token!)).status, 401)
      assert.deepEqual((await world.introspect(access_token!)).body, { active: false })
    }),
  )

  it(
    'an access token ends with its consent',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const url = await world.authorize(browser, {}, { duration: 'once' })
      world.time.now += 30_000
      const { body } = await world.redeem(url.searchParams.get('code')!)
      world.time.now += 3_540_000
      const refreshed = await world.refresh(body.refresh_token)
      assert.equal(refreshed.body.expires_in, 30, 'an hour after the consent')
      world.time.now += 30_000
      assert.equal((await world.refresh(refreshed.body.refresh_token)).body.error, 'invalid_grant')
      assert.equal((await world.userinfo(refreshed.body.access_token)).status, 401)
    }),
  )
})

describe('POST to authorize', () => {
  it(
    'OIDC Core §3.1.2.1 is answered 303 to the GET, sets no cookie, and goes on in the browser that follows',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const sent = await world
        .browser()
        .post(`${world.issuer}/authorize`, Object.fromEntries(new URL(world.ask()).searchParams), { 'sec-fetch-site': 'cross-site' })
      assert.equal(sent.status, 303)
      assert.deepEqual(sent.cookies, [])
      const page = await browser.follow(await browser.get(sent.location), world.issuer)
      assert.match(page.url, /\/consent\?/)
    }),
  )

  it(
    'refuses other bodies',
    inWorld({}, async (world) => {
      const { status } = await world.post('/authorize', '{}', { 'content-type': 'application/json' })
      assert.equal(status, 400)
    }),
  )
})

it(
  'the client secret of these tests is not shown by any answer',
  inWorld({}, async (world) => {
    const { body } = await world.redeem(await world.code())
    assert.ok(!JSON.stringify([body, world.events]).includes(CLIENT_SECRET))
  }),
)
