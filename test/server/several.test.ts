import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { type Browser, ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const SESSION = '__Host-vouchsafe-session'
const OTHERS = '__Host-vouchsafe-others'
const BROWSER = '__Host-vouchsafe-browser'

describe('several accounts in one browser', () => {
  let site: TestSite
  let turn = 0
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const person = async (name: string) => site.addPerson(`${name}${++turn}@otterbakery.example`, name)
  const enter = (browser: Browser, email: string) => browser.post(`${ISSUER}/login`, { next: 'profile', email, password: PASSWORD })
  const whoIs = async (browser: Browser) => textOf((await browser.get(`${ISSUER}/account/profile`)).html)
  /** Stands at the first page of a request. */
  const ask = async (browser: Browser, params: Record<string, string> = {}): Promise<Visit> =>
    browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
  const codeIn = (visit: Visit) => new URL(visit.location).searchParams.get('code')
  /** Two people who have signed in one after the other. */
  async function two() {
    const [ada, ben] = [await person('Ada'), await person('Ben')]
    const browser = site.browser(`198.51.100.${turn % 250}`)
    await enter(browser, ada.email)
    await enter(browser, ben.email)
    site.time.now += 1000
    return { ada, ben, browser }
  }

  it('who signs in beside somebody else is the present one; the consent page offers the other, and goes on with them', async () => {
    const { ada, ben, browser } = await two()
    const page = await ask(browser)
    assert.match(textOf(page.html), new RegExp(ben.email))
    assert.ok(ids(page.html).includes('account-1') && ids(page.html).includes('account-other'))
    const sent = await browser.submit(page, {}, 'account-1')
    const again = await browser.follow(sent, ISSUER)
    assert.ok(ids(again.html).includes('consent-allow'))
    const last = await browser.follow(await browser.submit(again, {}, 'consent-allow'), ISSUER)
    assert.ok(codeIn(last))
    assert.ok((await site.store.consents.find(ada.sub, 'tallyboat')).consent)
    assert.equal((await site.store.consents.find(ben.sub, 'tallyboat')).consent, null)
    assert.match(await whoIs(browser), new RegExp(ada.email))
  })

  it('the same person twice is one account, and their session before ends', async () => {
    const { ada, ben, browser } = await two()
    const before = browser.jar.get(OTHERS)!
    await enter(browser, ada.email)
    assert.equal(await site.store.sessions.find(sha256(before), site.time.now), null)
    assert.equal(browser.jar.get(OTHERS)?.split('.').length, 1)
    const page = await browser.get(`${ISSUER}/login?account=other`)
    assert.match(textOf(page.html), new RegExp(ben.email))
    assert.doesNotMatch(textOf(page.html), new RegExp(ada.email))
  })

  it('OIDC Core §3.1.2.1 prompt=select_account shows all of them, and login_hint brings one to the front', async () => {
    const { ada, ben, browser } = await two()
    const eve = await person('Eve')
    await enter(browser, eve.email)
    site.time.now += 1000
    const page = await ask(browser, { prompt: 'select_account', login_hint: ada.email.toUpperCase() })
    const buttons = tags(page.html, 'button').filter(({ name }) => name === 'account')
    assert.deepEqual(
      buttons.map(({ id }) => id),
      ['login-continue', 'account-1', 'account-2'],
    )
    assert.ok(page.html.indexOf(ada.email, page.html.indexOf('account-1"')) < page.html.indexOf('account-2"'), 'the hinted one comes first')
    const next = await browser.follow(await browser.submit(page, {}, 'account-1'), ISSUER)
    assert.ok(ids(next.html).includes('consent-allow'))
    assert.match(textOf(next.html), new RegExp(ada.email))
    assert.ok(next.html.includes(ben.email), 'as another one')
  })

  it('OIDC Core §3.1.2.2 id_token_hint shows the one that it names, and nobody else', async () => {
    const { ada, ben, browser } = await two()
    const claims = { iss: ISSUER, sub: ada.sub, aud: 'tallyboat', iat: site.time.now / 1000, exp: site.time.now / 1000 + 60 }
    const id_token_hint = await site.app.server.keys.signer.sign(claims, 'JWT', 'ES256')
    const page = await ask(browser, { id_token_hint, scope: 'openid' })
    assert.deepEqual(
      tags(page.html, 'button').flatMap(({ name, id }) => (name === 'account' ? [id] : [])),
      ['account-1'],
    )
    assert.ok(page.html.includes(ada.email) && !page.html.includes(ben.email))
    const next = await browser.follow(await browser.submit(page, {}, 'account-1'), ISSUER)
    assert.ok(ids(next.html).includes('consent-allow'))
  })

  it('OIDC Core §3.1.2.1 prompt=login asks for the password of the chosen one all the same', async () => {
    const { ada, browser } = await two()
    const page = await ask(browser, { prompt: 'login' })
    assert.ok(!ids(page.html).includes('account-1'))
    const other = await browser.get(new URL(tags(page.html, 'a').find(({ id }) => id === 'login-other')!['href']!, ISSUER).href)
    const next = await browser.follow(await browser.submit(other, {}, 'account-1'), ISSUER)
    assert.ok(ids(next.html).includes('login-password') && !ids(next.html).includes('login-continue'))
    assert.ok(next.html.includes(ada.email))
  })

  it('at most five, and the one that was used longest ago ends', async () => {
    const browser = site.browser('198.51.100.77')
    const people = []
    for (let i = 0; i < 6; i++) {
      const one = await person(`Many${i}x`)
      people.push(one)
      await enter(browser, one.email)
      site.time.now += 1000
    }
    const page = await browser.get(`${ISSUER}/login?account=other`)
    assert.equal(tags(page.html, 'button').filter(({ name }) => name === 'account').length, 4)
    assert.ok(!page.html.includes(people[0]!.email))
    assert.equal(browser.jar.get(OTHERS)!.split('.').length, 4)
  })

  it('signing out ends this account, and the others only where the person says so', async () => {
    const { ada, browser } = await two()
    const leave = async (button: string) => {
      const page = await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER)
      return browser.submit(page, {}, button)
    }
    await leave('logout-confirm')
    assert.equal((await browser.get(`${ISSUER}/account/profile`)).status, 303, 'nobody takes the place by themselves')
    const login = await browser.get(`${ISSUER}/login`)
    const chosen = await browser.submit(login, {}, 'account-1')
    assert.equal(chosen.status, 303)
    assert.match(await whoIs(browser), new RegExp(ada.email))

    await enter(browser, (await person('Ben')).email)
    const secrets = [browser.jar.get(SESSION)!, ...browser.jar.get(OTHERS)!.split('.')]
    assert.equal(secrets.length, 2)
    await leave('logout-all')
    assert.deepEqual([browser.jar.has(SESSION), browser.jar.has(OTHERS)], [false, false])
    for (const secret of secrets) assert.equal(await site.store.sessions.find(sha256(secret), site.time.now), null)
  })

  it('somebody who is disabled or signed out elsewhere is not offered', async () => {
    const { ada, browser } = await two()
    await site.store.users.update({ ...ada, disabled_at: 1 })
    assert.ok(!ids((await browser.get(`${ISSUER}/login?account=other`)).html).includes('account-1'))
    const { ada: other, browser: second } = await two()
    await site.store.users.update(other, { end: 'sessions' })
    assert.ok(!ids((await second.get(`${ISSUER}/login?account=other`)).html).includes('account-1'))
  })

  describe('attacks', () => {
    it('ATTACK choosing an account gives it a new secret: the one before opens nothing', async () => {
      const { browser } = await two()
      const before = browser.jar.get(OTHERS)!
      const [present, name] = [browser.jar.get(SESSION)!, browser.jar.get(BROWSER)]
      await browser.submit(await browser.get(`${ISSUER}/login?account=other`), {}, 'account-1')
      assert.notEqual(browser.jar.get(SESSION), before)
      assert.equal(browser.jar.get(OTHERS), present)
      assert.notEqual(browser.jar.get(BROWSER), name, 'requests that were open are foreign now')
      const thief = site.browser()
      thief.jar.set(SESSION, before)
      assert.equal((await thief.get(`${ISSUER}/account/profile`)).status, 303)
      thief.jar.clear()
      thief.jar.set(OTHERS, before)
      assert.ok(!ids((await thief.get(`${ISSUER}/login`)).html).includes('account-1'))
    })

    it('ATTACK the sid of an account opens nothing without its secret', async () => {
      const { browser } = await two()
      const page = await browser.get(`${ISSUER}/login?account=other`)
      const { fields } = readForm(page.html, 'account-1')
      const thief = site.browser()
      await enter(thief, (await person('Thief')).email)
      const sent = await thief.post(`${ISSUER}/session/select`, fields)
      assert.equal(new URL(sent.location).pathname, '/login')
      assert.deepEqual(sent.cookies, [])
    })

    it('ATTACK a form of another site switches nobody', async () => {
      const { ben, browser } = await two()
      const { fields } = readForm((await browser.get(`${ISSUER}/login?account=other`)).html, 'account-1')
      assert.equal((await browser.post(`${ISSUER}/session/select`, fields, { 'sec-fetch-site': 'cross-site' })).status, 403)
      assert.match(await whoIs(browser), new RegExp(ben.email))
    })

    it('ATTACK the other accounts never answer an app by themselves, and prompt=none sees the present one alone', async () => {
      const { ada, browser } = await two()
      const page = await ask(browser)
      await browser.follow(await browser.submit(page, {}, 'consent-allow'), ISSUER)
      const silent = await browser.get(site.authorizeUrl({ prompt: 'none' }))
      assert.ok(codeIn(silent))
      browser.jar.delete(SESSION)
      const nobody = await browser.get(site.authorizeUrl({ prompt: 'none' }))
      assert.equal(new URL(nobody.location).searchParams.get('error'), 'login_required')
      assert.equal((await site.store.consents.find(ada.sub, 'tallyboat')).consent, null)
    })

    it('ATTACK a consent that was shown to one account is not given by another', async () => {
      const { ada, ben, browser } = await two()
      const page = await ask(browser)
      const { fields } = readForm(page.html, 'consent-allow')
      await browser.submit(page, {}, 'account-1')
      const sent = await browser.post(`${ISSUER}/consent`, fields)
      assert.equal(new URL(sent.location).pathname, '/authorize', 'its ticket is foreign now')
      for (const { sub } of [ada, ben]) assert.equal((await site.store.consents.find(sub, 'tallyboat')).consent, null)
    })

    it('ATTACK a tossed cookie of nonsense, of a thousand secrets or without its prefix is looked at no further', async () => {
      const { ada, browser } = await two()
      const [secret, asked] = [browser.jar.get(OTHERS)!, [] as string[]]
      const { find } = site.store.sessions
      site.store.sessions.find = (hash, now) => {
        asked.push(hash)
        return find(hash, now)
      }
      try {
        for (const value of [
          '',
          '.',
          '....',
          'x'.repeat(9000),
          Array.from({ length: 1000 }, (_, i) => String(i).padStart(43, 'A')).join('.'),
        ]) {
          const tossed = site.browser()
          tossed.jar.set(OTHERS, value)
          asked.length = 0
          assert.equal((await tossed.get(`${ISSUER}/login`)).status, 200)
          assert.ok(asked.length <= 4)
        }
        const bare = site.browser()
        bare.jar.set('vouchsafe-others', secret)
        assert.ok(!(await bare.get(`${ISSUER}/login`)).html.includes(ada.email))
      } finally {
        site.store.sessions.find = find
      }
    })

    it('RFC 6265bis §4.1.3.2 the cookie is bound to the host, and no script reads it', async () => {
      const [ada, ben] = [await person('Ada'), await person('Ben')]
      const browser = site.browser()
      await enter(browser, ada.email)
      const { cookies } = await enter(browser, ben.email)
      const line = cookies.find((one) => one.startsWith(`${OTHERS}=`))!
      assert.match(line, /^__Host-vouchsafe-others=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=1209600$/)
    })
  })
})
