import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inWorld, openWorld } from '../support/world.ts'

describe('discovery', () => {
  it(
    'RFC 8414 §3 the same document under both names, readable from everywhere',
    inWorld({}, async (world) => {
      const [one, other] = [
        await world.get('/.well-known/oauth-authorization-server'),
        await world.get('/.well-known/openid-configuration'),
      ]
      assert.equal(one.status, 200)
      assert.deepEqual(one.body, other.body)
      assert.equal(one.headers.get('access-control-allow-origin'), '*')
      assert.match(one.headers.get('cache-control')!, /max-age=300/)
      assert.equal(one.body.issuer, world.issuer)
      assert.equal(one.body.authorization_response_iss_parameter_supported, true)
      assert.deepEqual(one.body.code_challenge_methods_supported, ['S256'])
      assert.deepEqual(one.body.grant_types_supported, ['authorization_code', 'refresh_token', 'client_credentials'])
    }),
  )

  it(
    'RFC 8414 §2 every endpoint that it names is there',
    inWorld({}, async (world) => {
      const { body } = await world.get('/.well-known/openid-configuration')
      for (const [name, address] of Object.entries(body as Record<string, string>).filter(([name]) => /_endpoint$|_uri$/.test(name))) {
        assert.ok(address.startsWith(`${world.issuer}/`), name)
        assert.notEqual((await world.get(address)).status, 404, name)
      }
    }),
  )

  it(
    'RFC 7517 §5 the key set has public keys only, of both algorithms, each with a kid of its own',
    inWorld({}, async (world) => {
      const { body } = await world.get('/jwks')
      assert.deepEqual(body.keys.map((key: { alg: string }) => key.alg).sort(), ['ES256', 'RS256'])
      assert.equal(new Set(body.keys.map((key: { kid: string }) => key.kid)).size, 2)
      assert.doesNotMatch(JSON.stringify(body), /"(d|p|q|dp|dq|qi|k)":/)
    }),
  )

  it('RFC 8414 §3.1 an issuer with a path is found by all three forms, and lives below its path', async () => {
    const issuer = 'https://id.example/tenants/one'
    const world = await openWorld({ config: { issuer, default_resource: issuer } })
    const origin = 'https://id.example'
    for (const path of [
      '/.well-known/oauth-authorization-server/tenants/one',
      '/.well-known/openid-configuration/tenants/one',
      '/tenants/one/.well-known/openid-configuration',
      '/tenants/one/.well-known/oauth-authorization-server',
    ]) {
      assert.equal((await world.get(origin + path)).body.issuer, issuer, path)
    }
    assert.equal((await world.get(`${origin}/.well-known/openid-configuration`)).status, 404)
    const { access_token } = await world.tokens()
    assert.equal((await world.userinfo(access_token!)).status, 200)
    await world.close()
  })

  it(
    'RFC 9207 §2 addresses come from the configured issuer, whatever the Host header says',
    inWorld({ door: 'node' }, async (world) => {
      const answer = await world.get('/.well-known/openid-configuration', {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
      })
      assert.doesNotMatch(JSON.stringify(answer.body), /evil/)
    }),
  )
})

describe('scripts of other origins', () => {
  const origin = 'https://spa.example'
  for (const path of ['/token', '/userinfo', '/revoke', '/jwks', '/.well-known/openid-configuration']) {
    it(
      `may ask ${path}, without cookies`,
      inWorld({}, async (world) => {
        const preflight = await world.send(
          new Request(world.issuer + path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }),
        )
        assert.equal(preflight.status, 204)
        assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
        assert.equal(preflight.headers.get('access-control-allow-credentials'), null)
        const post = ['/token', '/revoke'].includes(path)
        const answer = post ? await world.post(path, {}, { origin }) : await world.get(path, { origin })
        assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'errors are readable too')
      }),
    )
  }
  for (const path of ['/authorize', '/introspect', '/logout', '/login', '/consent', '/account/apps']) {
    it(
      `may not ask ${path}`,
      inWorld({}, async (world) => {
        const preflight = await world.send(new Request(world.issuer + path, { method: 'OPTIONS', headers: { origin } }))
        assert.equal(preflight.headers.get('access-control-allow-origin'), null)
        assert.equal((await world.get(path, { origin })).headers.get('access-control-allow-origin'), null)
      }),
    )
  }
})

describe('revocation and introspection', () => {
  it('RFC 7009 §2.1 revoking any token of a grant ends the grant, and is answered 200 {}', async () => {
    for (const kind of ['access_token', 'refresh_token']) {
      await inWorld({}, async (world) => {
        const tokens = await world.tokens()
        const { status, body } = await world.revoke(tokens[kind]!)
        assert.deepEqual([status, body], [200, {}])
        assert.equal((await world.userinfo(tokens['access_token']!)).status, 401)
        assert.equal((await world.refresh(tokens['refresh_token']!)).status, 400)
        assert.deepEqual([(await world.revoke(tokens[kind]!)).status], [200], 'and again')
      })()
    }
  })

  it(
    'RFC 7009 §2.2 what is no token is over already',
    inWorld({}, async (world) => {
      for (const token of ['x', 'a.b', 'a.b.c', 'a.b.c.d', 'x'.repeat(8000)]) assert.deepEqual((await world.revoke(token)).body, {})
      const { status, body } = await world.post('/revoke', { client_id: 'c1', client_secret: 'secret-'.padEnd(43, 's') })
      assert.deepEqual([status, body.error], [400, 'invalid_request'])
    }),
  )

  it(
    'RFC 7009 §2.1 another client’s token is not revoked',
    inWorld({}, async (world) => {
      await world.addClient({ ...world.client, client_id: 'c2' })
      const tokens = await world.tokens()
      for (const kind of ['access_token', 'refresh_token']) {
        const answer = await world.post('/revoke', { client_id: 'c2', client_secret: 'secret-'.padEnd(43, 's'), token: tokens[kind]! })
        assert.equal(answer.body.error, 'invalid_grant')
      }
      assert.equal((await world.userinfo(tokens['access_token']!)).status, 200)
    }),
  )

  it(
    'RFC 7662 §2.2 tells a client about its own tokens, and about nobody else’s',
    inWorld({}, async (world) => {
      await world.addClient({ ...world.client, client_id: 'c2' })
      const { access_token, refresh_token } = await world.tokens()
      const access = (await world.introspect(access_token!)).body
      assert.deepEqual(
        [access.active, access.sub, access.scope, access.token_type],
        [true, world.mara.sub, 'openid invoices.read', 'Bearer'],
      )
      assert.equal(access.grant_id ?? access.epoch, undefined, 'what is ours stays ours')
      const refresh = (await world.introspect(refresh_token!)).body
      assert.deepEqual([refresh.active, refresh.client_id], [true, 'c1'])
      for (const token of [access_token!, refresh_token!]) {
        const other = await world.post('/introspect', { client_id: 'c2', client_secret: 'secret-'.padEnd(43, 's'), token })
        assert.deepEqual(other.body, { active: false })
      }
      world.time.now += 600_000
      assert.deepEqual((await world.introspect(access_token!)).body, { active: false })
    }),
  )

  it(
    'RFC 7662 §2.1 asks for authentication',
    inWorld({}, async (world) => {
      const { access_token } = await world.tokens()
      assert.equal((await world.post('/introspect', { token: access_token! })).status, 401)
      await world.addClient({ ...world.client, client_id: 'spa', token_endpoint_auth_method: 'none', client_secrets: [] })
      assert.equal((await world.post('/introspect', { client_id: 'spa', token: access_token! })).status, 401)
    }),
  )

  it(
    'a truncated, padded or changed token is not active',
    inWorld({ client: { access_token_format: 'opaque' } }, async (world) => {
      const { access_token } = await world.tokens()
      for (const forged of [
        access_token!.slice(0, -1),
        `${access_token}A`,
        `${access_token}=`,
        `${access_token}.`,
        access_token!.toLowerCase(),
      ]) {
        assert.deepEqual((await world.introspect(forged)).body, { active: false })
      }
    }),
  )
})

describe('sign-out', () => {
  const bye = 'https://app.example/bye'
  const client = { post_logout_redirect_uris: [bye] }

  it(
    'OIDC RP-Initiated Logout §2 asks the person, ends the session, and goes back with the state',
    inWorld({ client }, async (world) => {
      const browser = await world.person()
      const code = await world.code({}, browser)
      const { id_token } = (await world.redeem(code)).body
      const ask = `${world.issuer}/logout?${new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: bye, state: 'x y' })}`
      const page = await browser.follow(await browser.get(ask), world.issuer)
      assert.match(page.html, /id="logout-confirm"/)
      const done = await browser.follow(await browser.submit(page, {}, 'logout-confirm'), world.issuer)
      assert.equal(done.location, `${bye}?state=x%20y`)
      const again = await browser.get(world.ask({ prompt: 'none' }))
      assert.equal(new URL(again.location).searchParams.get('error'), 'login_required')
    }),
  )

  const bad: [what: string, words: Record<string, string>][] = [
    ['an address that is not registered', { client_id: 'c1', post_logout_redirect_uri: 'https://evil.example/' }],
    ['the registered address with a query', { client_id: 'c1', post_logout_redirect_uri: `${bye}?x=1` }],
    ['an address without a client', { post_logout_redirect_uri: bye }],
    ['a hint that is not ours', { id_token_hint: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.', post_logout_redirect_uri: bye }],
    ['an unknown client', { client_id: 'nobody' }],
    ['a state with a line break', { client_id: 'c1', post_logout_redirect_uri: bye, state: 'a\nb' }],
  ]
  for (const [what, words] of bad) {
    it(
      `OIDC RP-Initiated Logout §3 ${what} is told to the person, and sends nobody anywhere`,
      inWorld({ client }, async (world) => {
        const browser = await world.person()
        const page = await browser.follow(await browser.get(`${world.issuer}/logout?${new URLSearchParams(words)}`), world.issuer)
        assert.deepEqual([page.status, page.location], [400, ''])
        assert.match(page.html, /error-reference/)
      }),
    )
  }

  it(
    'OIDC RP-Initiated Logout §2 without any parameter it asks, and says that it is done',
    inWorld({ client }, async (world) => {
      const browser = await world.person()
      const page = await browser.follow(await browser.get(`${world.issuer}/logout?state=lost`), world.issuer)
      const done = await browser.follow(await browser.submit(page, {}, 'logout-confirm'), world.issuer)
      assert.match(done.html, /id="logout-done"/)
    }),
  )

  it(
    'a link to sign out, or a form of another site, signs nobody out',
    inWorld({ client }, async (world) => {
      const browser = await world.person()
      const page = await browser.follow(await browser.get(`${world.issuer}/logout`), world.issuer)
      const { pathname } = new URL(page.url)
      assert.equal(
        (
          await browser.post(
            `${world.issuer}${pathname}`,
            { ticket: new URL(page.url).searchParams.get('ticket')!, decision: 'logout' },
            { 'sec-fetch-site': 'cross-site' },
          )
        ).status,
        403,
      )
      assert.equal(new URL((await browser.get(world.ask())).location).pathname, '/consent', 'still signed in')
    }),
  )
})
