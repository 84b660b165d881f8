import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { type JWTPayload, SignJWT } from 'jose'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { completeDialect, standard } from '../../src/core/model/dialect.ts'
import { writeLink } from '../../src/server/accounts/mail-links.ts'
import { resetLink } from '../../src/server/accounts/recovery.ts'
import { readHostLogin } from '../../src/server/host-login.ts'
import { pageRoutes } from '../../src/server/pages/routes.ts'
import type { Browser, Visit } from '../support/browser.ts'
import { ids, openBrowser, tags, textOf } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

const PRODUCT = 'https://product.example'
const LOGIN = `${PRODUCT}/vouchsafe/login`
const theirs = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...theirs.publicKey.export({ format: 'jwk' }), kid: 'k1' }

let site: TestSite
before(async () => {
  const host = {
    login: LOGIN,
    logout: `${PRODUCT}/bye`,
    issuer: PRODUCT,
    jwks: { keys: [jwk] },
    claims: ['name', 'email', 'email_verified', 'locale'],
  }
  site = await openSite({ config: { host_login: readHostLogin(host, ISSUER, '') } })
})
after(() => site.close())

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)

interface Told extends JWTPayload {
  nonce?: string
}

/** A hand-over of somebody whom nobody has seen yet, as the product signs it; `told` changes or, by undefined, leaves out. */
async function sign(told: Told, { key = theirs.privateKey, kid = 'k1', typ = 'handover+jwt', alg = 'ES256' } = {}): Promise<string> {
  const now = seconds(site.time.now)
  const sub = told.sub ?? `p-${randomUUID()}`
  const usual = {
    iss: PRODUCT,
    aud: ISSUER,
    sub,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    auth_time: now - 600,
    email: `${sub}@product.example`,
  }
  return new SignJWT({ ...usual, ...told }).setProtectedHeader({ alg, typ, kid }).sign(key)
}

interface Asked {
  state: string
  nonce: string
  words: URLSearchParams
}

/** Begins a request in a browser and stands at the door of the product. */
async function ask(browser: Browser, params: Record<string, string> = {}): Promise<Asked> {
  const visit = await browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
  assert.ok(visit.location.startsWith(`${LOGIN}?`), `${visit.status} ${visit.location}`)
  const words = new URL(visit.location).searchParams
  return { state: words.get('state') ?? '', nonce: words.get('nonce') ?? '', words }
}

const handOver = (browser: Browser, state: string, handover: string): Promise<Visit> =>
  browser.get(`${ISSUER}/session/handover?${new URLSearchParams({ state, handover })}`, { 'sec-fetch-site': 'cross-site' })

const hasSession = (browser: Browser) => [...browser.jar.keys()].some((name) => name.endsWith('-session'))

/** It is told to the person, and nobody is signed in. */
function assertRefused(visit: Visit, browser: Browser, why: RegExp): void {
  assert.equal(visit.status, 403, visit.location)
  assert.ok(ids(visit.html).includes('error-title'))
  assert.ok(!hasSession(browser))
  const refused = site.events.findLast(({ event }) => event === 'request.refused')
  assert.match(String(refused?.['cause']), why)
}

describe('a hand-over of the product', () => {
  it('signs its person in without a page of ours, with what it says of them and of the sign-in', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    const told = {
      nonce,
      sub: 'p-1',
      name: 'Ada',
      email: 'Ada@Product.example',
      email_verified: true,
      locale: 'fr',
      phone: '1',
      amr: ['pwd', 'otp'],
      acr: 'gold',
    }
    const consent = await browser.follow(await handOver(browser, state, await sign(told)), ISSUER)
    assert.ok(ids(consent.html).includes('consent-allow'), consent.url)
    const { created_at: _then, ...user } = (await site.store.users.find('p-1'))!
    assert.deepEqual(user, { sub: 'p-1', name: 'Ada', email: 'ada@product.example', email_verified: true, claims: { locale: 'fr' } })
    const { entries } = await site.store.audit.list({ limit: 10, sub: 'p-1' })
    assert.deepEqual(
      entries.map(({ event, actor }) => [event, actor.type]),
      [['user.added', 'host']],
    )
  })

  it('brings the person up to date, and takes over no address that is somebody else’s', async () => {
    const come = async (told: Told) => {
      const browser = site.browser()
      const { state, nonce } = await ask(browser)
      return handOver(browser, state, await sign({ ...told, nonce }))
    }
    await come({ sub: 'p-2', email: 'two@product.example', email_verified: true })
    await come({ sub: 'p-2', email: 'zwei@product.example', name: 'Zwei' })
    assert.deepEqual(
      [(await site.store.users.find('p-2'))?.email, (await site.store.users.find('p-2'))?.email_verified],
      ['zwei@product.example', undefined],
    )
    assert.equal((await come({ sub: 'p-2', email: site.mara.email, email_verified: true })).status, 303)
    const { email, email_verified, name } = (await site.store.users.find('p-2'))!
    assert.deepEqual({ email, email_verified, name }, { email: 'zwei@product.example', email_verified: undefined, name: 'Zwei' })
    const taken = await come({ sub: 'p-3', email: site.mara.email, email_verified: true })
    assert.equal(taken.status, 403, 'an address joins nobody to an account')
    assert.equal(await site.store.users.find('p-3'), null)
  })

  it('comes by a form too: with our cookies at once, without them once more by GET', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    const fields = { state, handover: await sign({ nonce }) }
    const headers = { 'sec-fetch-site': 'cross-site', origin: PRODUCT }
    const bare = await site.browser().post(`${ISSUER}/session/handover`, fields, headers)
    assert.equal(bare.status, 303)
    assert.equal(bare.location, `${ISSUER}/session/handover?${new URLSearchParams(fields)}`)
    assert.deepEqual(bare.cookies, [])
    assert.equal(
      (await browser.post(`${ISSUER}/session/handover`, fields, headers)).location.startsWith(`${ISSUER}/authorize?ticket=`),
      true,
    )
    assert.ok(hasSession(browser))
  })

  it('leads to the account where no app asks', async () => {
    const browser = site.browser()
    const visit = await browser.follow(await browser.get(`${ISSUER}/account/apps`), ISSUER)
    const words = new URL(visit.location).searchParams
    assert.equal(words.get('state'), 'apps')
    const page = await browser.follow(await handOver(browser, 'apps', await sign({ nonce: words.get('nonce')! })), ISSUER)
    assert.deepEqual([page.url, page.status], [`${ISSUER}/account/apps`, 200])
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.ok(policy.endsWith(`form-action 'self' ${PRODUCT}`), 'forms of ours may lead to the product')
  })

  it('OIDC Core §3.1.2.1 the product is told prompt, max_age, login_hint, acr_values and ui_locales', async () => {
    const { words } = await ask(site.browser(), { prompt: 'login consent', max_age: '300', login_hint: 'ada', ui_locales: 'fr' })
    assert.deepEqual(
      ['prompt', 'max_age', 'login_hint', 'ui_locales', 'client_id'].map((name) => words.get(name)),
      ['login', '300', 'ada', 'fr', 'tallyboat'],
    )
  })

  it('OIDC Core §3.1.2.1 prompt=login and max_age are kept: an older sign-in is refused once, and does not go round', async () => {
    for (const [params, age, good] of [
      [{ prompt: 'login' }, 0, true],
      [{ prompt: 'login' }, 60, false],
      [{ max_age: '300' }, 200, true],
      [{ max_age: '300' }, 400, false],
    ] as const) {
      const browser = site.browser()
      const { state, nonce } = await ask(browser, params)
      const visit = await handOver(browser, state, await sign({ nonce, auth_time: seconds(site.time.now) - age }))
      if (!good) assertRefused(visit, browser, /auth_time is older/)
      else assert.ok(ids((await browser.follow(visit, ISSUER)).html).includes('consent-allow'), JSON.stringify(params))
    }
  })

  it('OIDC Core §2: its session says the acr and the amr that the product told, and none that it did not', async () => {
    for (const [told, acr, amr] of [
      [{}, undefined, undefined],
      [{ amr: ['pwd', 'mfa'] }, undefined, ['pwd', 'mfa']],
      [{ acr: 'silver' }, 'silver', undefined],
    ] as const) {
      const browser = site.browser()
      const { state, nonce } = await ask(browser)
      await handOver(browser, state, await sign({ nonce, ...told, ...('amr' in told && { amr: [...told.amr] }) }))
      const secret = [...browser.jar].find(([name]) => name.endsWith('-session'))![1]
      const session = await site.store.sessions.find(sha256(secret), site.time.now)
      assert.deepEqual([session?.acr, session?.amr], [acr, amr])
    }
  })

  it('OIDC Core §3.1.2.1 acr_values that we would know are the product’s affair: nobody goes round', async () => {
    const metadata = (await site.browser().get(`${ISSUER}/.well-known/openid-configuration`)).html
    assert.equal(JSON.parse(metadata).acr_values_supported, undefined)
    const browser = site.browser()
    const { state, nonce } = await ask(browser, { acr_values: 'phr 2fa' })
    const page = await browser.follow(await handOver(browser, state, await sign({ nonce })), ISSUER)
    assert.ok(ids(page.html).includes('consent-allow'), page.url)
  })

  it('where a room wants the person once more, the product is told so', async () => {
    const visit = await site.browser().get(`${ISSUER}/login?next=security&account=again`)
    const words = new URL(visit.location).searchParams
    assert.deepEqual([words.get('state'), words.get('prompt')], ['security', 'login'])
  })

  it('a passkey of ours is no second door', async () => {
    const browser = site.browser()
    const { state: ticket } = await ask(browser)
    const back = `${ISSUER}/login?${new URLSearchParams({ ticket })}`
    const pages = [await browser.get(`${ISSUER}/login/passkey?ticket=${ticket}`), await browser.post(`${ISSUER}/login/passkey`, { ticket })]
    for (const { location } of pages) assert.equal(location, back)
  })

  it('a password of ours is no second door', async () => {
    const browser = site.browser()
    const { state } = await ask(browser)
    const visit = await browser.post(`${ISSUER}/login`, { ticket: state, email: site.mara.email, password: PASSWORD })
    assert.ok(visit.location.startsWith(`${ISSUER}/login?ticket=`))
    assert.ok(!hasSession(browser))
  })

  it('ATTACK nothing of our own sign-in is there: each of its addresses says where one signs in, or leads there', async () => {
    const own = Object.entries(pageRoutes).filter(([, { own_sign_in }]) => own_sign_in)
    for (const [path, { GET, POST }] of own) {
      const visits = [
        ...(GET ? [await site.browser().get(ISSUER + path)] : []),
        ...(POST ? [await site.browser().post(ISSUER + path, {})] : []),
      ]
      for (const { status, html } of visits) {
        assert.equal(status, 404, path)
        assert.match(textOf(html), /You sign in at the product, not here/, path)
      }
    }
    assert.equal((await site.browser().get(`${ISSUER}/login/passkey?do=add`)).status, 404)
    for (const path of ['/login/passkey', '/login/factor']) {
      const visits = [await site.browser().get(`${ISSUER}${path}?next=apps`), await site.browser().post(ISSUER + path, { next: 'apps' })]
      for (const { location } of visits) assert.equal(location, `${ISSUER}/login?next=apps`, path)
    }
    // all that speaks of a password, a code or a passkey, and none that was added since
    const named = Object.keys(pageRoutes).filter((path) =>
      /forgot|create|password|security|totp|recovery|passkey$|passkeys|factor|identit|link/.test(path),
    )
    const left = named.filter((path) => !own.some(([one]) => one === path))
    assert.deepEqual(left.sort(), ['/link', '/login/factor', '/login/passkey'])
  })

  it('its people have no room for passwords, codes and passkeys, and in the others no way there', async () => {
    const browser = site.browser()
    const visit = await browser.follow(await browser.get(`${ISSUER}/account/profile`), ISSUER)
    const { nonce, state } = Object.fromEntries(new URL(visit.location).searchParams)
    const page = await browser.follow(await handOver(browser, state!, await sign({ nonce: nonce! })), ISSUER)
    assert.equal(page.status, 200)
    const doors = tags(page.html, 'a').map(({ href }) => href)
    assert.ok(doors.includes('/account/apps'))
    for (const closed of ['/account/security', '/account/identities']) assert.ok(!doors.includes(closed), closed)
    assert.equal((await browser.get(`${ISSUER}/account/security`)).status, 404)
  })

  it('ATTACK a letter from before about a password or a new account is worth nothing', async () => {
    const { keys } = site.app.server
    const accounts = { issuer: ISSUER, keys, clock: () => site.time.now }
    const { email, sub } = site.mara
    for (const link of [
      resetLink(accounts, site.mara),
      writeLink(accounts, { act: 'create', email: 'new@b.example', sub: '', state: '' }),
    ]) {
      const token = new URL(link).searchParams.get('token')!
      assert.equal((await site.browser().get(link)).status, 404)
      assert.equal((await site.browser().post(`${ISSUER}/link`, { token, password: 'heron-window-17', name: 'N' })).status, 404)
    }
    assert.deepEqual(
      [(await site.store.users.find(sub))?.password_hash, (await site.store.users.findByEmail('new@b.example'))?.sub],
      [site.mara.password_hash, undefined],
    )
    assert.equal((await site.store.users.find(sub))?.email, email)
  })

  it('a disabled person does not come in', async () => {
    await site.store.users.add({ sub: 'p-off', email: 'off@product.example', created_at: 0, disabled_at: 1 })
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    assertRefused(await handOver(browser, state, await sign({ nonce, sub: 'p-off' })), browser, /disabled/)
  })
})

describe('attacks on the hand-over', () => {
  const secret = 'a'.repeat(32)
  for (const [name, make, why] of [
    ['signed by somebody else', (nonce: string) => sign({ nonce }, { key: strangers.privateKey }), /signature/],
    ['with an unknown kid', (nonce: string) => sign({ nonce }, { kid: 'k2' }), /No key/],
    ['RFC 8725 §3.11: of another type', (nonce: string) => sign({ nonce }, { typ: 'JWT' }), /typ/],
    ['RFC 8725 §3.1: with the public key as a secret', (nonce: string) => signHs(nonce, JSON.stringify(jwk)), /alg/],
    ['RFC 8725 §3.2: with no algorithm', (nonce: string) => unsigned(nonce), /alg|sign/i],
    ['of another issuer', (nonce: string) => sign({ nonce, iss: 'https://other.example' }), /iss/],
    ['for another audience', (nonce: string) => sign({ nonce, aud: 'https://other.example' }), /aud/],
    ['for several audiences', (nonce: string) => sign({ nonce, aud: [ISSUER, 'https://other.example'] }), /list/],
    ['without an audience', (nonce: string) => sign({ nonce, aud: undefined }), /aud/],
    ['expired', (nonce: string) => sign({ nonce, iat: seconds(site.time.now) - 90, exp: seconds(site.time.now) - 30 }), /exp/],
    ['good for an hour', (nonce: string) => sign({ nonce, exp: seconds(site.time.now) + 3_600 }), /more than 60/],
    ['of the future', (nonce: string) => sign({ nonce, iat: seconds(site.time.now) + 30 }), /iat/],
    ['with a sign-in of the future', (nonce: string) => sign({ nonce, auth_time: seconds(site.time.now) + 30 }), /auth_time/],
    ['without auth_time', (nonce: string) => sign({ nonce, auth_time: undefined }), /auth_time/],
    ['without jti', (nonce: string) => sign({ nonce, jti: undefined }), /jti/],
    ['without nonce', () => sign({}), /nonce/],
    ['with the nonce of another errand', () => sign({ nonce: 'n'.repeat(32) }), /nonce/],
    ['with a sub that is no name', (nonce: string) => sign({ nonce, sub: 'a b' }), /sub/],
    ['with an address that is none', (nonce: string) => sign({ nonce, email: 'nobody' }), /email/],
    ['about somebody new without an address', (nonce: string) => sign({ nonce, email: undefined }), /email/],
    ['of 5,000 characters', async (nonce: string) => sign({ nonce, name: 'x'.repeat(4_000) }), /too long/],
    ['that is no JWT', async () => 'x.y.z', /./],
  ] as const) {
    it(`${name} is refused`, async () => {
      const browser = site.browser()
      const { state, nonce } = await ask(browser)
      assertRefused(await handOver(browser, state, await make(nonce)), browser, why)
    })
  }

  const signHs = (nonce: string, key: string) => {
    const now = seconds(site.time.now)
    return new SignJWT({ iss: PRODUCT, aud: ISSUER, sub: 'p-hs', iat: now, exp: now + 60, jti: secret, auth_time: now, nonce })
      .setProtectedHeader({ alg: 'HS256', typ: 'handover+jwt', kid: 'k1' })
      .sign(new TextEncoder().encode(key))
  }
  async function unsigned(nonce: string): Promise<string> {
    const [, payload] = (await sign({ nonce })).split('.')
    return `${Buffer.from('{"alg":"none","typ":"handover+jwt"}').toString('base64url')}.${payload}.`
  }

  it('used twice is refused, and in fifty tabs at once one wins', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    const handover = await sign({ nonce, sub: 'p-race' })
    const jar = new Map(browser.jar)
    const tabs = await Promise.all(
      Array.from({ length: 50 }, () => {
        const tab = site.browser()
        for (const [name, value] of jar) tab.jar.set(name, value)
        return handOver(tab, state, handover)
      }),
    )
    assert.equal(tabs.filter(({ status }) => status === 303).length, 1)
    assert.equal(tabs.filter(({ status }) => status === 403).length, 49)
  })

  it('login CSRF: the hand-over of an attacker opens nothing in another browser', async () => {
    const [attacker, victim, nobody] = [site.browser(), site.browser(), site.browser()]
    const theirs = await ask(attacker)
    const own = await ask(victim)
    const handover = () => sign({ nonce: theirs.nonce, sub: 'p-attacker' })
    const foreign = await handOver(victim, theirs.state, await handover())
    assert.ok(foreign.location.startsWith(`${ISSUER}/authorize?ticket=`), 'the request begins anew, without the answer')
    assert.ok(!hasSession(victim))
    assertRefused(await handOver(victim, own.state, await handover()), victim, /nonce/)
    await victim.get(`${ISSUER}/login?next=apps`)
    assertRefused(await handOver(victim, 'apps', await handover()), victim, /nonce/)
    assert.equal((await handOver(nobody, 'apps', await handover())).status, 400, 'a browser that asked for nothing')
    assert.ok(!hasSession(nobody))
  })

  it('a planted nonce: a hand-over that was shown in the wrong browser is used up, and signs nobody else in', async () => {
    for (const place of ['ticket', 'apps'] as const) {
      const [attacker, victim] = [site.browser(), site.browser()]
      const theirs = await ask(attacker)
      await victim.get(`${ISSUER}/login?next=apps`)
      // the victim was lured to the product with the nonce of the attacker, who then finds the address
      const leaked = await sign({ nonce: theirs.nonce, sub: 'p-victim' })
      await handOver(victim, place === 'apps' ? 'apps' : theirs.state, leaked)
      assertRefused(await handOver(attacker, theirs.state, leaked), attacker, /used before/)
    }
  })

  it('a hand-over for one request does not serve another one of the same browser', async () => {
    const browser = site.browser()
    const one = await ask(browser)
    const other = await ask(browser, { state: 'other' })
    assertRefused(await handOver(browser, other.state, await sign({ nonce: one.nonce })), browser, /nonce/)
  })

  it('session fixation: each hand-over opens a session under a new id, and the one before is over', async () => {
    const browser = site.browser()
    const first = await ask(browser)
    await handOver(browser, first.state, await sign({ nonce: first.nonce, sub: 'p-fix' }))
    const before = new Map(browser.jar)
    const second = await ask(browser, { prompt: 'login' })
    await handOver(browser, second.state, await sign({ nonce: second.nonce, sub: 'p-fix', auth_time: seconds(site.time.now) }))
    const name = [...before.keys()].find((key) => key.endsWith('-session'))!
    assert.notEqual(browser.jar.get(name), before.get(name))
    const old = site.browser()
    for (const [key, value] of before) old.jar.set(key, value)
    assert.ok((await old.get(`${ISSUER}/account/apps`)).location.startsWith(`${ISSUER}/login`))
  })

  it('nothing of a hand-over is in the log: no token, no nonce, no person', () => {
    const logged = site.events.map((event) => `${JSON.stringify(event)} ${inspect(event, { depth: 9, showHidden: true })}`).join('\n')
    assert.ok(logged.includes('request.refused'))
    for (const part of [/eyJ[\w-]+\./, /@product\.example/, /p-(attacker|victim|race)/]) assert.doesNotMatch(logged, part)
  })

  it('what is refused writes nothing', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    await handOver(browser, state, await sign({ nonce, sub: 'p-never' }, { key: strangers.privateKey }))
    assert.equal(await site.store.users.find('p-never'), null)
  })

  it('the last page leads on to addresses that it was given by us alone', async () => {
    const visit = await site
      .browser()
      .get(`${ISSUER}/logout/done?${new URLSearchParams({ to: 'https://evil.example/', mac: 'm'.repeat(32) })}`)
    assert.equal(visit.status, 200)
    assert.equal(visit.location, '')
  })

  it('open redirect: such an address leads there for half an hour, and not once its app is long gone', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    await handOver(browser, state, await sign({ nonce }))
    const asked = { client_id: 'tallyboat', post_logout_redirect_uri: 'https://tallyboat.example/bye', state: 'a b' }
    const page = await browser.follow(await browser.get(`${ISSUER}/logout?${new URLSearchParams(asked)}`), ISSUER)
    const left = new URL((await browser.submit(page, {}, 'logout-confirm')).location)
    assert.equal(left.origin + left.pathname, `${PRODUCT}/bye`)
    const back = left.searchParams.get('return_to')!
    assert.equal((await browser.get(back)).location, 'https://tallyboat.example/bye?state=a%20b')
    const longer = new URL(back)
    longer.searchParams.set('until', '9999999999999')
    assert.equal((await browser.get(longer.href)).location, '')
    const { now } = site.time
    try {
      site.time.now += 31 * 60_000
      assert.equal((await browser.get(back)).location, '')
    } finally {
      site.time.now = now
    }
  })
})

describe('a sign-out of the product', () => {
  const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const say = (logout_token: string) => site.browser().post(`${ISSUER}/session/ended`, { logout_token }, {})
  const typ = 'logout+jwt'

  it('OIDC Back-Channel §2.5 ends all sessions of the person, once', async () => {
    const browser = site.browser()
    const { state, nonce } = await ask(browser)
    await handOver(browser, state, await sign({ nonce, sub: 'p-out' }))
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 200)
    const token = await sign({ sub: 'p-out', events: EVENTS }, { typ })
    const answer = await say(token)
    assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store'])
    assert.equal((await browser.get(`${ISSUER}/account/apps`)).status, 303)
    assert.equal((await say(token)).status, 400, 'used twice')
  })
  for (const [name, told, how] of [
    ['of another type', { events: EVENTS }, { typ: 'handover+jwt' }],
    ['without events', {}, { typ }],
    ['with a nonce', { events: EVENTS, nonce: 'n' }, { typ }],
    ['signed by somebody else', { events: EVENTS }, { typ, key: strangers.privateKey }],
    ['for another audience', { events: EVENTS, aud: 'https://other.example' }, { typ }],
  ] as const) {
    it(`OIDC Back-Channel §2.6 ${name} is refused as JSON`, async () => {
      const { status, html } = await say(await sign(told as Told, how))
      assert.deepEqual([status, JSON.parse(html).error], [400, 'invalid_request'])
    })
  }
  it('about nobody whom we know is no error', async () => {
    assert.equal((await say(await sign({ sub: 'p-nobody', events: EVENTS }, { typ }))).status, 200)
  })
})

it('a dialect that shows sign-in on its own address sends people to the product too', async () => {
  const paths = { authorize: '/acme/authorize', token: '/acme/token' }
  const acme = completeDialect({ name: 'acme', source: standard.source, base: '/acme', paths, discovery: [], interaction: 'embedded' })
  const host_login = readHostLogin({ login: LOGIN, issuer: PRODUCT, jwks: { keys: [jwk] } }, ISSUER, '')
  const other = await openSite({ config: { host_login, dialects: ['standard', 'acme'], own_dialects: [acme] } })
  try {
    other.time.now = site.time.now
    await other.addClient({ client_id: 'acme-app', dialect: 'acme' })
    const browser = other.browser()
    const url = other.authorizeUrl({ client_id: 'acme-app' }).replace('/authorize?', '/acme/authorize?')
    const words = new URL((await browser.follow(await browser.get(url), ISSUER)).location).searchParams
    const handed = await handOver(browser, words.get('state')!, await sign({ nonce: words.get('nonce')! }))
    assert.ok(ids((await browser.follow(handed, ISSUER)).html).includes('consent-allow'))
  } finally {
    await other.close()
  }
})

it('ATTACK a session from before people sign in somewhere else is none, either way, and the acr of the product is no word of ours', async () => {
  const host_login = site.config.host_login!
  const own = await openSite({ beside: site })
  const required = await openSite({ beside: site, config: { second_factor: 'required' } })
  try {
    const { mara } = site
    const mine = own.browser()
    await mine.post(`${ISSUER}/login`, { next: 'apps', email: mara.email, password: PASSWORD })
    assert.equal((await mine.get(`${ISSUER}/account/apps`)).status, 200)
    const there = openBrowser(site.app.fetch)
    for (const [name, value] of mine.jar) there.jar.set(name, value)
    assert.ok((await there.follow(await there.get(`${ISSUER}/account/apps`), ISSUER)).location.startsWith(host_login.login))
    assert.ok((await there.follow(await there.get(site.authorizeUrl()), ISSUER)).location.startsWith(host_login.login))

    const theirs = site.browser()
    const { state, nonce } = await ask(theirs)
    await handOver(theirs, state, await sign({ nonce, sub: mara.sub, email: mara.email, amr: ['pwd', 'mfa'], acr: '2fa' }))
    assert.equal((await theirs.get(`${ISSUER}/account/apps`)).status, 200)
    for (const other of [own, required]) {
      const here = openBrowser(other.app.fetch)
      for (const [name, value] of theirs.jar) here.jar.set(name, value)
      for (const path of ['apps', 'security', 'security/totp']) {
        const visit = await here.get(`${ISSUER}/account/${path}`)
        assert.equal(new URL(visit.location).pathname, '/login', path)
      }
      const none = await here.get(site.authorizeUrl({ prompt: 'none' }))
      assert.equal(new URL(none.location).searchParams.get('error'), 'login_required')
    }
  } finally {
    await own.close()
    await required.close()
  }
})

it('without host_login there are no such addresses', async () => {
  const plain = await openSite()
  try {
    const browser = plain.browser()
    assert.equal((await browser.get(`${ISSUER}/session/handover`)).status, 404)
    assert.equal((await browser.post(`${ISSUER}/session/ended`, { logout_token: 'x' }, {})).status, 404)
  } finally {
    await plain.close()
  }
})

describe('the setting host_login', () => {
  const good = { login: LOGIN, issuer: PRODUCT, jwks: { keys: [jwk] } }
  const SECRET = 'q3Xz0mY7v1Kc9RbTfWpLhAaJdSgUeNiOxZ5t2E8uBwQ'
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  for (const [name, given, secret, algs] of [
    ['a JWK Set', good, '', ['ES256']],
    ['PEM', { ...good, jwks: undefined, public_key: pem }, '', ['RS256']],
    ['a JWK', { ...good, jwks: undefined, public_key: { ...rsa.publicKey.export({ format: 'jwk' }), alg: 'PS256' } }, '', ['PS256']],
    ['a shared secret', { login: LOGIN, issuer: PRODUCT }, SECRET, ['HS256']],
    ['Ed25519', { ...good, jwks: { keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })] } }, '', ['EdDSA']],
  ] as const) {
    it(`takes ${name}: the key decides the algorithm`, () => {
      assert.deepEqual(
        readHostLogin(JSON.parse(JSON.stringify(given)), ISSUER, secret).keys.map(({ alg }) => alg),
        algs,
      )
    })
  }
  for (const [given, why] of [
    [[], /object/],
    [{ ...good, colour: 1 }, /colour/],
    [{ ...good, login: undefined }, /needs login/],
    [{ ...good, login: 'http://product.example/' }, /https/],
    [{ ...good, login: 'javascript:alert(1)' }, /https/],
    [{ ...good, login: `${LOGIN}#x` }, /fragment/],
    [{ ...good, logout: 'nowhere' }, /needs logout/],
    [{ ...good, issuer: '' }, /needs issuer/],
    [{ ...good, create: 'yes' }, /create/],
    [{ ...good, claims: ['sub'] }, /sub among its claims/],
    [{ ...good, claims: ['password_hash'] }, /password_hash/],
    [{ ...good, claims: ['__proto__'] }, /__proto__/],
    [{ ...good, jwks: undefined }, /one way/],
    [{ ...good, public_key: pem }, /one way/],
    [{ ...good, jwks: { keys: [] } }, /JWK Set/],
    [{ ...good, jwks: { keys: [{ ...jwk, kid: undefined }, jwk] } }, /kid of its own/],
    [{ ...good, jwks: { keys: [theirs.privateKey.export({ format: 'jwk' })] } }, /private/],
    [{ ...good, jwks: { keys: [short.publicKey.export({ format: 'jwk' })] } }, /none of/],
    [{ ...good, jwks: { keys: [{ ...jwk, alg: 'HS256' }] } }, /none of/],
    [{ ...good, jwks: undefined, public_key: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) }, /private/],
  ] as const) {
    it(`refuses with ${why}`, () => {
      assert.throws(() => readHostLogin(given, ISSUER, ''), why)
    })
  }
})
