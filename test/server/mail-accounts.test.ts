import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { emailLink } from '../../src/server/accounts/email-change.ts'
import { disabled, enabled } from '../../src/server/accounts/ending.ts'
import { LETTERS_PER_ADDRESS, LETTERS_PER_EMAIL } from '../../src/server/accounts/throttle.ts'
import { ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { openPeople } from '../support/people.ts'
import { ISSUER, PASSWORD } from '../support/site.ts'
import { giveApp } from '../support/totp.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const SESSION = '__Host-vouchsafe-session'
const NEW = 'heron-window-17'

const { site, box, person, count, from, enter, find } = await openPeople()
after(() => site.close())

describe('letters and what their links do', () => {
  const forget = async (email: string, browser = from()) => browser.post(`${ISSUER}/login/forgot`, { email })

  describe('a forgotten password', () => {
    it('is asked for on the sign-in page, and the way back keeps the request', async () => {
      const browser = from()
      const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
      const link = tags(page.html, 'a').find(({ id }) => id === 'login-forgot')!
      const forgot = await browser.get(new URL(link['href']!, ISSUER).href)
      assert.equal(forgot.status, 200)
      assert.ok(ids(forgot.html).includes('forgot-email'))
      const back = tags(forgot.html, 'a').find(({ id }) => id === 'forgot-back')!
      assert.match((await browser.get(new URL(back['href']!, ISSUER).href)).html, /Tallyboat/)
    })

    it('gets a link that shows a form, and changes the password when that is sent: all sessions end, nobody is signed in', async () => {
      const { email, sub } = await person()
      const { browser: elsewhere } = await enter(email)
      assert.equal((await forget(email)).status, 200)
      const link = await box.link(email)
      const browser = from()
      const page = await browser.get(link)
      assert.equal(page.status, 200)
      assert.ok(!browser.jar.has(SESSION))
      const hash = (await find(sub)).password_hash
      const done = await browser.submit(page, { password: NEW }, 'link-submit')
      assert.ok(ids(done.html).includes('link-done'))
      assert.deepEqual(done.cookies, [], 'a second factor is asked for as ever')
      assert.notEqual((await find(sub)).password_hash, hash)
      assert.equal((await find(sub)).email_verified, true)
      assert.equal((await elsewhere.get(`${ISSUER}/account/profile`)).status, 303)
      assert.equal((await enter(email, 'profile', NEW)).page.status, 200)
      const [notice] = await box.read(email)
      assert.match(notice!.subject, /password at Harbour Books was changed/)
    })

    for (const [apps, ends] of [
      ['', false],
      ['on', true],
    ] as const) {
      it(`${ends ? 'ends' : 'leaves'} what apps were allowed where the person ${ends ? 'wants it' : 'says nothing'}`, async () => {
        const { email, sub } = await person()
        const { epoch } = await site.store.consents.find(sub, 'tallyboat')
        await forget(email)
        const browser = from()
        await browser.submit(await browser.get(await box.link(email)), { password: NEW, ...(apps && { apps }) }, 'link-submit')
        assert.equal((await site.store.consents.find(sub, 'tallyboat')).epoch > epoch, ends)
      })
    }

    it('ATTACK a link dies with the password, after 30 minutes, with the address, and with the account', async () => {
      const changes: [string, (sub: string) => Promise<unknown>][] = [
        ['another password', async (sub) => site.store.users.update({ ...(await find(sub)), password_hash: '!' })],
        [
          'another address',
          async (sub) => site.store.users.update({ ...(await find(sub)), email: `moved-${sub}@otterbakery.example`.toLowerCase() }),
        ],
        ['a person who is disabled', async (sub) => site.store.users.update({ ...(await find(sub)), disabled_at: 1 })],
        ['a person who is gone', (sub) => site.store.users.delete(sub)],
      ]
      for (const [name, change] of changes) {
        const { email, sub } = await person()
        await forget(email)
        const token = new URL(await box.link(email)).searchParams.get('token')!
        await change(sub)
        const sent = await site.browser().post(`${ISSUER}/link`, { token, password: NEW })
        assert.equal(sent.status, 400, name)
        assert.match(textOf(sent.html), /This link is over/, name)
      }
      const { email } = await person()
      await forget(email)
      const link = await box.link(email)
      site.time.now += 30 * MINUTE
      assert.equal((await from().get(link)).status, 400)
    })

    it('ATTACK an email that nobody has, one that is disabled and one without a password are answered like any other, and get no letter', async () => {
      const known = await person()
      const disabled = await person()
      await site.store.users.update({ ...disabled, disabled_at: 1 })
      const elsewhere = await person()
      const { password_hash: _, ...without } = elsewhere
      await site.store.users.update(without)
      const emails = [known.email, disabled.email, elsewhere.email, 'nobody@otterbakery.example']
      const pages: Visit[] = []
      for (const email of emails) pages.push(await forget(email))
      const texts = pages.map(({ html }, i) => textOf(html).replaceAll(emails[i]!, 'EMAIL'))
      assert.equal(new Set(texts).size, 1)
      assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([200]))
      assert.equal((await box.read(known.email)).length, 1)
      for (const email of emails.slice(1)) assert.deepEqual(await box.read(email), [], email)
    })

    it('ATTACK the answer does not wait for whether there is somebody: the store is asked for them only afterwards', async () => {
      const { email } = await person()
      const asked: string[] = []
      const { findByEmail } = site.store.users
      site.store.users.findByEmail = (one) => {
        asked.push(one)
        return findByEmail(one)
      }
      try {
        await forget(email)
        const before = asked.length
        await box.read(email)
        assert.deepEqual([before, asked.length], [0, 1])
      } finally {
        site.store.users.findByEmail = findByEmail
      }
    })

    it('ATTACK an address gets few letters, whoever asks, and is not told apart from one that gets none', async () => {
      const { email } = await person()
      const texts: string[] = []
      for (let i = 0; i < LETTERS_PER_EMAIL + 2; i++) texts.push(textOf((await forget(email, site.browser(`192.0.2.${i}`))).html))
      assert.equal(new Set(texts).size, 1)
      assert.equal((await box.read(email)).length, LETTERS_PER_EMAIL)
    })

    it('ATTACK one place asks for few letters, and is told to wait', async () => {
      const browser = site.browser('192.0.2.99')
      const statuses: number[] = []
      for (let i = 0; i <= LETTERS_PER_ADDRESS; i++) statuses.push((await forget(`flood${i}@otterbakery.example`, browser)).status)
      assert.deepEqual([statuses.at(-2), statuses.at(-1)], [200, 429])
    })

    it('ATTACK links begin with the configured issuer, whatever the request says about our name', async () => {
      const { email } = await person()
      const host = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'sec-fetch-site': 'same-origin',
      }
      await from().post(`${ISSUER}/login/forgot`, { email }, host)
      const [letter] = await box.read(email)
      assert.ok(letter!.text.includes(`${ISSUER}/link?token=`))
      assert.ok(!JSON.stringify(letter).includes('evil.example'))
    })

    it('a password that cannot be one is told beside its field, and the link stays good', async () => {
      const { email } = await person()
      await forget(email)
      const browser = from()
      const page = await browser.get(await box.link(email))
      const refused = await browser.submit(page, { password: 'short' }, 'link-submit')
      assert.equal(refused.status, 400)
      assert.ok(ids(refused.html).includes('password-new-error'))
      assert.ok(ids((await browser.submit(refused, { password: NEW }, 'link-submit')).html).includes('link-done'))
    })
  })

  describe('a link', () => {
    it('ATTACK of another purpose, altered, cut, empty or far too long is over', async () => {
      const { email, sub } = await person()
      await forget(email)
      const token = new URL(await box.link(email)).searchParams.get('token')!
      const session = site.app.server.keys.logout.seal({ expires_at: site.time.now + DAY, browser: 'x' })
      for (const text of ['', 'x', token.slice(0, -1), `${token}A`, token.replace('.', '..'), session, 'a'.repeat(5000)]) {
        const sent = await from().post(`${ISSUER}/link`, { token: text, password: NEW })
        assert.equal(sent.status, 400, text.slice(0, 20))
      }
      assert.equal((await enter(email)).page.status, 200, 'the password is what it was')
      assert.equal((await find(sub)).email_verified, undefined)
    })

    it('ATTACK is opened by a program that follows links: nothing changes', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email)
      await browser.submit(page, {}, 'profile-verify')
      const link = await box.link(email)
      for (let i = 0; i < 3; i++) assert.equal((await from().get(link)).status, 200)
      assert.equal((await find(sub)).email_verified, undefined)
    })

    it('ATTACK is not used by a form of another site', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email)
      await browser.submit(page, {}, 'profile-verify')
      const token = new URL(await box.link(email)).searchParams.get('token')!
      assert.equal((await from().post(`${ISSUER}/link`, { token }, { 'sec-fetch-site': 'cross-site' })).status, 403)
      assert.equal((await find(sub)).email_verified, undefined)
    })

    it('to confirm an address does so once, for that address and that person alone', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email)
      assert.match(textOf(page.html), /Not confirmed/)
      await browser.submit(page, {}, 'profile-verify')
      const link = await box.link(email)
      const shown = await from().get(link)
      const done = await from().submit(shown, {}, 'link-submit')
      assert.ok(ids(done.html).includes('link-done'))
      assert.equal((await find(sub)).email_verified, true)
      assert.match(textOf((await browser.get(`${ISSUER}/account/profile`)).html), /Confirmed/)
      const again = await from().submit(shown, {}, 'link-submit')
      assert.ok(ids(again.html).includes('link-done'), 'a second click is told that it is so')
      await site.store.users.update({ ...(await find(sub)), email_verified: false })
      await from().submit(shown, {}, 'link-submit')
      await site.store.users.update({ ...(await find(sub)), email: `other-${email}`, email_changed_at: 1 })
      assert.equal((await from().submit(shown, {}, 'link-submit')).status, 400)
    })
  })

  describe('a change of the email', () => {
    async function change(email: string, wanted: string, password = PASSWORD): Promise<string> {
      const { browser, page } = await enter(email, 'profile', password)
      const sent = await browser.submit(page, { email: wanted }, 'profile-change')
      assert.equal(sent.location, `${ISSUER}/account/profile?done=sent`)
      return box.link(wanted)
    }
    const use = async (link: string): Promise<Visit> => {
      const browser = from()
      return browser.submit(await browser.get(link), {}, 'link-submit')
    }
    async function verified() {
      const user = await person()
      await site.store.users.update({ ...user, email_verified: true })
      return find(user.sub)
    }

    it('counts once the new address is proved, once, and the old one can take it back for 7 days', async () => {
      const user = await verified()
      const wanted = `new${count()}@otterbakery.example`
      const link = await change(user.email, wanted)
      assert.equal((await find(user.sub)).email, user.email, 'not yet')
      assert.ok(ids((await use(link)).html).includes('link-done'))
      assert.equal((await find(user.sub)).email, wanted)
      assert.equal((await find(user.sub)).email_verified, true)
      const undo = await box.link(user.email)
      assert.ok(ids((await use(link)).html).includes('link-done'), 'a second click is told that it is so')
      assert.deepEqual(await box.read(user.email), [], 'and does nothing')
      assert.equal((await enter(wanted)).page.status, 200)
      site.time.now += 6 * DAY
      const browser = from()
      const next = await browser.submit(await browser.get(undo), {}, 'link-submit')
      assert.equal(next.status, 303)
      const after = await find(user.sub)
      assert.equal(after.email, user.email)
      assert.equal(await site.store.users.findByEmail(wanted), null)
      assert.equal((await from().post(`${ISSUER}/login`, { next: 'profile', email: user.email, password: PASSWORD })).status, 403)
      const form = await browser.follow(next, ISSUER)
      assert.ok(ids((await browser.submit(form, { password: NEW }, 'link-submit')).html).includes('link-done'))
      assert.equal((await enter(user.email, 'profile', NEW)).page.status, 200)
      assert.equal((await use(undo)).status, 400, 'once')
    })

    it('ATTACK whoever takes an account over moves it twice: the first undo ends theirs, and their links are over', async () => {
      const user = await verified()
      const [first, second] = [`first${count()}@evil.example`, `second${count()}@evil.example`]
      const stolen = await change(user.email, first)
      await use(stolen)
      const rescue = await box.link(user.email)
      site.time.now += MINUTE
      await use(await change(first, second))
      const theirs = await box.link(first)
      const pending = await change(second, `third${count()}@evil.example`)
      assert.equal((await use(rescue)).status, 303)
      assert.equal((await find(user.sub)).email, user.email)
      for (const link of [theirs, pending, stolen]) assert.equal((await use(link)).status, 400)
      assert.equal((await find(user.sub)).email, user.email)
      const again = await use(rescue)
      assert.match(again.location, /\/link\?token=/, 'until a password is chosen a second click leads on to that too')
      await site.browser().post(`${ISSUER}/link`, { token: new URL(again.location).searchParams.get('token')!, password: NEW })
      assert.equal((await use(rescue)).status, 400)
    })

    it('ATTACK what a thief has added to the ways of signing in goes with the undo; what was there before stays', async () => {
      const user = await verified()
      const { sub } = user
      const passkey = (name: string) => ({
        passkey_id: `${name}-${sub}`,
        credential_id: `${name}-${sub}`,
        sub,
        public_key: 'k',
        counter: 0,
        label: name,
        created_at: site.time.now,
      })
      const identity = (name: string) => ({
        identity_id: `${name}-${sub}`,
        issuer: `https://${name}.example`,
        subject: sub,
        sub,
        created_at: site.time.now,
      })
      await site.store.factors.addPasskey(passkey('own'))
      await site.store.identities.add(identity('own'))
      site.time.now += 2 * DAY
      await site.store.factors.addPasskey(passkey('theirs'))
      await site.store.factors.setTotp({ sub, sealed: 's', last_step: 0, created_at: site.time.now })
      await site.store.identities.add(identity('theirs'))
      const link = emailLink(
        { keys: site.app.server.keys, issuer: ISSUER, clock: () => site.time.now },
        await find(sub),
        `thief${count()}@evil.example`,
      )
      await use(link)
      await use(await box.link(user.email))
      const { passkeys, totp } = await site.store.factors.find(sub)
      assert.deepEqual([passkeys.map(({ label }) => label), totp], [['own'], null])
      assert.deepEqual(
        (await site.store.identities.list(sub)).map(({ issuer }) => issuer),
        ['https://own.example'],
      )
    })

    it('ATTACK an address that was never confirmed gets no way back in', async () => {
      const user = await person()
      await use(await change(user.email, `sure${count()}@otterbakery.example`))
      assert.deepEqual(await box.read(user.email), [])
    })

    it('ATTACK an address that is somebody else’s is answered alike, gets no letter, and is refused where it was taken meanwhile', async () => {
      const [user, other] = [await person(), await person()]
      const { browser, page } = await enter(user.email)
      const sent = await browser.submit(page, { email: other.email }, 'profile-change')
      assert.equal(sent.location, `${ISSUER}/account/profile?done=sent`)
      assert.deepEqual(await box.read(other.email), [])
      const wanted = `late${count()}@otterbakery.example`
      const link = await change(user.email, wanted)
      await site.addPerson(wanted)
      assert.equal((await use(link)).status, 409)
      assert.equal((await find(user.sub)).email, user.email)
    })

    it('ATTACK a changed password ends the link that whoever knew the old one had asked for', async () => {
      const user = await verified()
      const link = await change(user.email, `evil${count()}@evil.example`)
      await forget(user.email)
      const browser = from()
      await browser.submit(await browser.get(await box.link(user.email)), { password: NEW }, 'link-submit')
      assert.equal((await use(link)).status, 400)
    })

    const DEVICES = `${ISSUER}/account/devices`
    const ended: [what: string, path: string, button: string, fields: (sid: string) => Record<string, string>][] = [
      ['everywhere', DEVICES, 'signout-everywhere-confirm', () => ({})],
      ['everywhere, and out of apps', DEVICES, 'signout-everywhere-confirm', () => ({ grants: 'revoke' })],
      ['in all other browsers', DEVICES, 'signout-others', () => ({})],
      ['in that browser', DEVICES, 'signout-others', (session) => ({ session })],
      ['in other browsers with the app that is turned off', `${ISSUER}/account/security`, 'totp-off-confirm', () => ({ others: 'on' })],
    ]
    for (const [what, path, button, fields] of ended) {
      it(`ATTACK a letter that a thief’s session had sent is worth nothing once its owner signed out ${what}`, async () => {
        const user = await verified()
        const { browser: thief, page } = await enter(user.email)
        const [session] = await site.store.sessions.list(user.sub, site.time.now, 1)
        await thief.submit(page, { email: `thief${count()}@evil.example` }, 'profile-change')
        const link = await box.link(`thief${count()}@evil.example`)
        await forget(user.email)
        const reset = await box.link(user.email)
        const app = button.startsWith('totp') ? await giveApp(site, user) : null
        const { browser, page: next } = await enter(user.email)
        if (app) await browser.submit(next, { code: app.code() }, 'factor-submit')
        const { action, fields: sealed } = readForm((await browser.get(path)).html, button)
        const one = 'session' in fields('')
        const address = one ? `${ISSUER}/account/sessions/end` : new URL(action, ISSUER).href
        assert.equal((await browser.post(address, { ...sealed, ...fields(session!.sid) })).status, 303)
        assert.equal((await thief.get(DEVICES)).status, 303, 'signed out')
        for (const old of [link, reset]) assert.equal((await use(old)).status, 400)
        assert.equal((await find(user.sub)).email, user.email)
        await forget(user.email)
        assert.equal((await from().get(await box.link(user.email))).status, 200, 'a new letter is good')
      })
    }

    it('ATTACK who was shut out and let in again is not reached by anything that was sent before, an undo included', async () => {
      const user = await verified()
      await use(await change(user.email, `moved${count()}@otterbakery.example`))
      const undo = await box.link(user.email)
      await forget(`moved${count()}@otterbakery.example`)
      const reset = await box.link(`moved${count()}@otterbakery.example`)
      await site.store.users.update(disabled(await find(user.sub), site.time.now), { end: 'everything' })
      for (const link of [undo, reset]) assert.equal((await use(link)).status, 400)
      await site.store.users.update(enabled(await find(user.sub), site.time.now))
      for (const link of [undo, reset]) assert.equal((await use(link)).status, 400)
      assert.equal((await find(user.sub)).disabled_at, undefined)
    })

    it('an undo is good after its owner signed out everywhere: whoever sits there may be the thief', async () => {
      const user = await verified()
      await use(await change(user.email, `taken${count()}@evil.example`))
      const undo = await box.link(user.email)
      const { browser } = await enter(`taken${count()}@evil.example`)
      await browser.submit(await browser.get(DEVICES), {}, 'signout-everywhere-confirm')
      assert.equal((await use(undo)).status, 303)
      assert.equal((await find(user.sub)).email, user.email)
    })

    it('wants a sign-in of the last ten minutes, and an address that a letter can go to', async () => {
      const user = await person()
      const { browser, page } = await enter(user.email)
      for (const email of [
        'no address',
        'a@b@c.example',
        'a,b@c.example',
        '<a>@c.example',
        'a@c.example\r\nBcc: d@e.example',
        '"a b"@c.example',
      ]) {
        const refused = await browser.submit(page, { email }, 'profile-change')
        assert.equal(refused.status, 400, email)
        assert.ok(ids(refused.html).includes('profile-new-email-error'))
      }
      site.time.now += 11 * MINUTE
      const stale = await browser.submit(page, { email: 'x@otterbakery.example' }, 'profile-change')
      assert.equal(stale.location, `${ISSUER}/login?next=profile&account=again`)
      const again = await browser.follow(stale, ISSUER)
      assert.match(textOf(again.html), /Sign in again/)
      const back = await browser.follow(await browser.submit(again, { password: PASSWORD }, 'login-submit'), ISSUER)
      assert.ok(ids(back.html).includes('profile-change'))
    })
  })
})
