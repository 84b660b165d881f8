import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { generateKeyPair } from 'jose'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { MINUTE } from '../../src/core/model/clock.ts'
import { TRIES_PER_ADDRESS } from '../../src/server/accounts/throttle.ts'
import type { UpstreamSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { type Browser, ids, textOf, type Visit } from '../support/browser.ts'
import { type Lie, openProvider, PROVIDER_SECRET, type Provider, sign } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const SESSION = '__Host-vouchsafe-session'
let people = 0
const someone = (more = {}) => ({ sub: `s${++people}`, email: `a${people}@work.example`, email_verified: true, ...more })

describe('attacks on the sign-in at an upstream', () => {
  let work: Provider
  let club: Provider
  let site: TestSite
  const settings = (id: string, { issuer }: Provider, more: Partial<UpstreamSettings> = {}): UpstreamSettings => ({
    id,
    label: { en: id },
    issuer,
    client_id: 'us',
    client_secret: PROVIDER_SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid email',
    claims: [],
    joining: 'verified',
    linking: true,
    ...more,
  })
  before(async () => {
    const now = () => site.time.now
    ;[work, club] = await Promise.all([openProvider(now), openProvider(now)])
    site = await openSite({ config: { upstreams: [settings('work', work), settings('club', club)] } })
  })
  after(async () => {
    await site.close()
    await Promise.all([work.close(), club.close()])
  })
  beforeEach(() => {
    site.time.now += 16 * MINUTE // attempts of an address are counted
  })

  const leave = async (browser: Browser, id = 'work') => browser.submit(await browser.get(`${ISSUER}/login`), {}, `login-upstream-${id}`)
  const back = (browser: Browser, url: string) => browser.get(url, { 'sec-fetch-site': 'cross-site' })
  async function road(lie: Lie, claims: object = someone(), browser = site.browser()): Promise<{ browser: Browser; answer: Visit }> {
    const left = await leave(browser)
    return { browser, answer: await back(browser, work.answer(left.location, { ...claims }, lie)) }
  }
  /** Refused with a page, and nobody is signed in or made. */
  async function isRefused(
    { browser, answer }: { browser: Browser; answer: Visit },
    status: number,
    claims?: { email?: string },
  ): Promise<void> {
    assert.equal(answer.status, status, textOf(answer.html))
    assert.ok(ids(answer.html).includes('error-title'))
    assert.ok(!browser.jar.has(SESSION))
    if (claims?.email) assert.equal(await site.store.users.findByEmail(claims.email), null)
  }

  describe('OIDC Core §3.1.3.7: an ID token is refused', () => {
    const now = () => Math.floor(site.time.now / 1000)
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const lies: Record<string, () => Lie> = {
      'with another nonce': () => ({ id_token: { nonce: 'n'.repeat(43) } }),
      'without a nonce': () => ({ id_token: { nonce: undefined } }),
      'for somebody else': () => ({ id_token: { aud: 'them' } }),
      'without an audience': () => ({ id_token: { aud: undefined } }),
      'for several without azp': () => ({ id_token: { aud: ['us', 'them'] } }),
      'for several with another azp': () => ({ id_token: { aud: ['us', 'them'], azp: 'them' } }),
      'of another issuer': () => ({ id_token: { iss: club.issuer } }),
      'without an issuer': () => ({ id_token: { iss: undefined } }),
      'without a subject': () => ({ id_token: { sub: undefined } }),
      'with a subject longer than 255 characters': () => ({ id_token: { sub: 's'.repeat(256) } }),
      'that is over': () => ({ id_token: { iat: now() - 600, exp: now() - 60 } }),
      'without an end': () => ({ id_token: { exp: undefined } }),
      'that is not good yet': () => ({ id_token: { nbf: now() + 600 } }),
      'signed by nobody': () => ({ forge: (_, claims) => `${base64({ alg: 'none' })}.${base64(claims)}.` }),
      'without its signature': () => ({ forge: (jwt) => jwt.slice(0, jwt.lastIndexOf('.') + 1) }),
      'whose claims were changed': () => ({
        forge: (jwt, claims) => [jwt.split('.')[0], base64({ ...claims, sub: 'other' }), jwt.split('.')[2]].join('.'),
      }),
      'signed with another key of the same name': () => ({
        forge: async (_, claims) => sign(claims, (await generateKeyPair('ES256')).privateKey),
      }),
      'signed with our own secret': () => ({
        forge: (_, claims) => {
          const text = `${base64({ alg: 'HS256' })}.${base64(claims)}`
          return `${text}.${createHmac('sha256', PROVIDER_SECRET).update(text).digest('base64url')}`
        },
      }),
      'that is not there': () => ({ token: { status: 200, body: '{"access_token":"a","token_type":"Bearer"}' } }),
    }
    for (const [name, lie] of Object.entries(lies)) {
      it(name, async () => {
        const claims = someone()
        await isRefused(await road(lie(), claims), 403, claims)
      })
    }
    it('and the same one is taken where nothing is wrong with it, nor more than a clock may be off', async () => {
      await road({ id_token: { iat: now() + 20, nbf: now() + 20 } })
      const { browser, answer } = await road({ id_token: { iat: now() - 60, exp: now() - 20 } })
      assert.equal(answer.status, 303)
      assert.ok(browser.jar.has(SESSION))
    })
  })

  describe('an answer of the token endpoint is refused', () => {
    const other = (token: Lie['token']) => ({ token: token! })
    for (const [name, lie, status] of [
      ['that is no JSON', other({ status: 200, body: '<html>', type: 'text/html' }), 403],
      ['with an error', other({ status: 400, body: '{"error":"invalid_grant","error_description":"<script>alert(1)</script>"}' }), 403],
      ['that is too long', other({ status: 200, body: JSON.stringify({ id_token: 'x'.repeat(300_000) }) }), 502],
      ['that leads elsewhere', other({ status: 302, body: '' }), 403],
    ] as const) {
      it(name, async () => {
        const came = await road(lie)
        await isRefused(came, status)
        assert.ok(!came.answer.html.includes('<script'), 'nothing of theirs is shown')
      })
    }
    it('userinfo of another person', async () => {
      await isRefused(
        await road({ userinfo: { sub: 'other', email: 'o@work.example', email_verified: true } }, someone({ email: undefined })),
        403,
      )
    })
  })

  describe('RFC 6749 §10.12: a callback is refused', () => {
    const open = async () => {
      const browser = site.browser()
      return { browser, left: await leave(browser) }
    }
    it('without a state, with another, and with one that is too long', async () => {
      for (const state of [undefined, '', 'x'.repeat(43), 'x'.repeat(5000)]) {
        const { browser, left } = await open()
        await isRefused({ browser, answer: await back(browser, work.answer(left.location, someone(), { callback: { state } })) }, 400)
      }
    })
    it('in another browser than the one that began it', async () => {
      const { left } = await open()
      const [other, begun] = [site.browser(), (await open()).browser]
      for (const browser of [other, begun])
        await isRefused({ browser, answer: await back(browser, work.answer(left.location, someone())) }, 400)
    })
    it('with a cookie that was altered, of another purpose, or whose ticket was exchanged', async () => {
      const name = '__Host-vouchsafe-upstream'
      for (const alter of [
        (cookie: string) => `${cookie.slice(0, 30)}${cookie[30] === 'A' ? 'B' : 'A'}${cookie.slice(31)}`,
        (cookie: string) => `${cookie}ticket`,
        () => 'x',
        () => '~',
        () =>
          site.app.server.keys.pending_link.seal({
            expires_at: site.time.now + MINUTE,
            created_at: 0,
            upstream: 'work',
            issuer: 'i',
            subject: 's',
          }),
      ]) {
        const { browser, left } = await open()
        browser.jar.set(name, alter(browser.jar.get(name)!))
        await isRefused({ browser, answer: await back(browser, work.answer(left.location, someone())) }, 400)
      }
    })
    it('after ten minutes', async () => {
      const { browser, left } = await open()
      site.time.now += 10 * MINUTE
      await isRefused({ browser, answer: await back(browser, work.answer(left.location, someone())) }, 400)
    })
    it('a second time, its cookie kept or not', async () => {
      const { browser, left } = await open()
      const kept = new Map(browser.jar)
      await back(browser, work.answer(left.location, someone()))
      const again = await back(browser, work.answer(left.location, someone()))
      assert.equal(again.status, 400)
      const thief = site.browser()
      for (const [key, value] of kept) thief.jar.set(key, value)
      await isRefused({ browser: thief, answer: await back(thief, work.answer(left.location, someone())) }, 400)
    })
    it('with a repeated parameter', async () => {
      const { browser, left } = await open()
      await isRefused({ browser, answer: await back(browser, `${work.answer(left.location, someone())}&code=other`) }, 400)
    })
    it('with a code that this provider never gave', async () => {
      const { browser, left } = await open()
      await isRefused(
        { browser, answer: await back(browser, work.answer(left.location, someone(), { callback: { code: 'stolen' } })) },
        403,
      )
    })
    it('after which its cookie is of no use either', async () => {
      const { browser, left } = await open()
      await back(browser, work.answer(left.location, someone(), { callback: { code: 'stolen' } }))
      assert.equal((await back(browser, work.answer(left.location, someone()))).status, 400)
    })
  })

  describe('RFC 9207 §2.4, RFC 9700 §4.4: answers of two providers are not mixed up', () => {
    it('an answer that names another issuer, or none where one is promised', async () => {
      for (const iss of [club.issuer, `${work.issuer}/`, undefined]) await isRefused(await road({ callback: { iss } }), 403)
    })
    it('an error of another issuer is none of this one', async () => {
      await isRefused(await road({ callback: { code: undefined, error: 'access_denied', iss: club.issuer } }), 403)
    })
    it('the code of one at the callback of the other', async () => {
      const browser = site.browser()
      const left = await leave(browser)
      const url = work.answer(left.location, someone()).replace('/work/', '/club/')
      await isRefused({ browser, answer: await back(browser, url) }, 400)
    })
    it('the code of one with the state of the other', async () => {
      const [browser, other] = [site.browser(), site.browser()]
      const [left, elsewhere] = [await leave(browser, 'club'), await leave(other)]
      const code = new URL(work.answer(elsewhere.location, someone())).searchParams.get('code')!
      const url = club.answer(left.location, someone(), { callback: { code } })
      await isRefused({ browser, answer: await back(browser, url) }, 403)
    })
    it('the subject of one is nobody at the other', async () => {
      const claims = someone()
      const { browser } = await road({}, claims)
      const first = await site.store.sessions.find(sha256(browser.jar.get(SESSION)!), site.time.now)
      const other = site.browser()
      const left = await leave(other, 'club')
      await back(other, club.answer(left.location, { ...claims, email: 'same-sub@club.example' }))
      const second = await site.store.sessions.find(sha256(other.jar.get(SESSION)!), site.time.now)
      assert.notEqual(first?.sub, second?.sub)
    })
  })

  describe('accounts', () => {
    it('an address that nobody vouches for makes no account, and does not tell whether there is one', async () => {
      for (const email of [site.mara.email, 'nobody@otterbakery.example']) {
        for (const email_verified of [false, undefined, 'true', 1]) {
          const came = await road({}, someone({ email, email_verified }))
          assert.equal(came.answer.status, 403)
          assert.match(textOf(came.answer.html), /We were not told an address that is surely yours/)
          assert.ok(!came.browser.jar.has('__Host-vouchsafe-link'))
        }
      }
      assert.deepEqual(await site.store.identities.list(site.mara.sub), [])
    })
    it('no address, and what is none, make no account', async () => {
      for (const email of [undefined, '', 'mara', 'a b@c', 'x@y\u0000', `${'x'.repeat(300)}@y.example`, ['a@b.example'], { a: 1 }])
        await isRefused(await road({}, someone({ email })), 403)
    })
    it('a disabled person stays out', async () => {
      const claims = someone()
      await road({}, claims)
      const user = (await site.store.users.findByEmail(claims.email))!
      await site.store.users.update({ ...user, disabled_at: site.time.now })
      const came = await road({}, claims)
      await isRefused(came, 403)
      assert.match(textOf(came.answer.html), /This account was stopped/)
    })
    it('an account made so cannot be opened with a password', async () => {
      const claims = someone()
      await road({}, claims)
      const browser = site.browser()
      for (const password of ['', 'undefined', PASSWORD]) {
        await browser.submit(await browser.get(`${ISSUER}/login`), { email: claims.email, password }, 'login-submit')
        assert.ok(!browser.jar.has(SESSION))
      }
    })
    it('claims cannot become members of the record', async () => {
      const claims = someone({ password_hash: 'x', disabled_at: 1, claims: { a: 1 }, __proto__: { admin: true }, name: 'x'.repeat(600) })
      await road({}, claims)
      const user = await site.store.users.findByEmail(claims.email)
      assert.deepEqual(Object.keys(user ?? {}).sort(), ['created_at', 'email', 'email_verified', 'sub'])
    })
    it('the id of a session that was there before is not used again: it stays beside the new one, and that of the same person ends', async () => {
      const browser = site.browser()
      await site.signIn(browser)
      const pia = someone()
      const come = async () => {
        const left = await browser.submit(await browser.get(`${ISSUER}/login?account=other`), {}, 'login-upstream-work')
        await back(browser, work.answer(left.location, pia))
        return browser.jar.get(SESSION)!
      }
      const before = browser.jar.get(SESSION)!
      const first = await come()
      assert.notEqual(first, before)
      assert.equal(browser.jar.get('__Host-vouchsafe-others'), before)
      assert.notEqual(await come(), first)
      assert.equal(await site.store.sessions.find(sha256(first), site.time.now), null)
    })
  })

  describe('settings of a provider', () => {
    async function at(more: Partial<UpstreamSettings>, run: (own: TestSite) => Promise<void>): Promise<void> {
      const own = await openSite({ config: { upstreams: [settings('work', work, more)] } })
      own.time.now = site.time.now
      try {
        await run(own)
      } finally {
        await own.close()
      }
    }
    const come = async (own: TestSite, claims: object): Promise<Visit> => {
      const browser = own.browser()
      return back(browser, work.answer((await leave(browser)).location, { ...claims }))
    }
    it('with joining none nobody new comes in, and who is here may still link', async () => {
      await at({ joining: 'none' }, async (own) => {
        const stranger = await come(own, someone())
        assert.match(textOf(stranger.html), /Nobody here has this account/)
        assert.match((await come(own, someone({ email: own.mara.email }))).location, /\/login\?/)
      })
    })
    it('with joining any an address counts as told, and is never said to be verified', async () => {
      await at({ joining: 'any' }, async (own) => {
        assert.equal((await come(own, someone({ email: 'any@work.example', email_verified: false }))).status, 303)
        assert.equal((await own.store.users.findByEmail('any@work.example'))?.email_verified, undefined)
      })
    })
    it('with domains it vouches for their addresses and for no other, nor for one that only looks like them', async () => {
      await at({ domains: ['works.example'] }, async (own) => {
        assert.equal((await come(own, someone({ email: 'in@works.example' }))).status, 303)
        for (const email of [
          'out@other.example',
          'x@sub.works.example',
          'x@notworks.example',
          'x@works.example@other.example',
          own.mara.email,
        ])
          assert.equal((await come(own, someone({ email }))).status, 403, email)
      })
    })
    it('without linking an address that is taken leads nowhere', async () => {
      await at({ linking: false }, async (own) => {
        assert.equal((await come(own, someone({ email: own.mara.email }))).status, 403)
      })
    })
  })

  it('only our own form begins it: not a link, not another site', async () => {
    const browser = site.browser()
    const page = await browser.get(`${ISSUER}/login`)
    assert.equal((await browser.get(`${ISSUER}/login/upstream/work`)).status, 405)
    for (const [name, value] of [
      ['sec-fetch-site', 'cross-site'],
      ['sec-fetch-site', 'same-site'],
      ['origin', 'https://evil.example'],
    ] as const) {
      const sent = await browser.post(`${ISSUER}/login/upstream/work`, { next: 'apps' }, { [name]: value })
      assert.equal(sent.status, 403)
      assert.deepEqual(sent.cookies, [])
    }
    assert.equal((await browser.submit(page, {}, 'login-upstream-work')).status, 303)
  })

  it('another browser’s ticket goes nowhere, and no address of ours can be put in its place', async () => {
    const browser = site.browser()
    const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    const foreign = await site.browser().submit(page, {}, 'login-upstream-work')
    assert.match(foreign.location, /\/authorize\?/)
    const left = await browser.post(`${ISSUER}/login/upstream/work`, { next: 'https://evil.example' })
    const end = await back(browser, work.answer(left.location, someone()))
    assert.equal(end.location, `${ISSUER}/account/apps`)
  })

  it('a stranger writes nothing: neither going there nor coming back with something wrong', async () => {
    const rows = async () => (await site.store.users.list({ after: '', limit: 1000 })).length
    const before = await rows()
    for (let i = 0; i < 5; i++) await road({ id_token: { nonce: 'wrong' } })
    assert.equal(await rows(), before)
  })

  it('who comes back too often with something wrong is slowed down, by address', async () => {
    const browser = site.browser('198.51.100.9')
    const statuses: number[] = []
    for (let i = 0; i <= TRIES_PER_ADDRESS; i++) {
      const left = await leave(browser)
      statuses.push(
        (await back(browser, work.answer(left.location, someone(), { token: { status: 400, body: '{"error":"invalid_grant"}' } }))).status,
      )
    }
    assert.deepEqual([...new Set(statuses)], [403, 429])
    assert.equal((await road({})).answer.status, 303, 'others are not')
  })

  describe('a provider that', () => {
    async function beside(prepare: (provider: Provider) => void, run: (own: TestSite, provider: Provider) => Promise<void>): Promise<void> {
      const provider = await openProvider(() => own.time.now)
      const own = await openSite({ config: { upstreams: [settings('work', provider)] } })
      prepare(provider)
      try {
        await run(own, provider)
      } finally {
        await own.close()
        await provider.close()
      }
    }
    const gone = async (own: TestSite) => {
      const page = await leave(own.browser())
      assert.equal(page.status, 502)
      assert.match(textOf(page.html), /The other service does not answer at this moment/)
    }

    it('does not answer holds up nobody for longer than seconds, and is left alone for some', async () => {
      await beside(
        (provider) => {
          provider.silent = true
        },
        async (own, provider) => {
          const began = performance.now()
          await Promise.all(Array.from({ length: 20 }, () => gone(own)))
          assert.ok(performance.now() - began < 7_000)
          await gone(own)
          assert.equal(provider.asked.length, 1)
        },
      )
    })
    it('sends its answer in drops is not waited for', async () => {
      await beside(
        () => {},
        async (own, provider) => {
          const browser = own.browser()
          const left = await leave(browser)
          const url = provider.answer(left.location, someone(), { drops: true })
          const began = performance.now()
          assert.equal((await back(browser, url)).status, 502)
          assert.ok(performance.now() - began < 7_000)
        },
      )
    })
    it('OIDC Discovery §4.3 calls itself something else is refused', async () => {
      await beside((provider) => {
        provider.metadata = { issuer: 'https://work.example' }
      }, gone)
    })
    it('sends people to a script is refused', async () => {
      await beside((provider) => {
        provider.metadata = { authorization_endpoint: 'javascript:alert(1)' }
      }, gone)
    })
  })

  it('nothing secret of the way is in the log', async () => {
    const log = JSON.stringify(site.events)
    for (const secret of [PROVIDER_SECRET, 'code-', 'at-', 'eyJ']) assert.ok(!log.includes(secret), secret)
  })
})
