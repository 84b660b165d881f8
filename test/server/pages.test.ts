import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const DAY = 86_400_000
const REDIRECT = 'https://app.tallyboat.example'

/** The parts of a content security policy by their names. */
function policyOf(visit: Visit): Record<string, string> {
  const parts = (visit.headers.get('content-security-policy') ?? '').split('; ')
  return Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]))
}

/** What every page of ours keeps, whatever it shows. */
function checkPage(visit: Visit): void {
  const { html, headers } = visit
  assert.match(html, /^<!doctype html>\n<html lang="en" dir="ltr">/)
  assert.doesNotMatch(html, /<script|\son[a-z]+=|\sstyle=|<style|javascript:/i)
  assert.equal(html.match(/<h1/g)?.length, 1, 'one heading')
  assert.equal(new Set(ids(html)).size, ids(html).length, 'each id once')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('x-frame-options'), 'DENY')
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
  assert.equal(headers.get('strict-transport-security'), 'max-age=31536000')
  const policy = policyOf(visit)
  assert.equal(policy['default-src'], "'none'")
  assert.equal(policy['script-src'], "'none'")
  assert.equal(policy['style-src'], "'self'")
  assert.equal(policy['frame-ancestors'], "'none'")
  assert.equal(policy['base-uri'], "'none'")
}

describe('pages', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('the sign-in page has its ids, names the app and its host, and lets the answer leave, and the app’s own redirects after it', async () => {
    const browser = site.browser()
    const visit = await browser.follow(await browser.get(site.authorizeUrl({ login_hint: 'mara@"><b>' })), ISSUER)
    assert.equal(visit.status, 200)
    checkPage(visit)
    for (const id of ['login-email', 'login-password', 'login-submit', 'login-passkey']) assert.ok(ids(visit.html).includes(id), id)
    assert.match(textOf(visit.html), /Then on to Tallyboat at app\.tallyboat\.example/)
    assert.equal(policyOf(visit)['form-action'], "'self' https:")
    assert.equal(tags(visit.html, 'input').find(({ id }) => id === 'login-email')?.['value'], 'mara@"><b>')
    for (const id of ['login-forgot', 'login-create']) assert.ok(!ids(visit.html).includes(id), `${id} is not configured`)
  })

  it('the consent page answers who, what, where and how long; optional scopes start off', async () => {
    const browser = site.browser()
    const visit = await site.signIn(browser)
    checkPage(visit)
    const shown = ids(visit.html)
    for (const id of [
      'consent-title',
      'consent-form',
      'consent-allow',
      'consent-deny',
      'consent-redirect-host',
      'consent-policy',
      'consent-tos',
    ]) {
      assert.ok(shown.includes(id), id)
    }
    for (const id of ['duration-once', 'duration-30d', 'duration-revoked', 'account-switch', 'account-other'])
      assert.ok(shown.includes(id), id)
    const switches = tags(visit.html, 'input').filter(({ id }) => id?.startsWith('scope-'))
    assert.deepEqual(
      switches.map(({ id, checked, disabled }) => [id, checked !== undefined, disabled !== undefined]),
      [
        ['scope-profile', true, true],
        ['scope-invoices.read', true, true],
        ['scope-bank.read', false, false],
        ['scope-invoices.send', false, false],
      ],
    )
    assert.match(textOf(visit.html), /Tallyboat asks to use your Harbour\u00A0Books account/)
    assert.match(textOf(visit.html), /until 21 December/)
    assert.ok(!textOf(visit.html).includes('openid'), 'what is silent is not shown')
    assert.ok(visit.html.indexOf('consent-deny"') < visit.html.indexOf('consent-allow"'), 'the refusal comes first')
  })

  it('allowing gives the required scopes and what was switched on, for as long as was chosen, with a receipt', async () => {
    const browser = site.browser()
    const page = await site.signIn(browser)
    const sent = await browser.submit(page, { scope: ['bank.read'], duration: '30d' }, 'consent-allow')
    assert.equal(sent.status, 303)
    const { consent } = await site.store.consents.find(site.mara.sub, 'tallyboat')
    assert.equal(consent?.scope, 'openid profile invoices.read bank.read')
    assert.equal(consent?.declined, 'invoices.send')
    assert.equal(consent?.expires_at, site.time.now + 30 * DAY)
    const last = await browser.follow(sent, ISSUER)
    assert.equal(new URL(last.location).origin, REDIRECT)
    assert.ok(new URL(last.location).searchParams.get('code'))
  })

  it('denying tells the app access_denied and writes nothing', async () => {
    const browser = site.browser()
    const person = await site.addPerson('deny@otterbakery.example')
    const page = await site.signIn(browser, {}, person.email)
    const last = await browser.follow(await browser.submit(page, {}, 'consent-deny'), ISSUER)
    const answer = new URL(last.location).searchParams
    assert.equal(answer.get('error'), 'access_denied')
    assert.equal(answer.get('state'), 'xyz')
    assert.equal((await site.store.consents.find(person.sub, 'tallyboat')).consent, null)
  })

  it('an app that nobody reviewed can require nothing, and allowing with every switch off is asked again', async () => {
    await site.addClient({ client_id: 'sheetferry', client_name: 'Sheetferry', reviewed: false })
    const browser = site.browser()
    const page = await site.signIn(browser, { client_id: 'sheetferry' })
    checkPage(page)
    assert.match(textOf(page.html), /Publisher not verified/)
    assert.ok(tags(page.html, 'input').every(({ disabled }) => disabled === undefined))
    const again = await browser.submit(page, {}, 'consent-allow')
    assert.equal(again.status, 400)
    checkPage(again)
    assert.ok(ids(again.html).includes('consent-error'))
    assert.match(again.html, /<title>Error: /)
    assert.equal((await site.store.consents.find(site.mara.sub, 'sheetferry')).consent, null)
    await browser.submit(again, { scope: 'invoices.read' }, 'consent-allow')
    const { consent } = await site.store.consents.find(site.mara.sub, 'sheetferry')
    assert.equal(consent?.scope, 'openid invoices.read')
  })

  it('where only silent scopes are asked the page still asks, and "just this once" is good for this request only', async () => {
    const person = await site.addPerson('once@otterbakery.example')
    const browser = site.browser()
    const page = await site.signIn(browser, { scope: 'openid' }, person.email)
    assert.match(textOf(page.html), /could recognise you when you come back/)
    const last = await browser.follow(await browser.submit(page, { duration: 'once' }, 'consent-allow'), ISSUER)
    assert.ok(new URL(last.location).searchParams.get('code'))
    const { consent } = await site.store.consents.find(person.sub, 'tallyboat')
    assert.equal(consent?.once, true)
    assert.equal(consent?.expires_at, site.time.now + 3_600_000)
    const next = await browser.follow(await browser.get(site.authorizeUrl({ scope: 'openid' })), ISSUER)
    assert.ok(ids(next.html).includes('consent-form'), 'asked again')
  })

  it('a later decision keeps what was not asked for, says so, and ends what came from a scope that is left off now', async () => {
    const person = await site.addPerson('later@otterbakery.example')
    const browser = site.browser()
    const first = await site.signIn(browser, {}, person.email)
    await browser.submit(first, { scope: ['bank.read', 'invoices.send'], duration: 'revoked' }, 'consent-allow')
    const before = await site.store.consents.find(person.sub, 'tallyboat')
    site.time.now += 1000
    const second = await browser.follow(await browser.get(site.authorizeUrl({ scope: 'openid bank.read', prompt: 'consent' })), ISSUER)
    assert.match(textOf(second.html), /What Tallyboat may do already\s+Know who you are\s+See invoices\s+Create and send invoices/)
    await browser.submit(second, { scope: 'bank.read', duration: 'revoked' }, 'consent-allow')
    const kept = await site.store.consents.find(person.sub, 'tallyboat')
    assert.deepEqual(kept.consent?.scope.split(' ').sort(), ['bank.read', 'invoices.read', 'invoices.send', 'openid', 'profile'])
    assert.equal(kept.epoch, before.epoch, 'nothing was taken back')
    site.time.now += 1000
    const third = await browser.follow(await browser.get(site.authorizeUrl({ prompt: 'consent' })), ISSUER)
    await browser.submit(third, { scope: 'bank.read', duration: 'revoked' }, 'consent-allow')
    const narrowed = await site.store.consents.find(person.sub, 'tallyboat')
    assert.ok(narrowed.epoch > before.epoch, 'codes and grants from before are called back')
    assert.equal(narrowed.consent?.declined, 'invoices.send')
  })

  it('OIDC Core §5.5 claims that are asked for one by one are shown and written down', async () => {
    const person = await site.addPerson('claims@otterbakery.example')
    const browser = site.browser()
    const claims = JSON.stringify({ userinfo: { email: null, name: null } })
    const page = await site.signIn(browser, { scope: 'openid profile', claims }, person.email)
    assert.match(textOf(page.html), /Know these details about you\s+email\s+Required/, 'the name comes with profile')
    await browser.submit(page, {}, 'consent-allow')
    assert.deepEqual((await site.store.consents.find(person.sub, 'tallyboat')).consent?.claims, ['email', 'name'])
  })

  it('RFC 8252 §8.6 an answer that stays on this computer is said to', async () => {
    await site.addClient({
      client_id: 'native',
      redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb', 'http://[::1]/cb'],
      application_type: 'native',
    })
    const targets = [
      ['http://127.0.0.1:4912/cb', '127.0.0.1:4912', "'self' http://127.0.0.1:* http://localhost:* https:"],
      ['com.example.app:/cb', 'com.example.app:', "'self' com.example.app:"],
      ['http://[::1]:4912/cb', '[::1]:4912', "'self' http: https:"],
    ]
    const browser = site.browser()
    let page = await site.signIn(browser, { client_id: 'native', redirect_uri: targets[0]![0]! })
    for (const [redirect_uri, host, form_action] of targets) {
      page = await browser.follow(await browser.get(site.authorizeUrl({ client_id: 'native', redirect_uri: redirect_uri! })), ISSUER)
      assert.ok(ids(page.html).includes('consent-localhost'), redirect_uri)
      assert.ok(textOf(page.html).includes(host!), redirect_uri)
      assert.equal(policyOf(page)['form-action'], form_action)
    }
  })

  it('OIDC Core §3.1.2.1 prompt=select_account offers to go on, or to sign in as somebody else', async () => {
    const browser = site.browser()
    await site.signIn(browser)
    site.time.now += 1000
    const page = await browser.follow(await browser.get(site.authorizeUrl({ prompt: 'select_account' })), ISSUER)
    checkPage(page)
    assert.ok(ids(page.html).includes('login-continue'))
    const chosen = await browser.follow(await browser.submit(page, {}, 'login-continue'), ISSUER)
    assert.ok(new URL(chosen.url).pathname !== '/login', 'no password was asked')
    const again = await browser.follow(await browser.get(site.authorizeUrl({ prompt: 'select_account' })), ISSUER)
    assert.equal(new URL(again.url).pathname, '/authorize', 'chosen within the same moment: not asked twice')
  })

  it('OIDC Core §3.1.2.1 prompt=login asks the same person again, under a fixed email', async () => {
    const browser = site.browser()
    await site.signIn(browser)
    site.time.now += 1000
    const page = await browser.follow(await browser.get(site.authorizeUrl({ prompt: 'login' })), ISSUER)
    assert.match(textOf(page.html), /Sign in again/)
    const email = tags(page.html, 'input').find(({ id }) => id === 'login-email')
    assert.equal(email?.['value'], site.mara.email)
    assert.notEqual(email?.['readonly'], undefined)
    const other = tags(page.html, 'a').find(({ id }) => id === 'login-other')
    const fresh = await browser.get(new URL(other!['href']!, ISSUER).href)
    assert.equal(tags(fresh.html, 'input').find(({ id }) => id === 'login-email')?.['value'], '')
    const wrong = await browser.submit(fresh, { email: 'nobody@otterbakery.example', password: PASSWORD }, 'login-submit')
    assert.equal(tags(wrong.html, 'input').find(({ id }) => id === 'login-email')?.['readonly'], undefined, 'still another account')
  })

  it('"use another account" on the consent page leads to a fresh sign-in for the same request', async () => {
    const browser = site.browser()
    const other = await site.addPerson('cafe@otterbakery.example', 'Otter Café')
    const page = await site.signIn(browser, { prompt: 'consent' })
    const login = await browser.follow(await browser.submit(page, {}, 'account-other'), ISSUER)
    assert.ok(ids(login.html).includes('login-submit'))
    assert.ok(!ids(login.html).includes('login-continue'))
    const name = browser.jar.get('__Host-vouchsafe-browser')
    const next = await browser.follow(await browser.submit(login, { email: other.email, password: PASSWORD }, 'login-submit'), ISSUER)
    assert.match(textOf(next.html), /Otter Café cafe@otterbakery\.example/)
    assert.notEqual(browser.jar.get('__Host-vouchsafe-browser'), name, 'another person, another name for the browser')
    const stale = await browser.submit(page, {}, 'consent-allow')
    assert.ok(!stale.location.includes(REDIRECT), 'what the first one left open answers nothing')
    assert.equal((await site.store.consents.find(other.sub, 'tallyboat')).consent, null)
  })

  it('connected apps of one name are told apart by where their answers go', async () => {
    const person = await site.addPerson('twins@otterbakery.example')
    const browser = site.browser()
    const hosts = { 'twin-one': 'one.example', 'twin-two': 'two.example:8443' }
    for (const [client_id, host] of Object.entries(hosts)) {
      const redirect_uri = `https://${host}/cb`
      await site.addClient({ client_id, client_name: 'Twin', redirect_uris: [redirect_uri] })
      const url = { client_id, redirect_uri }
      const page =
        client_id === 'twin-one'
          ? await site.signIn(browser, url, person.email)
          : await browser.follow(await browser.get(site.authorizeUrl(url)), ISSUER)
      await browser.submit(page, {}, 'consent-allow')
    }
    const { html } = await browser.get(`${ISSUER}/account/apps`)
    for (const [client_id, host] of Object.entries(hosts)) {
      const card = html.slice(html.indexOf(`id="grant-${client_id}"`)).split('</dl>')[0]!
      assert.match(textOf(`<p ${card}`), new RegExp(`Twin .*Answers go to ${host} Allowed`))
    }
  })

  it('OIDC Core §11 the consent page says that access is kept while one is away, where that is asked for', async () => {
    const client_id = 'offline'
    await site.addClient({ client_id, scope: 'openid offline_access' })
    for (const [scope, told] of [
      ['openid offline_access', true],
      ['openid', false],
    ] as const) {
      const { html } = await site.signIn(site.browser(), { client_id, scope })
      assert.equal(ids(html).includes('consent-offline'), told, scope)
      assert.equal(textOf(html).includes('It keeps its access while you are away.'), told, scope)
    }
  })

  it('connected apps lists what holds, and revoking asks in place and ends it', async () => {
    const person = await site.addPerson('apps@otterbakery.example')
    const browser = site.browser()
    const first = await browser.get(`${ISSUER}/account/apps`)
    assert.equal(first.location, `${ISSUER}/login?next=apps`)
    const login = await browser.get(first.location)
    checkPage(login)
    const empty = await browser.follow(await browser.submit(login, { email: person.email, password: PASSWORD }, 'login-submit'), ISSUER)
    checkPage(empty)
    assert.match(textOf(empty.html), /No app yet/)
    const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    await browser.submit(page, { duration: '30d' }, 'consent-allow')
    const listed = await browser.get(`${ISSUER}/account/apps`)
    checkPage(listed)
    assert.ok(ids(listed.html).includes('grant-tallyboat'))
    assert.match(textOf(listed.html), /See invoices.*Allowed 21 November.*Ends 21 December/)
    const before = await site.store.consents.find(person.sub, 'tallyboat')
    const sent = await browser.submit(listed, {}, 'grant-tallyboat-revoke-confirm')
    assert.equal(sent.status, 303)
    const after_ = await browser.follow(sent, ISSUER)
    assert.ok(ids(after_.html).includes('notice'))
    assert.match(textOf(after_.html), /Tallyboat is revoked/)
    const found = await site.store.consents.find(person.sub, 'tallyboat')
    assert.equal(found.consent, null)
    assert.ok(found.epoch > before.epoch)
  })

  it('OIDC RP-Initiated Logout §2 signing out is asked, ends the session in the database, and goes where the app registered', async () => {
    const browser = site.browser()
    await site.signIn(browser)
    const url = `${ISSUER}/logout?${new URLSearchParams({ client_id: 'tallyboat', post_logout_redirect_uri: 'https://tallyboat.example/bye', state: 'a b' })}`
    const page = await browser.follow(await browser.get(url), ISSUER)
    checkPage(page)
    assert.match(textOf(page.html), /Tallyboat asks this for mara@otterbakery\.example/)
    assert.ok(ids(page.html).includes('logout-redirect-host'))
    assert.equal(policyOf(page)['form-action'], "'self' https:")
    const jar = new Map(browser.jar)
    const stay = await browser.submit(page, {}, 'logout-cancel')
    assert.equal(stay.location, 'https://harbourbooks.example/')
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200, 'still signed in')
    const left = await browser.submit(page, {}, 'logout-confirm')
    assert.equal(left.location, 'https://tallyboat.example/bye?state=a%20b')
    assert.equal(browser.jar.has('__Host-vouchsafe-session'), false)
    assert.notEqual(browser.jar.get('__Host-vouchsafe-browser'), jar.get('__Host-vouchsafe-browser'))
    for (const [name, value] of jar) browser.jar.set(name, value)
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 303, 'the old cookie opens nothing')
  })

  it('signing out without an app names nobody and ends on our own page', async () => {
    const browser = site.browser()
    await site.signIn(browser)
    const page = await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER)
    assert.match(textOf(page.html), /You are signed in as mara@otterbakery\.example/)
    const done = await browser.follow(await browser.submit(page, {}, 'logout-confirm'), ISSUER)
    checkPage(done)
    assert.ok(ids(done.html).includes('logout-done'))
    const again = await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER)
    assert.ok(ids(again.html).includes('logout-done'), 'nobody is signed in: straight on')
  })

  it('an error page has a reference that the header and the log have too, and no link that was not proved', async () => {
    const visit = await site.browser().get(site.authorizeUrl({ redirect_uri: 'https://evil.example/cb' }))
    assert.equal(visit.status, 400)
    checkPage(visit)
    for (const id of ['error-title', 'error-text', 'error-reference', 'error-code', 'error-developer', 'error-home'])
      assert.ok(ids(visit.html).includes(id), id)
    assert.match(textOf(visit.html), /Tallyboat sent you here with an address that we do not know/)
    assert.ok(!visit.html.includes('evil.example'))
    const reference = /id="error-reference">([^<]*)</.exec(visit.html)?.[1]
    assert.match(reference ?? '', /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}$/)
    assert.equal(visit.headers.get('x-vouchsafe-reference'), reference)
    assert.ok(site.events.some((event) => event['reference'] === reference))
  })

  it('errors of pages are told like the others', async () => {
    const browser = site.browser()
    const broken = await browser.get(`${ISSUER}/consent?ticket=broken`)
    assert.equal(broken.status, 400)
    assert.match(textOf(broken.html), /This request has ended/)
    const reference = broken.headers.get('x-vouchsafe-reference')
    assert.ok(reference && site.events.some((event) => event['reference'] === reference && event.event === 'request.refused'))
    const nowhere = await browser.get(`${ISSUER}/nowhere`)
    assert.equal(nowhere.status, 404)
    assert.match(textOf(nowhere.html), /There is no page at this address/)
  })

  it('the style sheet is kept for good under an address that changes with it', async () => {
    const browser = site.browser()
    const home = await browser.get(`${ISSUER}/`)
    checkPage(home)
    const href = tags(home.html, 'link').find(({ rel }) => rel === 'stylesheet')?.['href'] ?? ''
    assert.match(href, /^\/style\.css\?[\w-]{12}$/)
    const sheet = await browser.get(ISSUER + href)
    assert.equal(sheet.headers.get('content-type'), 'text/css; charset=utf-8')
    assert.equal(sheet.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.ok(sheet.html.length > 40_000)
    assert.doesNotMatch(sheet.html, /url\(|@import/)
  })

  it('methods that do not fit get 405 with Allow, and HEAD is answered like GET', async () => {
    const put = await site.app.fetch(new Request(`${ISSUER}/login`, { method: 'PUT' }))
    assert.equal(put.status, 405)
    assert.equal(put.headers.get('allow'), 'GET, HEAD, POST')
    const get = await site.app.fetch(new Request(`${ISSUER}/session/select`))
    assert.equal(get.status, 405)
    assert.equal(get.headers.get('allow'), 'POST')
    const odd = await site.app.fetch(new Request(`${ISSUER}/login`, { method: 'toString' }))
    assert.equal(odd.status, 405)
    const head = await site.app.fetch(new Request(`${ISSUER}/login`, { method: 'HEAD' }))
    assert.equal(head.status, 200)
    assert.equal(await head.text(), '')
    assert.equal(head.headers.get('x-frame-options'), 'DENY')
  })
})

describe('an app that works with a named API', () => {
  it('RFC 8707 §2 its name is a sentence on the consent page and in connected apps', async () => {
    const books = 'https://api.harbourbooks.example/'
    const site = await openSite({ config: { resources: { [books]: { name: { en: 'The books of your company' } } } } })
    try {
      const browser = site.browser()
      const page = await site.signIn(browser, { resource: books })
      assert.ok(ids(page.html).includes(`resource-${books}`))
      assert.match(textOf(page.html), /The books of your company/)
      await browser.submit(page, {}, 'consent-allow')
      assert.match(textOf((await browser.get(`${ISSUER}/account/apps`)).html), /Where The books of your company/)
    } finally {
      await site.close()
    }
  })
})

describe('pages under an issuer with a path', () => {
  it('every address of ours stands below it', async () => {
    const issuer = 'https://harbourbooks.example/auth'
    const site = await openSite({ config: { issuer, default_resource: issuer } })
    try {
      const browser = site.browser()
      const login = await browser.follow(await browser.get(site.authorizeUrl()), 'https://harbourbooks.example')
      assert.equal(new URL(login.url).pathname, '/auth/login')
      assert.equal(readForm(login.html, 'login-submit').action, '/auth/login')
      assert.ok(login.html.includes('href="/auth/style.css?'))
      const consent = await browser.follow(
        await browser.submit(login, { email: site.mara.email, password: PASSWORD }, 'login-submit'),
        'https://harbourbooks.example',
      )
      assert.equal(new URL(consent.url).pathname, '/auth/consent')
      assert.equal((await browser.get(`${issuer}/account/apps`)).status, 200)
      assert.equal((await browser.get(issuer)).status, 200)
    } finally {
      await site.close()
    }
  })
})

describe('the page at the root', () => {
  const first_run = {
    demo_app: 'http://localhost:4001',
    demo_api: 'http://localhost:4002',
    email: 'mara@otterbakery.example',
    password: 'shown-once-9',
    database: 'vouchsafe-data/vouchsafe.db',
    version: '0.1.0',
    started_ms: 612,
  }
  const visits: [name: string, issuer: string, address: string, shown: boolean, headers?: Record<string, string>][] = [
    ['a loopback issuer, seen from here', 'http://localhost:4000', '127.0.0.1', true],
    ['a loopback issuer, seen from elsewhere', 'http://localhost:4000', '192.0.2.9', false],
    ['an issuer for everybody', ISSUER, '127.0.0.1', false],
    ['a name that somebody pointed here', 'http://localhost:4000', '127.0.0.1', false, { host: 'evil.example:4000' }],
    ['through a tunnel', 'http://localhost:4000', '127.0.0.1', false, { 'x-forwarded-for': '192.0.2.9' }],
    ['who knows from where', 'http://localhost:4000', '', false],
  ]
  for (const [name, issuer, address, shown, headers] of visits) {
    it(`the first-run page: ${name}`, async () => {
      const site = await openSite({ first_run, config: { issuer, default_resource: issuer } })
      try {
        const visit = await site.browser(address).get(`${issuer}/`, headers)
        assert.equal(visit.status, 200)
        for (const id of ['first-demo', 'first-email', 'first-password']) assert.equal(ids(visit.html).includes(id), shown, id)
        assert.equal(visit.html.includes(first_run.password), shown)
        assert.equal(ids(visit.html).includes('home-login'), !shown)
      } finally {
        await site.close()
      }
    })
  }

  it('the first person of the deployment’s own ends it', async () => {
    const issuer = 'http://localhost:4000'
    const site = await openSite({ first_run, config: { issuer, default_resource: issuer } })
    try {
      await site.addPerson('own@otterbakery.example')
      assert.ok(!(await site.browser('127.0.0.1').get(`${issuer}/`)).html.includes(first_run.password))
    } finally {
      await site.close()
    }
  })
})
