import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Browser } from '../support/browser.ts'
import { inWorld, type World } from '../support/world.ts'

describe('codes under way', () => {
  const endings: [what: string, end: (world: World, browser: Browser) => Promise<unknown>][] = [
    [
      'the consent is taken back on the page',
      async (world, browser) => {
        const apps = await browser.get(`${world.issuer}/account/apps`)
        const done = await browser.submit(apps, {}, 'grant-c1-revoke-confirm')
        assert.equal(done.status, 303)
      },
    ],
    [
      'the client is disabled',
      (world) =>
        world.store.clients
          .update({ ...world.client, disabled_at: 1 }, { withdraw: true })
          .then(() => world.store.clients.update(world.client)),
    ],
    [
      'the person is disabled',
      (world) =>
        world.store.users.update({ ...world.mara, disabled_at: 1 }, { end: 'everything' }).then(() => world.store.users.update(world.mara)),
    ],
    ['the password is changed and all sessions end', (world) => world.store.users.update(world.mara, { end: 'sessions' })],
    [
      'the person signs out',
      async (world, browser) => {
        const page = await browser.follow(await browser.get(`${world.issuer}/logout`), world.issuer)
        await browser.submit(page, {}, 'logout-confirm')
      },
    ],
    ['an administrator ends everything', (world) => world.store.grants.withdraw({ sub: '', client_id: '' })],
  ]
  for (const [what, end] of endings) {
    it(
      `RFC 6749 §4.1.2 are over when ${what}`,
      inWorld({}, async (world) => {
        const browser = await world.person()
        const code = await world.code({}, browser)
        await end(world, browser)
        const { status, body } = await world.redeem(code)
        assert.deepEqual([status, body.error], [400, 'invalid_grant'])
        assert.equal((await world.redeem(code)).body.error, 'invalid_grant')
      }),
    )
  }

  it(
    'a new consent after the withdrawal is good',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const before = await world.code({}, browser)
      await browser.submit(await browser.get(`${world.issuer}/account/apps`), {}, 'grant-c1-revoke-confirm')
      const after = await world.code({}, browser)
      assert.equal((await world.redeem(before)).status, 400)
      assert.equal((await world.redeem(after)).status, 200)
    }),
  )

  it(
    'two withdrawals in the same millisecond, or by a clock that goes back, are two',
    inWorld({}, async (world) => {
      const browser = await world.person()
      await world.code({}, browser)
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      const code = await world.code({}, browser)
      world.time.now -= 60_000
      await world.store.grants.withdraw({ sub: world.mara.sub, client_id: 'c1' })
      world.time.now += 60_000
      assert.equal((await world.redeem(code)).status, 400)
    }),
  )
})

describe('tickets', () => {
  it(
    'are good in the browser that was given them; in another one the request begins anew, without its answers',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const consent = await browser.follow(await browser.get(world.ask()), world.issuer)
      const victim = await world.person()
      const shown = await victim.get(consent.url)
      assert.equal(new URL(shown.location).pathname, '/authorize')
      const anew = await victim.follow(shown, world.issuer)
      assert.equal(new URL(anew.url).pathname, '/consent')
      assert.notEqual(anew.url, consent.url)
    }),
  )

  it(
    'a foreign ticket plants no consent and no refusal',
    inWorld({}, async (world) => {
      const thief = await world.person(await world.addPerson('thief@example.com'))
      const page = await thief.follow(await thief.get(world.ask()), world.issuer)
      const victim = await world.person()
      const ticket = new URL(page.url).searchParams.get('ticket')!
      for (const decision of ['allow', 'deny']) {
        const sent = await victim.post(`${world.issuer}/consent`, {
          ticket,
          decision,
          sid: 'x',
          duration: 'revoked',
          scope: 'invoices.read',
        })
        assert.equal(new URL(sent.location).pathname, '/authorize')
        assert.doesNotMatch(sent.location, /error=|code=/)
      }
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
    }),
  )

  it(
    'a refusal that was written into another browser’s ticket is dropped',
    inWorld({}, async (world) => {
      const thief = await world.person(await world.addPerson('thief@example.com'))
      const page = await thief.follow(await thief.get(world.ask()), world.issuer)
      const refused = await thief.submit(page, {}, 'consent-deny')
      const victim = await world.person()
      const anew = await victim.follow(await victim.get(refused.location), world.issuer)
      assert.equal(new URL(anew.url).pathname, '/consent')
    }),
  )

  it(
    'end after half an hour',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const consent = await browser.follow(await browser.get(world.ask()), world.issuer)
      world.time.now += 30 * 60_000
      const late = await browser.submit(consent, {}, 'consent-allow')
      assert.equal(late.status, 400)
      assert.match(late.html, /error-reference/)
    }),
  )

  it(
    'a browser that keeps no cookies is told so, and not sent round for ever',
    inWorld({}, async (world) => {
      let url = world.ask()
      for (let hops = 0; hops < 12; hops++) {
        const browser = world.browser()
        const page = await browser.get(url)
        if (page.location === '') {
          assert.equal(page.status, 400)
          assert.match(page.html, /cookies/i)
          return
        }
        url = page.location
      }
      assert.fail('it goes round')
    }),
  )

  it(
    'the rules are kept when a request comes back: a redirect that was taken away meanwhile gets nothing',
    inWorld({}, async (world) => {
      const browser = await world.person()
      const consent = await browser.follow(await browser.get(world.ask()), world.issuer)
      await world.store.clients.update({ ...world.client, redirect_uris: ['https://app.example/new'] })
      await new Promise((resolve) => setTimeout(resolve, 1100)) // clients may be cached for a second
      const anew = await browser.submit(consent, {}, 'consent-allow')
      assert.match(anew.html, /id="consent-allow"/, 'the app looks different now: it is shown anew')
      const last = await browser.follow(await browser.submit(anew, {}, 'consent-allow'), world.issuer)
      assert.deepEqual([last.status, last.location], [400, ''])
    }),
  )
})
