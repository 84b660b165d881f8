import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { User } from '../../src/core/model/user.ts'
import { newRecoveryCodes } from '../../src/server/accounts/recovery-codes.ts'
import { pageRoutes } from '../../src/server/pages/routes.ts'
import { Authenticator } from '../support/authenticator.ts'
import { type Browser, ids, readForm, type Visit } from '../support/browser.ts'
import { openMailbox } from '../support/mailbox.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { type App, fromBase32, giveApp, openApp } from '../support/totp.ts'

const SESSION = '__Host-vouchsafe-session'
const MINUTE = 60_000
const ROOM = `${ISSUER}/account/security`

let site: TestSite
let box: ReturnType<typeof openMailbox>
before(async () => {
  box = openMailbox()
  site = await openSite({ outbox: box.outbox })
})
after(() => site.close())

let people = 0
const newPerson = (): Promise<User> => site.addPerson(`proof-${++people}@otterbakery.example`)

async function enter(user: User, room = 'security'): Promise<{ browser: Browser; page: Visit }> {
  const browser = site.browser(`198.51.100.${people % 250}`)
  const sent = await browser.post(`${ISSUER}/login`, { next: room, email: user.email, password: PASSWORD })
  return { browser, page: await browser.follow(sent, ISSUER) }
}

/** Somebody with an app and a passkey, and a session that was opened with the password alone, before there was any. */
async function weak(): Promise<{ user: User; browser: Browser; app: App; csrf: string; passkey_id: string; codes: string[] }> {
  const user = await newPerson()
  const { sub } = user
  const { browser } = await enter(user)
  const app = await giveApp(site, user)
  const passkey_id = `key-${sub}`
  const passkey = { passkey_id, credential_id: passkey_id, sub, public_key: 'k', counter: 0, label: 'Key', created_at: site.time.now }
  await site.store.factors.addPasskey(passkey)
  const { codes, hashes } = newRecoveryCodes()
  await site.store.factors.setRecoveryCodes(sub, hashes)
  await site.store.identities.add({ identity_id: `id-${sub}`, issuer: 'https://work.example', subject: sub, sub, created_at: 1 })
  const { csrf } = readForm((await browser.get(ROOM)).html, 'recovery-make-confirm').fields as { csrf: string }
  return { user, browser, app, csrf, passkey_id, codes }
}

/** Everything that one could sign in by, and what became of the account. */
async function standing({ sub }: User): Promise<unknown> {
  return [await site.store.users.find(sub), await site.store.factors.find(sub), await site.store.identities.list(sub)]
}

type Weak = Awaited<ReturnType<typeof weak>>
const forms: Readonly<Record<string, readonly ((of: Weak) => Record<string, string>)[]>> = {
  '/account/security/totp': [() => ({ turn: 'off' }), () => ({ turn: 'off', others: 'on' }), () => ({ setup: 'x', code: '123456' })],
  '/account/security/passkeys': [
    ({ passkey_id }) => ({ act: 'remove', passkey_id }),
    ({ passkey_id }) => ({ act: 'rename', passkey_id, label: 'Mine' }),
    () => ({ act: 'add', challenge: 'x', answer: '{}' }),
  ],
  '/account/security/recovery-codes': [() => ({}), () => ({ others: 'on' })],
  '/account/password': [() => ({ current: PASSWORD, password: 'another-long-word-7' })],
  '/account/email': [({ user }) => ({ act: 'change', email: `moved-${user.email}` })],
  '/account/export': [() => ({})],
  '/account/delete': [({ user }) => ({ email: user.email })],
  '/account/identities': [({ user }) => ({ remove: `id-${user.sub}` })],
}
/** What says nothing of how somebody signs in, and gives nothing away: a name, what apps may do, less sessions. */
const FREE = [
  '/account/profile',
  '/account/apps',
  '/account/apps/*',
  '/account/sessions/end',
  '/account/sessions/end-others',
  '/account/sessions/end-all',
]
const PAGES = ['/account/security/totp', '/login/passkey?do=add', '/account/delete']

const isSentAway = (visit: Visit): boolean =>
  visit.status === 303 && new URL(visit.location).pathname === '/login' && new URL(visit.location).searchParams.get('account') === 'again'

describe('who has a second factor, at a session that was opened without one', () => {
  it('every form of the account is in the table, or free', () => {
    const posts = Object.entries(pageRoutes).filter(([path, { POST }]) => POST && path.startsWith('/account'))
    assert.deepEqual(posts.map(([path]) => path).sort(), [...Object.keys(forms), ...FREE].sort())
  })

  for (const [path, all] of Object.entries(forms))
    for (const [i, fields] of all.entries())
      it(`ATTACK ${path} (${i + 1}) is sent to show the factor first, and changes nothing`, async () => {
        const of = await weak()
        const before = await standing(of.user)
        const sent = await of.browser.post(ISSUER + path, { csrf: of.csrf, ...fields(of) })
        assert.ok(isSentAway(sent), `${sent.status} ${sent.location}`)
        const asked = await of.browser.follow(sent, ISSUER)
        assert.equal(new URL(asked.url).pathname, '/login/factor', 'and for nothing else')
        assert.deepEqual(await standing(of.user), before)
        assert.equal(box.outbox.shown!().filter(({ to }) => to.endsWith(of.user.email)).length, 0)
      })

  for (const path of PAGES)
    it(`ATTACK ${path} is not shown before`, async () => {
      const { browser } = await weak()
      assert.ok(isSentAway(await browser.get(ISSUER + path)))
    })

  it('the rooms have a way there in place of their forms', async () => {
    const { browser } = await weak()
    const room = ids((await browser.get(ROOM)).html)
    assert.ok(room.includes('security-again') && !room.includes('password-submit'))
    const profile = ids((await browser.get(`${ISSUER}/account/profile`)).html)
    assert.ok(profile.includes('profile-again') && !profile.includes('profile-change'))
  })

  const ways: [what: string, show: (of: Weak, page: Visit) => Promise<Visit>][] = [
    ['a code of the app', ({ browser, app }, page) => browser.submit(page, { code: app.code() }, 'factor-submit')],
    [
      'a recovery code, where the app is lost',
      async ({ browser, codes }, page) =>
        browser.submit(await browser.get(`${page.url}&with=recovery`), { code: codes[0]! }, 'factor-submit'),
    ],
  ]
  for (const [what, show] of ways)
    it(`goes on with ${what}: under a new session, which says so and is no newer`, async () => {
      const of = await weak()
      const { browser, user } = of
      const [old] = await site.store.sessions.list(user.sub, site.time.now, 9)
      site.time.now += 2 * MINUTE
      const shown = await show(of, await browser.follow(await browser.get(`${ROOM}/totp`), ISSUER))
      assert.equal(shown.location, ROOM)
      const sessions = await site.store.sessions.list(user.sub, site.time.now, 9)
      assert.deepEqual(
        sessions.map(({ acr, auth_time }) => [acr, auth_time]),
        [['2fa', old!.auth_time]],
      )
      const page = await browser.get(ROOM)
      const off = await browser.follow(await browser.submit(page, {}, 'totp-off-confirm'), ISSUER)
      assert.ok(ids(off.html).includes('notice'))
      assert.equal((await site.store.factors.find(user.sub)).totp, null)
      assert.equal((await browser.get(`${ISSUER}/login/passkey?do=add`)).status, 200)
    })

  it('ATTACK a wrong code, or the step of another person, shows nothing', async () => {
    const [mine, theirs] = [await weak(), await weak()]
    const page = await mine.browser.follow(await mine.browser.get(`${ROOM}/totp`), ISSUER)
    assert.equal((await mine.browser.submit(page, { code: theirs.app.code() }, 'factor-submit')).status, 403)
    const { fields } = readForm(page.html, 'factor-submit')
    const sent = await theirs.browser.post(`${ISSUER}/login/factor`, { ...fields, code: mine.app.code() })
    assert.equal(new URL(sent.location).pathname, '/login')
    for (const { user } of [mine, theirs]) {
      const [session] = await site.store.sessions.list(user.sub, site.time.now, 9)
      assert.equal(session?.acr, '1fa')
    }
  })

  it('a session that is old as well shows both again', async () => {
    const { browser, app } = await weak()
    site.time.now += 11 * MINUTE
    const again = await browser.follow(await browser.get(`${ROOM}/totp`), ISSUER)
    const code = await browser.follow(await browser.submit(again, { password: PASSWORD }, 'login-submit'), ISSUER)
    assert.equal(new URL(code.url).pathname, '/login/factor')
    assert.equal((await browser.submit(code, { code: app.code() }, 'factor-submit')).location, ROOM)
    assert.equal((await browser.get(`${ROOM}/totp`)).status, 200)
  })
})

describe('the first factor', () => {
  it('was shown by setting it up: the session is another one, and the next factor needs nothing more', async () => {
    const user = await newPerson()
    const { browser } = await enter(user)
    const secret = browser.jar.get(SESSION)
    const setUp = await browser.get(`${ROOM}/totp`)
    const app = openApp(site, fromBase32(/id="totp-key">([A-Z2-7 ]+)</.exec(setUp.html)![1]!))
    const codes = await browser.submit(setUp, { code: app.code(), others: 'on' }, 'factor-submit')
    assert.ok(ids(codes.html).includes('recovery-codes'))
    assert.notEqual(browser.jar.get(SESSION), secret)
    const page = await browser.get(`${ISSUER}/login/passkey?do=add`)
    const added = await browser.submit(page, { answer: new Authenticator().create(page) }, 'passkey-start')
    assert.equal(new URL(added.location).searchParams.get('done'), 'passkey_added')
    assert.ok(ids((await browser.follow(added, ISSUER)).html).includes('notice'))
  })

  it('ATTACK of two sessions with the password alone, at one moment, one sets it up', async () => {
    const user = await newPerson()
    const both = await Promise.all([enter(user), enter(user)])
    const pages = await Promise.all(both.map(({ browser }) => browser.get(`${ROOM}/totp`)))
    await Promise.all(
      both.map(({ browser }, i) => {
        const app = openApp(site, fromBase32(/id="totp-key">([A-Z2-7 ]+)</.exec(pages[i]!.html)![1]!))
        return browser.submit(pages[i]!, { code: app.code() }, 'factor-submit')
      }),
    )
    const sessions = await site.store.sessions.list(user.sub, site.time.now, 9)
    assert.deepEqual(sessions.map(({ acr }) => acr).sort(), ['1fa', '2fa'])
    const { entries } = await site.store.audit.list({ limit: 20, sub: user.sub })
    assert.equal(entries.filter(({ event, factor }) => event === 'factor.added' && factor === 'totp').length, 1)
  })
})
