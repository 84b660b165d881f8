import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readClientMetadata } from '../../src/core/model/client-metadata.ts'
import { ids, readForm, tags, textOf } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const SESSION = '__Host-vouchsafe-session'
const BROWSER = '__Host-vouchsafe-browser'

/** U+202E turns the text that follows; U+200B and U+2066 cannot be seen. */
const RLO = '\u202E'
const ZERO_WIDTH = '\u200B'

describe('attacks on the pages', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const consentOf = async (sub: string, client_id = 'tallyboat') => (await site.store.consents.find(sub, client_id)).consent

  describe('a form that did not come from our page is refused and changes nothing', () => {
    const senders: [name: string, headers: Record<string, string>, passes: boolean][] = [
      ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site', origin: ISSUER }, false],
      ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site', origin: ISSUER }, false],
      ['Sec-Fetch-Site none', { 'sec-fetch-site': 'none' }, false],
      ['a foreign Origin alone', { origin: 'https://evil.example' }, false],
      ['Origin null alone', { origin: 'null' }, false],
      ['our host under another scheme', { origin: ISSUER.replace('https', 'http') }, false],
      ['Sec-Fetch-Site same-origin, Origin null', { 'sec-fetch-site': 'same-origin', origin: 'null' }, true],
      ['our Origin alone', { origin: ISSUER }, true],
      ['neither: no browser', {}, true],
    ]
    for (const [name, headers, passes] of senders) {
      it(name, async () => {
        const person = await site.addPerson(`${name.replaceAll(/\W/g, '')}@otterbakery.example`)
        const browser = site.browser()
        const page = await site.signIn(browser, {}, person.email)
        const sent = await browser.post(`${ISSUER}/consent`, readForm(page.html, 'consent-allow').fields, headers)
        assert.equal(sent.status, passes ? 303 : 403)
        assert.equal((await consentOf(person.sub)) !== null, passes)
        if (!passes) assert.match(textOf(sent.html), /This form did not come from our page/)
      })
    }

    for (const path of ['/login', '/consent', '/session/select', '/logout/confirm', '/account/apps']) {
      it(`POST ${path} from elsewhere`, async () => {
        const sent = await site.browser().post(ISSUER + path, { next: 'apps' }, { 'sec-fetch-site': 'cross-site' })
        assert.equal(sent.status, 403)
        assert.deepEqual(sent.cookies, [])
      })
    }
  })

  it('only forms are read', async () => {
    const sent = await site
      .browser()
      .post(`${ISSUER}/login`, { next: 'apps' }, { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' })
    assert.equal(sent.status, 415)
  })

  it('a field that is given twice is refused', async () => {
    const browser = site.browser()
    const page = await site.signIn(browser, { prompt: 'consent' })
    const { fields } = readForm(page.html, 'consent-allow')
    assert.equal((await browser.post(`${ISSUER}/consent`, { ...fields, decision: ['deny', 'allow'] })).status, 400)
    assert.equal((await browser.post(`${ISSUER}/consent`, { ...fields, duration: '300y' })).status, 400)
    assert.equal(await consentOf(site.mara.sub), null)
  })

  describe('a ticket of another browser', () => {
    it('plants no consent: the request begins anew in the victim’s own browser, without an answer', async () => {
      const attacker = site.browser()
      const evil = await site.addPerson('evil@otterbakery.example')
      const page = await site.signIn(attacker, { prompt: 'consent' }, evil.email)
      const ticket = readForm(page.html, 'consent-allow').fields['ticket']!
      const victim = site.browser()
      await site.signIn(victim, { prompt: 'consent' })
      const shown = await victim.get(`${ISSUER}/consent?ticket=${encodeURIComponent(ticket)}`)
      assert.equal(new URL(shown.location).pathname, '/authorize')
      const own = await victim.follow(await victim.get(site.authorizeUrl({ prompt: 'consent' })), ISSUER)
      const sent = await victim.submit(own, { ticket }, 'consent-allow')
      assert.equal(new URL(sent.location).pathname, '/authorize')
      assert.equal(await consentOf(site.mara.sub), null)
    })

    it('signs nobody in', async () => {
      const attacker = site.browser()
      const page = await attacker.follow(await attacker.get(site.authorizeUrl()), ISSUER)
      const { fields } = readForm(page.html, 'login-submit')
      const victim = site.browser()
      await victim.get(site.authorizeUrl())
      const sent = await victim.post(`${ISSUER}/login`, { ...fields, email: site.mara.email, password: PASSWORD })
      assert.equal(new URL(sent.location).pathname, '/authorize')
      assert.equal(victim.jar.has(SESSION), false)
    })

    it('signs nobody out', async () => {
      const attacker = site.browser()
      const asked = await attacker.get(`${ISSUER}/logout?client_id=tallyboat&post_logout_redirect_uri=https://tallyboat.example/bye`)
      const victim = site.browser()
      await site.signIn(victim)
      const ticket = new URL(asked.location).searchParams.get('ticket')!
      const sent = await victim.post(`${ISSUER}/logout/confirm`, { ticket, decision: 'logout' })
      assert.equal(sent.location, `${ISSUER}/logout/confirm`)
      assert.equal((await victim.get(`${ISSUER}/account/apps`)).status, 200)
    })
  })

  const tickets: [name: string, ticket: string][] = [
    ['missing', ''],
    ['broken', 'broken'],
    ['far too long', 'a'.repeat(5000)],
  ]
  for (const [name, ticket] of tickets) {
    for (const path of ['/login', '/consent', '/session/select', '/logout/confirm']) {
      it(`POST ${path} with a ticket that is ${name} is an error for the person`, async () => {
        const browser = site.browser()
        await site.signIn(browser)
        const before = browser.jar.get(SESSION)
        const fields = { ...(ticket !== '' && { ticket }), email: site.mara.email, password: PASSWORD, decision: 'allow', account: '' }
        const sent = await browser.post(ISSUER + path, fields)
        assert.equal(sent.status, 400)
        assert.ok(ids(sent.html).includes('error-reference'))
        assert.equal(browser.jar.get(SESSION), before)
      })
    }
  }

  it('a ticket that is too old is an error for the person', async () => {
    const own = await openSite()
    try {
      const browser = own.browser()
      const page = await own.signIn(browser)
      own.time.now += own.config.lifetime.ticket * 1000
      const sent = await browser.submit(page, {}, 'consent-allow')
      assert.equal(sent.status, 400)
      assert.match(textOf(sent.html), /This request has ended/)
      assert.equal((await own.store.consents.find(own.mara.sub, 'tallyboat')).consent, null)
    } finally {
      await own.close()
    }
  })

  it('a consent form that was shown to another session is shown anew, not taken', async () => {
    const browser = site.browser()
    const person = await site.addPerson('sid@otterbakery.example')
    const page = await site.signIn(browser, { prompt: 'consent' }, person.email)
    const sent = await browser.submit(page, { sid: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'consent-allow')
    assert.equal(sent.status, 200)
    assert.ok(ids(sent.html).includes('consent-form'))
    assert.equal(await consentOf(person.sub), null)
  })

  it('without a session a consent form leads to sign-in, and the same page comes back', async () => {
    const browser = site.browser()
    const page = await site.signIn(browser, { prompt: 'consent' })
    browser.jar.delete(SESSION)
    const login = await browser.follow(await browser.submit(page, {}, 'consent-allow'), ISSUER)
    assert.ok(ids(login.html).includes('login-submit'))
    assert.equal(await consentOf(site.mara.sub), null)
    const back = await browser.follow(await browser.submit(login, { email: site.mara.email, password: PASSWORD }, 'login-submit'), ISSUER)
    assert.ok(ids(back.html).includes('consent-form'))
  })

  it('a form that is sent again writes the same answer, never a wider one', async () => {
    const browser = site.browser()
    const person = await site.addPerson('again@otterbakery.example')
    const page = await site.signIn(browser, {}, person.email)
    const { fields } = readForm(page.html, 'consent-allow')
    await browser.post(`${ISSUER}/consent`, fields)
    const first = await consentOf(person.sub)
    await browser.post(`${ISSUER}/consent`, fields)
    const second = await consentOf(person.sub)
    assert.deepEqual({ ...second, receipt_id: first?.receipt_id }, first)
  })

  it('of the form only scopes that were asked for count', async () => {
    await site.addClient({ client_id: 'greedy', reviewed: false })
    const browser = site.browser()
    const person = await site.addPerson('scopes@otterbakery.example')
    const page = await site.signIn(browser, { client_id: 'greedy', scope: 'openid invoices.read' }, person.email)
    const hostile = ['invoices.read', 'invoices.send', '__proto__', 'constructor', 'openid invoices.send', 'a"b', 'offline_access']
    await browser.submit(page, { scope: hostile }, 'consent-allow')
    assert.equal((await consentOf(person.sub, 'greedy'))?.scope, 'openid invoices.read')
  })

  const names: [name: string, client_name: string, seen: RegExp][] = [
    ['markup', '<script>alert(1)</script><img src=x onerror=1>"\'&', /<script>alert\(1\)<\/script><img src=x onerror=1>"'& asks/],
    ['turned text', `Tally${RLO}taob`, /Tallytaob asks/],
    ['what cannot be seen', `Tally${ZERO_WIDTH}\u2066boat\u00AD\uFE0F\u{E0041}`, /Tallyboat asks/],
    ['nothing that can be seen', `${ZERO_WIDTH}\u3164 \u2800`, /name-3 asks/],
    ['lines', 'Tally\r\nboat\u2028x', /Tally boat x asks/],
    ['ten thousand characters', 'x'.repeat(10_000), /\sx{59}… asks/],
    ['accents piled up', `Z${'\u0335'.repeat(40)}`, /Z\u0335\u0335 asks/],
  ]
  for (const [i, [name, client_name, seen]] of names.entries()) {
    it(`a client_name with ${name} stays one harmless line`, async () => {
      await site.addClient({ client_id: `name-${i}`, client_name, reviewed: false })
      const browser = site.browser()
      const page = await site.signIn(browser, { client_id: `name-${i}` })
      assert.equal(page.status, 200)
      assert.match(textOf(page.html), seen)
      assert.doesNotMatch(page.html, /<script|<img|onerror=1>(?!&quot;)/)
      assert.doesNotMatch(page.html, /[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/)
      assert.match(page.html, /<h1 id="consent-title"><bdi>/)
      await site.store.consents.decide(
        {
          sub: site.mara.sub,
          client_id: `name-${i}`,
          scope: 'openid',
          scope_at: { '': 'openid' },
          redirect_hosts: ['app.example'],
          granted_at: site.time.now,
          request_id: 'x',
        },
        { receipt_id: `r${i}`, sub: site.mara.sub, client_id: `name-${i}`, at: site.time.now, decision: 'allowed', scope: 'openid' },
      )
      assert.doesNotMatch((await browser.get(`${ISSUER}/account/apps`)).html, /<script|<img|[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/)
    })
  }

  const alike: [client_name: string, reviewed: boolean, warned: boolean][] = [
    ['Наrbоur Bооks', false, true],
    ['HARBOUR B00KS', false, true],
    ['Harbour-Books Support', false, true],
    ['Наrbоur Bооks', true, false],
    ['Tаllyboat', false, true],
    ['Яндекс Go', false, false],
    ['Tallyboat', false, false],
  ]
  for (const [i, [client_name, reviewed, warned]] of alike.entries()) {
    it(`UTS #39 §4 the name ${client_name}, ${reviewed ? '' : 'not '}reviewed, is ${warned ? '' : 'not '}said to look like another`, async () => {
      await site.addClient({ client_id: `alike-${i}`, client_name, reviewed })
      const page = await site.signIn(site.browser(), { client_id: `alike-${i}` })
      assert.equal(ids(page.html).includes('consent-alike'), warned)
    })
  }

  for (const [i, logo_uri] of [
    'https://evil.example/pixel.svg',
    'javascript:alert(1)',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'https://x.example/"><img src=x>',
  ].entries()) {
    it(`the logo ${logo_uri} is loaded by no page, nor named by one before it changes`, async () => {
      await site.addClient({ client_id: `logo-${i}`, logo_uri, reviewed: false })
      const person = await site.addPerson(`logo-${i}@otterbakery.example`)
      const browser = site.browser()
      const page = await site.signIn(browser, { client_id: `logo-${i}` }, person.email)
      await browser.submit(page, { scope: 'profile' }, 'consent-allow')
      const [receipt] = await site.store.receipts.list(person.sub, { limit: 1 })
      for (const path of ['apps', `apps/logo-${i}`, 'receipts', `receipts/${receipt!.receipt_id}`]) {
        const visit = await browser.get(`${ISSUER}/account/${path}`)
        assert.equal(visit.status, 200)
        for (const { html, headers } of [visit, page]) {
          assert.doesNotMatch(html, /<img|<image|evil\.example|alert\(1\)/)
          assert.match(headers.get('content-security-policy') ?? '', /img-src 'self'/)
        }
      }
    })
  }

  it('who publishes an app is told of one that was reviewed alone', async () => {
    await site.addClient({ client_id: 'published', publisher: 'Tallyboat AB, <b>Gothenburg</b>' })
    const page = await site.signIn(site.browser(), { client_id: 'published' })
    assert.match(textOf(page.html), /Verified publisher Tallyboat AB, <b>Gothenburg<\/b> ?\. Harbour Books has checked who they are/)
    await site.addClient({ client_id: 'claims', publisher: 'Harbour Books', reviewed: false })
    const other = await site.signIn(site.browser(), { client_id: 'claims' })
    assert.match(textOf(other.html), /Publisher not verified/)
    assert.doesNotMatch(textOf(other.html), /Verified publisher/)
  })

  it('an AI agent is called one on the page, in its title and in the receipt, as a registration says of itself too', async () => {
    await site.addClient({ client_id: 'quill', client_name: 'Quill <b>', ai_agent: true, reviewed: false })
    const browser = site.browser()
    const page = await site.signIn(browser, { client_id: 'quill' })
    assert.match(textOf(page.html), /Quill <b> ?, an AI agent, asks to act for you/)
    assert.match(textOf(page.html), /What Quill <b> could do without asking again/)
    assert.match(page.html, /<title>Quill &lt;b&gt;, an AI agent, asks for access · /)
    await browser.submit(page, { scope: ['openid', 'profile'] }, 'consent-allow')
    const receipts = await browser.get(`${ISSUER}/account/receipts`)
    const [, path] = /href="([^"]*\/account\/receipts\/[^"]+)"/.exec(receipts.html)!
    const { receipts: kept } = JSON.parse((await browser.get(new URL(path!, ISSUER).href)).html)
    assert.equal(kept[0].shown.said.heading, 'Quill <b>, an AI agent, asks to act for you')
    assert.equal(
      readClientMetadata({ redirect_uris: ['https://quill.example/cb'], ai_agent: true }, ['standard'], { stranger: true }).ai_agent,
      true,
    )
  })

  const links = ['javascript:alert(1)', 'data:text/html,x', 'http://tallyboat.example/', '//evil.example', 'https://x.example/"><script>']
  for (const [i, policy_uri] of links.entries()) {
    it(`a policy_uri ${policy_uri} becomes no dangerous link`, async () => {
      await site.addClient({ client_id: `link-${i}`, policy_uri, tos_uri: policy_uri })
      const page = await site.signIn(site.browser(), { client_id: `link-${i}` })
      const href = tags(page.html, 'a').find(({ id }) => id === 'consent-policy')?.['href']
      assert.ok(href === undefined || href.startsWith('https://x.example/%22%3E%3Cscript%3E'), href)
      assert.doesNotMatch(page.html, /<script/)
    })
  }

  it('a redirect host cannot end a directive of the policy', async () => {
    const redirect_uri = "https://a.example;script-src'self'/cb"
    await site.addClient({ client_id: 'directive', redirect_uris: [redirect_uri] })
    const page = await site.signIn(site.browser(), { client_id: 'directive', redirect_uri })
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.ok(policy.endsWith("form-action 'self' https:"), policy)
  })

  it('signing in gives a new session id, ends the one before, and takes none that was planted', async () => {
    const browser = site.browser()
    browser.jar.set(SESSION, 'A'.repeat(43))
    await site.signIn(browser)
    const first = browser.jar.get(SESSION)
    assert.notEqual(first, 'A'.repeat(43))
    site.time.now += 1000
    await site.signIn(browser, { prompt: 'login' })
    const second = browser.jar.get(SESSION)
    assert.notEqual(second, first)
    const stolen = site.browser()
    stolen.jar.set(SESSION, first!)
    assert.equal((await stolen.get(`${ISSUER}/account/apps`)).status, 303, 'the id before opens nothing')
  })

  it('cookies are __Host-, HttpOnly, Secure and Lax', async () => {
    const browser = site.browser()
    const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    const sent = await browser.submit(page, { email: site.mara.email, password: PASSWORD }, 'login-submit')
    assert.equal(sent.cookies.length, 1)
    assert.match(sent.cookies[0]!, /^__Host-vouchsafe-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=1209600$/)
    assert.match(browser.jar.get(BROWSER) ?? '', /^[\w-]{43}$/)
  })

  it('a session that has ended on the server opens nothing, and neither does one of a person who was disabled', async () => {
    const browser = site.browser()
    const person = await site.addPerson('gone@otterbakery.example')
    await site.signIn(browser, {}, person.email)
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200)
    await site.store.users.update({ ...person, disabled_at: site.time.now })
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 303)
    await site.store.users.update(person)
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200)
    await site.store.users.update(person, { end: 'sessions' })
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 303)
  })

  it('a revoke form that was made for another session is refused', async () => {
    const mine = site.browser()
    await site.signIn(mine)
    const theirs = site.browser()
    const person = await site.addPerson('csrf@otterbakery.example')
    const page = await site.signIn(theirs, {}, person.email)
    await theirs.submit(page, {}, 'consent-allow')
    const listed = await theirs.get(`${ISSUER}/account/apps`)
    const { fields } = readForm(listed.html, 'grant-tallyboat-revoke-confirm')
    for (const csrf of ['', 'AAAA', fields['csrf']!]) {
      assert.equal((await mine.post(`${ISSUER}/account/apps`, { csrf, client_id: 'tallyboat' })).status, 403)
    }
    assert.ok(await consentOf(person.sub))
    assert.equal((await theirs.post(`${ISSUER}/account/apps`, fields)).status, 303)
    assert.equal(await consentOf(person.sub), null)
  })

  it('the notice on connected apps tells no untruth, whatever a link says', async () => {
    const browser = site.browser()
    const person = await site.addPerson('notice@otterbakery.example')
    const page = await site.signIn(browser, {}, person.email)
    await browser.submit(page, {}, 'consent-allow')
    for (const revoked of ['tallyboat', 'nobody', '<b>']) {
      const visit = await browser.get(`${ISSUER}/account/apps?revoked=${encodeURIComponent(revoked)}`)
      assert.ok(!ids(visit.html).includes('notice'), revoked)
    }
  })
})
