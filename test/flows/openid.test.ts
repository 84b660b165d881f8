import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import type { Browser } from '../support/browser.ts'
import { inWorld, REDIRECT, type Words, type World } from '../support/world.ts'

const MINUTE = 60_000

/** Where an authorization request leads this browser: a page of ours by its path, or what the client is told. */
async function leads(world: World, browser: Browser, words: Words): Promise<string> {
  const page = await browser.follow(await browser.get(world.ask(words)), world.issuer)
  if (page.location === '') return new URL(page.url).pathname
  const told = new URL(page.location).searchParams
  return told.get('error') ?? 'code'
}

describe('who is there, and when', () => {
  it(
    'OIDC Core §3.1.2.1 prompt=none: login_required, consent_required, then a code without a page',
    inWorld({}, async (world) => {
      assert.equal(await leads(world, world.browser(), { prompt: 'none' }), 'login_required')
      const browser = await world.person()
      assert.equal(await leads(world, browser, { prompt: 'none' }), 'consent_required')
      await world.authorize(browser)
      assert.equal(await leads(world, browser, { prompt: 'none' }), 'code')
      assert.equal(await leads(world, browser, { prompt: 'none', scope: 'openid bank.read' }), 'consent_required')
    }),
  )

  it(
    'OIDC Core §3.1.2.1 prompt=login asks once, not for ever',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      world.time.now += MINUTE
      const login = await browser.follow(await browser.get(world.ask({ prompt: 'login' })), world.issuer)
      assert.equal(new URL(login.url).pathname, '/login')
      world.time.now += MINUTE
      const done = await browser.follow(
        await browser.submit(login, { email: world.mara.email, password: 'otter-lantern-62' }, 'login-submit'),
        world.issuer,
      )
      const code = new URL(done.location).searchParams.get('code')!
      const { id_token } = (await world.redeem(code)).body
      assert.equal(decodeJwt(id_token)['auth_time'], world.time.now / 1000)
    }),
  )

  it(
    'OIDC Core §3.1.2.1 prompt=consent asks again',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      assert.equal(await leads(world, browser, {}), 'code')
      world.time.now += MINUTE
      assert.equal(await leads(world, browser, { prompt: 'consent' }), '/consent')
      assert.ok((await world.authorize(browser, { prompt: 'consent' })).searchParams.get('code'))
    }),
  )

  it(
    'OIDC Core §3.1.2.1 prompt=select_account lets the person choose',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      world.time.now += MINUTE
      const chooser = await browser.follow(await browser.get(world.ask({ prompt: 'select_account' })), world.issuer)
      assert.match(chooser.html, /id="login-continue"/)
      const done = await browser.follow(await browser.submit(chooser, {}, 'login-continue'), world.issuer)
      assert.ok(new URL(done.location).searchParams.get('code'))
    }),
  )

  it(
    'OIDC Core §3.1.2.1 max_age counts from the beginning of the request',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      world.time.now += MINUTE
      assert.equal(await leads(world, browser, { max_age: '60' }), 'code')
      assert.equal(await leads(world, browser, { max_age: '59' }), '/login')
      assert.equal(await leads(world, browser, { max_age: '0' }), '/login')
      assert.equal(await leads(world, browser, { max_age: '59', prompt: 'none' }), 'login_required')
    }),
  )

  it(
    'OIDC Registration §2 default_max_age is the client’s own',
    inWorld({ client: { default_max_age: 30 } }, async (world) => {
      const browser = await world.person()
      world.time.now += MINUTE
      assert.equal(await leads(world, browser, {}), '/login')
    }),
  )

  it(
    'OIDC Core §3.1.2.1 login_hint fills in the field',
    inWorld({}, async (world) => {
      const browser = world.browser()
      const page = await browser.follow(await browser.get(world.ask({ login_hint: 'mara@otterbakery.example' })), world.issuer)
      assert.match(page.html, /value="mara@otterbakery\.example"/)
    }),
  )

  it(
    'OIDC Core §3.1.2.1 an id_token_hint of the person who is there is silent, one of another is not',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const code = await world.code({}, browser)
      const { id_token } = (await world.redeem(code)).body
      world.time.now += 60 * MINUTE
      assert.equal(await leads(world, browser, { prompt: 'none', id_token_hint: id_token }), 'code', 'though it is an hour old')
      const other = await world.person(await world.addPerson('oskar@otterbakery.example'))
      world.time.now += MINUTE
      assert.equal(await leads(world, other, { prompt: 'none', id_token_hint: id_token }), 'login_required')
      assert.equal(await leads(world, other, { id_token_hint: id_token }), '/login')
    }),
  )

  it(
    'OIDC Core §3.1.2.1 an id_token_hint that another client was given is refused',
    inWorld({}, async (world) => {
      await world.addClient({ ...world.client, client_id: 'c2' })
      const { id_token } = await world.tokens()
      assert.equal(await leads(world, world.browser(), { client_id: 'c2', id_token_hint: id_token! }), 'invalid_request')
    }),
  )

  it(
    'OIDC Core §2 an access token is no hint, and an ID token no access token',
    inWorld({}, async (world) => {
      const { id_token, access_token } = await world.tokens()
      assert.equal(await leads(world, world.browser(), { id_token_hint: access_token! }), 'invalid_request')
      assert.equal((await world.userinfo(id_token!)).status, 401)
      assert.deepEqual((await world.introspect(id_token!)).body, { active: false })
    }),
  )
})

describe('claims', () => {
  const claims = { family_name: 'Lindqvist', phone_number: '+46 1', address: { country: 'SE' }, secret_note: 'x' }
  const cases: [words: Words, names: string[]][] = [
    [{ scope: 'openid' }, ['sub']],
    [{ scope: 'openid profile' }, ['sub', 'name', 'family_name']],
    [{ scope: 'openid email' }, ['sub', 'email', 'email_verified']],
    [{ scope: 'openid phone address' }, ['sub', 'phone_number', 'address']],
    [
      { scope: 'openid', claims: '{"userinfo":{"name":{"essential":true},"email":null,"secret_note":null,"sub":{"value":"x"}}}' },
      ['sub', 'name', 'email'],
    ],
    [{ scope: 'openid', claims: '{"id_token":{"name":null}}' }, ['sub']],
  ]
  for (const [words, names] of cases) {
    it(
      `OIDC Core §5.4 ${JSON.stringify(words)} opens ${names.join(', ')}`,
      inWorld({ client: { scope: 'openid profile email phone address' } }, async (world) => {
        await world.store.users.update({ ...world.mara, claims })
        const browser = await world.person()
        const url = await world.authorize(browser, words, { scope: words['scope']!.split(' ') })
        const { body } = await world.redeem(url.searchParams.get('code')!)
        const info = await world.userinfo(body.access_token)
        assert.deepEqual(Object.keys(info.body).sort(), [...names].sort())
        const allowed = ['acr', 'amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sid', 'sub']
        assert.deepEqual(
          Object.keys(decodeJwt(body.id_token)).filter((name) => !allowed.includes(name)),
          [],
          'none of it in the ID token',
        )
      }),
    )
  }

  it(
    'OIDC Core §5.5 an app that nobody has reviewed cannot insist on a claim: it is left off unless switched on, and not asked again',
    inWorld({ client: { reviewed: false } }, async (world) => {
      const words = { scope: 'openid invoices.read', claims: '{"userinfo":{"name":{"essential":true}}}' }
      const browser = await world.person()
      const url = await world.authorize(browser, words, { scope: ['invoices.read'] })
      const { body } = await world.redeem(url.searchParams.get('code')!)
      assert.deepEqual((await world.userinfo(body.access_token)).body, { sub: world.mara.sub })
      assert.equal(await leads(world, browser, words), 'code')
      world.time.now += MINUTE
      const given = await world.authorize(browser, { ...words, prompt: 'consent' }, { scope: ['invoices.read'], claims: 'on' })
      const again = await world.redeem(given.searchParams.get('code')!)
      assert.equal((await world.userinfo(again.body.access_token)).body.name, world.mara.name)
    }),
  )

  it(
    'OIDC Core §5.3 userinfo takes GET and POST, the token in the header or the form, and in one of them',
    inWorld({}, async (world) => {
      const { access_token } = await world.tokens()
      const authorization = { authorization: `Bearer ${access_token}` }
      assert.equal((await world.get('/userinfo', authorization)).status, 200)
      assert.equal((await world.get('/userinfo', { authorization: `bearer ${access_token}` })).status, 200)
      assert.equal((await world.post('/userinfo', '', authorization)).status, 200)
      assert.equal((await world.post('/userinfo', { access_token: access_token! })).status, 200)
      assert.equal((await world.post('/userinfo', { access_token: access_token! }, authorization)).status, 400)
      const inQuery = await world.get(`/userinfo?access_token=${access_token}`)
      assert.equal(inQuery.status, 401, 'RFC 6750 §2.3: never in the address')
    }),
  )

  it(
    'RFC 6750 §3.1 challenges: without a token nothing is said, with a wrong one what is wrong',
    inWorld({}, async (world) => {
      assert.equal((await world.get('/userinfo')).headers.get('www-authenticate'), 'Bearer realm="oauth"')
      const wrong = await world.userinfo('wrong')
      assert.match(wrong.headers.get('www-authenticate')!, /^Bearer realm="oauth", error="invalid_token", error_description="[^"]+"$/)
      for (const header of ['Bearer', 'Bearer a b', 'Bearer  ', 'Basic abc', 'Bearer a,b', 'Bearertoken']) {
        assert.equal((await world.get('/userinfo', { authorization: header })).status, 401, header)
      }
    }),
  )

  it(
    'a disabled person is gone from userinfo',
    inWorld({}, async (world) => {
      const { access_token } = await world.tokens()
      await world.store.users.update({ ...world.mara, disabled_at: world.time.now })
      assert.equal((await world.userinfo(access_token!)).status, 401)
    }),
  )
})

describe('resources', () => {
  const resources = {
    'https://api.example': { name: { en: 'Books' }, scopes: ['invoices.read'], access_token_lifetime: 60, client_id: 'api' },
    'https://files.example/v1': { name: { en: 'Files' }, access_token_format: 'opaque' as const },
  }
  const given = { config: { resources } }

  it(
    'RFC 8707 §2.1 the audience is what was asked, and nothing else',
    inWorld(given, async (world) => {
      const { access_token, expires_in } = await world.tokens({ resource: 'https://api.example' })
      assert.equal(decodeJwt(access_token!).aud, 'https://api.example')
      assert.equal(expires_in, 60, 'the lifetime is the resource’s')
      assert.equal(decodeJwt((await world.tokens({})).access_token!).aud, world.issuer, 'absent means the default one, never all')
    }),
  )

  it(
    'RFC 8707 §2 one trailing slash on an empty path makes no difference, and nothing else does',
    inWorld(given, async (world) => {
      assert.equal(decodeJwt((await world.tokens({ resource: 'https://api.example/' })).access_token!).aud, 'https://api.example')
      for (const resource of [
        'https://api.example//',
        'https://API.example',
        'https://api.example/x',
        'https://api.example?x',
        'https://api.example#x',
        'https://files.example/v1/',
        'api.example',
        'https://api.example.evil.example',
      ]) {
        assert.equal(await leads(world, world.browser(), { resource }), 'invalid_target', resource)
      }
    }),
  )

  it(
    'RFC 8707 §2.2 the token request may narrow, and never widen',
    inWorld(given, async (world) => {
      const browser = await world.person()
      const asked = `${world.ask({ scope: 'openid invoices.read', resource: 'https://api.example' })}&resource=${encodeURIComponent('https://files.example/v1')}`
      const page = await browser.follow(await browser.get(asked), world.issuer)
      const done = await browser.follow(await browser.submit(page, {}, 'consent-allow'), world.issuer)
      const { body } = await world.redeem(new URL(done.location).searchParams.get('code')!, { resource: 'https://api.example' })
      assert.equal(decodeJwt(body.access_token).aud, 'https://api.example')
      const both = await world.refresh(body.refresh_token)
      assert.deepEqual(decodeJwt(both.body.access_token).aud, ['https://api.example', 'https://files.example/v1'])
      assert.equal((await world.refresh(both.body.refresh_token, { resource: world.issuer })).body.error, 'invalid_target')
      const narrow = await world.tokens({ resource: 'https://api.example' })
      assert.equal((await world.refresh(narrow['refresh_token']!, { resource: 'https://files.example/v1' })).body.error, 'invalid_target')
    }),
  )

  it(
    'RFC 8707 §2.2 where no resource was authorized, none but the default can be asked for',
    inWorld(given, async (world) => {
      const { refresh_token } = await world.tokens()
      assert.equal((await world.refresh(refresh_token!, { resource: 'https://api.example' })).body.error, 'invalid_target')
      assert.equal((await world.refresh(refresh_token!, { resource: world.issuer })).status, 200)
    }),
  )

  it(
    'a scope that does not belong to the resource is refused',
    inWorld(given, async (world) => {
      assert.equal(await leads(world, world.browser(), { resource: 'https://api.example', scope: 'openid bank.read' }), 'invalid_scope')
    }),
  )

  it(
    'a resource that nobody has consented to is asked',
    inWorld(given, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      assert.equal(await leads(world, browser, { resource: 'https://api.example' }), '/consent')
    }),
  )

  it(
    'RFC 7662 §2.1 the resource’s own client may introspect tokens made for it, and no other',
    inWorld(given, async (world) => {
      await world.addClient({ ...world.client, client_id: 'api' })
      const ask = async (token: string, client_id: string) =>
        (await world.post('/introspect', { client_id, client_secret: 'secret-'.padEnd(43, 's'), token })).body.active
      const forApi = (await world.tokens({ resource: 'https://api.example' })).access_token!
      const forUs = (await world.tokens()).access_token!
      assert.deepEqual([await ask(forApi, 'api'), await ask(forUs, 'api'), await ask(forApi, 'c1')], [true, false, true])
    }),
  )

  it(
    'the format is the resource’s',
    inWorld(given, async (world) => {
      assert.throws(() => decodeJwt('x'))
      const { access_token } = await world.tokens({ resource: 'https://files.example/v1' })
      assert.throws(() => decodeJwt(access_token!))
      assert.equal((await world.introspect(access_token!)).body.aud, 'https://files.example/v1')
    }),
  )
})

describe('native apps', () => {
  const native = {
    token_endpoint_auth_method: 'none',
    client_secrets: [],
    grant_types: ['authorization_code', 'refresh_token'],
    application_type: 'native' as const,
    redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb', REDIRECT],
  }
  for (const redirect_uri of ['http://127.0.0.1:5555/cb', 'com.example.app:/cb']) {
    it(
      `RFC 8252 §8.6 a remembered consent lets no other local program in at ${redirect_uri}`,
      inWorld({ client: native }, async (world) => {
        const browser = await world.person()
        const url = await world.authorize(browser, { redirect_uri })
        assert.equal((await world.redeem(url.searchParams.get('code')!, { redirect_uri })).status, 200)
        assert.equal(await leads(world, browser, { redirect_uri }), '/consent', 'the next request is asked, whoever sent it')
        assert.equal(await leads(world, browser, { redirect_uri, prompt: 'none' }), 'consent_required')
        assert.equal(await leads(world, browser, { redirect_uri: redirect_uri.replace('5555', '6666') }), '/consent')
        await world.authorize(browser, { redirect_uri: REDIRECT })
        assert.equal(await leads(world, browser, { redirect_uri: REDIRECT }), 'code', 'an https redirect is the app’s own')
      }),
    )
  }
})
