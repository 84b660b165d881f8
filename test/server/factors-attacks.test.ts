import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { User } from '../../src/core/model/user.ts'
import { Authenticator, type Lies } from '../support/authenticator.ts'
import { type Browser, ids, readForm, type Visit } from '../support/browser.ts'
import { walkHalfway } from '../support/halfway.ts'
import { ISSUER, openSite, PASSWORD } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'

const SESSION = '__Host-vouchsafe-session'
const MINUTE = 60_000

const site = await openSite()
after(() => site.close())
const { newPerson, passwordShown, halfway } = walkHalfway(site)

const isAtLogin = (visit: Visit): boolean => visit.status === 303 && new URL(visit.location).pathname === '/login'

describe('attacks on the step between password and code', () => {
  it('the page of the code cannot be left out: nothing but the code opens a session', async () => {
    const { browser } = await halfway()
    for (const path of ['/account/security', '/account/apps', '/account/security/totp']) {
      const visit = await browser.get(ISSUER + path)
      assert.equal(new URL(visit.location).pathname, '/login', path)
    }
    const road = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    assert.equal(new URL(road.url).pathname, '/login')
    assert.equal(browser.jar.has(SESSION), false)
  })

  it('a step of another browser opens nothing, in the address or in the form', async () => {
    const { page, app, browser } = await halfway()
    const victim = site.browser()
    await victim.get(`${ISSUER}/login?next=security`)
    assert.ok(isAtLogin(await victim.get(page.url)))
    const { fields } = readForm(page.html, 'factor-submit')
    assert.ok(isAtLogin(await victim.post(`${ISSUER}/login/factor`, { ...fields, code: app.code() })))
    const bound = site.browser()
    const own = await newPerson()
    await giveApp(site, own)
    await passwordShown(bound, own)
    assert.ok(
      isAtLogin(await bound.post(`${ISSUER}/login/factor`, { ...fields, code: app.code() })),
      'nor in one that has a name of its own',
    )
    assert.equal((await browser.post(`${ISSUER}/login/factor`, { ...fields, code: app.code() })).status, 303)
    assert.ok(browser.jar.has(SESSION), 'the code was not used up by them')
  })

  it('a step that is altered, cut, empty, far too long or of another kind opens nothing', async () => {
    const { page, app, browser } = await halfway()
    const { fields } = readForm(page.html, 'factor-submit')
    const state = fields['state']!
    const passkey = readForm((await browser.get(`${ISSUER}/login/passkey?next=security`)).html, 'passkey-start').fields['challenge']!
    for (const wrong of ['', 'x', state.slice(0, -1), `${state.slice(0, -4)}AAAA`, state.repeat(20), passkey])
      assert.ok(isAtLogin(await browser.post(`${ISSUER}/login/factor`, { ...fields, state: wrong, code: app.code() })), wrong.slice(0, 20))
    assert.equal(browser.jar.has(SESSION), false)
  })

  const ends: [what: string, happens: (user: User) => Promise<unknown>][] = [
    ['time goes by', async () => (site.time.now += 11 * MINUTE)],
    [
      'the password is changed',
      (user) => site.store.users.update({ ...user, password_hash: site.mara.password_hash! }, { end: 'sessions' }),
    ],
    ['the person is disabled', (user) => site.store.users.update({ ...user, disabled_at: site.time.now })],
    ['the app is taken away', (user) => site.store.factors.removeTotp(user.sub)],
    ['all factors are taken away', (user) => site.store.factors.reset(user.sub)],
  ]
  for (const [what, happens] of ends) {
    it(`is over when ${what}`, async () => {
      const { user, page, app, browser } = await halfway()
      await happens(user)
      const sent = await browser.submit(page, { code: app.code() }, 'factor-submit')
      assert.ok(isAtLogin(sent))
      assert.equal(browser.jar.has(SESSION), false)
    })
  }

  it('an app that was set up anew meanwhile is the one that counts', async () => {
    const { user, page, app, browser } = await halfway()
    const other = await giveApp(site, user)
    assert.equal((await browser.submit(page, { code: app.code() }, 'factor-submit')).status, 403)
    assert.equal((await browser.submit(page, { code: other.code() }, 'factor-submit')).status, 303)
  })

  it('a sealed secret of one person is of no use in the row of another', async () => {
    const { user, app } = await halfway()
    const other = await newPerson()
    const { totp } = await site.store.factors.find(user.sub)
    await site.store.factors.setTotp({ ...totp!, sub: other.sub })
    const browser = site.browser()
    const page = await passwordShown(browser, other)
    assert.equal((await browser.submit(page, { code: app.code() }, 'factor-submit')).status, 403)
  })

  it('a form from another site, and one that is sent twice over, opens nothing', async () => {
    const { page, app, browser } = await halfway()
    const { fields } = readForm(page.html, 'factor-submit')
    const foreign = await browser.post(`${ISSUER}/login/factor`, { ...fields, code: app.code() }, { 'sec-fetch-site': 'cross-site' })
    assert.equal(foreign.status, 403)
    assert.equal((await browser.post(`${ISSUER}/login/factor`, { ...fields, code: [app.code(), '000000'] })).status, 400)
    assert.equal(browser.jar.has(SESSION), false)
  })

  it('a session gets a new id, and who sat there before is gone', async () => {
    const { user, browser, app } = await halfway()
    const before = await newPerson()
    await passwordShown(browser, before)
    const [old, name] = [browser.jar.get(SESSION), browser.jar.get('__Host-vouchsafe-browser')]
    const login = await browser.get(`${ISSUER}/login?next=security&account=other`)
    const page = await browser.follow(await browser.submit(login, { email: user.email, password: PASSWORD }, 'login-submit'), ISSUER)
    assert.equal(browser.jar.get(SESSION), old, 'the other one is still signed in until the code is shown')
    await browser.submit(page, { code: app.code() }, 'factor-submit')
    assert.notEqual(browser.jar.get(SESSION), old)
    assert.notEqual(browser.jar.get('__Host-vouchsafe-browser'), name)
  })

  it('nothing of all this writes a row for who has shown no password', async () => {
    const before = (await site.store.audit.list({ limit: 1000 })).entries.length
    const stranger = site.browser('198.51.100.9')
    for (const path of [
      '/login/factor',
      '/login/factor?state=x&next=apps',
      '/login/passkey',
      '/login/passkey?state=x',
      '/login/passkey?do=add',
    ])
      await stranger.get(ISSUER + path)
    await stranger.post(`${ISSUER}/login/factor`, { next: 'apps', state: 'x', code: '123456' })
    assert.equal((await site.store.audit.list({ limit: 1000 })).entries.length, before)
  })

  it('the room takes no form of another session, and none of another person’s', async () => {
    const [one, other] = [await newPerson(), await newPerson()]
    const [mine, theirs] = [site.browser(), site.browser()]
    await passwordShown(mine, one)
    await passwordShown(theirs, other)
    const setUp = await mine.get(`${ISSUER}/account/security/totp`)
    const { fields } = readForm(setUp.html, 'factor-submit')
    const theirSeal = readForm((await theirs.get(`${ISSUER}/account/security/totp`)).html, 'factor-submit').fields['csrf']!
    assert.equal((await theirs.post(`${ISSUER}/account/security/totp`, { ...fields, code: '123456' })).status, 403)
    const planted = await theirs.post(`${ISSUER}/account/security/totp`, { ...fields, csrf: theirSeal, code: '123456' })
    const keyOf = ({ html }: Visit) => /id="totp-key">([^<]+)</.exec(html)?.[1]
    assert.equal(planted.status, 403)
    assert.notEqual(keyOf(planted), keyOf(setUp), 'a secret that somebody else knows cannot be planted')
    assert.equal((await site.store.factors.find(other.sub)).totp, null)
  })
})

describe('a changed password', () => {
  it('does not stand in for the second factor: who has a session and the password alone changes no factor', async () => {
    const { user, page, app, browser } = await halfway()
    await browser.submit(page, { code: app.code() }, 'factor-submit')
    site.time.now += 11 * MINUTE
    const room = await browser.get(`${ISSUER}/account/security`)
    const { csrf } = readForm(room.html, 'totp-off-confirm').fields as { csrf: string }
    const sent = await browser.post(`${ISSUER}/account/password`, { csrf, current: PASSWORD, password: 'another-long-word-7' })
    assert.equal(sent.status, 303)
    assert.equal((await browser.get(`${ISSUER}/account/security`)).status, 200, 'the browser stays signed in')
    assert.equal(new URL((await browser.get(`${ISSUER}/account/security/totp`)).location).pathname, '/login')
    assert.notEqual((await site.store.users.find(user.sub))?.password_hash, user.password_hash)
  })
})

describe('passkeys without a browser', () => {
  /** Somebody with a passkey, added through the pages. */
  async function withPasskey(): Promise<{ user: User; key: Authenticator }> {
    const user = await newPerson()
    const key = new Authenticator()
    const browser = site.browser()
    await passwordShown(browser, user)
    const page = await browser.get(`${ISSUER}/login/passkey?do=add`)
    const done = await browser.submit(page, { answer: key.create(page), label: 'Phone' }, 'passkey-start')
    assert.ok(ids(done.html).includes('recovery-codes'))
    return { user, key }
  }

  const ask = async (browser: Browser) => browser.get(`${ISSUER}/login/passkey?next=security`)
  const answer = (browser: Browser, page: Visit, given: string) => browser.submit(page, { answer: given }, 'passkey-start')

  it('RFC 8176 §2 one alone is two things at once: a session with pop, user and mfa, and acr phr', async () => {
    const { user, key } = await withPasskey()
    const browser = site.browser()
    const page = await ask(browser)
    assert.match(page.headers.get('content-security-policy')!, /script-src 'self'/)
    assert.equal((await answer(browser, page, key.get(page))).location, `${ISSUER}/account/security`)
    const { sha256 } = await import('../../src/core/crypto/hash.ts')
    const session = await site.store.sessions.find(sha256(browser.jar.get(SESSION)!), site.time.now)
    assert.deepEqual([session?.sub, session?.amr, session?.acr], [user.sub, ['pop', 'user', 'mfa'], 'phr'])
    const { passkeys } = await site.store.factors.find(user.sub)
    assert.deepEqual(
      passkeys.map(({ label, transports, used_at }) => [label, transports, used_at]),
      [['Phone', ['internal'], site.time.now]],
    )
  })

  const lies: [what: string, lies: Lies][] = [
    ['WebAuthn Level 3 §7.2 an answer for another origin', { origin: 'https://id.harbourbooks.example.evil.example' }],
    ['WebAuthn Level 3 §7.2 an answer for another port', { origin: `${ISSUER}:8443` }],
    ['WebAuthn Level 3 §7.2 an answer for another party', { rpId: 'harbourbooks.example' }],
    ['WebAuthn Level 3 §7.2 an answer to another challenge', { challenge: 'A'.repeat(43) }],
    ['WebAuthn Level 3 §7.2 an answer without the person present', { flags: 0x04 }],
    ['WebAuthn Level 3 §7.2 an answer without the person verified', { flags: 0x01 }],
    ['WebAuthn Level 3 §7.2 an answer in the name of somebody else', { userHandle: Buffer.from('somebody').toString('base64url') }],
    ['WebAuthn Level 3 §7.2 an answer in nobody’s name', { userHandle: null }],
  ]
  for (const [what, how] of lies) {
    it(`${what} opens nothing`, async () => {
      const { key } = await withPasskey()
      const browser = site.browser()
      const page = await ask(browser)
      const sent = await answer(browser, page, key.get(page, how))
      assert.equal(sent.status, 403)
      assert.ok(ids(sent.html).includes('passkey-error'))
      assert.equal(browser.jar.has(SESSION), false)
    })
  }

  it('WebAuthn Level 3 §6.1.1 a counter that does not move on opens nothing', async () => {
    const { key } = await withPasskey()
    for (const [counter, status] of [
      [5, 303],
      [5, 403],
      [4, 403],
      [0, 403],
      [6, 303],
    ] as const) {
      const browser = site.browser()
      const page = await ask(browser)
      assert.equal((await answer(browser, page, key.get(page, { counter }))).status, status, `${counter}`)
    }
  })

  it('WebAuthn Level 3 §13.4.3 of fifty who send one answer at once one gets a session, and later nobody', async () => {
    const { key } = await withPasskey()
    const browser = site.browser()
    const page = await ask(browser)
    const { fields } = readForm(page.html, 'passkey-start')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const given = { ...fields, answer: key.get(page) }
    const send = () => site.browser().post(`${ISSUER}/login/passkey`, given, { cookie, 'sec-fetch-site': 'same-origin' })
    const sent = await Promise.all(Array.from({ length: 50 }, send))
    assert.equal(sent.filter(({ status }) => status === 303).length, 1)
    assert.equal((await send()).status, 403)
  })

  it('a challenge of another browser, and one that is too old, opens nothing', async () => {
    const { key } = await withPasskey()
    const [attacker, victim] = [site.browser(), site.browser()]
    const page = await ask(attacker)
    await ask(victim)
    const { fields } = readForm(page.html, 'passkey-start')
    assert.equal((await victim.post(`${ISSUER}/login/passkey`, { ...fields, answer: key.get(page) })).status, 403)
    site.time.now += 11 * MINUTE
    assert.equal((await attacker.post(`${ISSUER}/login/passkey`, { ...fields, answer: key.get(page) })).status, 403)
    assert.equal(victim.jar.has(SESSION), false)
  })

  it('after a password only a passkey of the same person will do', async () => {
    const [one, other] = [await withPasskey(), await withPasskey()]
    const browser = site.browser()
    const page = await passwordShown(browser, one.user)
    assert.equal(new URL(page.url).pathname, '/login/passkey')
    const wrong = await answer(browser, page, other.key.get(page))
    assert.equal(wrong.status, 403)
    const unnamed = await ask(browser)
    const mixed = {
      ...readForm(wrong.html, 'passkey-start').fields,
      challenge: readForm(unnamed.html, 'passkey-start').fields['challenge']!,
    }
    assert.equal((await browser.post(`${ISSUER}/login/passkey`, { ...mixed, answer: other.key.get(unnamed) })).status, 403)
    assert.equal((await answer(browser, wrong, one.key.get(wrong))).status, 303)
  })

  it('of a person who is disabled, and one that was taken away, opens nothing', async () => {
    const { user, key } = await withPasskey()
    const browser = site.browser()
    await site.store.users.update({ ...user, disabled_at: 1 })
    const page = await ask(browser)
    assert.equal((await answer(browser, page, key.get(page))).status, 403)
    await site.store.users.update(user)
    await site.store.factors.reset(user.sub)
    const again = await ask(browser)
    assert.equal((await answer(browser, again, key.get(again))).status, 403)
    assert.equal(browser.jar.has(SESSION), false)
  })

  const refused: [what: string, lies: Lies][] = [
    ['for another origin', { origin: 'https://evil.example' }],
    ['for another party', { rpId: 'evil.example' }],
    ['for another challenge', { challenge: 'B'.repeat(43) }],
    ['without the person verified', { flags: 0x01 }],
  ]
  for (const [what, how] of refused) {
    it(`WebAuthn Level 3 §7.1 one that was made ${what} is not added`, async () => {
      const user = await newPerson()
      const browser = site.browser()
      await passwordShown(browser, user)
      const page = await browser.get(`${ISSUER}/login/passkey?do=add`)
      const sent = await browser.submit(page, { answer: new Authenticator().create(page, how) }, 'passkey-start')
      assert.equal(sent.status, 403)
      assert.deepEqual((await site.store.factors.find(user.sub)).passkeys, [])
    })
  }

  it('one that somebody has already is nobody else’s', async () => {
    const { key, user } = await withPasskey()
    const thief = await newPerson()
    const browser = site.browser()
    await passwordShown(browser, thief)
    const page = await browser.get(`${ISSUER}/login/passkey?do=add`)
    assert.equal((await browser.submit(page, { answer: key.create(page) }, 'passkey-start')).status, 403)
    assert.equal((await site.store.factors.find(user.sub)).passkeys.length, 1)
  })

  for (const garbage of ['', '{}', 'null', '[]', '{"id":7}', '{"id":"x"}', '{"id":"x","response":null}', `{"id":"${'x'.repeat(9000)}"}`]) {
    it(`an answer that is ${garbage.slice(0, 30) || 'empty'} is refused like a wrong one`, async () => {
      const browser = site.browser()
      const page = await ask(browser)
      assert.ok([400, 403].includes((await answer(browser, page, garbage)).status))
    })
  }
})
