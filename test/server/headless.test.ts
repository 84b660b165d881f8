import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { User } from '../../src/core/model/user.ts'
import { readHostLogin } from '../../src/server/host-login.ts'
import { readOwnPages } from '../../src/server/own-pages.ts'
import { type Browser, ids, textOf } from '../support/browser.ts'
import { openProvider, PROVIDER_SECRET } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'

const OWN = 'https://login.harbourbooks.example'
const own_pages = { login: `${OWN}/sign-in`, consent: `${OWN}/consent?v=1` }
const FROM_OWN = { origin: OWN, 'sec-fetch-site': 'same-site' }

let site: TestSite
before(async () => {
  site = await openSite({ config: { own_pages: readOwnPages(own_pages) } })
})
after(() => site.close())

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes, each looked at by its test
type Json = any

interface Said {
  status: number
  headers: Headers
  json: Json
}

/** Asks as a page of the product does: with cookies, from its origin. */
async function ask(browser: Browser, path: string, body?: object | string, headers: Record<string, string> = FROM_OWN): Promise<Said> {
  const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const given = { ...headers, cookie, ...(body !== undefined && { 'content-type': headers['content-type'] ?? 'application/json' }) }
  const request = new Request(ISSUER + path, { method: body === undefined ? 'GET' : 'POST', headers: given, body: text ?? null })
  const response = await site.app.fetch(request, '203.0.113.7')
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split('; ')
    browser.jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  return { status: response.status, headers: response.headers, json: JSON.parse((await response.text()) || 'null') }
}

/** Begins a request; the ticket with which the browser comes to a page of the product. */
async function begin(browser: Browser, params: Record<string, string> = {}): Promise<string> {
  site.time.now += 1_000 // what was decided before lies before this request
  const visit = await browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
  assert.ok(visit.location.startsWith(OWN), visit.location)
  return new URL(visit.location).searchParams.get('ticket') ?? ''
}

const credentials = ({ email }: Pick<User, 'email'> = site.mara) => ({ email, password: PASSWORD })

/** Signed in, standing at the consent page: its ticket, and what it is told. */
async function atConsent(
  browser: Browser,
  params: Record<string, string> = {},
  person = site.mara,
): Promise<{ ticket: string; shown: Json; answer: Json }> {
  site.time.now += 1_000 // what was decided before lies before this request
  let { location } = await browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
  if (location.startsWith(`${own_pages.login}?`)) {
    const ticket = new URL(location).searchParams.get('ticket')
    const { json } = await ask(browser, '/interaction/login', { ticket, ...credentials(person) })
    ;({ location } = await browser.get(json.next))
  }
  assert.ok(location.startsWith(`${own_pages.consent}&ticket=`), location)
  const ticket = new URL(location).searchParams.get('ticket') ?? ''
  const shown = (await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)).json
  const answer = {
    ticket,
    sid: shown.account.sid,
    looks: shown.consent.looks,
    decision: 'allow',
    scope: [],
    duration: shown.consent.proposed_duration,
  }
  return { ticket, shown, answer }
}

describe('interactions as JSON', () => {
  it('tell what a sign-in page would show', async () => {
    const browser = site.browser()
    const ticket = await begin(browser, { login_hint: 'mara@otterbakery.example' })
    const { status, json, headers } = await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    const { client, redirect, login, account, consent } = json
    assert.deepEqual(
      { client, redirect, login, account, consent },
      {
        client: {
          client_id: 'tallyboat',
          client_name: 'Tallyboat',
          reviewed: true,
          policy_uri: 'https://tallyboat.example/privacy',
          publisher: null,
          ai_agent: false,
          client_uri: null,
          alike: false,
          tos_uri: 'https://tallyboat.example/terms',
        },
        redirect: { host: 'app.tallyboat.example', native: false },
        login: {
          ask: 'anybody',
          email: 'mara@otterbakery.example',
          ours: `${ISSUER}/login?${new URLSearchParams({ ticket, page: 'ours' })}`,
        },
        account: null,
        consent: null,
      },
    )
  })

  it('sign in, consent and deny by the same functions as our pages: an app gets its code, with the scopes that were on', async () => {
    const browser = site.browser()
    const { shown, answer } = await atConsent(browser, { scope: 'openid profile invoices.read bank.read' })
    assert.deepEqual(shown.account.email, site.mara.email)
    assert.deepEqual(
      shown.consent.scopes.map(({ scope, title, level, required }: Json) => [scope, title, level, required]),
      [
        ['profile', 'Know who you are', 1, true],
        ['invoices.read', 'See invoices', 2, true],
        ['bank.read', 'See bank movements', 2, false],
      ],
    )
    const lasts = new Date(site.time.now + 30 * 86_400_000).toISOString()
    const ends = shown.consent.durations.map(({ duration, ends_at }: Json) => [duration, ends_at])
    assert.deepEqual(ends.slice(1), [
      ['30d', lasts],
      ['revoked', null],
    ])
    assert.deepEqual([shown.consent.title, shown.consent.difference], ['Tallyboat asks for access', null])
    const decided = await ask(browser, '/interaction/decision', { ...answer, scope: ['bank.read'] })
    assert.equal(decided.status, 200)
    const code = new URL((await browser.get(decided.json.next)).location).searchParams.get('code')
    assert.ok(code)
    const { consent } = await site.store.consents.find(site.mara.sub, 'tallyboat')
    assert.equal(consent?.scope, 'openid profile invoices.read bank.read')

    const again = await atConsent(site.browser(), { prompt: 'consent' })
    const other = site.browser()
    const denied = await atConsent(other, { prompt: 'consent' })
    assert.ok(again.ticket !== denied.ticket)
    const refused = await ask(other, '/interaction/decision', { ...denied.answer, decision: 'deny' })
    assert.equal(new URL((await other.get(refused.json.next)).location).searchParams.get('error'), 'access_denied')
  })

  it('speak the language that is asked for', async () => {
    const browser = site.browser()
    const { ticket } = await atConsent(browser, { prompt: 'consent' })
    const { json } = await ask(browser, `/interaction?${new URLSearchParams({ ticket, lang: 'de' })}`)
    assert.deepEqual([json.lang, json.dir], ['de', 'ltr'])
    assert.notEqual(json.consent.scopes[0].title, 'Know who you are')
  })

  it('a wrong password counts, and after too many there is a pause', async () => {
    const person = await site.addPerson('slow@otterbakery.example')
    const browser = site.browser()
    const ticket = await begin(browser)
    const statuses: number[] = []
    let last: Said | undefined
    for (let i = 0; i < 12 && last?.status !== 429; i++) {
      last = await ask(browser, '/interaction/login', { ticket, email: person.email, password: 'wrong horse battery' })
      statuses.push(last.status)
    }
    assert.equal(statuses[0], 403)
    assert.equal(last?.status, 429)
    assert.equal(last.headers.get('retry-after'), String(last.json.retry_after))
  })

  it('leave the receipt that our page would leave: it holds what was told, letter for letter, and that the product drew it', async () => {
    const person = await site.addPerson('receipt@otterbakery.example')
    const { shown, answer } = await atConsent(site.browser(), { ui_locales: 'de' }, person)
    assert.equal(shown.lang, 'de')
    const browser = site.browser()
    const again = await atConsent(browser, { ui_locales: 'de' }, person)
    assert.notEqual(again.answer.sid, answer.sid)
    await ask(browser, '/interaction/decision', { ...again.answer, scope: ['bank.read'] })
    const [receipt] = await site.store.receipts.list(person.sub, { limit: 1 })
    assert.deepEqual([receipt?.through, receipt?.shown?.language, receipt?.shown?.title], ['product', 'de', again.shown.consent.title])
    assert.deepEqual(
      receipt?.shown?.scopes.map(({ scope, title, text, on }) => [scope, title, text, on]),
      again.shown.consent.scopes.map(({ scope, title, description, required }: Json) => [
        scope,
        title,
        description,
        required || scope === 'bank.read',
      ]),
    )
    const room = textOf((await browser.get(`${ISSUER}/account/receipts/${receipt?.receipt_id}`)).html)
    assert.match(room, /A page of the product/)
  })

  it('ask only for what is otherwise than before, and what is allowed stays', async () => {
    const person = await site.addPerson('again@otterbakery.example')
    const browser = site.browser()
    const first = await atConsent(browser, { scope: 'openid profile' }, person)
    await ask(browser, '/interaction/decision', first.answer)
    const at = site.time.now
    const { shown, answer } = await atConsent(browser, { scope: 'openid profile bank.read' }, person)
    const { consent } = shown
    assert.deepEqual(
      consent.scopes.map(({ scope, required }: Json) => [scope, required]),
      [['bank.read', true]],
      'one new thing: the button is the choice',
    )
    assert.deepEqual([consent.already, consent.durations, consent.proposed_duration], [['Know who you are'], [], null])
    assert.equal(consent.difference.since, new Date(at).toISOString())
    assert.equal((await ask(browser, '/interaction/decision', answer)).status, 200)
    assert.equal((await site.store.consents.find(person.sub, 'tallyboat')).consent?.scope, 'openid profile bank.read')
    const [receipt] = await site.store.receipts.list(person.sub, { limit: 1 })
    assert.equal(receipt?.shown?.difference?.receipt_id, consent.difference.receipt_id)
  })

  it('say what our page would say: that it keeps its access while one is away, and that it is paused and would go on', async () => {
    await site.addClient({ client_id: 'keeper', scope: 'openid profile offline_access' })
    const person = await site.addPerson('keeper@otterbakery.example')
    const browser = site.browser()
    const params = { client_id: 'keeper', scope: 'openid profile offline_access', prompt: 'consent' }
    const first = await atConsent(browser, params, person)
    assert.deepEqual([first.shown.consent.paused, first.shown.consent.offline], [null, 'It keeps its access while you are away.'])
    await ask(browser, '/interaction/decision', first.answer)
    const [receipt] = await site.store.receipts.list(person.sub, { limit: 1 })
    assert.equal(receipt?.shown?.offline, true, 'and the receipt says that it was said')
    await browser.submit(await browser.get(`${ISSUER}/account/apps`), {}, 'grant-keeper-pause')
    const again = await atConsent(browser, params, person)
    assert.equal(again.shown.consent.paused, 'You have paused it. If you allow this, it goes on.')
  })

  it('an answer that comes twice is taken once', async () => {
    const browser = site.browser()
    const { answer } = await atConsent(browser, { prompt: 'consent' }, await site.addPerson('twice@otterbakery.example'))
    const both = [await ask(browser, '/interaction/decision', answer), await ask(browser, '/interaction/decision', answer)]
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
    )
    assert.equal(both[0]?.json.next, both[1]?.json.next)
  })

  it('whoever has a second factor is sent to our page for it, and no session is there before', async () => {
    const person = await site.addPerson('factor@otterbakery.example')
    const app = await giveApp(site, person)
    const browser = site.browser()
    const ticket = await begin(browser)
    const { status, json } = await ask(browser, '/interaction/login', { ticket, email: person.email, password: PASSWORD })
    assert.equal(status, 200)
    assert.ok(json.next.startsWith(`${ISSUER}/login/factor?`), json.next)
    assert.equal(browser.jar.has('__Host-vouchsafe-session'), false)
    const shown = (await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)).json
    assert.deepEqual([shown.account, shown.consent], [null, null])
    const entered = await browser.submit(await browser.get(json.next), { code: app.code() }, 'factor-submit')
    const visit = await browser.follow(entered, ISSUER)
    assert.ok(visit.location.startsWith(own_pages.consent), visit.location)
  })

  it('OIDC Core §5.5.1.1 an app that wants more than the session has: the factor alone is asked for, on our page', async () => {
    const person = await site.addPerson('better@otterbakery.example')
    const browser = site.browser()
    await atConsent(browser, {}, person)
    await giveApp(site, person)
    site.time.now += 1_000
    const visit = await browser.follow(await browser.get(site.authorizeUrl({ acr_values: '2fa' })), ISSUER)
    assert.ok(visit.url.startsWith(`${ISSUER}/login/factor?`), visit.url)
  })

  it('several accounts: the others are named, and one of them is chosen', async () => {
    const [ada, ben] = [await site.addPerson('ada@otterbakery.example'), await site.addPerson('ben@otterbakery.example')]
    const browser = site.browser()
    await atConsent(browser, {}, ada)
    await atConsent(browser, { prompt: 'login' }, ben)
    const ticket = await begin(browser, { prompt: 'select_account' })
    const { json } = await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)
    assert.deepEqual([json.account.email, json.others.map(({ email }: Json) => email)], [ben.email, [ada.email]])
    const { next } = (await ask(browser, '/interaction/account', { ticket, sid: json.others[0].sid })).json
    const there = new URL((await browser.get(next)).location)
    const shown = (await ask(browser, `/interaction?${there.searchParams}`)).json
    assert.equal(shown.account.email, ada.email)
    assert.equal((await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)).status, 409, 'what was open before is foreign')
  })

  it('our own page stays there for what only we can ask: passkeys, other providers', async () => {
    const browser = site.browser()
    const ticket = await begin(browser)
    const { json } = await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)
    const page = await browser.get(json.login.ours)
    for (const id of ['login-passkey', 'login-submit']) assert.ok(ids(page.html).includes(id), id)
    assert.ok((await browser.get(`${ISSUER}/login?ticket=${ticket}`)).location.startsWith(own_pages.login))
  })

  it('the account that is signed in is chosen by its session', async () => {
    const browser = site.browser()
    await atConsent(browser, { prompt: 'consent' })
    const ticket = await begin(browser, { prompt: 'select_account consent' })
    const { json } = await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`)
    assert.equal(json.login.ask, 'choose')
    assert.equal((await ask(browser, '/interaction/account', { ticket, sid: 'another' })).status, 409)
    const { next } = (await ask(browser, '/interaction/account', { ticket, sid: json.account.sid })).json
    assert.ok((await browser.get(next)).location.startsWith(own_pages.consent))
  })
})

describe('attacks on interactions as JSON', () => {
  it('consent CSRF: another origin, a form, or no origin across sites decides and reads nothing', async () => {
    const browser = site.browser()
    const { ticket, answer } = await atConsent(browser, { prompt: 'consent' })
    const evil = 'https://evil.harbourbooks.example'
    for (const headers of [
      { origin: evil, 'sec-fetch-site': 'same-site' },
      { origin: `${OWN}.evil.example`, 'sec-fetch-site': 'cross-site' },
      { origin: OWN.toUpperCase() },
      { origin: `${OWN}/` },
      { origin: 'http://login.harbourbooks.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ] as Record<string, string>[]) {
      for (const said of [
        await ask(browser, '/interaction/decision', { ...answer, scope: ['invoices.send'] }, headers),
        await ask(browser, `/interaction?${new URLSearchParams({ ticket })}`, undefined, headers),
      ]) {
        assert.deepEqual([said.status, said.json.reason], [403, 'foreign_form'], JSON.stringify(headers))
        assert.equal(said.headers.get('access-control-allow-origin'), null)
      }
    }
    const form = await ask(browser, '/interaction/decision', JSON.stringify(answer), { ...FROM_OWN, 'content-type': 'text/plain' })
    assert.equal(form.status, 415)
    assert.equal((await ask(browser, '/interaction/decision', answer)).status, 200, 'the page itself still may')
  })

  it('Fetch §4.8 a preflight is answered for the named origins alone, and never with a wildcard', async () => {
    for (const [origin, status, allowed] of [
      [OWN, 204, OWN],
      ['https://evil.example', 403, null],
    ] as const) {
      const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
      const response = await site.app.fetch(new Request(`${ISSUER}/interaction/decision`, { method: 'OPTIONS', headers }))
      assert.equal(response.status, status)
      assert.equal(response.headers.get('access-control-allow-origin'), allowed)
      assert.equal(response.headers.get('access-control-allow-credentials'), allowed && 'true')
      if (allowed) assert.match(response.headers.get('vary') ?? '', /origin/)
    }
  })

  it('a ticket of another browser opens nothing there: the request begins anew', async () => {
    const [theirs, victim] = [site.browser(), site.browser()]
    const { ticket, answer } = await atConsent(theirs, { prompt: 'consent' })
    await atConsent(victim, { prompt: 'consent' })
    for (const said of [
      await ask(victim, `/interaction?${new URLSearchParams({ ticket })}`),
      await ask(victim, '/interaction/decision', answer),
      await ask(victim, '/interaction/login', { ticket, ...credentials() }),
      await ask(victim, '/interaction/account', { ticket, sid: answer.sid }),
    ]) {
      assert.deepEqual([said.status, Object.keys(said.json)], [409, ['next']])
      assert.ok(said.json.next.startsWith(`${ISSUER}/authorize?ticket=`))
    }
  })

  it('an answer to what was shown to another session, or before the app changed, is asked once more', async () => {
    const browser = site.browser()
    const { answer } = await atConsent(browser, { prompt: 'consent' })
    for (const other of [{ sid: 'another' }, { looks: 'other' }, { sid: undefined }]) {
      const { status, json } = await ask(browser, '/interaction/decision', { ...answer, ...other })
      assert.deepEqual([status, json.error, json.why], [409, 'interaction_required', 'changed'])
    }
  })

  it('allowing with nothing on, by an app that can insist on nothing, is asked once more', async () => {
    await site.addClient({ client_id: 'stranger', reviewed: false })
    const browser = site.browser()
    const { answer } = await atConsent(browser, { client_id: 'stranger' })
    const { status, json } = await ask(browser, '/interaction/decision', answer)
    assert.deepEqual([status, json.why], [409, 'nothing_on'])
  })

  it('scopes that were not asked for are not given', async () => {
    await site.addClient({ client_id: 'narrow', reviewed: false })
    const browser = site.browser()
    const { answer } = await atConsent(browser, { client_id: 'narrow', scope: 'openid profile' })
    await ask(browser, '/interaction/decision', { ...answer, scope: ['profile', 'invoices.send', '__proto__'] })
    assert.equal((await site.store.consents.find(site.mara.sub, 'narrow')).consent?.scope, 'openid profile')
  })

  for (const [name, path, body, status] of [
    ['no JSON', '/interaction/decision', '{', 400],
    ['a list', '/interaction/decision', '[]', 400],
    ['a repeated member', '/interaction/decision', '{"ticket":"a","ticket":"b"}', 400],
    ['an unknown member', '/interaction/login', '{"ticket":"a","constructor":1}', 400],
    ['a broken ticket', '/interaction/decision', '{"ticket":"x"}', 400],
    ['no ticket', '/interaction/account', '{}', 400],
    ['a ticket that is no text', '/interaction/login', '{"ticket":{"a":1}}', 400],
    ['a body of 70 KiB', '/interaction/decision', `{"ticket":"${'x'.repeat(70_000)}"}`, 413],
  ] as const) {
    it(`${name} is refused as JSON, with a reference`, async () => {
      const said = await ask(site.browser(), path, body)
      assert.equal(said.status, status)
      assert.equal(said.json.reference, said.headers.get('x-vouchsafe-reference'))
      assert.equal(said.headers.get('content-type'), 'application/json')
      assert.equal(said.headers.get('access-control-allow-origin'), OWN, 'so that the page can read it')
    })
  }
  it('scope and claims of another shape are refused', async () => {
    const browser = site.browser()
    const { answer } = await atConsent(browser, { prompt: 'consent' })
    for (const wrong of [
      { scope: 'profile' },
      { scope: [1] },
      { scope: Array(101).fill('a') },
      { claims: 'on' },
      { duration: 'forever' },
      { decision: 'maybe' },
    ])
      assert.equal((await ask(browser, '/interaction/decision', { ...answer, ...wrong })).status, 400, JSON.stringify(wrong).slice(0, 40))
  })
  it('a page decides only what it is named for: who draws sign-in alone answers no consent, and the other way round', async () => {
    for (const name of ['login', 'consent'] as const) {
      const other = await openSite({ config: { own_pages: { [name]: own_pages[name] } } })
      try {
        const path = name === 'login' ? '/interaction/decision' : '/interaction/login'
        for (const headers of [FROM_OWN, { 'sec-fetch-site': 'same-origin' }]) {
          const given = { ...headers, 'content-type': 'application/json' }
          const request = new Request(ISSUER + path, { method: 'POST', headers: given, body: '{"ticket":"x"}' })
          assert.equal((await other.app.fetch(request)).status, 403, `${path} ${JSON.stringify(headers)}`)
        }
      } finally {
        await other.close()
      }
    }
  })

  it('another method is answered with those there are', async () => {
    const response = await site.app.fetch(new Request(`${ISSUER}/interaction`, { method: 'DELETE', headers: FROM_OWN }))
    assert.equal(response.status, 405)
  })
})

it('what is to be linked is said and asked on our pages, also of who proves the account on a page of the product', async () => {
  let now = () => 0
  const provider = await openProvider(() => now())
  const upstream = {
    id: 'work',
    label: { en: 'Harbour Works' },
    issuer: provider.issuer,
    client_id: 'us',
    client_secret: PROVIDER_SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email',
    claims: [],
    joining: 'verified',
    linking: true,
  } as const
  const both = await openSite({ config: { own_pages, upstreams: [upstream] } })
  now = () => both.time.now
  try {
    const browser = both.browser()
    const visit = await browser.follow(await browser.get(both.authorizeUrl()), ISSUER)
    const ticket = new URL(visit.location).searchParams.get('ticket') ?? ''
    const ours = await browser.get(`${ISSUER}/login?${new URLSearchParams({ ticket, page: 'ours' })}`)
    const left = await browser.submit(ours, {}, 'login-upstream-work')
    const told = { sub: 's1', email: both.mara.email, email_verified: true }
    const page = await browser.follow(await browser.get(provider.answer(left.location, told), { 'sec-fetch-site': 'cross-site' }), ISSUER)
    assert.ok(ids(page.html).includes('login-link'), page.url)
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...FROM_OWN, cookie, 'content-type': 'application/json' }
    const body = JSON.stringify({ ticket, email: both.mara.email, password: PASSWORD })
    const answer = await both.app.fetch(new Request(`${ISSUER}/interaction/login`, { method: 'POST', headers, body }))
    assert.ok(((await answer.json()) as Json).next.startsWith(`${ISSUER}/login/link?ticket=`))
    assert.equal(await both.store.identities.find(provider.issuer, 's1'), null)
  } finally {
    await both.close()
    await provider.close()
  }
})

it('without own_pages there is no such address, and with host_login no password', async () => {
  const host = { login: 'https://product.example/login', issuer: 'p' }
  const host_login = readHostLogin(host, ISSUER, 'q3Xz0mY7v1Kc9RbTfWpLhAaJdSgUeNiOxZ5t2E8uBwQ')
  const plain = await openSite()
  const both = await openSite({ config: { host_login, own_pages: { consent: own_pages.consent } } })
  try {
    assert.equal((await plain.app.fetch(new Request(`${ISSUER}/interaction?ticket=x`))).status, 404)
    const browser = both.browser()
    const visit = await browser.follow(await browser.get(both.authorizeUrl()), ISSUER)
    const ticket = new URL(visit.location).searchParams.get('state')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...FROM_OWN, cookie, 'content-type': 'application/json' }
    const body = JSON.stringify({ ticket, email: both.mara.email, password: PASSWORD })
    const refused = await both.app.fetch(new Request(`${ISSUER}/interaction/login`, { method: 'POST', headers, body }))
    assert.equal(refused.status, 403)
  } finally {
    await plain.close()
    await both.close()
  }
})

describe('the setting own_pages', () => {
  for (const [given, why] of [
    [{}, /must name login, consent or both/],
    [{ logout: 'x' }, /member logout/],
    [{ login: '/sign-in' }, /login that must be an absolute https address/],
    [{ consent: 'http://login.example/' }, /must use https/],
    [{ consent: `${OWN}/#x` }, /fragment/],
  ] as const) {
    it(`refuses with ${why}`, () => assert.throws(() => readOwnPages(given), why))
  }
})
