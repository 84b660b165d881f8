import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { MINUTE } from '../../src/core/model/clock.ts'
import type { StoredSession } from '../../src/core/model/user.ts'
import { examineElsewhere } from '../../src/server/doctor-elsewhere.ts'
import type { UpstreamSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { type Browser, ids, tags, textOf, type Visit } from '../support/browser.ts'
import { openProvider, PROVIDER_SECRET, type Provider } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const CALLBACK = `${ISSUER}/login/upstream/work/callback`
let people = 0
const someone = (more = {}) => ({ sub: `s${++people}`, email: `p${people}@work.example`, email_verified: true, name: 'Pia', ...more })

describe('sign-in at an upstream provider', () => {
  let provider: Provider
  let site: TestSite
  const settings = (more: Partial<UpstreamSettings> = {}): UpstreamSettings => ({
    id: 'work',
    label: { en: 'Harbour Works', de: 'Hafenwerke' },
    issuer: provider.issuer,
    client_id: 'us',
    client_secret: PROVIDER_SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email',
    claims: ['name', 'given_name'],
    joining: 'verified',
    linking: true,
    ...more,
  })
  before(async () => {
    provider = await openProvider(() => site.time.now)
    site = await openSite({ config: { upstreams: [settings()] } })
  })
  after(async () => {
    await site.close()
    await provider.close()
  })
  beforeEach(() => {
    provider.metadata = {}
    provider.silent = false
  })

  const login = (browser: Browser, params = {}, at = site) =>
    browser.get(at.authorizeUrl(params)).then((visit) => browser.follow(visit, ISSUER))
  const leave = async (browser: Browser, page?: Visit) => browser.submit(page ?? (await login(browser)), {}, 'login-upstream-work')
  const back = (browser: Browser, url: string) => browser.get(url, { 'sec-fetch-site': 'cross-site' })
  /** The whole way there and back, to where it ends here. */
  async function road(browser: Browser, claims: object, page?: Visit): Promise<Visit> {
    const left = await leave(browser, page)
    return browser.follow(await back(browser, provider.answer(left.location, { ...claims })), ISSUER)
  }
  async function session(browser: Browser, at = site): Promise<StoredSession | null> {
    const { sha256 } = await import('../../src/core/crypto/hash.ts')
    return at.store.sessions.find(sha256(browser.jar.get('__Host-vouchsafe-session') ?? ''), at.time.now)
  }

  it('the login page offers it by its own name, in the language of the reader, and lets the form leave', async () => {
    const browser = site.browser()
    const page = await login(browser)
    assert.ok(ids(page.html).includes('login-upstream-work'))
    assert.match(textOf(page.html), /Continue with Harbour Works/)
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self' https: http:\/\/127\.0\.0\.1:\*/)
    const german = await browser.get(page.url, { 'accept-language': 'de' })
    assert.match(textOf(german.html), /Weiter mit Hafenwerke/)
  })

  it('OIDC Core §3.1.2.1, RFC 7636 §4.3: it asks with state, nonce, S256 and its own callback, and hands on what the app asked for', async () => {
    const browser = site.browser()
    const left = await leave(browser, await login(browser, { login_hint: 'pia@work.example', max_age: '600' }))
    assert.equal(left.status, 303)
    const asked = Object.fromEntries(new URL(left.location).searchParams)
    assert.equal(new URL(left.location).origin, provider.issuer)
    const { state = '', nonce = '', code_challenge = '', ...rest } = asked
    for (const random of [state, nonce, code_challenge]) assert.match(random, /^[\w-]{43}$/)
    assert.deepEqual(rest, {
      client_id: 'us',
      response_type: 'code',
      scope: 'openid profile email',
      redirect_uri: CALLBACK,
      code_challenge_method: 'S256',
      login_hint: 'pia@work.example',
      max_age: '600',
    })
    const kept = left.cookies.filter((line) => !line.includes('Max-Age=0'))
    for (const line of kept) assert.match(line, /^__Host-vouchsafe-upstream=.*; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/)
    for (const secret of [state, nonce]) assert.ok(!kept.join().includes(secret), 'sealed')
  })

  it('a new person comes in with what their provider vouches for, and goes on to the app', async () => {
    const browser = site.browser()
    const pia = someone({ given_name: 'Pia', email: 'Pia@Work.Example', zoneinfo: 'Europe/Oslo' })
    const page = await road(browser, pia)
    assert.ok(ids(page.html).includes('consent-allow'))
    const user = await site.store.users.findByEmail('pia@work.example')
    assert.deepEqual(
      { name: user?.name, verified: user?.email_verified, claims: user?.claims, hash: user?.password_hash },
      { name: 'Pia', verified: true, claims: { given_name: 'Pia' }, hash: undefined },
    )
    const opened = await session(browser)
    assert.deepEqual([opened?.sub, opened?.amr, opened?.acr], [user?.sub, ['fed'], undefined])
    assert.ok(![...browser.jar.keys()].some((name) => name.includes('upstream')), 'nothing of it stays in the browser')
    const last = await browser.follow(await browser.submit(page, {}, 'consent-allow'), ISSUER)
    assert.ok(new URL(last.location).searchParams.get('code'))
    const { entries } = await site.store.audit.list({ sub: user!.sub, limit: 10 })
    assert.deepEqual(
      entries.map(({ event, actor, issuer }) => [event, actor.id, issuer]).filter(([event]) => event === 'user.added'),
      [['user.added', user!.sub, provider.issuer]],
    )
  })

  it('who comes again is the same person, whatever address is told then', async () => {
    const pia = someone()
    const [first, second] = [site.browser(), site.browser()]
    await road(first, pia)
    await road(second, { ...pia, email: 'moved@work.example' })
    assert.equal((await session(first))?.sub, (await session(second))?.sub)
    assert.equal(await site.store.users.findByEmail('moved@work.example'), null)
  })

  it('of fifty first sign-ins of one subject at one moment all are one person', async () => {
    const pia = someone()
    const browsers = Array.from({ length: 50 }, (_, i) => site.browser(`203.0.113.${i}`))
    const roads = await Promise.all(browsers.map(async (browser) => ({ browser, left: await leave(browser) })))
    await Promise.all(roads.map(({ browser, left }) => back(browser, provider.answer(left.location, pia))))
    const subs = await Promise.all(browsers.map(async (browser) => (await session(browser))?.sub))
    assert.equal(new Set(subs).size, 1)
    assert.ok(subs[0])
    assert.equal(subs[0], (await site.store.identities.find(provider.issuer, pia.sub))?.sub)
  })

  it('the address may be told at userinfo, and counts as verified only where that is said there', async () => {
    const [told, claimed] = [someone({ email: undefined, email_verified: undefined }), someone({ email: undefined })]
    const browser = site.browser()
    const left = await leave(browser)
    const userinfo = { sub: told.sub, email: 'told@work.example', email_verified: true }
    await back(browser, provider.answer(left.location, told, { userinfo }))
    assert.equal((await site.store.users.findByEmail('told@work.example'))?.email_verified, true)
    const other = site.browser()
    const again = await leave(other)
    const answer = await back(
      other,
      provider.answer(again.location, claimed, { userinfo: { sub: claimed.sub, email: 'mixed@work.example' } }),
    )
    assert.equal(answer.status, 403)
    assert.equal(await site.store.users.findByEmail('mixed@work.example'), null)
  })

  it('metadata is asked for once for all, and again when an hour has passed; where it is away then, the old one goes on', async () => {
    const own = await openProvider(() => fresh.time.now)
    const fresh = await openSite({ config: { upstreams: [settings({ issuer: own.issuer })] } })
    try {
      const count = () => own.asked.filter((path) => path.startsWith('/.well-known')).length
      const go = async () => {
        const browser = fresh.browser()
        return (await leave(browser, await login(browser, {}, fresh))).status
      }
      assert.deepEqual(await Promise.all(Array.from({ length: 20 }, go)), Array(20).fill(303))
      assert.equal(count(), 1)
      fresh.time.now += 61 * MINUTE
      assert.equal(await go(), 303)
      assert.equal(count(), 2)
      fresh.time.now += 61 * MINUTE
      await own.close()
      assert.equal(await go(), 303)
      fresh.time.now += 25 * 60 * MINUTE
      assert.equal(await go(), 502)
    } finally {
      await fresh.close()
    }
  })

  it('the doctor says which callback to register, and which provider cannot be used', async () => {
    const away = settings({ id: 'away', issuer: 'http://127.0.0.1:9' })
    const [good, bad] = await examineElsewhere({ ...site.config, upstreams: [settings(), away] })
    assert.deepEqual([good?.ok, good?.found.includes(CALLBACK)], [true, true])
    assert.deepEqual([bad?.ok, bad?.check], [false, 'upstream away'])
    assert.match(bad?.found ?? '', /tells no metadata that can be used: .*ECONNREFUSED|bad port/)
  })

  it('the doctor says where a provider does not know us, and where its clock is off', async () => {
    const look = async () => (await examineElsewhere({ ...site.config, upstreams: [settings({ client_secret: 'wrong' })] }))[0]
    const stranger = await look()
    assert.equal(stranger?.ok, false)
    assert.match(`${stranger?.found} ${stranger?.fix}`, /does not take our client_id and secret.*VOUCHSAFE_UPSTREAM_WORK_SECRET/)
    provider.date = new Date(Date.now() - 5 * MINUTE)
    const late = await look()
    provider.date = undefined
    assert.match(`${late?.found} ${late?.fix}`, /a clock that differs from ours by (299|300) s: its ID tokens would be refused.*NTP/)
  })

  it('who says no there comes back to the login page, which offers everything again', async () => {
    const browser = site.browser()
    const left = await leave(browser)
    const url = provider.answer(left.location, someone(), { callback: { code: undefined, error: 'access_denied' } })
    const page = await browser.follow(await back(browser, url), ISSUER)
    assert.ok(ids(page.html).includes('login-upstream-work'))
    assert.equal(await session(browser), null)
  })

  it('where nothing waits it leads to the account', async () => {
    const browser = site.browser()
    const page = await road(browser, someone(), await browser.get(`${ISSUER}/login?next=apps`))
    assert.equal(new URL(page.url).pathname, '/account/apps')
    assert.ok(tags(page.html, 'a').some(({ href }) => href === '/account/identities'))
  })

  it('a ticket as long as there may be one goes with it', async () => {
    const browser = site.browser()
    const page = await road(
      browser,
      someone(),
      await login(browser, {
        state: 'x'.repeat(2000),
        nonce: 'n'.repeat(256),
        claims: JSON.stringify({ userinfo: { [`c${'y'.repeat(900)}`]: null } }),
      }),
    )
    assert.ok(ids(page.html).includes('consent-allow'))
  })

  it('OIDC Core §3.1.2.1 max_age and prompt=login are satisfied only by a sign-in there that is new enough', async () => {
    const pia = someone()
    await road(site.browser(), pia)
    const now = Math.floor(site.time.now / 1000)
    for (const [params, auth_time, status] of [
      [{ max_age: '600' }, now - 500, 200],
      [{ max_age: '600' }, now - 700, 403],
      [{ max_age: '600' }, undefined, 403],
      [{ prompt: 'login' }, now, 200],
      [{ prompt: 'login' }, now - 40, 403],
      [{ prompt: 'login' }, undefined, 403],
      [{}, now - 5000, 200],
    ] as const) {
      const browser = site.browser()
      const page = await road(browser, { ...pia, auth_time }, await login(browser, params))
      assert.equal(page.status, status, JSON.stringify([params, auth_time]))
      assert.equal(ids(page.html).includes('consent-allow'), status === 200, JSON.stringify(params))
      if ('max_age' in params && status === 200) assert.equal((await session(browser))?.auth_time, (now - 500) * 1000)
    }
  })

  describe('an address that somebody here has', () => {
    const asked = async (browser: Browser, claims: object) => {
      const page = await road(browser, claims)
      assert.ok(ids(page.html).includes('login-link'), 'asked to prove the account')
      assert.equal(await session(browser), null)
      return page
    }
    const proveIt = async (browser: Browser, page: Visit, email: string) =>
      browser.follow(await browser.submit(page, { email, password: PASSWORD }, 'login-submit'), ISSUER)

    it('is never linked by itself: its person signs in here, is asked, and then both ways lead to one account', async () => {
      const owner = await site.addPerson('linked@work.example')
      const claims = someone({ email: 'Linked@work.example' })
      const browser = site.browser()
      const page = await asked(browser, claims)
      assert.match(textOf(page.html), /Harbour Works says that you are linked@work\.example /)
      assert.deepEqual(await site.store.identities.list(owner.sub), [])
      const question = await proveIt(browser, page, owner.email)
      assert.equal(new URL(question.url).pathname, '/login/link')
      assert.match(textOf(question.html), /Link Harbour Works with your account\?/)
      const done = await browser.follow(await browser.submit(question, {}, 'link-confirm'), ISSUER)
      assert.ok(ids(done.html).includes('consent-allow'), 'on to the app')
      assert.deepEqual(
        (await site.store.identities.list(owner.sub)).map(({ subject }) => subject),
        [claims.sub],
      )
      const other = site.browser()
      await road(other, claims)
      assert.equal((await session(other))?.sub, owner.sub)
    })

    it('stays unlinked where its person would rather not, and the app is gone on to all the same', async () => {
      const owner = await site.addPerson('unlinked@work.example')
      const browser = site.browser()
      const question = await proveIt(browser, await asked(browser, someone({ email: owner.email })), owner.email)
      const done = await browser.follow(await browser.submit(question, {}, 'link-not-now'), ISSUER)
      assert.ok(ids(done.html).includes('consent-allow'))
      assert.deepEqual(await site.store.identities.list(owner.sub), [])
      assert.ok(!browser.jar.has('__Host-vouchsafe-link'))
    })

    it('needs a proof that is newer than the identity: a session that was open before does not count', async () => {
      const owner = await site.addPerson('stale@work.example')
      const browser = site.browser()
      await site.signIn(browser, {}, owner.email)
      site.time.now += MINUTE
      const page = await browser.get(`${ISSUER}/login?next=apps&account=other`)
      await road(browser, someone({ email: owner.email }), page)
      const early = await browser.get(`${ISSUER}/login/link?next=apps`)
      assert.match(early.location, /\/login\?.*account=other/)
      const csrf = (await browser.get(`${ISSUER}/account/apps`)).html.match(/name="csrf" value="([^"]+)"/)?.[1] ?? 'none'
      const forced = await browser.post(`${ISSUER}/login/link`, { csrf, next: 'apps', decision: 'link' })
      assert.match(forced.location, /\/login\?.*account=other/)
      assert.deepEqual(await site.store.identities.list(owner.sub), [])
    })

    it('ten minutes later nothing waits to be linked', async () => {
      const owner = await site.addPerson('late@work.example')
      const browser = site.browser()
      const page = await asked(browser, someone({ email: owner.email }))
      site.time.now += 11 * MINUTE
      const next = await proveIt(browser, page, owner.email)
      assert.ok(ids(next.html).includes('consent-allow'))
      assert.equal((await browser.get(`${ISSUER}/login/link?next=apps`)).status, 400)
    })

    it('the question is answered by a form of this session only', async () => {
      const owner = await site.addPerson('forged@work.example')
      const browser = site.browser()
      const question = await proveIt(browser, await asked(browser, someone({ email: owner.email })), owner.email)
      const answers = await Promise.all([
        browser.submit(question, { csrf: 'x' }, 'link-confirm'),
        browser.post(`${ISSUER}/login/link`, { next: 'apps', decision: 'link' }),
      ])
      for (const { status } of answers) assert.equal(status, 403)
      assert.deepEqual(await site.store.identities.list(owner.sub), [])
    })
  })

  describe('in the account', () => {
    const room = (browser: Browser) => browser.get(`${ISSUER}/account/identities`)
    async function signedIn(): Promise<{ browser: Browser; sub: string; email: string }> {
      const { email, sub } = await site.addPerson(`own${++people}@otterbakery.example`)
      const browser = site.browser()
      await browser.submit(await browser.get(`${ISSUER}/login`), { email, password: PASSWORD }, 'login-submit')
      site.time.now += 1000
      return { browser, sub, email }
    }

    it('another account is linked after its person has signed in there and here anew, and removed again', async () => {
      const { browser, sub, email } = await signedIn()
      const claims = someone({ email: undefined, email_verified: undefined })
      const left = await browser.submit(await room(browser), {}, 'identities-add-work')
      const asked = await browser.follow(await back(browser, provider.answer(left.location, claims)), ISSUER)
      assert.match(textOf(asked.html), /Before Harbour Works is linked/)
      const question = await browser.follow(await browser.submit(asked, { email, password: PASSWORD }, 'login-submit'), ISSUER)
      const linked = await browser.follow(await browser.submit(question, {}, 'link-confirm'), ISSUER)
      assert.match(textOf(linked.html), /Harbour Works is linked/)
      const [identity] = await site.store.identities.list(sub)
      assert.equal(identity?.subject, claims.sub)
      assert.ok(!ids(linked.html).includes('identities-add-work'), 'one of each')
      const removed = await browser.follow(await browser.submit(linked, {}, `identity-${identity?.identity_id}-remove-confirm`), ISSUER)
      assert.match(textOf(removed.html), /Harbour Works is removed/)
      assert.deepEqual(await site.store.identities.list(sub), [])
      const { entries } = await site.store.audit.list({ sub, limit: 10 })
      assert.deepEqual(entries.map(({ event }) => event).slice(0, 2), ['identity.unlinked', 'identity.linked'])
    })

    it('ATTACK who came in by what is removed sits nowhere any more, where the person says so', async () => {
      for (const [fields, status] of [
        [{}, 200],
        [{ others: 'on' }, 303],
      ] as const) {
        const { browser, sub } = await signedIn()
        const claims = someone()
        const linked = { identity_id: `i-${claims.sub}`, issuer: provider.issuer, subject: claims.sub, sub, created_at: site.time.now }
        await site.store.identities.add(linked)
        const thief = site.browser()
        await road(thief, claims)
        assert.equal((await session(thief))?.sub, sub)
        await browser.submit(await room(browser), fields, `identity-i-${claims.sub}-remove-confirm`)
        assert.deepEqual(await site.store.identities.list(sub), [])
        assert.equal((await thief.get(`${ISSUER}/account/apps`)).status, status)
        assert.equal((await room(browser)).status, 200, 'this browser stays')
      }
    })

    it('the only way to sign in stays', async () => {
      const browser = site.browser()
      await road(browser, someone())
      const page = await room(browser)
      assert.match(textOf(page.html), /your only way to sign in/)
      const sub = (await session(browser))!.sub
      const [identity] = await site.store.identities.list(sub)
      assert.ok(!page.html.includes('-remove-confirm'))
      const csrf = tags(page.html, 'input').find(({ name }) => name === 'csrf')?.['value'] ?? (await csrfOf(browser))
      await browser.post(`${ISSUER}/account/identities`, { csrf, remove: identity!.identity_id })
      assert.equal((await site.store.identities.list(sub)).length, 1)
    })

    it('nobody removes what is another person’s, and what is linked to somebody else is not linked again', async () => {
      const claims = someone()
      const theirs = site.browser()
      await road(theirs, claims)
      const [identity] = await site.store.identities.list((await session(theirs))!.sub)
      const { browser, sub } = await signedIn()
      const page = await room(browser)
      await browser.submit(page, { add: '', remove: identity!.identity_id }, 'identities-add-work')
      assert.equal((await site.store.identities.list(identity!.sub)).length, 1)
      const left = await browser.submit(page, {}, 'identities-add-work')
      const refused = await back(browser, provider.answer(left.location, claims))
      assert.equal(refused.status, 403)
      assert.match(textOf(refused.html), /linked with another account already/)
      assert.deepEqual(await site.store.identities.list(sub), [])
    })

    it('what somebody began is not finished by whoever signed in meanwhile', async () => {
      const { browser } = await signedIn()
      const left = await browser.submit(await room(browser), {}, 'identities-add-work')
      const other = await site.addPerson(`meanwhile${++people}@otterbakery.example`)
      await browser.submit(await browser.get(`${ISSUER}/login?account=other`), { email: other.email, password: PASSWORD }, 'login-submit')
      assert.equal((await back(browser, provider.answer(left.location, someone()))).status, 403)
      assert.deepEqual(await site.store.identities.list(other.sub), [])
    })

    async function csrfOf(browser: Browser): Promise<string> {
      const { sessionMac } = await import('../../src/server/accounts/sessions.ts')
      return sessionMac({ keys: site.app.server.keys } as never, (await session(browser))!)
    }
  })
})
