import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import { withdraw } from '../../src/server/accounts/consents.ts'
import { pageRoutes } from '../../src/server/pages/routes.ts'
import type { Browser } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const OWN = 'https://login.harbourbooks.example'
const own_pages = { login: `${OWN}/sign-in`, consent: `${OWN}/consent` }
const FROM_OWN = { origin: OWN, 'sec-fetch-site': 'same-site' }
const SESSION = '__Host-vouchsafe-session'

/** Every address of the JSON API, with what is asked there. */
const addresses = Object.entries(pageRoutes)
  .filter(([path]) => path.startsWith('/interaction'))
  .flatMap(([path, route]) => (['GET', 'POST', 'OPTIONS'] as const).filter((method) => route[method]).map((method) => ({ path, method })))

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes, each looked at by its test
type Json = any

describe('attacks on every address of the interactions as JSON', () => {
  let site: TestSite
  before(async () => {
    site = await openSite({ config: { own_pages } })
  })
  after(() => site.close())

  async function send(browser: Browser, method: string, path: string, body: object | null, headers: Record<string, string> = FROM_OWN) {
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const given = { ...headers, cookie, ...(body && { 'content-type': 'application/json' }) }
    const request = new Request(ISSUER + path, { method, headers: given, body: body && JSON.stringify(body) })
    const response = await site.app.fetch(request, '203.0.113.7')
    const cookies = response.headers.getSetCookie()
    for (const line of cookies) {
      const [pair = ''] = line.split('; ')
      browser.jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return { status: response.status, headers: response.headers, cookies, json: JSON.parse((await response.text()) || 'null') as Json }
  }

  /** Stands at the consent page of the product: what it is told, and what it would answer. */
  async function atConsent(browser: Browser, email: string, params: Record<string, string> = {}) {
    site.time.now += 1_000
    let { location } = await browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
    if (location.startsWith(own_pages.login)) {
      const ticket = new URL(location).searchParams.get('ticket')
      const { json } = await send(browser, 'POST', '/interaction/login', { ticket, email, password: PASSWORD })
      ;({ location } = await browser.get(json.next))
    }
    const ticket = new URL(location).searchParams.get('ticket') ?? ''
    const shown = (await send(browser, 'GET', `/interaction?${new URLSearchParams({ ticket })}`, null)).json
    const { sid } = shown.account
    const { looks, proposed_duration: duration } = shown.consent
    return { ticket, shown, answer: { ticket, sid, looks, decision: 'allow', scope: ['profile', 'invoices.read'], duration } }
  }

  it('there is something to attack', () => assert.equal(addresses.length, 8))

  describe('CSRF: what another site sends is answered with nothing, sets nothing and may not be read', () => {
    for (const { method, path } of addresses) {
      for (const [name, headers] of [
        ['Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
        ['Origin', { origin: 'https://evil.example' }],
        ['Origin null', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
        ['a neighbour of ours', { origin: 'https://other.harbourbooks.example', 'sec-fetch-site': 'same-site' }],
      ] as [string, Record<string, string>][]) {
        it(`${method} ${path}, told by ${name}`, async () => {
          const said = await send(site.browser(), method, path, method === 'POST' ? { ticket: 'x' } : null, headers)
          assert.deepEqual([said.status, said.json.reason], [403, 'foreign_form'])
          assert.deepEqual(said.cookies, [])
          assert.equal(said.headers.get('access-control-allow-origin'), null)
        })
      }
    }
  })

  describe('framing, caching and guessing of types', () => {
    for (const { method, path } of addresses.filter((one) => one.method !== 'OPTIONS')) {
      it(`${method} ${path}`, async () => {
        for (const headers of [FROM_OWN, { origin: 'https://evil.example' }]) {
          const said = await send(site.browser(), method, path, method === 'POST' ? { ticket: 'x' } : null, headers)
          assert.equal(said.headers.get('cache-control'), 'no-store')
          assert.equal(said.headers.get('x-content-type-options'), 'nosniff')
          assert.equal(said.headers.get('referrer-policy'), 'no-referrer')
          assert.match(said.headers.get('content-security-policy') ?? '', /default-src 'none'; frame-ancestors 'none'/)
        }
      })
    }
  })

  it('fixation and cookie tossing: a session that somebody planted is not the one that a sign-in opens, and opens nothing', async () => {
    const browser = site.browser()
    const planted = 'A'.repeat(43)
    browser.jar.set(SESSION, planted)
    browser.jar.set('__Host-vouchsafe-others', `${planted}.${'B'.repeat(43)}`)
    const person = await site.addPerson('planted@otterbakery.example')
    const { shown } = await atConsent(browser, person.email)
    assert.equal(shown.account.email, person.email)
    assert.deepEqual(shown.others, [])
    assert.notEqual(browser.jar.get(SESSION), planted)
    const victim = site.browser()
    victim.jar.set(SESSION, planted)
    assert.match((await victim.get(`${ISSUER}/account/apps`)).location, /\/login\?next=apps$/)
  })

  it('what was shown to another person is no answer of this one, in the same browser', async () => {
    const [one, other] = [await site.addPerson('one@otterbakery.example'), await site.addPerson('other@otterbakery.example')]
    const browser = site.browser()
    const { answer } = await atConsent(browser, one.email)
    await send(browser, 'POST', '/interaction/login', { ticket: answer.ticket, email: other.email, password: PASSWORD })
    const said = await send(browser, 'POST', '/interaction/decision', answer)
    assert.equal(said.status, 409)
    for (const { sub } of [one, other]) assert.equal((await site.store.consents.find(sub, 'tallyboat')).consent, null)
  })

  it('an answer that is replayed after the person took it back brings nothing back', async () => {
    const person = await site.addPerson('replayed@otterbakery.example')
    const browser = site.browser()
    const { answer } = await atConsent(browser, person.email)
    assert.equal((await send(browser, 'POST', '/interaction/decision', answer)).status, 200)
    const { consent } = await site.store.consents.find(person.sub, 'tallyboat')
    await withdraw({ store: site.store, clock: () => site.time.now }, consent!, 'Tallyboat')
    const said = await send(browser, 'POST', '/interaction/decision', answer)
    assert.deepEqual([said.status, said.json.why], [409, 'changed'])
    assert.equal((await site.store.consents.find(person.sub, 'tallyboat')).consent, null)
  })

  const hostile: [name: string, client: Partial<Client>, seen: object][] = [
    ['turned text', { client_name: 'Tally\u202Etaob\u2066' }, { client_name: 'Tallytaob', alike: false }],
    ['a look-alike', { client_name: 'Наrbоur Bооks' }, { client_name: 'Наrbоur Bооks', alike: true }],
    ['10 kB', { client_name: 'x'.repeat(10_000) }, { client_name: `${'x'.repeat(59)}…` }],
    ['markup, which is text in JSON', { client_name: '<img src=x onerror=1>' }, { client_name: '<img src=x onerror=1>' }],
    ['a publisher of its own making', { publisher: 'Harbour Books' }, { publisher: null }],
    [
      'a script for an address',
      { policy_uri: 'javascript:alert(1)', client_uri: 'data:text/html,x', tos_uri: '//evil.example' },
      { policy_uri: null, client_uri: null, tos_uri: null },
    ],
  ]
  for (const [i, [name, client, seen]] of hostile.entries()) {
    it(`a client with ${name} is told in one harmless line, and its logo not at all`, async () => {
      const client_id = `hostile-${i}`
      await site.addClient({ client_id, reviewed: false, logo_uri: 'https://evil.example/pixel.svg', ...client })
      const { shown } = await atConsent(site.browser(), site.mara.email, { client_id })
      assert.deepEqual({ ...shown.client, ...seen }, shown.client)
      const text = JSON.stringify(shown)
      assert.ok(text.length < 10_000 && !text.includes('pixel.svg'))
      assert.doesNotMatch(text, /[\u202A-\u202E\u2066-\u2069\u200B]/)
    })
  }
})
