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
