import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import type { HttpRequest } from '../../src/core/model/http.ts'
import type { User } from '../../src/core/model/user.ts'
import { agentOf } from '../../src/server/accounts/agent.ts'
import { appPath, clientOf } from '../../src/server/pages/app-address.ts'
import type { Site } from '../../src/server/pages/site.ts'
import { LANGUAGES, wordsIn } from '../../src/server/pages/words.ts'
import { type Browser, ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const DAY = 86_400_000
const APPS = `${ISSUER}/account/apps`
const ALL = ['profile', 'invoices.read', 'bank.read', 'invoices.send']
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let site: TestSite
let people = 0
before(async () => {
  site = await openSite()
})
after(() => site.close())

/** A new person who has allowed this app everything, in a browser of theirs. */
async function connected(fields: Record<string, string> = { duration: 'revoked' }, client: Partial<Client> = {}) {
  const person = await site.addPerson(`apps${++people}@otterbakery.example`)
  const client_id = client.client_id ?? 'tallyboat'
  if (client.client_id) await site.addClient({ client_id, redirect_uris: ['https://app.tallyboat.example/cb'], ...client })
  const browser = site.browser()
  const page = await site.signIn(browser, { client_id }, person.email)
  const answered = await browser.follow(await browser.submit(page, { ...fields, scope: ALL }, 'consent-allow'), ISSUER)
  assert.match(answered.location, /code=/)
  return { person, browser, client_id }
}

const consentOf = async (person: User, client_id = 'tallyboat') => (await site.store.consents.find(person.sub, client_id)).consent
const decisionsOf = async (person: User) => (await site.store.receipts.list(person.sub, { limit: 20 })).map(({ decision }) => decision)
const open = (browser: Browser, url: string): Promise<Visit> => browser.get(url)
const has = (visit: Visit, id: string): boolean => ids(visit.html).includes(id)

describe('connected apps', () => {
  it('show each app with its facts and handles', async () => {
    const { browser } = await connected()
    const visit = await open(browser, APPS)
    for (const id of ['', '-narrow', '-pause', '-revoke', '-revoke-confirm']) assert.ok(has(visit, `grant-tallyboat${id}`), id)
    for (const id of ['signout-everywhere', 'signout-everywhere-grants', 'signout-everywhere-confirm']) assert.ok(has(visit, id), id)
    assert.equal(new Set(ids(visit.html)).size, ids(visit.html).length, 'each id once')
    const text = textOf(visit.html)
    assert.match(text, /Create and send invoices See invoices See bank movements Know who you are/)
    assert.match(
      text,
      /Last used Not yet Answers go to app\.tallyboat\.example Allowed 21 November.* Ends When you revoke it, or after 90 days without use/,
    )
    assert.match(text, /Last receipts.*Tallyboat You allowed it/)
  })

  it('tell use by the day, what rests, what ends soon, and what ends for not being used', async () => {
    const { browser, person } = await connected()
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now - DAY, 1200)
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now - 40 * DAY, 9)
    const page = await open(browser, APPS)
    assert.match(textOf(page.html), /Last used yesterday ?, 1,200 times in 30 days/)
    assert.match(page.html, /<svg class="chart spark"[^>]* aria-label="Use on each of the last 30 days: 1,200 times a day at most"/)
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now, 4)
    const today = textOf((await open(browser, APPS)).html)
    assert.match(today, /One app may use your account\. .*Last used today ?, 1,204 times in 30 days/)
    const month = await connected({ duration: '30d' })
    const soon = site.time.now + 20 * DAY
    const { now } = site.time
    try {
      site.time.now = soon
      const page = await site.signIn(month.browser, { scope: 'openid' }, month.person.email)
      await month.browser.follow(page, ISSUER)
      assert.match(textOf((await open(month.browser, APPS)).html), /Ends soon.*Ends 21 December/)
    } finally {
      site.time.now = now
    }
  })

  it('call an AI agent one', async () => {
    const { browser } = await connected()
    const tallyboat = (await site.store.clients.find('tallyboat'))!
    try {
      for (const ai_agent of [false, true]) {
        await site.store.clients.update({ ...tallyboat, ai_agent })
        for (const path of [APPS, `${APPS}/tallyboat`]) {
          assert.equal(/Tallyboat AI agent/.test(textOf((await open(browser, path)).html)), ai_agent, path)
        }
      }
    } finally {
      await site.store.clients.update(tallyboat)
    }
  })

  it('tell who publishes an app that was reviewed, and where it was of use from', async () => {
    const { browser, person } = await connected()
    const { find } = site.store.clients
    const tallyboat = (await find('tallyboat'))!
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now, 4, '198.51.100.0/24')
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now, 4, '203.0.113.0/24')
    try {
      await site.store.clients.update({ ...tallyboat, publisher: 'Tallyboat AB <b>' })
      for (const path of [APPS, `${APPS}/tallyboat`]) {
        const visit = await open(browser, path)
        assert.match(textOf(visit.html), /by Tallyboat AB <b>.*From 203\.0\.113\.\* ?\(your network now\), 198\.51\.100\.\*/, path)
      }
      await site.store.clients.update({ ...tallyboat, publisher: 'Tallyboat AB', reviewed: false })
      for (const path of [APPS, `${APPS}/tallyboat`]) assert.doesNotMatch(textOf((await open(browser, path)).html), /Tallyboat AB/)
    } finally {
      await site.store.clients.update(tallyboat)
    }
  })

  it('pause and resume in place, and say so only where it is so', async () => {
    const { browser, person } = await connected()
    const sent = await browser.submit(await open(browser, APPS), {}, 'grant-tallyboat-pause')
    assert.deepEqual([sent.status, sent.location], [303, `${APPS}?paused=tallyboat`])
    const paused = await open(browser, sent.location)
    assert.match(
      textOf(paused.html),
      /Tallyboat is paused It gets nothing until you resume it\. What it is doing at this moment may go on for a short while\. Show it.*Paused by you/,
    )
    assert.ok(has(paused, 'grant-tallyboat-resume') && !has(paused, 'grant-tallyboat-pause') && has(paused, 'notice'))
    for (const untrue of ['resumed=tallyboat', 'revoked=tallyboat', 'paused=nobody', 'paused=']) {
      assert.ok(!has(await open(browser, `${APPS}?${untrue}`), 'notice'), untrue)
    }
    const resumed = await browser.follow(await browser.submit(paused, {}, 'grant-tallyboat-resume'), ISSUER)
    assert.match(textOf(resumed.html), /Tallyboat goes on/)
    assert.ok(!has(await open(browser, `${APPS}?paused=tallyboat`), 'notice'))
    assert.deepEqual(await decisionsOf(person), ['resumed', 'paused', 'allowed'])
    // the same form again, from a page that was left open
    assert.equal((await browser.submit(await open(browser, APPS), {}, 'grant-tallyboat-pause')).status, 303)
    assert.equal((await browser.post(APPS, readForm(paused.html, 'grant-tallyboat-resume').fields)).status, 303)
    assert.equal((await browser.post(APPS, readForm(paused.html, 'grant-tallyboat-resume').fields)).status, 303)
    assert.deepEqual(await decisionsOf(person), ['resumed', 'paused', 'resumed', 'paused', 'allowed'])
  })

  it('no longer list what was not used for 90 days', async () => {
    const { browser, person } = await connected()
    const { now } = site.time
    try {
      site.time.now += 80 * DAY
      await site.signIn(browser, { scope: 'openid', prompt: 'login' }, person.email)
      assert.match(textOf((await open(browser, APPS)).html), /Ends soon.*Ends 19 February ?, for not being used/)
      site.time.now += 10 * DAY
      await site.signIn(browser, { scope: 'openid', prompt: 'login' }, person.email)
      assert.match(textOf((await open(browser, APPS)).html), /No app yet/)
    } finally {
      site.time.now = now
    }
  })

  it('the consent page of an app that rests says so, and asks for all of it', async () => {
    const { browser, person } = await connected()
    await browser.submit(await open(browser, APPS), {}, 'grant-tallyboat-pause')
    const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    assert.ok(has(page, 'consent-paused') && has(page, 'scope-bank.read'))
    assert.match(textOf(page.html), /Paused by you You have paused it\. If you allow this, it goes on\./)
    await browser.submit(page, { scope: ALL, duration: 'revoked' }, 'consent-allow')
    assert.equal((await consentOf(person))?.paused_at, undefined)
    assert.deepEqual(await decisionsOf(person), ['allowed', 'paused', 'allowed'])
  })

  it('what rests is not let go on by a page that does not say so, in a dialect that asks anew for each change', async () => {
    const own = await openSite({ config: { dialects: ['standard', 'talque'] } })
    try {
      const redirect_url = 'https://app.tallyboat.example/cb'
      const scope = 'EMAIL PROFILE'
      await own.addClient({ client_id: 'tq', dialect: 'talque', scope, token_endpoint_auth_method: 'client_secret_post' })
      const browser = own.browser()
      await own.signIn(browser)
      const ask = async (words: string) => {
        const query = new URLSearchParams({ client_id: 'tq', scope: words, response_type: 'code', redirect_url, state: 'kV3n0-guess' })
        return browser.follow(await browser.get(`${ISSUER}/oauth2/authorization?${query}`), ISSUER)
      }
      await browser.submit(await ask(scope), { duration: 'revoked' }, 'consent-allow')
      const { epoch } = await own.store.consents.find(own.mara.sub, 'tq')
      await browser.submit(await browser.get(APPS), {}, 'grant-tq-pause')
      const page = await ask('EMAIL')
      assert.ok(has(page, 'consent-paused'), 'it says so')
      await browser.submit(page, { duration: 'revoked' }, 'consent-allow')
      const after = await own.store.consents.find(own.mara.sub, 'tq')
      assert.deepEqual([after.consent?.scope, after.epoch], ['EMAIL', epoch + 1], 'PROFILE was not on it, and what had it is over')
    } finally {
      await own.close()
    }
  })

  it('each receipt leads to its page and its file', async () => {
    const { browser } = await connected()
    await browser.submit(await open(browser, APPS), {}, 'grant-tallyboat-pause')
    const links = [...(await open(browser, `${APPS}/tallyboat`)).html.matchAll(/href="(\/account\/receipts\/[^"]+)"/g)].map(
      ([, path]) => path!,
    )
    assert.equal(links.length, 4)
    for (const path of links) assert.equal((await open(browser, ISSUER + path)).status, 200, path)
    assert.ok(has(await open(browser, APPS), 'receipts-download'))
  })

  it('an act that is none is refused', async () => {
    const { browser } = await connected()
    const { fields } = readForm((await open(browser, APPS)).html, 'grant-tallyboat-pause')
    assert.equal((await browser.post(APPS, { ...fields, act: 'delete' })).status, 400)
  })
})

describe('one app', () => {
  it('is narrowed by its switches, with a receipt of what is left', async () => {
    const { browser, person } = await connected()
    const page = await browser.follow(await open(browser, `${APPS}/tallyboat`), ISSUER)
    for (const id of ['grant-until', 'grant-narrow-save', 'grant-pause', 'grant-revoke']) assert.ok(has(page, id), id)
    for (const word of ALL) {
      const input = tags(page.html, 'input').find(({ id }) => id === `scope-${word}`)!
      const locked = word === 'profile' || word === 'invoices.read' // required of an app that was reviewed
      assert.deepEqual([input['checked'], input['disabled']], ['', locked ? '' : undefined], word)
    }
    const sent = await browser.submit(page, { scope: ['bank.read'] }, 'grant-narrow-save')
    assert.equal(sent.status, 303)
    const after_ = await open(browser, sent.location)
    assert.match(
      textOf(after_.html),
      /Your change is saved.*You narrowed it 21 November 2026, .* UTC What is left: .*Receipt 0002.*You allowed it.*Receipt 0001/,
    )
    assert.ok(has(after_, 'scope-bank.read') && !has(after_, 'scope-invoices.send'))
    const consent = await consentOf(person)
    assert.equal(consent?.scope, 'openid profile invoices.read bank.read')
    assert.equal(consent?.declined, undefined)
  })

  it('gets an earlier end, never a later one', async () => {
    const { browser, person } = await connected({ duration: '30d' })
    const page = await open(browser, `${APPS}/tallyboat`)
    const days = [...page.html.matchAll(/<option value="([^"]*)">([^<]*)/g)].map(([, value, text]) => [value, text])
    assert.deepEqual(days, [
      ['', '21 December, as now'],
      ['7d', 'In 7 days'],
    ])
    const late = await browser.submit(page, { until: '30d', scope: ['bank.read', 'invoices.send'] }, 'grant-narrow-save')
    assert.equal(new URL(late.location).search, '', 'nothing was changed')
    const sent = await browser.submit(page, { until: '7d', scope: ['bank.read', 'invoices.send'] }, 'grant-narrow-save')
    assert.match(textOf((await open(browser, sent.location)).html), /Your change is saved.*You gave it an earlier end.*Until 28 November/)
    assert.equal((await consentOf(person))?.expires_at, site.time.now + 7 * DAY)
    assert.equal((await browser.submit(page, { until: '1d' }, 'grant-narrow-save')).status, 400)
  })

  it('a form that was left open takes back nothing that it did not show, and gives nothing', async () => {
    const { browser, person } = await connected()
    const before = await open(browser, `${APPS}/tallyboat`)
    await browser.submit(before, { scope: ['bank.read'] }, 'grant-narrow-save')
    // allowed anew in another window: the first form still shows invoices.send as on
    const narrow = await open(browser, `${APPS}/tallyboat`)
    const ask = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    await browser.follow(await browser.submit(ask, { scope: ALL, duration: 'revoked' }, 'consent-allow'), ISSUER)
    await browser.submit(narrow, { scope: ['bank.read'] }, 'grant-narrow-save')
    assert.ok((await consentOf(person))?.scope.includes('invoices.send'))
    await browser.submit(await open(browser, `${APPS}/tallyboat`), { scope: ['bank.read'] }, 'grant-narrow-save')
    await browser.submit(before, { scope: ['bank.read', 'invoices.send'] }, 'grant-narrow-save')
    assert.ok(!(await consentOf(person))?.scope.includes('invoices.send'))
    // required words stay, whatever the form says
    await browser.submit(before, { shown: ALL.join(' '), scope: ['bank.read'] }, 'grant-narrow-save')
    assert.equal((await consentOf(person))?.scope, 'openid profile invoices.read bank.read')
  })

  it('of an app that nobody has reviewed everything can be switched off but the last', async () => {
    const { browser, person } = await connected(
      { duration: 'revoked' },
      { client_id: 'stampery', reviewed: false, client_name: 'Stampery' },
    )
    const page = await open(browser, `${APPS}/stampery`)
    const none = await browser.submit(page, { scope: [] }, 'grant-narrow-save')
    assert.equal(none.status, 400)
    assert.match(textOf(none.html), /Nothing would be left Leave something switched on, or revoke the app\./)
    assert.ok(has(none, 'grant-error'))
    await browser.submit(page, { scope: ['profile'] }, 'grant-narrow-save')
    assert.equal((await consentOf(person, 'stampery'))?.scope, 'openid profile')
  })

  it('rests and goes on there too, and what ended keeps its history', async () => {
    const { browser, person } = await connected()
    const page = await open(browser, `${APPS}/tallyboat`)
    const paused = await browser.follow(await browser.submit(page, {}, 'grant-pause'), ISSUER)
    assert.ok(paused.url.startsWith(`${APPS}/tallyboat?paused=`) && has(paused, 'grant-resume') && has(paused, 'notice'))
    await browser.submit(paused, {}, 'grant-resume')
    const revoked = await browser.follow(await browser.submit(paused, {}, 'grant-revoke-confirm'), ISSUER)
    assert.match(textOf(revoked.html), /Tallyboat is revoked/)
    const ended = await open(browser, `${APPS}/tallyboat`)
    assert.equal(ended.status, 200)
    assert.match(textOf(ended.html), /Ended.*It may do nothing any more.*You revoked it.*You resumed it.*You paused it.*You allowed it/)
    assert.ok(!has(ended, 'grant-narrow-save'))
    const late = await browser.submit(page, { scope: [] }, 'grant-narrow-save')
    assert.match(textOf(late.html), /Ended/)
    assert.deepEqual(await decisionsOf(person), ['withdrawn', 'resumed', 'paused', 'allowed'])
  })

  it('draws the use of thirty days in words and bars', async () => {
    const { browser, person } = await connected()
    assert.ok(!(await open(browser, `${APPS}/tallyboat`)).html.includes('<svg class="chart'))
    for (const [ago, count] of [
      [29, 5],
      [3, 40],
      [0, 1],
    ] as const)
      await site.store.consents.use(person.sub, 'tallyboat', site.time.now - ago * DAY, count)
    const { html } = await open(browser, `${APPS}/tallyboat`)
    assert.equal(html.match(/<rect class="bar/g)?.length, 30)
    assert.match(html, /Use on each of the last 30 days: 40 times a day at most/)
    assert.match(textOf(html), /Last used today In 30 days 46 times/)
  })

  it('is told in every language', async () => {
    const { browser, person } = await connected()
    await site.store.consents.use(person.sub, 'tallyboat', site.time.now - DAY, 1200)
    for (const lang of LANGUAGES) {
      const words = await wordsIn(lang)
      const headers = { 'sec-fetch-site': 'none', 'accept-language': lang }
      const page = await browser.get(`${APPS}/tallyboat`, headers)
      for (const text of [words.apps.may, words.apps.save, words.apps.history, words.apps.happened.allowed])
        assert.ok(textOf(page.html).includes(text), `${lang}: ${text}`)
      const apps = await browser.get(APPS, headers)
      for (const text of [words.apps.pause, words.devices.list, words.devices.here]) assert.ok(textOf(apps.html).includes(text), text)
    }
  })
})

describe('attacks on connected apps', () => {
  it('a form of another session, or of none, changes nothing', async () => {
    const mine = await connected()
    const theirs = await connected()
    for (const url of [APPS, `${APPS}/tallyboat`]) {
      const page = await open(theirs.browser, url)
      for (const button of url === APPS ? ['grant-tallyboat-pause'] : ['grant-narrow-save', 'grant-pause']) {
        const { fields } = readForm(page.html, button)
        for (const csrf of ['', 'AAAA', fields['csrf']!]) {
          assert.equal((await mine.browser.post(url, { ...fields, csrf, scope: [] })).status, 403, `${url} ${button}`)
        }
        const cross = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
        assert.equal((await theirs.browser.post(url, fields, cross)).status, 403)
      }
    }
    for (const path of ['end', 'end-others', 'end-all']) {
      assert.equal((await mine.browser.post(`${ISSUER}/account/sessions/${path}`, { csrf: 'x' })).status, 403, path)
    }
    for (const { person } of [mine, theirs]) assert.deepEqual(await decisionsOf(person), ['allowed'])
  })

  it('nobody sees or changes what is another’s', async () => {
    const theirs = await connected({ duration: 'revoked' }, { client_id: 'private-app', client_name: 'Private' })
    const mine = await connected()
    assert.equal((await open(mine.browser, `${APPS}/private-app`)).status, 404)
    assert.equal((await open(mine.browser, `${APPS}/nobody`)).status, 404)
    const { fields } = readForm((await open(mine.browser, APPS)).html, 'grant-tallyboat-pause')
    await mine.browser.post(APPS, { ...fields, client_id: 'private-app' })
    await mine.browser.post(`${APPS}/private-app`, { ...fields, act: '', shown: ALL.join(' ') })
    assert.deepEqual(await decisionsOf(theirs.person), ['allowed'])
    assert.deepEqual(await decisionsOf(mine.person), ['allowed'])
  })

  it('addresses of apps hold every client_id, and no other', async () => {
    const names = ['tallyboat', 'a.b-c_d', '.', '..', '~x', 'https://app.example/client?a=b#c', 'ü 😀', '%2e%2e', 'a/b', 'x'.repeat(400)]
    const frame = { base: '' } as Site
    for (const client_id of names) {
      const path = appPath(frame, client_id)
      assert.match(path, /^\/account\/apps\/~?[\w.-]+$/)
      assert.equal(new URL(path, ISSUER).pathname, path, 'no browser takes it for another')
      assert.equal(clientOf(frame, path), client_id)
    }
    for (const part of ['', '~', '~!!', '~dGFsbHlib2F0', '%74allyboat', 'tallyboat/', '~eA==', '..'])
      assert.equal(clientOf(frame, `/account/apps/${part}`), '', part)
    const { browser } = await connected({ duration: 'revoked' }, { client_id: '..', client_name: 'Dots' })
    const link = tags((await open(browser, APPS)).html, 'a').find(({ id }) => id === 'grant-..-narrow')!['href']!
    assert.match(textOf((await open(browser, ISSUER + link)).html), /Dots.*What it may do/)
  })

  it('markup in names stays text', async () => {
    const client_name = '<img src=x onerror=alert(1)>'
    const { browser } = await connected({ duration: 'revoked' }, { client_id: 'markup', client_name })
    for (const url of [APPS, `${APPS}/markup`]) assert.doesNotMatch((await open(browser, url)).html, /<img|<script/)
  })

  it('without a session the pages ask to sign in, and say nothing', async () => {
    for (const path of ['/account/apps/tallyboat', '/account/apps/nobody', '/account/devices']) {
      const visit = await site.browser().get(ISSUER + path)
      assert.equal(visit.status, 303)
      assert.match(visit.location, /\/login\?next=(apps|devices)$/)
    }
  })
})

describe('where one is signed in', () => {
  const DEVICES = `${ISSUER}/account/devices`

  async function signedIn(person: User, agent: string): Promise<Browser> {
    const browser = site.browser()
    const login = await browser.get(`${ISSUER}/login?next=devices`)
    const { fields } = readForm(login.html, 'login-submit')
    const headers = { 'sec-fetch-site': 'same-origin', 'user-agent': agent }
    const sent = await browser.post(`${ISSUER}/login`, { ...fields, email: person.email, password: PASSWORD }, headers)
    assert.equal(sent.location, DEVICES)
    return browser
  }

  it('each browser is named by its family, this one marked, and others can be ended', async () => {
    const person = await site.addPerson(`devices${++people}@otterbakery.example`)
    const one = await signedIn(person, FIREFOX)
    const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1'
    const other = await signedIn(person, safari)
    const third = await signedIn(person, '<b>evil</b>')
    const page = await open(one, DEVICES)
    assert.match(textOf(page.html), /Firefox on Linux This browser Signed in 21 November.*Safari on iPhone.*Sign out Safari on iPhone/)
    assert.match(textOf(page.html), /A browser of unknown kind/)
    const button = tags(page.html, 'button').filter(({ name }) => name === 'session')
    assert.equal(button.length, 2)
    const { fields } = readForm(page.html, 'signout-others')
    const sessions = await site.store.sessions.list(person.sub, site.time.now, 10)
    const sid = sessions.find(({ agent }) => agent?.system === 'iPhone')!.sid
    const ended = await one.follow(await one.post(`${ISSUER}/account/sessions/end`, { ...fields, session: sid }), ISSUER)
    assert.match(textOf(ended.html), /That browser is signed out/)
    assert.equal((await open(other, DEVICES)).status, 303)
    assert.equal((await open(third, DEVICES)).status, 200)
    for (const untrue of ['one', 'others', 'AAAA']) assert.ok(!has(await open(one, `${DEVICES}?ended=${untrue}`), 'notice'), untrue)
    const alone = await one.follow(await one.submit(await open(one, DEVICES), {}, 'signout-others'), ISSUER)
    assert.match(textOf(alone.html), /All other browsers are signed out/)
    assert.ok(!has(alone, 'signout-others'))
    assert.equal((await open(third, DEVICES)).status, 303)
    assert.equal((await open(one, DEVICES)).status, 200)
  })

  it('another person’s session cannot be ended, by whatever name', async () => {
    const [mine, theirs] = [await connected(), await connected()]
    const { fields } = readForm((await open(mine.browser, DEVICES)).html, 'signout-everywhere-confirm')
    const [session] = await site.store.sessions.list(theirs.person.sub, site.time.now, 1)
    for (const name of [session!.sid, session!.session_hash, '', "' or 1=1 --"]) {
      const visit = await mine.browser.follow(
        await mine.browser.post(`${ISSUER}/account/sessions/end`, { ...fields, session: name }),
        ISSUER,
      )
      assert.ok(!has(visit, 'notice'))
    }
    assert.equal((await open(theirs.browser, DEVICES)).status, 200)
  })

  it('signing out everywhere ends this one too; apps go on unless said otherwise', async () => {
    const { person, browser } = await connected()
    const other = await signedIn(person, FIREFOX)
    const done = await browser.follow(await browser.submit(await open(browser, APPS), {}, 'signout-everywhere-confirm'), ISSUER)
    assert.ok(has(done, 'logout-done'))
    for (const one of [browser, other]) assert.equal((await open(one, DEVICES)).status, 303)
    assert.ok(await consentOf(person))
    const again = await signedIn(person, FIREFOX)
    const before = (await site.store.consents.find(person.sub, 'tallyboat')).epoch
    const page = await open(again, DEVICES)
    await again.submit(page, { grants: 'revoke' }, 'signout-everywhere-confirm')
    assert.equal((await open(again, DEVICES)).status, 303)
    const found = await site.store.consents.find(person.sub, 'tallyboat')
    assert.equal(found.consent, null)
    assert.ok(found.epoch > before)
    assert.deepEqual(await decisionsOf(person), ['withdrawn', 'allowed'])
  })

  for (const [said, agent] of [
    [FIREFOX, { browser: 'Firefox', system: 'Linux' }],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      { browser: 'Edge', system: 'Windows' },
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
      { browser: 'Safari', system: 'macOS' },
    ],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', { browser: 'Chrome', system: 'Android' }],
    ['curl/8.5.0', {}],
    [`${'x'.repeat(512)} Firefox/140.0`, {}],
    [undefined, {}],
  ] as const) {
    it(`the kind of a browser: ${said?.slice(0, 60)}`, () => {
      assert.deepEqual(agentOf({ header: () => said } as unknown as HttpRequest), agent)
    })
  }
})
