import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { User } from '../../src/core/model/user.ts'
import type { Directory } from '../../src/server/accounts/elsewhere.ts'
import { endSessionsOf, receivePerson } from '../../src/server/accounts/handover.ts'
import { openSession } from '../../src/server/accounts/sessions.ts'
import { signIn } from '../../src/server/accounts/sign-in.ts'
import { LETTERS_PER_EMAIL } from '../../src/server/accounts/throttle.ts'
import type { UpstreamSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { type Browser, ids, readForm, type Visit } from '../support/browser.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { openProvider, PROVIDER_SECRET, type Provider } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'

// Attacks on what lies between second factors, letters, other providers and the directory.

const SESSION = '__Host-vouchsafe-session'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const NEW = 'heron-window-17'
let people = 0
const someone = (more = {}) => ({ sub: `b${++people}`, email: `b${people}@work.example`, email_verified: true, ...more })
const newPerson = (site: TestSite): Promise<User> => site.addPerson(`between-${++people}@otterbakery.example`)
const pathOf = ({ location }: Visit): string => new URL(location, ISSUER).pathname

const settings = ({ issuer }: Provider): UpstreamSettings => ({
  id: 'work',
  label: { en: 'work' },
  issuer,
  client_id: 'us',
  client_secret: PROVIDER_SECRET,
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid email',
  claims: [],
  joining: 'verified',
  linking: true,
})

const enter = async (site: TestSite, { email }: User, browser: Browser = site.browser(), room = 'security'): Promise<Browser> => {
  await browser.post(`${ISSUER}/login`, { next: room, email, password: PASSWORD })
  return browser
}

describe('where a second factor is required', () => {
  let provider: Provider
  let site: TestSite
  before(async () => {
    provider = await openProvider(() => site.time.now)
    site = await openSite({ config: { second_factor: 'required', upstreams: [settings(provider)] } })
  })
  after(async () => {
    await site.close()
    await provider.close()
  })

  it('ATTACK who comes by another provider, and has no factor, does not get past the page that sets one up', async () => {
    const browser = site.browser()
    const left = await browser.submit(await browser.get(`${ISSUER}/login`), {}, 'login-upstream-work')
    const came = await browser.get(provider.answer(left.location, someone()), { 'sec-fetch-site': 'cross-site' })
    assert.equal(pathOf(came), '/account/security/required')
    assert.ok(ids((await browser.get(came.location)).html).includes('factor-required'))
    assert.equal(pathOf(await browser.get(`${ISSUER}/account/apps`)), '/login')
    assert.equal(new URL((await browser.get(site.authorizeUrl({ prompt: 'none' }))).location).searchParams.get('error'), 'login_required')
  })
})

describe('a change of the password', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('ATTACK in a session from before there was a second factor is no proof of recent presence: the factor cannot be taken away by it', async () => {
    const user = await newPerson(site)
    const browser = await enter(site, user)
    site.time.now += 20 * MINUTE
    await giveApp(site, user)
    const page = await browser.get(`${ISSUER}/account/security`)
    const { csrf } = readForm(page.html, 'totp-off-confirm').fields as { csrf: string }
    assert.equal(pathOf(await browser.post(`${ISSUER}/account/password`, { csrf, current: PASSWORD, password: NEW })), '/login')
    assert.equal((await site.store.users.find(user.sub))?.password_hash, user.password_hash)
    const off = await browser.submit(await browser.get(`${ISSUER}/account/security`), {}, 'totp-off-confirm')
    assert.equal(pathOf(off), '/login')
    assert.ok((await site.store.factors.find(user.sub)).totp)
  })
})

describe('a person who is disabled at the moment at which they come', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  /** The store as it looks to a request: the person is disabled just after it has read them. */
  function overtaken(sub: string): Store {
    const { users } = site.store
    const find: typeof users.find = async (wanted) => {
      const user = await users.find(wanted)
      if (user && wanted === sub) await users.update({ ...user, disabled_at: site.time.now }, { end: 'everything' })
      return user
    }
    return { ...site.store, users: { ...users, find } }
  }
  const accounts = (store: Store) => ({
    issuer: ISSUER,
    store,
    clock: () => site.time.now,
    keys: site.app.server.keys,
    session_lifetime: 60,
    upstreams: new Map(),
  })
  const isDisabled = async ({ sub }: User) => (await site.store.users.find(sub))?.disabled_at !== undefined
  const host = {
    login: 'https://harbourbooks.example/login',
    issuer: 'harbourbooks',
    audience: ISSUER,
    keys: [],
    claims: ['name'],
    create: true,
  }

  it('ATTACK is not enabled again by the directory, which tells another address of them', async () => {
    const user = await newPerson(site)
    const created_at = site.time.now
    await site.store.identities.add({ identity_id: 'i1', issuer: 'ldap:directory', subject: 'e1', sub: user.sub, created_at })
    const directory: Directory = {
      issuer: 'ldap:directory',
      only: false,
      joining: 'any',
      prove: async (email) => ({ issuer: 'ldap:directory', subject: 'e1', email, email_verified: true }),
    }
    const came = await signIn({ ...accounts(overtaken(user.sub)), directory }, 'moved@work.example', PASSWORD, '203.0.113.7')
    assert.ok(await isDisabled(user))
    assert.ok(!('user' in came))
  })

  it('ATTACK is not enabled again by a hand-over of the product, which tells another name of them', async () => {
    const user = await newPerson(site)
    const handover = {
      sub: user.sub,
      auth_time: site.time.now,
      nonce: '',
      issued_at: site.time.now,
      id: '',
      expires_at: site.time.now + MINUTE,
      claims: { name: 'Another' },
    }
    await assert.rejects(receivePerson(accounts(overtaken(user.sub)), host, handover), { error: 'access_denied' })
    assert.ok(await isDisabled(user))
  })

  it('ATTACK is not enabled again by a sign-out at the product', async () => {
    const user = await newPerson(site)
    await endSessionsOf(accounts(overtaken(user.sub)), { sub: user.sub, issued_at: site.time.now })
    assert.ok(await isDisabled(user))
  })
})

describe('an email that is given back to the address before', () => {
  let provider: Provider
  let site: TestSite
  let box: Mailbox
  before(async () => {
    box = openMailbox()
    provider = await openProvider(() => site.time.now)
    site = await openSite({ outbox: box.outbox, config: { upstreams: [settings(provider)] } })
  })
  after(async () => {
    await site.close()
    await provider.close()
  })

  /** Changes the email in this session, and gives back the link by which the old address takes that back. */
  async function take(browser: Browser, user: User): Promise<string> {
    const wanted = `thief-${++people}@otterbakery.example`
    await browser.submit(await browser.get(`${ISSUER}/account/profile`), { email: wanted }, 'profile-change')
    await browser.post(`${ISSUER}/link`, { token: tokenOf(await box.link(wanted)) })
    return tokenOf(await box.link(user.email))
  }
  const tokenOf = (link: string): string => new URL(link).searchParams.get('token')!
  const verified = async (user: User): Promise<User> => {
    await site.store.users.update({ ...user, email_verified: true })
    return { ...user, email_verified: true }
  }

  it('ATTACK leaves no recovery codes that whoever changed it has made', async () => {
    const user = await verified(await newPerson(site))
    const app = await giveApp(site, user)
    site.time.now += 3 * DAY
    const thief = site.browser()
    const page = await thief.follow(
      await thief.post(`${ISSUER}/login`, { next: 'security', email: user.email, password: PASSWORD }),
      ISSUER,
    )
    await thief.submit(page, { code: app.code() }, 'factor-submit')
    const made = await thief.submit(await thief.get(`${ISSUER}/account/security`), {}, 'recovery-make-confirm')
    assert.ok(ids(made.html).includes('recovery-codes'))
    const undo = await take(thief, user)
    await site.browser().post(`${ISSUER}/link`, { token: undo })
    const { totp, recovery_codes } = await site.store.factors.find(user.sub)
    assert.ok(totp, 'what was there long before stays')
    assert.equal(recovery_codes, 0)
  })

  it('ATTACK leaves the identity that the account came with: its person would have no way in', async () => {
    const claims = someone()
    const thief = site.browser()
    const left = await thief.submit(await thief.get(`${ISSUER}/login`), {}, 'login-upstream-work')
    await thief.get(provider.answer(left.location, { ...claims }), { 'sec-fetch-site': 'cross-site' })
    const user = (await site.store.users.findByEmail(claims.email))!
    const later = site.time.now + 1
    await site.store.identities.add({ identity_id: 'theirs', issuer: 'https://b.example', subject: 's', sub: user.sub, created_at: later })
    await site.browser().post(`${ISSUER}/link`, { token: await take(thief, user) })
    const left_over = await site.store.identities.list(user.sub)
    assert.deepEqual(
      left_over.map(({ issuer }) => issuer),
      [provider.issuer],
    )
  })

  it('ATTACK ends a sign-in that stands halfway, also of somebody without a password', async () => {
    const claims = someone()
    const come = async (browser: Browser, who: object): Promise<Visit> => {
      const left = await browser.submit(await browser.get(`${ISSUER}/login?account=other`), {}, 'login-upstream-work')
      return browser.get(provider.answer(left.location, { ...who }), { 'sec-fetch-site': 'cross-site' })
    }
    const thief = site.browser()
    await come(thief, claims)
    const user = (await site.store.users.findByEmail(claims.email))!
    const undo = await take(thief, user)
    site.time.now += MINUTE
    const app = await giveApp(site, user)
    await site.store.factors.setTotp({ ...(await site.store.factors.find(user.sub)).totp!, created_at: site.time.now - 3 * DAY })
    const other = site.browser()
    const halfway = await other.follow(await come(other, claims), ISSUER)
    assert.equal(new URL(halfway.url).pathname, '/login/factor')
    await site.browser().post(`${ISSUER}/link`, { token: undo })
    const sent = await other.submit(halfway, { code: app.code() }, 'factor-submit')
    assert.equal(pathOf(sent), '/login')
  })
})

describe('a sign-in that is overtaken', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('ATTACK opens no session for somebody without a password whose email was given back meanwhile', async () => {
    const user: User = { sub: 'overtaken', email: 'overtaken@work.example', created_at: site.time.now }
    await site.store.users.add(user)
    await site.store.users.update({ ...user, email_changed_at: site.time.now }, { end: 'everything' })
    const accounts = { issuer: ISSUER, store: site.store, clock: () => site.time.now, keys: site.app.server.keys, session_lifetime: 60 }
    const opened = openSession({ ...accounts, upstreams: new Map() }, user, { auth_time: site.time.now, amr: ['fed'] }, null)
    await assert.rejects(opened, { error: 'access_denied' })
    assert.deepEqual(await site.store.sessions.list(user.sub, site.time.now, 10), [])
  })
})

describe('a browser that several people use', () => {
  let provider: Provider
  let site: TestSite
  before(async () => {
    provider = await openProvider(() => site.time.now)
    site = await openSite({ config: { upstreams: [settings(provider)] } })
  })
  after(async () => {
    await site.close()
    await provider.close()
  })

  /** Comes back from the provider with an identity that waits to be linked with the account that is open here. */
  async function bring(browser: Browser): Promise<Visit> {
    const left = await browser.submit(await browser.get(`${ISSUER}/account/identities`), {}, 'identities-add-work')
    return browser.get(provider.answer(left.location, someone()), { 'sec-fetch-site': 'cross-site' })
  }

  it('ATTACK what one person began to link holds up nobody else who signs in there', async () => {
    const [ada, ben] = [await newPerson(site), await newPerson(site)]
    const browser = await enter(site, ada)
    site.time.now += MINUTE
    assert.equal(pathOf(await bring(browser)), '/login/link')
    const next = await browser.post(`${ISSUER}/login`, { next: 'apps', email: ben.email, password: PASSWORD })
    assert.equal(pathOf(next), '/account/apps')
  })

  it('ATTACK an identity that was left there is linked with the account that has its address, and with nobody else who signs in next', async () => {
    const [mallory, ben] = [await newPerson(site), await newPerson(site)]
    const browser = site.browser()
    const left = await browser.submit(await browser.get(`${ISSUER}/login`), {}, 'login-upstream-work')
    const theirs = someone({ email: mallory.email })
    await browser.get(provider.answer(left.location, theirs), { 'sec-fetch-site': 'cross-site' })
    const jar = new Map(browser.jar)
    assert.equal(pathOf(await browser.post(`${ISSUER}/login`, { next: 'apps', email: ben.email, password: PASSWORD })), '/account/apps')
    browser.jar.set('__Host-vouchsafe-link', jar.get('__Host-vouchsafe-link')!)
    assert.equal(pathOf(await browser.get(`${ISSUER}/login/link?next=apps`)), '/login')
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(`${ISSUER}/account/profile`)).html)![1]!
    await browser.post(`${ISSUER}/login/link`, { next: 'apps', csrf, decision: 'link' })
    assert.equal(await site.store.identities.find(provider.issuer, theirs.sub), null)
  })

  it('ATTACK what waits to be linked is gone with whoever signs out', async () => {
    const [ada, ben] = [await newPerson(site), await newPerson(site)]
    const browser = site.browser()
    const left = await browser.submit(await browser.get(`${ISSUER}/login`), {}, 'login-upstream-work')
    await browser.get(provider.answer(left.location, someone({ email: ada.email })), { 'sec-fetch-site': 'cross-site' })
    assert.equal(pathOf(await browser.post(`${ISSUER}/login`, { next: 'apps', email: ada.email, password: PASSWORD })), '/login/link')
    await browser.submit(await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER), {}, 'logout-confirm')
    const login = await browser.get(`${ISSUER}/login`)
    assert.ok(!login.html.includes(ada.email), 'the next one does not read whose it was')
    assert.equal(pathOf(await browser.post(`${ISSUER}/login`, { next: 'apps', email: ben.email, password: PASSWORD })), '/account/apps')
  })
})

describe('what a session from long ago is not good for', () => {
  let provider: Provider
  let site: TestSite
  before(async () => {
    provider = await openProvider(() => site.time.now)
    site = await openSite({ config: { upstreams: [settings(provider)] } })
  })
  after(async () => {
    await site.close()
    await provider.close()
  })

  const cross = { 'sec-fetch-site': 'cross-site' }

  it('ATTACK to take a way to sign in away: whoever finds it open shows first who they are', async () => {
    const user = await newPerson(site)
    const browser = await enter(site, user)
    const created_at = site.time.now
    await site.store.identities.add({ identity_id: 'own', issuer: provider.issuer, subject: 'own', sub: user.sub, created_at })
    site.time.now += 20 * MINUTE
    const removed = await browser.submit(await browser.get(`${ISSUER}/account/identities`), {}, 'identity-own-remove-confirm')
    assert.equal(pathOf(removed), '/login')
    assert.equal((await site.store.identities.list(user.sub)).length, 1)
  })

  it('ATTACK to pass for the person once more at a provider where they are signed in still: it must ask them anew', async () => {
    const claims = someone()
    const browser = site.browser()
    const left = await browser.submit(await browser.get(`${ISSUER}/login`), {}, 'login-upstream-work')
    await browser.get(provider.answer(left.location, { ...claims }), cross)
    const long_ago = Math.floor(site.time.now / 1000)
    site.time.now += 20 * MINUTE
    const asked = await browser.get(`${ISSUER}/account/delete`)
    assert.equal(pathOf(asked), '/login')
    const again = await browser.submit(await browser.get(asked.location), {}, 'login-upstream-work')
    const sent = new URL(again.location).searchParams
    assert.deepEqual([sent.get('prompt'), sent.get('max_age')], ['login', '0'])
    await browser.get(provider.answer(again.location, { ...claims }, { id_token: { auth_time: long_ago } }), cross)
    assert.equal(pathOf(await browser.get(`${ISSUER}/account/delete`)), '/login', 'it did not')
    const once_more = await browser.submit(await browser.get(asked.location), {}, 'login-upstream-work')
    const now = Math.floor(site.time.now / 1000)
    await browser.get(provider.answer(once_more.location, { ...claims }, { id_token: { auth_time: now } }), cross)
    assert.ok(ids((await browser.get(`${ISSUER}/account/delete`)).html).includes('delete-submit'))
  })
})

describe('letters that one may ask for', () => {
  let site: TestSite
  let box: Mailbox
  before(async () => {
    box = openMailbox()
    site = await openSite({ outbox: box.outbox, config: { registration: 'open' } })
  })
  after(() => site.close())

  it('ATTACK cannot be used up by strangers, so that somebody gets no link for a new password', async () => {
    const [user, stranger] = [await newPerson(site), await newPerson(site)]
    const anybody = site.browser('198.51.100.7')
    for (let i = 0; i < LETTERS_PER_EMAIL + 1; i++) await anybody.post(`${ISSUER}/login/create`, { email: user.email })
    const signed_in = await enter(site, stranger, site.browser('198.51.100.8'))
    for (let i = 0; i < LETTERS_PER_EMAIL + 1; i++)
      await signed_in.submit(await signed_in.get(`${ISSUER}/account/profile`), { email: user.email }, 'profile-change')
    assert.equal((await box.read(user.email)).length, LETTERS_PER_EMAIL, 'to say that there is an account')
    await site.browser('198.51.100.9').post(`${ISSUER}/login/forgot`, { email: user.email })
    assert.match(await box.link(user.email), /\/link\?token=/)
  })

  it('ATTACK make one account each: not another one after the first was deleted, and so no rows without end', async () => {
    const email = `joins-${++people}@otterbakery.example`
    const browser = site.browser('198.51.100.10')
    await browser.post(`${ISSUER}/login/create`, { email })
    const token = new URL(await box.link(email)).searchParams.get('token')!
    const use = () => site.browser('198.51.100.11').post(`${ISSUER}/link`, { token, password: NEW })
    assert.ok(ids((await use()).html).includes('link-done'))
    await site.store.users.delete((await site.store.users.findByEmail(email))!.sub)
    const again = await use()
    assert.ok(!ids(again.html).includes('link-done'))
    assert.equal(await site.store.users.findByEmail(email), null)
  })
})

describe('where people sign in at the product', () => {
  let site: TestSite
  before(async () => {
    const host_login = {
      login: 'https://harbourbooks.example/login',
      issuer: 'harbourbooks',
      audience: ISSUER,
      keys: [],
      claims: ['name'],
      create: true,
    }
    site = await openSite({ config: { host_login } })
  })
  after(() => site.close())

  it('ATTACK a password of ours from before makes no session newer, nor stronger than the product said', async () => {
    const { mara, time } = site
    const secret = randomToken()
    const session = {
      session_hash: sha256(secret),
      sid: 'from-the-product',
      sub: mara.sub,
      auth_time: time.now,
      amr: ['pwd'],
      handed_over: true as const,
    }
    await site.store.sessions.open({ ...session, expires_at: time.now + DAY })
    const browser = site.browser()
    browser.jar.set(SESSION, secret)
    time.now += 20 * MINUTE
    const room = await browser.get(`${ISSUER}/account/security`)
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(`${ISSUER}/account/profile`)).html)![1]!
    await browser.post(`${ISSUER}/account/password`, { csrf, current: PASSWORD, password: NEW })
    const now = await site.store.sessions.find(sha256(browser.jar.get(SESSION)!), time.now)
    assert.deepEqual([now?.auth_time, now?.acr], [session.auth_time, undefined])
    assert.equal((await site.store.users.find(mara.sub))?.password_hash, mara.password_hash)
    assert.ok(!ids(room.html).includes('password-submit'))
  })
})
