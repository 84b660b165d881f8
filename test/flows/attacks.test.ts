import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { CLIENT_SECRET, inWorld, type Words, type World } from '../support/world.ts'

const MINUTE = 60_000

/** What the client is told, or the path of the page where the person stands. */
async function told(world: World, browser: Awaited<ReturnType<World['person']>>, words: Words): Promise<string> {
  const page = await browser.follow(await browser.get(world.ask(words)), world.issuer)
  if (page.location === '') return new URL(page.url).pathname
  const answer = new URL(page.location).searchParams
  return answer.get('error') ?? 'code'
}

describe('the claims parameter is no way round', () => {
  it(
    'OIDC Core §5.5 a claim that no scope of the client’s registration opens is not asked for',
    inWorld({ client: { scope: 'openid' } }, async (world) => {
      const browser = await world.person()
      const url = await world.authorize(browser, { scope: 'openid', claims: '{"userinfo":{"email":{"essential":true},"name":null}}' })
      const { body } = await world.redeem(url.searchParams.get('code')!)
      assert.deepEqual((await world.userinfo(body.access_token)).body, { sub: world.mara.sub })
    }),
  )

  it(
    'OIDC Core §3.1.2.2 a sub that is asked for by value is the only person who will do',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      const claims = (sub: string) => JSON.stringify({ id_token: { sub: { value: sub } } })
      assert.equal(await told(world, browser, { prompt: 'none', claims: claims(world.mara.sub) }), 'code')
      assert.equal(await told(world, browser, { prompt: 'none', claims: claims('somebody-else') }), 'login_required')
    }),
  )

  it(
    'OIDC Core §5.5.1.1 an essential acr that was not done is no silent success',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { auth_time: world.time.now - MINUTE })
      await world.authorize(browser)
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } })
      assert.equal(await told(world, browser, { prompt: 'none', claims }), 'login_required')
      assert.equal(await told(world, browser, { claims }), '/login')
      const fresh = await world.person(world.mara, { auth_time: world.time.now + MINUTE })
      assert.equal(await told(world, fresh, { claims }), 'access_denied')
      const strong = await world.person(world.mara, { acr: 'phr' })
      assert.equal(await told(world, strong, { prompt: 'none', claims }), 'code')
    }),
  )
})

describe('tokens stay where they belong', () => {
  const resources = { 'https://api.example': { name: { en: 'API' } } }

  it(
    'RFC 9068 §4 an API cannot ask userinfo with a token that was made for it',
    inWorld({ config: { resources } }, async (world) => {
      const { access_token, refresh_token } = await world.tokens({ resource: 'https://api.example' })
      assert.equal(decodeJwt(access_token!).aud, 'https://api.example')
      const refused = await world.userinfo(access_token!)
      assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_token'])
      assert.equal((await world.refresh(refresh_token!)).status, 200)
    }),
  )

  it(
    'a resource that is asked wrongly at token uses the code not up',
    inWorld({ config: { resources } }, async (world) => {
      const code = await world.code()
      assert.equal((await world.redeem(code, { resource: 'https://api.example' })).body.error, 'invalid_target')
      assert.equal((await world.redeem(code)).status, 200)
    }),
  )

  it(
    'RFC 6749 §6 a scope that the registration has lost is not refreshed',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens({ scope: 'openid email invoices.read' })
      await world.store.clients.update({ ...world.client, scope: 'openid' })
      await new Promise((resolve) => setTimeout(resolve, 600)) // clients may be cached for half a second
      const { body } = await world.refresh(refresh_token!)
      assert.equal(body.scope, 'openid')
      assert.equal((await world.refresh(body.refresh_token, { scope: 'openid email' })).body.error, 'invalid_scope')
    }),
  )

  it(
    'a consent that ends while its code is under way gives nothing',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.authorize(browser, {}, { duration: '30d' })
      world.time.now += 30 * 24 * 60 * MINUTE - 20_000
      const again = await world.person()
      const code = await world.code({}, again)
      world.time.now += 30_000
      assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
    }),
  )

  it(
    'a disabled client’s tokens are over, though its grants are not looked at',
    inWorld({}, async (world) => {
      const own = await world.post('/token', { grant_type: 'client_credentials', client_id: 'c1', client_secret: CLIENT_SECRET })
      const { access_token } = await world.tokens()
      await world.store.clients.update({ ...world.client, disabled_at: world.time.now }) // as a node sees it that missed the withdrawal
      assert.equal((await world.userinfo(access_token!)).status, 401)
      await world.store.clients.update(world.client)
      assert.equal((await world.introspect(own.body.access_token)).body.active, true)
    }),
  )

  it('the lifetime that a resource sets holds for clients without refresh tokens too, and rows outlive it', async () => {
    const long = { 'https://api.example': { name: { en: 'API' }, access_token_lifetime: 7200 } }
    await inWorld({ config: { resources: long }, client: { grant_types: ['authorization_code'] } }, async (world) => {
      const { access_token, expires_in } = await world.tokens({ resource: 'https://api.example' })
      assert.equal(expires_in, 7200)
      world.time.now += 7199_000
      await world.store.sweep(world.time.now, 1000)
      assert.equal((await world.introspect(access_token!)).body.active, true)
    })()
  })
})

describe('sign-out', () => {
  it(
    'OIDC RP-Initiated Logout §2 a form of another site sets no cookie, and comes again by GET',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const sent = await world.browser().post(`${world.issuer}/logout`, { state: 'x' }, { 'sec-fetch-site': 'cross-site' })
      assert.deepEqual([sent.status, sent.cookies], [303, []])
      const page = await browser.follow(await browser.get(sent.location), world.issuer)
      assert.match(page.html, /id="logout-confirm"/)
    }),
  )

  it(
    'a disabled client sends nobody anywhere',
    inWorld({ client: { post_logout_redirect_uris: ['https://app.example/bye'], disabled_at: 1 } }, async (world) => {
      const page = await world.browser().get(`${world.issuer}/logout?client_id=c1&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye`)
      assert.deepEqual([page.status, page.location], [400, ''])
    }),
  )
})

describe('sign-in', () => {
  const PASSWORD = 'otter-lantern-62'
  const wrong = (email: string) => ({ email, password: 'not it at all', next: 'apps' })

  it(
    'a person who is disabled while the password is compared gets no session',
    inWorld({}, async (world) => {
      const browser = world.browser()
      const sent = browser.post(`${world.issuer}/login`, { email: world.mara.email, password: PASSWORD, next: 'apps' })
      await world.store.users.update({ ...world.mara, disabled_at: world.time.now }, { end: 'everything' })
      await sent // refused, or ended where it came first
      assert.deepEqual(await world.store.sessions.list(world.mara.sub, world.time.now, 9), [])
      const apps = await browser.get(`${world.issuer}/account/apps`)
      assert.match(apps.location, /\/login/)
    }),
  )

  it(
    'a password that is changed while the old one is compared ends that sign-in',
    inWorld({}, async (world) => {
      const browser = world.browser()
      const sent = browser.post(`${world.issuer}/login`, { email: world.mara.email, password: PASSWORD, next: 'apps' })
      await world.store.users.update({ ...world.mara, password_hash: 'another' }, { end: 'sessions' })
      await sent // refused, or ended where it came first
      assert.deepEqual(await world.store.sessions.list(world.mara.sub, world.time.now, 9), [])
      const apps = await browser.get(`${world.issuer}/account/apps`)
      assert.match(apps.location, /\/login/)
    }),
  )

  it(
    'attempts at names that are nobody’s lock nobody out',
    inWorld({}, async (world) => {
      for (let i = 0; i < 60; i++) await world.browser(`198.51.100.${i}`).post(`${world.issuer}/login`, wrong(`nobody${i % 3}@example.com`))
      const login = await world
        .browser('192.0.2.1')
        .post(`${world.issuer}/login`, { email: world.mara.email, password: PASSWORD, next: 'apps' })
      assert.equal(login.status, 303)
    }),
  )

  it(
    'a /48 of IPv6 is slowed down as a whole',
    inWorld({ door: 'fetch' }, async (world) => {
      const { TRIES_PER_SITE } = await import('../../src/server/accounts/throttle.ts')
      const long = { email: 'nobody@example.com', password: 'x'.repeat(2000), next: 'apps' } // too long to be hashed, counted all the same
      const { openBrowser } = await import('../support/browser.ts')
      const from = (i: number) => openBrowser((request) => world.app.fetch(request, `2001:db8:1:${i.toString(16)}::1`))
      for (let i = 0; i < TRIES_PER_SITE; i += 50) {
        await Promise.all(
          Array.from({ length: 50 }, (_, j) => from(i + j).post(`${world.issuer}/login`, { ...long, email: `n${i + j}@example.com` })),
        )
      }
      assert.equal((await from(5000).post(`${world.issuer}/login`, { ...long, email: 'fresh@example.com' })).status, 429)
      const elsewhere = openBrowser((request) => world.app.fetch(request, '2001:db8:2::1'))
      assert.notEqual((await elsewhere.post(`${world.issuer}/login`, { ...long, email: 'fresh2@example.com' })).status, 429)
    }),
  )
})

describe('a consent is what was shown', () => {
  const resources = { 'https://a.example': { name: { en: 'A' } }, 'https://b.example': { name: { en: 'B' } } }
  const two = { redirect_uris: ['https://app.example/cb', 'https://other.example/cb'] }

  it(
    'another host of the same client is asked again',
    inWorld({ client: two }, async (world) => {
      const browser = await world.person()
      await world.authorize(browser)
      const elsewhere = { redirect_uri: 'https://other.example/cb', prompt: 'none' }
      assert.equal(await told(world, browser, elsewhere), 'consent_required')
      assert.equal(await told(world, browser, { prompt: 'none' }), 'code')
    }),
  )

  it(
    'a scope at one resource and another at a second are no scope at either',
    inWorld({ config: { resources } }, async (world) => {
      const browser = await world.person()
      const given = { scope: ['bank.read'] }
      await world.authorize(browser, { scope: 'openid invoices.read', resource: 'https://a.example' })
      await world.authorize(browser, { scope: 'openid bank.read', resource: 'https://b.example' }, given)
      const ask = (scope: string, resource: string) => told(world, browser, { scope: `openid ${scope}`, resource, prompt: 'none' })
      assert.deepEqual(
        [
          await ask('invoices.read', 'https://a.example'),
          await ask('bank.read', 'https://b.example'),
          await ask('invoices.read', 'https://b.example'),
          await ask('bank.read', 'https://a.example'),
        ],
        ['code', 'code', 'consent_required', 'consent_required'],
      )
    }),
  )

  it(
    'a consent for one API is none for the default one',
    inWorld({ config: { resources } }, async (world) => {
      const browser = await world.person()
      await world.authorize(browser, { resource: 'https://a.example' })
      assert.equal(await told(world, browser, { prompt: 'none' }), 'consent_required')
    }),
  )

  it(
    'who answers "just once" ends what had no end',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const url = await world.authorize(browser, {}, { duration: 'revoked' })
      const { body } = await world.redeem(url.searchParams.get('code')!)
      world.time.now += MINUTE
      await world.authorize(browser, { prompt: 'consent' }, { duration: 'once' })
      assert.equal((await world.refresh(body.refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'who asked again and left the answer as it was proposed ends nothing',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const url = await world.authorize(browser, {}, { duration: 'revoked' })
      const { body } = await world.redeem(url.searchParams.get('code')!)
      world.time.now += MINUTE
      await world.authorize(browser, { prompt: 'consent' })
      assert.equal((await world.refresh(body.refresh_token)).status, 200)
    }),
  )

  it(
    'a detail that is switched off again is not read any more',
    inWorld({ client: { reviewed: false } }, async (world) => {
      const words = { scope: 'openid invoices.read', claims: '{"userinfo":{"name":null}}' }
      const browser = await world.person()
      const url = await world.authorize(browser, words, { scope: ['invoices.read'], claims: 'on', duration: 'revoked' })
      const { body } = await world.redeem(url.searchParams.get('code')!)
      assert.equal((await world.userinfo(body.access_token)).body.name, world.mara.name)
      world.time.now += MINUTE
      await world.authorize(browser, { ...words, prompt: 'consent' }, { scope: ['invoices.read'] })
      assert.equal((await world.userinfo(body.access_token)).status, 401)
    }),
  )

  it(
    'allowing and revoking at the same moment revives nothing',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const page = await browser.follow(await browser.get(world.ask()), world.issuer)
      const interaction = await world.app.server.interactions.open(
        {
          method: 'GET',
          path: '/consent',
          query: '',
          address: '',
          header: (name) => (name === 'cookie' ? [...browser.jar].map(([key, value]) => `${key}=${value}`).join('; ') : undefined),
          text: async () => '',
        },
        new URL(page.url).searchParams.get('ticket')!,
      )
      const allowed = world.app.server.interactions.allow(interaction!, { sub: world.mara.sub, scope: 'openid invoices.read' })
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      const written = await allowed
      const { consent } = await world.store.consents.find(world.mara.sub, 'c1')
      assert.equal(consent !== null, written, 'either the answer came first, or it did not count')
    }),
  )
})
