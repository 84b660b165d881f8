import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import type { User } from '../../src/core/model/user.ts'
import type { Directory } from '../../src/server/accounts/elsewhere.ts'
import { endSessionsOf, receivePerson } from '../../src/server/accounts/handover.ts'
import { signIn } from '../../src/server/accounts/sign-in.ts'
import { TRIES_PER_ACCOUNT } from '../../src/server/accounts/throttle.ts'
import type { UpstreamSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { type Browser, ids, type Visit } from '../support/browser.ts'
import { openProvider, PROVIDER_SECRET, type Provider } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'

// Attacks on what lies between second factors, letters, other providers and the directory.

const MINUTE = 60_000
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
    await browser.submit(page, { current: PASSWORD, password: NEW }, 'password-submit')
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
      id: '',
      expires_at: site.time.now + MINUTE,
      claims: { name: 'Another' },
    }
    await assert.rejects(receivePerson(accounts(overtaken(user.sub)), host, handover), { error: 'access_denied' })
    assert.ok(await isDisabled(user))
  })

  it('ATTACK is not enabled again by a sign-out at the product', async () => {
    const user = await newPerson(site)
    await endSessionsOf(accounts(overtaken(user.sub)), user.sub)
    assert.ok(await isDisabled(user))
  })
})
