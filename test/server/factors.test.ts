import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { User } from '../../src/core/model/user.ts'
import { newRecoveryCodes } from '../../src/server/accounts/recovery-codes.ts'
import { TRIES_PER_FACTOR } from '../../src/server/accounts/throttle.ts'
import { type Browser, ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { walkHalfway } from '../support/halfway.ts'
import { ISSUER, openSite, PASSWORD } from '../support/site.ts'
import { type App, fromBase32, openApp } from '../support/totp.ts'

const SESSION = '__Host-vouchsafe-session'
const MINUTE = 60_000

const site = await openSite()
after(() => site.close())
const { newPerson, passwordShown, halfway } = walkHalfway(site)

const enterCode = (browser: Browser, page: Visit, code: string): Promise<Visit> => browser.submit(page, { code }, 'factor-submit')

async function sessionOf(browser: Browser, user: User) {
  const { entries } = { entries: [...browser.jar.keys()] }
  assert.ok(entries.includes(SESSION), `${user.email} is signed in`)
  const room = await browser.get(`${ISSUER}/account/security`)
  assert.equal(room.status, 200)
  return room
}

describe('the second factor', () => {
  it('is asked for after the password, and no session is there before', async () => {
    const { browser, page, app, user } = await halfway({})
    assert.equal(new URL(page.url).pathname, '/login/factor')
    assert.equal(browser.jar.has(SESSION), false)
    for (const id of ['factor-code', 'factor-submit', 'factor-other-account']) assert.ok(ids(page.html).includes(id), id)
    assert.match(textOf(page.html), new RegExp(`Signing in as ${user.email}`))
    assert.equal(page.headers.get('content-security-policy')?.includes("script-src 'none'"), true)
    const field = tags(page.html, 'input').find(({ id }) => id === 'factor-code')
    assert.deepEqual([field?.['autocomplete'], field?.['inputmode']], ['one-time-code', 'numeric'])
    const next = await browser.follow(await enterCode(browser, page, app.code().replace(/^.../, '$& ')), ISSUER)
    assert.equal(new URL(next.url).pathname, '/consent')
  })

  it('leads into the room that was asked for where nothing waits', async () => {
    const { browser, page, app } = await halfway()
    const sent = await enterCode(browser, page, app.code())
    assert.equal(sent.location, `${ISSUER}/account/security`)
    assert.equal(browser.jar.has('__Host-vouchsafe-sign-in'), false, 'the step is over')
  })

  it('RFC 8176 §2 the tokens tell what was shown, and acr in what way', async () => {
    const { browser, page, app, user } = await halfway()
    await enterCode(browser, page, app.code())
    const secret = browser.jar.get(SESSION)!
    const { sha256 } = await import('../../src/core/crypto/hash.ts')
    const session = await site.store.sessions.find(sha256(secret), site.time.now)
    assert.deepEqual([session?.sub, session?.amr, session?.acr], [user.sub, ['pwd', 'otp', 'mfa'], '2fa'])
  })

  it('is not asked of who has none', async () => {
    const user = await newPerson()
    const browser = site.browser()
    const page = await passwordShown(browser, user)
    assert.equal(new URL(page.url).pathname, '/account/security')
  })

  it('a wrong code is told, with the status of a refusal, and nothing is given', async () => {
    const { browser, page, app } = await halfway()
    for (const code of ['000000', '12345', 'abcdef', '', app.code(-2), app.code(2)]) {
      if (code === app.code()) continue
      const again = await enterCode(browser, page, code)
      assert.ok([403, 429].includes(again.status))
      assert.ok(ids(again.html).includes('factor-error'))
      assert.equal(browser.jar.has(SESSION), false)
    }
  })

  it('RFC 6238 §5.2 a code is good once, and none before it afterwards', async () => {
    const { user, app, browser, page } = await halfway()
    assert.equal((await enterCode(browser, page, app.code())).status, 303)
    const other = site.browser()
    const again = await passwordShown(other, user)
    const refused = await enterCode(other, again, app.code())
    assert.equal(refused.status, 403)
    assert.match(textOf(refused.html), /used already/)
    assert.equal((await enterCode(other, refused, app.code(-1))).status, 403)
    site.time.now += MINUTE / 2
    assert.equal((await enterCode(other, refused, app.code())).status, 303)
  })

  it('of fifty attempts at once with one good code one gets a session', async () => {
    const { browser, page, app } = await halfway()
    const { action, fields } = readForm(page.html, 'factor-submit')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const headers = { cookie, 'sec-fetch-site': 'same-origin' }
        return site.browser(`203.0.113.${i + 1}`).post(new URL(action, ISSUER).href, { ...fields, code: app.code() }, headers)
      }),
    )
    assert.equal(sent.filter(({ status }) => status === 303).length, 1)
  })

  it('of fifty wrong attempts at once five are looked at, the right password does not help, and time does', async () => {
    const { user, browser, page, app } = await halfway()
    const wrong = app.code() === '000000' ? '111111' : '000000'
    const { action, fields } = readForm(page.html, 'factor-submit')
    const sent = await Promise.all(Array.from({ length: 50 }, () => browser.post(new URL(action, ISSUER).href, { ...fields, code: wrong })))
    assert.equal(sent.filter(({ status }) => status === 403).length, TRIES_PER_FACTOR - 1)
    const again = await passwordShown(site.browser(), user)
    assert.equal(new URL(again.url).pathname, '/login/factor')
    const paused = await enterCode(browser, page, app.code())
    assert.equal(paused.status, 429)
    assert.ok(Number(paused.headers.get('retry-after')) > 800)
    assert.match(textOf(paused.html), /paused for 15 minutes/)
    site.time.now += 15 * MINUTE
    const later = await passwordShown(browser, user)
    assert.equal((await enterCode(browser, later, app.code())).status, 303)
  })
})

describe('recovery codes', () => {
  it('stand in for the app, each once, and the log of decisions tells of it', async () => {
    const { user, browser, page } = await halfway()
    const { codes, hashes } = newRecoveryCodes()
    await site.store.factors.setRecoveryCodes(user.sub, hashes)
    const way = tags((await browser.get(page.url)).html, 'a').find(({ id }) => id === 'factor-recovery')
    const form = await browser.get(new URL(way!['href']!, ISSUER).href)
    assert.match(textOf(form.html), /Enter a recovery code/)
    assert.equal((await enterCode(browser, form, 'AAAA-AAAA-AAAA-AAAA')).status, 403)
    assert.equal((await enterCode(browser, form, codes[0]!.toLowerCase().replaceAll('-', ' '))).status, 303)
    const other = site.browser()
    const again = await passwordShown(other, user)
    assert.equal((await enterCode(other, again, codes[0]!)).status, 403)
    assert.equal((await site.store.factors.find(user.sub)).recovery_codes, 9)
    const { entries } = await site.store.audit.list({ limit: 10, sub: user.sub })
    assert.ok(entries.some(({ event, actor }) => event === 'recovery_code.used' && actor.id === user.sub))
  })

  it('of fifty who show one at once one gets a session', async () => {
    const { user, browser, page } = await halfway()
    const { codes, hashes } = newRecoveryCodes()
    await site.store.factors.setRecoveryCodes(user.sub, hashes)
    const { action, fields } = readForm(page.html, 'factor-submit')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = await Promise.all(
      Array.from({ length: 50 }, () =>
        site.browser().post(new URL(action, ISSUER).href, { ...fields, code: codes[3]! }, { cookie, 'sec-fetch-site': 'same-origin' }),
      ),
    )
    assert.equal(sent.filter(({ status }) => status === 303).length, 1)
  })

  it('are ten, of 80 bits each, and no two alike', () => {
    const { codes, hashes } = newRecoveryCodes()
    assert.equal(new Set(codes).size, 10)
    assert.equal(new Set(hashes).size, 10)
    for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  })
})

describe('the room for sign-in and security', () => {
  async function signedIn(): Promise<{ user: User; browser: Browser; room: Visit }> {
    const user = await newPerson()
    const browser = site.browser()
    return { user, browser, room: await passwordShown(browser, user) }
  }

  /** Sets an app up through the pages. */
  async function setUp(browser: Browser): Promise<{ app: App; done: Visit }> {
    const page = await browser.get(`${ISSUER}/account/security/totp`)
    const key = /id="totp-key">([A-Z2-7 ]+)</.exec(page.html)![1]!
    const app = openApp(site, fromBase32(key))
    return { app, done: await browser.submit(page, { code: app.code() }, 'factor-submit') }
  }

  it('sets up an app: the key in a picture and in letters, a code before it counts, recovery codes once', async () => {
    const { user, browser, room } = await signedIn()
    for (const id of ['passkey-add', 'totp-set-up']) assert.ok(ids(room.html).includes(id), id)
    const page = await browser.get(`${ISSUER}/account/security/totp`)
    assert.match(page.html, /<svg class="qr"/)
    assert.match(page.html, /otpauth:\/\/totp\/Harbour%20Books:person/)
    const refused = await browser.submit(page, { code: '12' }, 'factor-submit')
    assert.equal(refused.status, 403)
    assert.equal((await site.store.factors.find(user.sub)).totp, null)
    const { app, done } = await setUp(browser)
    const codes = [...done.html.matchAll(/<bdi class="reference" dir="ltr">([0-9A-Z-]+)</g)].map(([, code]) => code!)
    assert.equal(codes.length, 10)
    const { totp, recovery_codes } = await site.store.factors.find(user.sub)
    assert.equal(recovery_codes, 10)
    assert.ok(!JSON.stringify(totp).includes(app.code()))
    const shown = await sessionOf(browser, user)
    for (const code of codes) assert.ok(!shown.html.includes(code))
    const other = site.browser()
    const asked = await passwordShown(other, user)
    assert.equal((await enterCode(other, asked, app.code())).status, 403, 'the code of the set-up is used')
    assert.equal((await enterCode(other, asked, codes[7]!)).status, 303)
    const { entries } = await site.store.audit.list({ limit: 10, sub: user.sub })
    assert.deepEqual(
      entries.map(({ event, factor }) => [event, factor]).filter(([event]) => event === 'factor.added'),
      [
        ['factor.added', 'recovery_codes'],
        ['factor.added', 'totp'],
      ],
    )
  })

  it('a form that is sent twice, as by a slow double click, shows the same recovery codes, and makes nothing anew', async () => {
    const { user, browser } = await signedIn()
    const page = await browser.get(`${ISSUER}/account/security/totp`)
    const app = openApp(site, fromBase32(/id="totp-key">([A-Z2-7 ]+)</.exec(page.html)![1]!))
    const codesOf = ({ html }: Visit) => [...html.matchAll(/<bdi class="reference" dir="ltr">([0-9A-Z-]{19})</g)].map(([, code]) => code!)
    // the browser drops what the first answer sets, where it has asked again by then
    const stale = [...browser.jar]
    const send = async () => {
      for (const [name, value] of stale) browser.jar.set(name, value)
      return codesOf(await browser.submit(page, { code: app.code() }, 'factor-submit'))
    }
    const [first, second] = await Promise.all([send(), send()])
    const { totp } = await site.store.factors.find(user.sub)
    const third = await send()
    assert.equal(first.length, 10)
    assert.deepEqual([second, third], [first, first])
    assert.deepEqual((await site.store.factors.find(user.sub)).totp, totp)
    site.time.now += MINUTE
    const other = site.browser()
    assert.equal((await enterCode(other, await passwordShown(other, user), first[0]!)).status, 303)
    assert.deepEqual(await send(), [], 'once one was used they are not made good again')
    assert.equal((await site.store.factors.find(user.sub)).recovery_codes, 9)
  })

  it('turns it off, tells so, and ends the other sessions where that is ticked', async () => {
    const { user, browser } = await signedIn()
    const { app } = await setUp(browser)
    site.time.now += MINUTE
    const other = site.browser()
    await enterCode(other, await passwordShown(other, user), app.code())
    assert.equal((await other.get(`${ISSUER}/account/security`)).status, 200)
    const sent = await browser.submit(await sessionOf(browser, user), { others: 'on' }, 'totp-off-confirm')
    const told = await browser.follow(sent, ISSUER)
    assert.match(textOf(told.html), /The code of your app is off/)
    assert.deepEqual(await site.store.factors.find(user.sub), { totp: null, passkeys: [], recovery_codes: 0 })
    assert.equal((await other.get(`${ISSUER}/account/security`)).status, 303)
    assert.match(
      (await browser.get(`${ISSUER}/account/security?done=app_on&seal=x`)).html,
      /^(?![\s\S]*id="notice")/,
      'a link tells no untruth',
    )
  })

  it('asks who it is once more where the sign-in was not a moment ago', async () => {
    const { user, browser } = await signedIn()
    const page = await browser.get(`${ISSUER}/account/security/totp`)
    site.time.now += 11 * MINUTE
    for (const visit of [
      await browser.get(`${ISSUER}/account/security/totp`),
      await browser.get(`${ISSUER}/login/passkey?do=add`),
      await browser.submit(page, { code: '123456' }, 'factor-submit'),
    ]) {
      assert.equal(visit.location, `${ISSUER}/login?next=security&account=again`)
    }
    const login = await browser.get(`${ISSUER}/login?next=security&account=again`)
    assert.match(textOf(login.html), /Sign in again/)
    assert.equal(tags(login.html, 'input').find(({ id }) => id === 'login-email')?.['value'], user.email)
    const before = browser.jar.get(SESSION)
    const back = await browser.submit(login, { password: PASSWORD }, 'login-submit')
    assert.equal(back.location, `${ISSUER}/account/security`)
    assert.notEqual(browser.jar.get(SESSION), before)
    assert.equal((await browser.get(`${ISSUER}/account/security/totp`)).status, 200)
  })

  it('makes ten new recovery codes, and those before are worth nothing', async () => {
    const { user, browser } = await signedIn()
    const { app, done } = await setUp(browser)
    const old = /<bdi class="reference" dir="ltr">([0-9A-Z-]+)</.exec(done.html)![1]!
    const fresh = await browser.submit(await sessionOf(browser, user), {}, 'recovery-make-confirm')
    assert.equal([...fresh.html.matchAll(/<bdi class="reference" dir="ltr">/g)].length, 10)
    const other = site.browser()
    const asked = await passwordShown(other, user)
    assert.equal((await enterCode(other, asked, old)).status, 403)
    site.time.now += MINUTE
    assert.equal((await enterCode(other, asked, app.code())).status, 303)
  })

  it('without a session leads to sign-in and back', async () => {
    const visit = await site.browser().get(`${ISSUER}/account/security`)
    assert.equal(visit.location, `${ISSUER}/login?next=security`)
  })
})
