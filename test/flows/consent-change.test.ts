import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { User } from '../../src/core/model/user.ts'
import { type Browser, textOf } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const SECRET = 'shh-'.repeat(10)
const REDIRECT = 'https://badge.example/cb'
let turn = 0

describe('a dialect that asks again at any change of scopes', () => {
  let site: TestSite
  before(async () => {
    site = await openSite({ config: { dialects: ['standard', 'talque'] } })
    await site.addClient({
      client_id: 'badge',
      client_name: 'Badge printer',
      dialect: 'talque',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      client_secrets: [{ hash: sha256(SECRET), hint: SECRET.slice(-4), created_at: 1 }],
      scope: 'EMAIL PROFILE',
      require_pkce: false,
    })
  })
  after(() => site.close())

  /** A person of their own, signed in. */
  async function someone(): Promise<{ person: User; browser: Browser }> {
    const person = await site.addPerson(`change-${++turn}@otterbakery.example`, 'Ada Otter')
    const browser = site.browser()
    await browser.post(`${ISSUER}/login`, { next: 'apps', email: person.email, password: PASSWORD })
    return { person, browser }
  }

  /** Allows this, where anything is asked, and redeems the code. */
  async function allow(browser: Browser, scope: string): Promise<{ token: string; asked: boolean }> {
    const params = new URLSearchParams({ client_id: 'badge', response_type: 'code', redirect_uri: REDIRECT, scope, state: 's' })
    const page = await browser.follow(await browser.get(`${ISSUER}/oauth2/authorization?${params}`), ISSUER)
    const asked = page.status === 200
    const back = asked ? await browser.follow(await browser.submit(page, {}, 'consent-allow'), ISSUER) : page
    const code = new URL(back.location).searchParams.get('code')!
    const form = { grant_type: 'authorization_code', code, client_id: 'badge', client_secret: SECRET }
    const sent = await site.browser().post(`${ISSUER}/oauth2/access-token`, form)
    return { token: JSON.parse(sent.html).access_token, asked }
  }

  async function told(token: string): Promise<string[] | number> {
    const sent = await site.browser().post(`${ISSUER}/oauth2/info`, {}, { authorization: `Bearer ${token}` })
    return sent.status === 200 ? Object.keys(JSON.parse(sent.html)).sort() : sent.status
  }
  const shown = async (browser: Browser) => textOf((await browser.get(`${ISSUER}/account/apps`)).html)

  it('ATTACK a smaller consent ends the wider tokens: what "Connected apps" shows is all that there is', async () => {
    const { browser } = await someone()
    const wide = await allow(browser, 'EMAIL PROFILE')
    assert.deepEqual(await told(wide.token), ['ctime', 'email'])
    assert.match(await shown(browser), /See your email address.*See your public profile|See your public profile.*See your email address/)
    const small = await allow(browser, 'EMAIL')
    assert.equal(small.asked, true)
    assert.deepEqual([await told(small.token), await told(wide.token)], [['email'], 401])
    const page = await shown(browser)
    assert.match(page, /See your email address/)
    assert.doesNotMatch(page, /See your public profile/)
  })

  it('a wider consent leaves the smaller tokens as they are, and the same one once more is not asked for', async () => {
    const { browser } = await someone()
    const small = await allow(browser, 'EMAIL')
    const wide = await allow(browser, 'EMAIL PROFILE')
    const again = await allow(browser, 'EMAIL PROFILE')
    assert.deepEqual([small.asked, wide.asked, again.asked], [true, true, false])
    assert.deepEqual(
      [await told(small.token), await told(wide.token), await told(again.token)],
      [['email'], ['ctime', 'email'], ['ctime', 'email']],
    )
  })

  it('the decision says in the audit log that what was given before has ended', async () => {
    const { person, browser } = await someone()
    await allow(browser, 'EMAIL PROFILE')
    await allow(browser, 'EMAIL')
    const { entries } = await site.store.audit.list({ limit: 20, sub: person.sub })
    assert.deepEqual(
      entries.filter(({ event }) => event === 'consent.given').map(({ scope, withdrawn }) => [scope, withdrawn]),
      [
        ['EMAIL', true],
        ['EMAIL PROFILE', undefined],
      ],
    )
  })
})
