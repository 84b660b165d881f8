import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { User } from '../../src/core/model/user.ts'
import { readConfig } from '../../src/server/config.ts'
import { Authenticator } from '../support/authenticator.ts'
import { type Browser, ids, tags, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { fromBase32, giveApp, openApp } from '../support/totp.ts'

const SESSION = '__Host-vouchsafe-session'

let site: TestSite
before(async () => {
  site = await openSite({ config: { second_factor: 'required' } })
})
after(() => site.close())

let people = 0
const newPerson = (): Promise<User> => site.addPerson(`beginner-${++people}@otterbakery.example`)

async function passwordShown(browser: Browser, user: User, from: string): Promise<Visit> {
  const login = await browser.follow(await browser.get(from), ISSUER)
  return browser.follow(await browser.submit(login, { email: user.email, password: PASSWORD }, 'login-submit'), ISSUER)
}

const linkOf = (page: Visit, id: string): string => new URL(tags(page.html, 'a').find((one) => one['id'] === id)!['href']!, ISSUER).href

describe('where a second factor is required', () => {
  it('who has none is led to setting one up, and the app that waits gets its answer afterwards', async () => {
    const user = await newPerson()
    const browser = site.browser()
    const asked = await passwordShown(browser, user, site.authorizeUrl())
    assert.ok(ids(asked.html).includes('factor-required'))
    const setUp = await browser.get(linkOf(asked, 'totp-set-up'))
    const app = openApp(site, fromBase32(/id="totp-key">([A-Z2-7 ]+)</.exec(setUp.html)![1]!))
    const again = await browser.submit(setUp, { code: '12' }, 'factor-submit')
    const weak = browser.jar.get(SESSION)
    const codes = await browser.submit(again, { code: app.code() }, 'factor-submit')
    assert.notEqual(browser.jar.get(SESSION), weak, 'a session of its own id')
    const twice = await browser.submit(again, { code: app.code() }, 'factor-submit')
    const codesOf = ({ html }: Visit) => html.match(/([0-9A-Z]{4}-){3}[0-9A-Z]{4}/g)
    assert.deepEqual(codesOf(twice), codesOf(codes), 'a second click, with the new session, shows the same codes')
    assert.equal((await browser.submit(again, { code: '000000' }, 'factor-submit')).status, 403, 'but not without a code')
    const other = site.browser()
    await passwordShown(other, await newPerson(), `${ISSUER}/login?next=apps`)
    const stolen = await other.submit(again, { code: app.code() }, 'factor-submit')
    assert.deepEqual([stolen.status, codesOf(stolen)], [403, null], 'ATTACK nor to anybody else')
    const consent = await browser.follow(await browser.get(linkOf(twice, 'recovery-done')), ISSUER)
    assert.equal(new URL(consent.url).pathname, '/consent')
    const sent = await browser.follow(await browser.submit(consent, {}, 'consent-allow'), ISSUER)
    assert.ok(new URL(sent.location).searchParams.has('code'))
  })

  it('a passkey does as well', async () => {
    const user = await newPerson()
    const browser = site.browser()
    const asked = await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    const page = await browser.get(linkOf(asked, 'passkey-add'))
    const done = await browser.submit(page, { answer: new Authenticator().create(page) }, 'passkey-start')
    assert.ok(ids(done.html).includes('recovery-codes'))
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200)
    assert.equal((await browser.get(`${ISSUER}/account/security/required`)).location, `${ISSUER}/account/security`)
  })

  it('the session of a password alone is good for nothing else: no room, no app, no way around', async () => {
    const user = await newPerson()
    const browser = site.browser()
    await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    assert.ok(browser.jar.has(SESSION))
    assert.equal(new URL((await browser.get(`${ISSUER}/account/apps`)).location).pathname, '/login')
    assert.equal(new URL((await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)).url).pathname, '/login')
    const silent = await browser.get(site.authorizeUrl({ prompt: 'none' }))
    assert.equal(new URL(silent.location).searchParams.get('error'), 'login_required')
  })

  it('such a session does not get past a factor that was set up elsewhere', async () => {
    const user = await newPerson()
    const browser = site.browser()
    await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    const app = await giveApp(site, user)
    for (const path of ['/account/security', '/account/security/totp', '/account/security/required', '/login/passkey?do=add'])
      assert.equal(new URL((await browser.get(ISSUER + path)).location).pathname, '/login', path)
    const page = await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    assert.equal(new URL(page.url).pathname, '/login/factor')
    assert.equal((await browser.submit(page, { code: app.code() }, 'factor-submit')).location, `${ISSUER}/account/apps`)
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200)
  })

  it('signing out ends such a session too: who comes next cannot set up a factor in their name', async () => {
    const user = await newPerson()
    const browser = site.browser()
    await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    const kept = new Map(browser.jar)
    const page = await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER)
    await browser.submit(page, {}, 'logout-confirm')
    const thief = site.browser()
    for (const [name, value] of kept) thief.jar.set(name, value)
    assert.equal(new URL((await thief.get(`${ISSUER}/account/security/totp`)).location).pathname, '/login')
  })

  it('a ticket that is no ticket leads to an error of ours, and to no other place', async () => {
    const user = await newPerson()
    const browser = site.browser()
    await passwordShown(browser, user, `${ISSUER}/login?next=apps`)
    const setUp = await browser.get(`${ISSUER}/account/security/totp?ticket=${encodeURIComponent('https://evil.example/"><b>')}`)
    const app = openApp(site, fromBase32(/id="totp-key">([A-Z2-7 ]+)</.exec(setUp.html)![1]!))
    const codes = await browser.submit(setUp, { code: app.code() }, 'factor-submit')
    const to = linkOf(codes, 'recovery-done')
    assert.equal(new URL(to).origin + new URL(to).pathname, `${ISSUER}/authorize`)
    assert.equal((await browser.get(to)).status, 400)
  })

  it('is a setting, and a wrong word for it is told', async () => {
    const cwd = '/nonexistent-folder-of-the-factor-tests'
    assert.equal((await readConfig({ cwd })).second_factor, 'optional')
    assert.equal((await readConfig({ cwd, env: { VOUCHSAFE_SECOND_FACTOR: 'required' } })).second_factor, 'required')
    await assert.rejects(
      readConfig({ cwd, env: { VOUCHSAFE_SECOND_FACTOR: 'yes' } }),
      /VOUCHSAFE_SECOND_FACTOR must be optional or required/,
    )
  })
})
