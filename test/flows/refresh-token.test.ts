import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { inWorld, type World } from '../support/world.ts'

const SECOND = 1000
const DAY = 86_400_000

describe('refresh tokens', () => {
  it(
    'RFC 6749 §6 rotate, and keep the grant going',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { expires_at: world.time.now + 100 * DAY })
      const url = await world.authorize(browser, {}, { duration: 'revoked' })
      let { refresh_token } = (await world.redeem(url.searchParams.get('code')!)).body
      for (let i = 0; i < 5; i++) {
        world.time.now += 10 * DAY
        const { status, body } = await world.refresh(refresh_token!)
        assert.equal(status, 200)
        assert.notEqual(body.refresh_token, refresh_token)
        assert.equal((await world.userinfo(body.access_token)).status, 200)
        refresh_token = body.refresh_token
      }
    }),
  )

  it(
    'OIDC Core §12.2 the ID token of a refresh is of the same person and moment, without a nonce',
    inWorld({}, async (world) => {
      const first = await world.tokens({ nonce: 'n1' })
      world.time.now += 60 * SECOND
      const { body } = await world.refresh(first['refresh_token']!)
      const [then, now] = [decodeJwt(first['id_token']!), decodeJwt(body.id_token)]
      for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid']) assert.equal(now[name], then[name])
      assert.equal(now['nonce'], undefined)
      assert.equal(now.iat, then.iat! + 60)
    }),
  )

  it(
    'a retry inside the grace window gets the very same successor',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      const first = await world.refresh(refresh_token!)
      world.time.now += 30 * SECOND
      const again = await world.refresh(refresh_token!)
      assert.equal(again.status, 200)
      assert.equal(again.body.refresh_token, first.body.refresh_token)
      assert.equal((await world.refresh(first.body.refresh_token)).status, 200)
    }),
  )

  it(
    'RFC 9700 §4.14.2 reuse after the grace window ends the grant',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      const next = await world.refresh(refresh_token!)
      world.time.now += 30 * SECOND + 1
      const reused = await world.refresh(refresh_token!)
      assert.deepEqual([reused.status, reused.body.error], [400, 'invalid_grant'])
      assert.equal(reused.headers.get('x-should-retry'), 'false')
      assert.equal((await world.refresh(next.body.refresh_token)).body.error, 'invalid_grant')
      assert.equal((await world.userinfo(next.body.access_token)).status, 401)
      assert.ok(world.events.some(({ event }) => event === 'grant.reused'))
    }),
  )

  it(
    'RFC 9700 §4.14.2 two turns back is reuse, however soon',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      const second = await world.refresh(refresh_token!)
      await world.refresh(second.body.refresh_token)
      assert.equal((await world.refresh(refresh_token!)).status, 400)
      assert.equal((await world.userinfo(second.body.access_token)).status, 401)
    }),
  )

  for (const [grace, later, status] of [
    [0, 1, 400],
    [0, 0, 400],
    [300, 300, 200],
    [300, 301, 400],
    [9999, 301, 400],
  ] as const) {
    it(
      `a client’s own grace of ${grace} s: ${later} s later a retry is answered ${status}`,
      inWorld({ client: { refresh_token_grace: grace } }, async (world) => {
        const { refresh_token } = await world.tokens()
        await world.refresh(refresh_token!)
        world.time.now += later * SECOND
        assert.equal((await world.refresh(refresh_token!)).status, status)
      }),
    )
  }

  it(
    'inside the grace window only the same request may be retried',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens({ scope: 'openid invoices.read' })
      const narrowed = await world.refresh(refresh_token!, { scope: 'invoices.read' })
      assert.equal((await world.refresh(refresh_token!, { scope: 'invoices.read' })).body.refresh_token, narrowed.body.refresh_token)
      assert.equal((await world.refresh(refresh_token!)).body.error, 'invalid_grant')
      assert.equal((await world.refresh(narrowed.body.refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'RFC 6749 §6 the scope may be narrowed for one answer, and never widened',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens({ scope: 'openid email invoices.read' })
      const narrow = await world.refresh(refresh_token!, { scope: 'invoices.read' })
      assert.equal(narrow.body.scope, 'invoices.read')
      assert.equal(decodeJwt(narrow.body.access_token)['scope'], 'invoices.read')
      assert.equal(narrow.body.id_token, undefined)
      const whole = await world.refresh(narrow.body.refresh_token)
      assert.equal(whole.body.scope, 'openid email invoices.read')
      const wide = await world.refresh(whole.body.refresh_token, { scope: 'openid bank.read' })
      assert.equal(wide.body.error, 'invalid_scope')
      assert.equal((await world.refresh(whole.body.refresh_token)).status, 200, 'a request that asks too much uses nothing up')
    }),
  )

  it(
    'end when unused for 30 days',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      world.time.now += 30 * DAY
      assert.equal((await world.refresh(refresh_token!)).body.error_description, 'The refresh token has expired.')
    }),
  )

  it(
    'end after a year, however often they are used',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { expires_at: world.time.now + 1000 * DAY })
      const url = await world.authorize(browser, {}, { duration: 'revoked' })
      let token = (await world.redeem(url.searchParams.get('code')!)).body.refresh_token
      for (let days = 0; days < 364; days += 28) {
        world.time.now += 28 * DAY
        token = (await world.refresh(token)).body.refresh_token
        assert.ok(token, `after ${days + 28} days`)
      }
      world.time.now += DAY
      assert.equal((await world.refresh(token)).status, 400)
    }),
  )

  it(
    'RFC 6749 §10.4 are bound to their client',
    inWorld({}, async (world) => {
      await world.addClient({ ...world.client, client_id: 'thief' })
      const { refresh_token } = await world.tokens()
      assert.equal((await world.refresh(refresh_token!, { client_id: 'thief' })).body.error, 'invalid_grant')
      assert.equal((await world.refresh(refresh_token!)).status, 200, 'and a thief’s attempt harms nothing')
    }),
  )

  it(
    'cannot be turned to another grant or generation',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      const parts = refresh_token!.split('.')
      for (const forged of [parts.with(1, 'x'), parts.with(2, '2'), parts.with(2, '0'), parts.with(3, 'A'.repeat(32)), [...parts, 'x']]) {
        assert.equal((await world.refresh(forged.join('.'))).body.error_description, 'The refresh token is unknown.')
      }
      assert.equal((await world.refresh(refresh_token!)).status, 200)
    }),
  )

  it(
    'a token above its row is an alarm, and ends the grant',
    inWorld({}, async (world) => {
      const { refresh_token } = await world.tokens()
      const grant_id = refresh_token!.split('.')[1]!
      const ahead = world.app.server.keys.refreshTokens.write(grant_id, 7)
      assert.equal((await world.refresh(ahead)).body.error, 'invalid_grant')
      assert.equal((await world.refresh(refresh_token!)).body.error, 'invalid_grant')
      assert.ok(world.events.some(({ event }) => event === 'grant.ahead_of_its_row'))
    }),
  )

  it(
    'are given to clients that registered for them only',
    inWorld({ client: { grant_types: ['authorization_code'] } }, async (world) => {
      const tokens = await world.tokens({ scope: 'openid offline_access invoices.read' })
      assert.equal(tokens['refresh_token'], undefined)
      assert.equal(tokens['scope'], 'openid offline_access invoices.read', 'offline_access is accepted of everybody')
    }),
  )

  const endings: [what: string, end: (world: World) => Promise<unknown>][] = [
    ['the grant is revoked', async (world) => world.revoke((await world.tokens()).access_token!)],
    ['the consent is withdrawn', (world) => world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })],
    ['all consents of the person are withdrawn', (world) => world.store.grants.withdraw({ sub: world.mara.sub, client_id: '' })],
    ['all that the client has is withdrawn', (world) => world.store.grants.withdraw({ sub: '', client_id: 'c1' })],
    ['everything is withdrawn', (world) => world.store.grants.withdraw({ sub: '', client_id: '' })],
    ['the person is disabled', (world) => world.store.users.update({ ...world.mara, disabled_at: world.time.now }, { end: 'everything' })],
  ]
  for (const [what, end] of endings.slice(1)) {
    it(
      `RFC 9700 §4.14.2 are over at once when ${what}, and so are the access tokens`,
      inWorld({}, async (world) => {
        const { refresh_token, access_token } = await world.tokens()
        await end(world)
        assert.equal((await world.refresh(refresh_token!)).body.error, 'invalid_grant')
        assert.equal((await world.userinfo(access_token!)).status, 401)
        assert.deepEqual((await world.introspect(access_token!)).body, { active: false })
      }),
    )
  }

  it(
    'what others have is untouched by a withdrawal',
    inWorld({}, async (world) => {
      const oskar = await world.addPerson('oskar@otterbakery.example')
      const url = await world.authorize(await world.person(oskar))
      const { body } = await world.redeem(url.searchParams.get('code')!)
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      await world.store.grants.withdraw({ sub: oskar.sub, client_id: 'c2' })
      assert.equal((await world.refresh(body.refresh_token)).status, 200)
    }),
  )
})
