import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { narrowed, paused, resumed } from '../../src/core/model/restriction.ts'
import { createUsage } from '../../src/core/usage.ts'
import { restrict } from '../../src/server/accounts/consents.ts'
import { DEFAULT_LIFETIME } from '../../src/server/config.ts'
import type { Browser } from '../support/browser.ts'
import { inWorld, openWorld, type World } from '../support/world.ts'

const DAY = 86_400_000
const SCOPE = 'openid profile invoices.read bank.read'
const ON = { scope: ['profile', 'invoices.read', 'bank.read'], duration: 'revoked' }

const of = (world: World) => ({ sub: world.mara.sub, client_id: world.client.client_id, client_name: world.client.client_name })
const by = (world: World) => restrict.bind(null, { store: world.store, clock: () => world.time.now }, of(world))
const narrow = (world: World, off: string, end?: number) => by(world)((consent, noted) => narrowed(consent, off, end, noted))
const pause = (world: World) => by(world)(paused)
const resume = (world: World) => by(world)(resumed)

async function consented(world: World, browser?: Browser) {
  const person = browser ?? (await world.person(world.mara, { expires_at: world.time.now + 400 * DAY }))
  const url = await world.authorize(person, { scope: SCOPE }, ON)
  const { status, body } = await world.redeem(url.searchParams.get('code')!)
  assert.equal(status, 200, JSON.stringify(body))
  return { browser: person, ...(body as { access_token: string; refresh_token: string; scope: string }) }
}

/** Where the person stands after an authorization request: at the app, or at our page. */
async function asks(world: World, browser: Browser, words = {}): Promise<string> {
  const page = await browser.follow(await browser.get(world.ask({ scope: SCOPE, ...words })), new URL(world.issuer).origin)
  return page.html.includes('id="consent-allow"') ? 'asked' : page.location.includes('code=') ? 'code' : page.location
}

const words = (scope: string): string[] => scope.split(' ').sort()

describe('an app that may do less', () => {
  it(
    'RFC 6749 §6 gets the smaller scope at its next refresh, and at introspection and userinfo at once',
    inWorld({}, async (world) => {
      const { access_token, refresh_token, scope } = await consented(world)
      assert.deepEqual(words(scope), words(SCOPE))
      assert.equal((await world.userinfo(access_token)).body.name, 'Mara Lindqvist')
      await narrow(world, 'bank.read profile')
      assert.deepEqual(words((await world.introspect(access_token)).body.scope), ['invoices.read', 'openid'])
      assert.deepEqual(words((await world.introspect(refresh_token)).body.scope), ['invoices.read', 'openid'])
      assert.equal((await world.userinfo(access_token)).body.name, undefined)
      const next = await world.refresh(refresh_token)
      assert.deepEqual(words(next.body.scope), ['invoices.read', 'openid'])
      assert.deepEqual(words((await world.introspect(next.body.access_token)).body.scope), ['invoices.read', 'openid'])
    }),
  )

  it(
    'RFC 6749 §6 who names what was taken back gets the rest, and nothing where nothing is left',
    inWorld({}, async (world) => {
      const { refresh_token } = await consented(world)
      await narrow(world, 'bank.read')
      const all = await world.refresh(refresh_token, { scope: SCOPE })
      assert.deepEqual(words(all.body.scope), ['invoices.read', 'openid', 'profile'])
      const some = await world.refresh(all.body.refresh_token, { scope: 'bank.read openid' })
      assert.equal(some.body.scope, 'openid')
      const none = await world.refresh(some.body.refresh_token, { scope: 'bank.read' })
      assert.deepEqual([none.status, none.body.error], [400, 'invalid_scope'])
      assert.equal((await world.refresh(some.body.refresh_token)).status, 200, 'the refusal cost nothing')
      assert.equal((await world.refresh(some.body.refresh_token, { scope: 'invoices.send' })).body.error, 'invalid_scope')
    }),
  )

  it(
    'RFC 9700 §4.14.2 a retry across a narrowing is a retry, and ends nothing',
    inWorld({}, async (world) => {
      for (const scope of [SCOPE, 'bank.read openid', '']) {
        const { refresh_token } = await consented(world)
        const first = await world.refresh(refresh_token, { scope })
        await narrow(world, 'bank.read')
        const again = await world.refresh(refresh_token, { scope })
        assert.deepEqual([again.status, again.body.refresh_token], [200, first.body.refresh_token])
        assert.ok(!words(again.body.scope).includes('bank.read'))
      }
    }),
  )

  it(
    'RFC 6749 §4.1.2 codes under way are over',
    inWorld({}, async (world) => {
      const { browser } = await consented(world)
      const code = await world.code({ scope: SCOPE }, browser)
      await narrow(world, 'bank.read')
      assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
      const less = await world.redeem(await world.code({ scope: 'openid invoices.read' }, browser))
      assert.equal(less.status, 200)
    }),
  )

  it(
    'RFC 6749 §3.3 is asked anew for more, and what it was given before stays as narrow as it is',
    inWorld({}, async (world) => {
      const { browser, refresh_token } = await consented(world)
      await narrow(world, 'bank.read')
      assert.equal(await asks(world, browser), 'asked')
      assert.match(await asks(world, browser, { prompt: 'none' }), /error=consent_required/)
      assert.equal(await asks(world, browser, { scope: 'openid invoices.read' }), 'code')
      const wider = await consented(world, browser)
      assert.ok(words(wider.scope).includes('bank.read'))
      const old = await world.refresh(refresh_token)
      assert.ok(!words(old.body.scope).includes('bank.read'))
      assert.ok(words((await world.refresh(wider.refresh_token)).body.scope).includes('bank.read'))
    }),
  )

  it(
    'a grant of which nothing is left is over',
    inWorld({}, async (world) => {
      await consented(world)
      const { body } = await world.redeem(await world.code({ scope: 'bank.read' }))
      await narrow(world, 'bank.read')
      assert.equal((await world.introspect(body.access_token)).body.active, false)
      assert.equal((await world.refresh(body.refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'an earlier end is the end of its tokens, and afterwards it is asked again',
    inWorld({}, async (world) => {
      const { browser, refresh_token } = await consented(world)
      assert.equal((await narrow(world, '', world.time.now + 7 * DAY))?.receipt.decision, 'limited')
      world.time.now += 7 * DAY - 60_000
      const last = await world.refresh(refresh_token)
      assert.deepEqual([last.status, last.body.expires_in], [200, 60])
      assert.equal((await world.introspect(last.body.refresh_token)).body.exp, (world.time.now + 60_000) / 1000)
      world.time.now += 60_000
      assert.equal((await world.introspect(last.body.access_token)).body.active, false)
      assert.equal((await world.refresh(last.body.refresh_token)).body.error, 'invalid_grant')
      assert.equal(await asks(world, browser), 'asked')
      const again = await consented(world, browser)
      world.time.now += 20 * DAY
      assert.equal((await world.refresh(again.refresh_token)).status, 200)
      assert.equal((await world.refresh(last.body.refresh_token)).body.error, 'invalid_grant')
      // the consent's row goes some day; what was given under it stays over
      await world.store.sweep(world.time.now + 2 * DAY, 50)
      assert.equal((await world.refresh(last.body.refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'RFC 6749 §6 what was allowed for 30 days is over after them, however often it was refreshed',
    inWorld({}, async (world) => {
      const browser = await world.person(world.mara, { expires_at: world.time.now + 400 * DAY })
      const url = await world.authorize(browser, { scope: SCOPE }, { ...ON, duration: '30d' })
      let { access_token, refresh_token } = (await world.redeem(url.searchParams.get('code')!)).body
      for (let i = 0; i < 3; i++) {
        world.time.now += 10 * DAY - (i === 2 ? 60_000 : 0)
        ;({ access_token, refresh_token } = (await world.refresh(refresh_token)).body)
        assert.equal(await asks(world, browser), 'code')
      }
      world.time.now += 60_000
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
      assert.equal((await world.introspect(access_token)).body.active, false)
      assert.equal((await world.userinfo(access_token)).status, 401)
      assert.equal(await asks(world, browser), 'asked')
    }),
  )

  it(
    'a later end than it has, and what it never had, change nothing',
    inWorld({}, async (world) => {
      await consented(world)
      await narrow(world, '', world.time.now + 7 * DAY)
      assert.equal(await narrow(world, 'invoices.send', world.time.now + 30 * DAY), null)
    }),
  )
})

describe('an app that rests', () => {
  it(
    'gets nothing, and goes on with the refresh token that it has',
    inWorld({}, async (world) => {
      const { access_token, refresh_token } = await consented(world)
      await pause(world)
      const refused = await world.refresh(refresh_token)
      assert.deepEqual(
        [refused.status, refused.body.error, refused.headers.get('x-should-retry')],
        [400, 'temporarily_unavailable', 'false'],
      )
      const userinfo = await world.userinfo(access_token)
      assert.deepEqual([userinfo.status, /error="invalid_token"/.test(userinfo.headers.get('www-authenticate')!)], [401, true])
      for (const token of [access_token, refresh_token]) assert.deepEqual((await world.introspect(token)).body, { active: false })
      await resume(world)
      assert.equal((await world.userinfo(access_token)).status, 200)
      assert.equal((await world.introspect(access_token)).body.active, true)
      assert.equal((await world.refresh(refresh_token)).status, 200)
    }),
  )

  it(
    'RFC 9700 §4.14.2 may ask again and again meanwhile: that is no replay; an old token is one as soon as it goes on',
    inWorld({}, async (world) => {
      const { refresh_token } = await consented(world)
      const next = await world.refresh(refresh_token)
      await pause(world)
      world.time.now += 60_000
      for (const token of [next.body.refresh_token, refresh_token, next.body.refresh_token]) {
        assert.equal((await world.refresh(token)).body.error, 'temporarily_unavailable')
      }
      await resume(world)
      const after = await world.refresh(next.body.refresh_token)
      assert.equal(after.status, 200)
      world.time.now += 60_000
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
      assert.equal((await world.refresh(after.body.refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'RFC 6749 §4.1.2 a code under way buys nothing while it rests',
    inWorld({}, async (world) => {
      const { browser } = await consented(world)
      const code = await world.code({ scope: SCOPE }, browser)
      await pause(world)
      assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
    }),
  )

  it(
    'OIDC Core §3.1.2.6 asks the person at authorize, whose yes lets it go on and whose no does not',
    inWorld({}, async (world) => {
      const { browser, refresh_token } = await consented(world)
      await pause(world)
      assert.match(await asks(world, browser, { prompt: 'none' }), /error=consent_required/)
      const page = await browser.follow(await browser.get(world.ask({ scope: SCOPE })), new URL(world.issuer).origin)
      await browser.follow(await browser.submit(page, {}, 'consent-deny'), new URL(world.issuer).origin)
      assert.equal((await world.refresh(refresh_token)).body.error, 'temporarily_unavailable')
      await consented(world, browser)
      assert.equal((await world.refresh(refresh_token)).status, 200)
      assert.equal(await asks(world, browser), 'code')
    }),
  )

  it(
    'ends like any other when it is revoked, and a new consent starts afresh',
    inWorld({}, async (world) => {
      const { browser, refresh_token, access_token } = await consented(world)
      await pause(world)
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: world.client.client_id })
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
      await resume(world)
      assert.equal((await world.userinfo(access_token)).status, 401)
      const fresh = await consented(world, browser)
      await pause(world)
      assert.equal((await world.refresh(fresh.refresh_token)).body.error, 'temporarily_unavailable')
    }),
  )

  it(
    'can still be revoked by itself',
    inWorld({}, async (world) => {
      const { refresh_token } = await consented(world)
      await pause(world)
      assert.equal((await world.revoke(refresh_token)).status, 200)
      await resume(world)
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
    }),
  )
})

describe('receipts and the audit log', () => {
  it(
    'tell each change once, also where two windows ask for it',
    inWorld({}, async (world) => {
      await consented(world)
      await narrow(world, 'bank.read')
      assert.equal((await Promise.all([pause(world), pause(world)])).filter(Boolean).length, 1)
      assert.equal((await Promise.all([resume(world), resume(world)])).filter(Boolean).length, 1)
      await narrow(world, '', world.time.now + DAY)
      const receipts = await world.store.receipts.list(world.mara.sub, { limit: 10 })
      assert.deepEqual(
        receipts.map(({ decision }) => decision),
        ['limited', 'resumed', 'paused', 'narrowed', 'allowed'],
      )
      assert.deepEqual(words(receipts[0]!.scope), ['invoices.read', 'openid', 'profile'])
      const { entries } = await world.store.audit.list({ limit: 10, sub: world.mara.sub })
      assert.deepEqual(entries.map(({ event }) => event).slice(0, 5), [
        'consent.narrowed',
        'consent.resumed',
        'consent.paused',
        'consent.narrowed',
        'consent.given',
      ])
    }),
  )
})

describe('what is not used', () => {
  it(
    'is over after 90 days where it has no end: the person is asked again',
    inWorld({}, async (world) => {
      const { browser } = await consented(world)
      world.time.now += 90 * DAY - 60_000
      assert.equal(await asks(world, browser), 'code')
      world.time.now += 60_000
      assert.equal(await asks(world, browser), 'asked')
    }),
  )

  it(
    'each use puts that off, on another node too',
    inWorld({}, async (world) => {
      let { browser, refresh_token } = await consented(world)
      for (let i = 0; i < 5; i++) {
        world.time.now += 25 * DAY
        refresh_token = (await world.refresh(refresh_token)).body.refresh_token
        await world.app.maintain()
      }
      assert.equal(await asks(world, browser), 'code')
    }),
  )

  it(
    'a client may say otherwise, for its refresh tokens too',
    inWorld({ client: { consent_idle: 86_400 } }, async (world) => {
      const { browser, refresh_token } = await consented(world)
      assert.equal(await asks(world, browser), 'code')
      world.time.now += DAY
      assert.equal(await asks(world, browser), 'asked')
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'no token outlives it: an app that a person sees no longer must not go on, or come back by its own refresh',
    inWorld({ client: { consent_idle: 3600 }, config: { lifetime: { ...DEFAULT_LIFETIME, access_token: 86_400 } } }, async (world) => {
      const { browser, access_token, refresh_token } = await consented(world)
      world.time.now += 3_600_000
      assert.equal(await asks(world, browser), 'asked')
      assert.equal((await world.userinfo(access_token)).status, 401)
      assert.equal((await world.introspect(access_token)).body.active, false)
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
    }),
  )

  it(
    'what was over for not being used is not carried over into the next consent',
    inWorld({}, async (world) => {
      const { browser } = await consented(world)
      world.time.now += 91 * DAY
      await world.code({ scope: 'openid invoices.read' }, browser)
      const { consent } = await world.store.consents.find(world.mara.sub, world.client.client_id)
      assert.deepEqual(words(consent!.scope), ['invoices.read', 'openid'])
    }),
  )

  it(
    'what rests is not unused',
    inWorld({}, async (world) => {
      const { browser } = await consented(world)
      await pause(world)
      world.time.now += 200 * DAY
      await resume(world)
      assert.equal(await asks(world, browser), 'code')
    }),
  )
})

describe('use', () => {
  it(
    'of an app is told although others are always busy: it must not seem unused, and be hidden from its person, while it has access',
    inWorld({}, async (world) => {
      await consented(world)
      const { sub, client_id } = of(world)
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
      const usage = createUsage({ store: world.store, clock: () => world.time.now, log }, 3)
      for (const busy of ['a', 'b', 'c']) usage.note(busy, client_id)
      const find = async () => (await world.store.consents.find(sub, client_id)).consent!
      for (let i = 0; i < 4; i++) {
        usage.note(i === 0 ? 'd' : sub, client_id)
        for (const busy of ['a', 'b', 'c']) usage.note(busy, client_id)
        world.time.now += 61_000
        await usage.soon()
      }
      assert.ok((await find()).use, 'it found room')
    }),
  )

  it(
    'is counted without a write for each, and written once an hour',
    inWorld({}, async (world) => {
      const { refresh_token } = await consented(world)
      const find = async () => (await world.store.consents.find(world.mara.sub, world.client.client_id)).consent!
      world.time.now += 2 * 60_000
      const begun = world.time.now
      await world.app.maintain()
      assert.deepEqual((await find()).use?.counts, [1])
      let token = refresh_token
      for (let i = 0; i < 3; i++) {
        const { body } = await world.refresh(token)
        token = body.refresh_token
        await world.userinfo(body.access_token)
        await world.introspect(body.access_token) // its own client: nobody uses it
      }
      world.time.now += 10 * 60_000
      await world.app.maintain()
      assert.deepEqual((await find()).use?.counts, [1], 'not yet')
      world.time.now = begun + 61 * 60_000
      await world.app.maintain()
      assert.deepEqual((await find()).use?.counts, [7])
      assert.equal((await find()).used_at, begun)
    }),
  )

  it(
    'tells the network where the app asked from, and none where an API showed what it was given',
    inWorld({}, async (world) => {
      const { refresh_token } = await consented(world)
      const { sub, client_id } = of(world)
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
      const usage = createUsage({ store: world.store, clock: () => world.time.now, log })
      const from = async () => (await world.store.consents.find(sub, client_id)).consent?.use?.from
      usage.note(sub, client_id, '2001:db8:7:1::9')
      usage.note(sub, client_id)
      await usage.flush()
      assert.deepEqual(await from(), ['2001:db8:7::/48'])
      await world.refresh(refresh_token)
      await world.app.server.flush()
      assert.match((await from())!.join(' '), /^[\d.]+0\/24 2001:db8:7::\/48$/)
    }),
  )

  it('is not lost when the server stops', async () => {
    const one = await openWorld()
    const other = await openWorld({ beside: one })
    try {
      const { refresh_token } = await consented(other)
      await other.refresh(refresh_token)
    } finally {
      await other.close()
    }
    const { consent } = await one.store.consents.find(one.mara.sub, one.client.client_id)
    await one.close()
    assert.deepEqual(consent?.use?.counts, [2])
  })
})

describe('two nodes on one database', () => {
  it('narrow, pause and resume on one hold on the other at once', async () => {
    const one = await openWorld()
    const other = await openWorld({ beside: one })
    try {
      const { access_token, refresh_token } = await consented(one)
      await narrow(one, 'bank.read')
      assert.ok(!words((await other.introspect(access_token)).body.scope).includes('bank.read'))
      await pause(one)
      assert.equal((await other.userinfo(access_token)).status, 401)
      assert.equal((await other.refresh(refresh_token)).body.error, 'temporarily_unavailable')
      await resume(other)
      const next = await one.refresh(refresh_token)
      assert.deepEqual([next.status, words(next.body.scope)], [200, ['invoices.read', 'openid', 'profile']])
    } finally {
      await other.close()
      await one.close()
    }
  })

  it('of refreshes and a narrowing at one moment, none that begins after it gets more', async () => {
    const one = await openWorld()
    const other = await openWorld({ beside: one })
    try {
      const grants = await Promise.all(Array.from({ length: 10 }, () => consented(one)))
      let over = false
      const refreshes = grants.map(async (_, i) => {
        let { refresh_token } = grants[i]!
        for (let turn = 0; turn < 8; turn++) {
          const after = over
          const { status, body } = await (turn % 2 === 0 ? one : other).refresh(refresh_token)
          assert.equal(status, 200)
          if (after) assert.ok(!words(body.scope).includes('bank.read'))
          refresh_token = body.refresh_token
        }
      })
      await narrow(other, 'bank.read')
      over = true
      await Promise.all(refreshes)
    } finally {
      await other.close()
      await one.close()
    }
  })
})
