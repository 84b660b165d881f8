import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { SignJWT } from 'jose'
import { DAY, MINUTE, SECOND } from '../../src/core/model/clock.ts'
import type { User } from '../../src/core/model/user.ts'
import { linkDirectory } from '../../src/server/accounts/directory.ts'
import { endFor } from '../../src/server/accounts/ending.ts'
import { admit } from '../../src/server/accounts/identities.ts'
import { readHostLogin } from '../../src/server/host-login.ts'
import { Authenticator } from '../support/authenticator.ts'
import { type Browser, ids, readForm, type Visit } from '../support/browser.ts'
import { openMailbox } from '../support/mailbox.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { fromBase32, giveApp, openApp } from '../support/totp.ts'

// Two nodes on one database: what a person ends on one while something of theirs is under way on the other does not come back by that.

const SESSION = '__Host-vouchsafe-session'
const NEW = 'heron-window-17'
const box = openMailbox()
const a = await openSite({ outbox: box.outbox })
const b = await openSite({ beside: a, outbox: box.outbox })
after(async () => {
  await b.close()
  await a.close()
})

let turn = 0

/** What is done just before a verb of this node's store does its work, or just after: the next time only, or the one after that. */
function overtake(verbs: object, name: string, meanwhile: () => Promise<unknown>, { calls = 1, late = false } = {}): void {
  const all = verbs as Record<string, (...given: unknown[]) => Promise<unknown>>
  const own = all[name]!
  let left = calls
  all[name] = async (...given) => {
    if (--left > 0) return own(...given)
    all[name] = own
    if (!late) await meanwhile()
    const outcome = await own(...given)
    if (late) await meanwhile()
    return outcome
  }
}

async function newPerson(): Promise<User> {
  const user = { ...(await a.addPerson(`overtaken${++turn}@otterbakery.example`)), email_verified: true }
  await a.store.users.update(user)
  return user
}

async function enter(site: TestSite, email: string, next = 'security'): Promise<Browser> {
  const browser = site.browser(`198.51.100.${++turn}`)
  await browser.post(`${ISSUER}/login`, { next, email, password: PASSWORD })
  return browser
}

async function enterWith(site: TestSite, email: string, code: () => string): Promise<Browser> {
  const browser = site.browser(`198.51.100.${++turn}`)
  const half = await browser.follow(await browser.post(`${ISSUER}/login`, { next: 'security', email, password: PASSWORD }), ISSUER)
  await browser.submit(half, { code: code() }, 'factor-submit')
  return browser
}

function later(milliseconds: number): void {
  a.time.now += milliseconds
  b.time.now += milliseconds
}

const isIn = async (browser: Browser) => (await browser.get(`${ISSUER}/account/security`)).status === 200
const tokenFor = async (email: string) => new URL(await box.link(email)).searchParams.get('token')!
const accountsOf = (site: TestSite) => ({
  issuer: ISSUER,
  store: site.store,
  clock: () => site.time.now,
  keys: site.app.server.keys,
  session_lifetime: 60,
  upstreams: new Map(),
})

describe('what is under way when it ends', () => {
  for (const way of ['passkey', 'app'] as const) {
    it(`ATTACK the ${way} that a thief adds while the owner takes the address back is not kept`, async () => {
      const user = await newPerson()
      later(3 * DAY)
      const thief = await enter(a, user.email)
      const wanted = `thief${turn}@evil.example`
      await thief.submit(await thief.get(`${ISSUER}/account/profile`), { email: wanted }, 'profile-change')
      await thief.post(`${ISSUER}/link`, { token: await tokenFor(wanted) })
      const undo = await tokenFor(user.email)
      const key = new Authenticator()
      let undone: Visit | undefined
      const takeBack = async () => {
        undone = await b.browser().post(`${ISSUER}/link`, { token: undo })
      }
      if (way === 'passkey') {
        const page = await thief.get(`${ISSUER}/login/passkey?do=add`)
        overtake(a.store.factors, 'addPasskey', takeBack)
        await thief.submit(page, { answer: key.create(page), label: 'theirs' }, 'passkey-start')
      } else {
        const page = await thief.get(`${ISSUER}/account/security/totp`)
        const app = openApp(a, fromBase32(/id="totp-key">([^<]+)</.exec(page.html)![1]!))
        overtake(a.store.factors, 'setTotp', takeBack)
        await thief.submit(page, { code: app.code() }, 'factor-submit')
      }
      assert.equal(undone?.status, 303)
      assert.deepEqual(await b.store.factors.find(user.sub), { totp: null, passkeys: [], recovery_codes: 0 })
      assert.ok(!(await isIn(thief)))
      // the owner comes in with nothing but a new password
      const owner = b.browser('192.0.2.9')
      await owner.submit(await owner.get(undone.location), { password: NEW }, 'link-submit')
      const visit = await owner.post(`${ISSUER}/login`, { next: 'security', email: user.email, password: NEW })
      assert.equal(visit.location, `${ISSUER}/account/security`)
    })
  }

  it('ATTACK recovery codes of a session that has ended are not kept, and nothing is shown', async () => {
    const user = await newPerson()
    const app = await giveApp(a, user)
    const thief = await enterWith(a, user.email, app.code)
    const room = await thief.get(`${ISSUER}/account/security`)
    overtake(a.store.factors, 'setRecoveryCodes', () => endFor(accountsOf(b), user.sub, { end: 'sessions', by: { type: 'server' } }))
    const visit = await thief.submit(room, {}, 'recovery-make-confirm')
    assert.ok(!ids(visit.html).includes('recovery-codes'))
    assert.equal((await b.store.factors.find(user.sub)).recovery_codes, 0)
  })

  it('ATTACK an entry of a directory is not linked in a session that ended while the directory was asked', async () => {
    const user = await newPerson()
    const thief = await enter(a, user.email)
    const [session] = await a.store.sessions.list(user.sub, a.time.now, 5)
    const directory = {
      issuer: 'ldap:directory.example',
      only: false,
      joining: 'any' as const,
      prove: async (email: string) => {
        await endFor(accountsOf(b), user.sub, { end: 'sessions', by: { type: 'server' } })
        return { issuer: 'ldap:directory.example', subject: 'thief', email, email_verified: true }
      },
    }
    assert.equal(await linkDirectory({ ...accountsOf(a), directory } as never, { user, session: session! }, PASSWORD, '192.0.2.1'), 'taken')
    assert.deepEqual(await b.store.identities.list(user.sub), [])
    assert.ok(!(await isIn(thief)))
  })

  it('ATTACK who was named by an identity that is taken away meanwhile does not come in by it', async () => {
    const user = await newPerson()
    const their = { issuer: 'https://accounts.example', subject: `s${turn}`, email: user.email, email_verified: true }
    const identity = { identity_id: `i${turn}`, issuer: their.issuer, subject: their.subject, sub: user.sub, created_at: a.time.now }
    await a.store.identities.add(identity)
    overtake(a.store.users, 'find', () => b.store.identities.remove(user.sub, identity.identity_id))
    assert.deepEqual(await admit(accountsOf(a) as never, their, 'any'), { refused: 'known', holder: user.sub })
  })

  it('ATTACK a passkey that is removed with all other sessions opens none', async () => {
    const user = await newPerson()
    const owner = await enter(a, user.email)
    const key = new Authenticator()
    const page = await owner.get(`${ISSUER}/login/passkey?do=add`)
    await owner.submit(page, { answer: key.create(page), label: 'stolen' }, 'passkey-start')
    const [passkey] = (await a.store.factors.find(user.sub)).passkeys
    later(MINUTE)
    const thief = b.browser('192.0.2.66')
    const asked = await thief.get(`${ISSUER}/login/passkey?next=security`)
    const answer = key.get(asked)
    const remove = async () => {
      const room = await owner.get(`${ISSUER}/account/security`)
      const { fields } = readForm(room.html, `passkey-${passkey!.passkey_id}-remove-confirm`)
      await owner.post(`${ISSUER}/account/security/passkeys`, { ...fields, others: 'on' })
    }
    overtake(b.store.factors, 'usePasskey', remove, { late: true })
    await thief.submit(asked, { answer }, 'passkey-start')
    assert.deepEqual((await a.store.factors.find(user.sub)).passkeys, [])
    assert.ok(!thief.jar.has(SESSION))
    assert.ok(!(await isIn(thief)) && (await isIn(owner)))
  })

  it('ATTACK a sign-in between the removal of an app and the end of all other sessions ends with them', async () => {
    const user = await newPerson()
    const app = await giveApp(a, user)
    const owner = await enterWith(a, user.email, app.code)
    later(MINUTE)
    let thief: Browser | undefined
    const room = await owner.get(`${ISSUER}/account/security`)
    overtake(
      a.store.factors,
      'removeTotp',
      async () => {
        thief = await enter(b, user.email) // by the password alone, which does now
        assert.ok(await isIn(thief))
      },
      { late: true },
    )
    await owner.submit(room, { others: 'on' }, 'totp-off-confirm')
    assert.ok(!(await isIn(thief!)) && (await isIn(owner)))
  })

  it('the session in which a first factor was added stays where all others are ended', async () => {
    const user = await newPerson()
    const [owner, other] = [await enter(a, user.email), await enter(b, user.email)]
    const page = await owner.get(`${ISSUER}/account/security/totp`)
    const app = openApp(a, fromBase32(/id="totp-key">([^<]+)</.exec(page.html)![1]!))
    const done = await owner.submit(page, { code: app.code(), others: 'on' }, 'factor-submit')
    assert.ok(ids(done.html).includes('recovery-codes'))
    assert.ok((await isIn(owner)) && !(await isIn(other)))
    assert.equal((await b.store.factors.find(user.sub)).recovery_codes, 10)
  })

  it('ATTACK a place that is signed out while it becomes another session, as its first factor was shown, is out', async () => {
    const user = await newPerson()
    const thief = await enter(b, user.email)
    const [place] = await a.store.sessions.list(user.sub, a.time.now, 5)
    const owner = await enter(a, user.email)
    const page = await thief.get(`${ISSUER}/account/security/totp`)
    const app = openApp(b, fromBase32(/id="totp-key">([^<]+)</.exec(page.html)![1]!))
    const { fields } = readForm((await owner.get(`${ISSUER}/account/devices`)).html, 'signout-others')
    const ended = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<void>()
    let sent: Promise<unknown> | undefined
    overtake(b.store.sessions, 'open', async () => {
      sent = owner.post(`${ISSUER}/account/sessions/end`, { ...fields, session: place!.sid })
      await ended.promise
    })
    const tell = async () => {
      ended.resolve()
      await opened.promise
    }
    overtake(a.store.sessions, 'endOne', tell, { late: true })
    await thief.submit(page, { code: app.code() }, 'factor-submit')
    opened.resolve()
    await sent
    assert.ok(!(await isIn(thief)))
  })

  it('ATTACK a session that has ended does not change the password, nor go on as another one', async () => {
    const user = await newPerson()
    const app = await giveApp(a, user)
    const thief = await enterWith(a, user.email, app.code)
    later(MINUTE)
    const owner = await enterWith(b, user.email, app.code)
    const room = await thief.get(`${ISSUER}/account/security`)
    const { fields } = readForm((await owner.get(`${ISSUER}/account/devices`)).html, 'signout-others')
    overtake(a.store.users, 'findByEmail', () => owner.post(`${ISSUER}/account/sessions/end-others`, fields))
    const csrf = /name="csrf" value="([^"]+)"/.exec(room.html)![1]!
    const sent = await thief.post(`${ISSUER}/account/password`, { csrf, current: PASSWORD, password: NEW })
    assert.equal(sent.status, 409)
    assert.ok(!(await isIn(thief)) && (await isIn(owner)))
    assert.equal((await b.store.users.find(user.sub))?.password_hash, user.password_hash)
  })

  it('signing out of all accounts ends one that is chosen in another tab at the same moment', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()]
    const browser = await enter(a, ada.email, 'profile')
    await browser.post(`${ISSUER}/login`, { next: 'profile', email: ben.email, password: PASSWORD })
    const form = await browser.follow(await browser.get(`${ISSUER}/logout/confirm`), ISSUER)
    const tab = b.browser('198.51.100.77')
    for (const [name, value] of browser.jar) tab.jar.set(name, value)
    const login = await tab.get(`${ISSUER}/login?account=other`)
    overtake(a.store.sessions, 'endOne', () => tab.submit(login, {}, 'account-1'), { calls: 2 })
    await browser.submit(form, {}, 'logout-all')
    for (const { sub } of [ada, ben]) assert.deepEqual(await b.store.sessions.list(sub, b.time.now, 5), [])
    assert.ok(!(await isIn(tab)))
  })

  it('of somebody who is deleted while they allow something nothing is kept', async () => {
    const user = await newPerson()
    const browser = a.browser('192.0.2.20')
    const page = await a.signIn(browser, {}, user.email)
    assert.ok(ids(page.html).includes('consent-allow'))
    overtake(a.app.server.store.consents, 'find', () => b.store.users.delete(user.sub), { calls: 2 })
    await browser.submit(page, {}, 'consent-allow')
    assert.equal(await b.store.users.find(user.sub), null)
    assert.deepEqual(await b.store.consents.list(user.sub, { after: '', limit: 5 }), [])
    assert.deepEqual(await b.store.receipts.list(user.sub, { limit: 5 }), [])
  })

  it('nor is anything allowed to a client that is deleted meanwhile', async () => {
    const user = await newPerson()
    await a.addClient({ client_id: 'chosen', client_name: 'Chosen' })
    const browser = a.browser('192.0.2.21')
    const page = await a.signIn(browser, { client_id: 'chosen' }, user.email)
    assert.ok(ids(page.html).includes('consent-allow'))
    overtake(a.app.server.store.consents, 'find', () => b.store.clients.delete('chosen'), { calls: 2 })
    await browser.submit(page, {}, 'consent-allow')
    assert.deepEqual(await b.store.consents.list(user.sub, { after: '', limit: 5 }), [])
  })
})

describe('a hand-over from before a sign-out at the product', () => {
  const PRODUCT = 'https://product.example'
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] }
  const host_login = readHostLogin({ login: `${PRODUCT}/login`, issuer: PRODUCT, jwks } as never, ISSUER, '')

  for (const [when, racing, ahead] of [
    ['that came before it', false, 0],
    ['that came a second before it, by a clock that is ahead', false, 4],
    ['that comes while its session is opened', true, 0],
  ] as const) {
    it(`ATTACK opens no session after one ${when}; one from afterwards does`, async () => {
      const one = await openSite({ beside: a, config: { host_login } })
      const two = await openSite({ beside: a, config: { host_login } })
      const sub = `product-${++turn}`
      const sign = (told: object, typ: string) => {
        const iat = Math.floor(one.time.now / SECOND) + ahead
        const claims = { iss: PRODUCT, aud: ISSUER, sub, iat, exp: iat + 60, jti: randomUUID(), ...told }
        return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ, kid: 'k1' }).sign(privateKey)
      }
      const logout = async () => {
        const logout_token = await sign({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, 'logout+jwt')
        assert.equal((await two.browser().post(`${ISSUER}/session/ended`, { logout_token }, {})).status, 200)
      }
      const begin = async (browser: Browser) => {
        const visit = await browser.follow(await browser.get(one.authorizeUrl()), ISSUER)
        const words = new URL(visit.location).searchParams
        const told = { nonce: words.get('nonce'), auth_time: Math.floor(one.time.now / SECOND) - 600, email: `${sub}@product.example` }
        return new URLSearchParams({ state: words.get('state')!, handover: await sign(told, 'handover+jwt') })
      }
      const arrive = async (browser: Browser, words: URLSearchParams) => {
        await browser.get(`${ISSUER}/session/handover?${words}`, { 'sec-fetch-site': 'cross-site' })
        return (await browser.get(`${ISSUER}/account/apps`)).status === 200
      }
      try {
        const owner = one.browser()
        assert.ok(await arrive(owner, await begin(owner)))
        const thief = one.browser()
        const words = await begin(thief)
        one.time.now += ahead > 0 ? SECOND : 20 * SECOND
        two.time.now = one.time.now
        if (racing) overtake(one.store.sessions, 'open', logout)
        else await logout()
        assert.ok(!(await arrive(thief, words)))
        assert.equal((await owner.get(`${ISSUER}/account/apps`)).status, 303)
        one.time.now += SECOND
        const again = one.browser()
        assert.ok(await arrive(again, await begin(again)))
      } finally {
        await two.close()
        await one.close()
      }
    })
  }
})
