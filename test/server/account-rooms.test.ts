import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { type Browser, ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { openPeople } from '../support/people.ts'
import { ISSUER, openSite, PASSWORD } from '../support/site.ts'

const MINUTE = 60_000
const SESSION = '__Host-vouchsafe-session'
const NEW = 'heron-window-17'

const { site, box, person, count, enter, find } = await openPeople()
after(() => site.close())

describe('the rooms profile and security', () => {
  const fieldOf = (page: Visit, id: string) => tags(page.html, 'input').find((one) => one['id'] === id)?.['value']

  describe('profile', () => {
    it('has its ids, and its door beside the others', async () => {
      const { page } = await enter((await person()).email)
      const shown = ids(page.html)
      for (const id of ['profile-name', 'profile-email', 'profile-verify', 'profile-new-email', 'profile-export', 'profile-delete'])
        assert.ok(shown.includes(id), id)
      assert.ok(tags(page.html, 'a').some((one) => one['href'] === '/account/profile' && one['aria-current'] === 'page'))
    })

    it('saves a name as text, without control characters, and takes it away', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email)
      const save = (name: string) => browser.submit(page, { name }, 'profile-name-submit')
      assert.equal((await save(' Zoë <b>\r\nOtter</b> ')).location, `${ISSUER}/account/profile?done=name`)
      assert.equal((await find(sub)).name, 'Zoë <b> Otter</b>')
      const shown = await browser.get(`${ISSUER}/account/profile?done=name`)
      assert.ok(!shown.html.includes('<b> Otter'))
      assert.equal(fieldOf(shown, 'profile-name'), 'Zoë <b> Otter</b>')
      assert.equal((await save('x'.repeat(101))).status, 400)
      await save('  ')
      assert.ok(!('name' in (await find(sub))))
    })

    it('without a mail server it offers nothing that needs one, and the addresses are not there', async (test) => {
      const plain = await openSite()
      test.after(() => plain.close())
      const browser = plain.browser()
      const login = await browser.get(`${ISSUER}/login`)
      assert.ok(!ids(login.html).includes('login-forgot'))
      const page = await browser.follow(
        await browser.post(`${ISSUER}/login`, { next: 'profile', email: plain.mara.email, password: PASSWORD }),
        ISSUER,
      )
      for (const id of ['profile-verify', 'profile-new-email']) assert.ok(!ids(page.html).includes(id), id)
      const { csrf } = readForm(page.html, 'profile-name-submit').fields
      assert.equal((await browser.get(`${ISSUER}/login/forgot`)).status, 404)
      assert.equal((await browser.get(`${ISSUER}/mail`)).status, 404)
      assert.equal((await browser.post(`${ISSUER}/login/forgot`, { email: plain.mara.email })).status, 404)
      assert.equal((await browser.post(`${ISSUER}/account/email`, { csrf: csrf!, act: 'verify' })).status, 404)
    })

    it('ATTACK letters that are shown on this computer are shown nowhere else', async () => {
      assert.equal((await site.browser('127.0.0.1').get(`${ISSUER}/mail`)).status, 404, 'an issuer that others reach')
    })
  })

  describe('a changed password', () => {
    const change = (browser: Browser, page: Visit, fields: Record<string, string>) =>
      browser.submit(page, { current: PASSWORD, password: NEW, ...fields }, 'password-submit')

    it('ends all other sessions, keeps this browser signed in under a new one, and is told by mail', async () => {
      const { email, sub } = await person()
      const { browser: elsewhere } = await enter(email)
      const { browser, page } = await enter(email, 'security')
      const { epoch } = await site.store.consents.find(sub, 'tallyboat')
      const secret = browser.jar.get(SESSION)
      const sent = await change(browser, page, {})
      assert.equal(sent.location, `${ISSUER}/account/security?done=password`)
      assert.ok(ids((await browser.follow(sent, ISSUER)).html).includes('notice'))
      assert.notEqual(browser.jar.get(SESSION), secret)
      assert.equal((await elsewhere.get(`${ISSUER}/account/security`)).status, 303)
      assert.equal((await site.store.consents.find(sub, 'tallyboat')).epoch, epoch, 'what apps were allowed stays')
      const [letter] = await box.read(email)
      assert.match(letter!.text, /was changed just now/)
      assert.ok(letter!.text.includes(`${ISSUER}/login/forgot`))
      assert.equal((await enter(email, 'security', NEW)).page.status, 200)
    })

    it('ends what apps were allowed where the person says so', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email, 'security')
      const { epoch } = await site.store.consents.find(sub, 'tallyboat')
      await change(browser, page, { apps: 'on' })
      assert.equal((await site.store.consents.find(sub, 'tallyboat')).epoch, epoch + 1)
    })

    it('is refused beside the field that is wrong, and changes nothing', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email, 'security')
      const { password_hash } = await find(sub)
      for (const [fields, status, id] of [
        [{ current: 'not this one' }, 403, 'password-current-error'],
        [{ password: 'short' }, 400, 'password-new-error'],
        [{ password: 'x'.repeat(1025) }, 400, 'password-new-error'],
      ] as const) {
        const refused = await change(browser, page, fields)
        assert.equal(refused.status, status)
        assert.ok(ids(refused.html).includes(id))
        assert.ok(!refused.html.includes('not this one'))
      }
      assert.equal((await find(sub)).password_hash, password_hash)
      assert.deepEqual(await box.read(email), [])
    })

    it('ATTACK whoever finds an open window cannot guess the password without end', async () => {
      const { email } = await person()
      const { browser, page } = await enter(email, 'security')
      const statuses: number[] = []
      for (let i = 0; i < 11; i++) statuses.push((await change(browser, page, { current: `guess ${i}` })).status)
      assert.equal(statuses.at(-1), 429)
      assert.equal((await change(browser, page, {})).status, 429, 'the right one does not help either')
    })

    it('ATTACK two changes at once: one counts', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email, 'security')
      const jar = [...browser.jar]
      const visits = await Promise.all(
        Array.from({ length: 5 }, (_, i) => {
          const tab = site.browser()
          for (const [name, value] of jar) tab.jar.set(name, value)
          return change(tab, page, { password: `${NEW}-${i}` })
        }),
      )
      assert.equal(visits.filter(({ location }) => location.includes('done=password')).length, 1)
      assert.ok((await find(sub)).password_hash)
    })

    it('ATTACK whoever has no password of ours gets none by the form of one', async () => {
      const { email, sub } = await person()
      const { browser, page } = await enter(email, 'security')
      const { password_hash: _, ...user } = await find(sub)
      await site.store.users.update(user)
      assert.equal((await change(browser, page, {})).location, `${ISSUER}/account/security`)
      assert.equal((await find(sub)).password_hash, undefined)
    })

    it('nobody who has no password is asked for one', async () => {
      const { email, sub } = await person()
      const { browser } = await enter(email)
      const { password_hash: _, ...user } = await find(sub)
      await site.store.users.update(user)
      assert.ok(!ids((await browser.get(`${ISSUER}/account/security`)).html).includes('password-submit'))
    })
  })

  describe('all forms', () => {
    const forms: Record<string, Record<string, string>> = {
      profile: { name: 'Eve' },
      email: { act: 'verify' },
      export: {},
      password: { current: PASSWORD, password: NEW },
      delete: {},
    }
    for (const [path, fields] of Object.entries(forms)) {
      it(`ATTACK POST /account/${path} without the seal, with another session’s, or from elsewhere changes nothing`, async () => {
        const [own, other] = [await person(), await person()]
        const { browser } = await enter(own.email)
        const { page: foreign } = await enter(other.email)
        const { csrf } = readForm(foreign.html, 'profile-name-submit').fields
        const given = { ...fields, ...(path === 'delete' && { email: own.email }) }
        const before = await find(own.sub)
        assert.equal((await browser.post(`${ISSUER}/account/${path}`, given)).status, 403)
        assert.equal((await browser.post(`${ISSUER}/account/${path}`, { ...given, csrf: csrf! })).status, 403)
        assert.equal((await browser.post(`${ISSUER}/account/${path}`, given, { 'sec-fetch-site': 'cross-site' })).status, 403)
        assert.deepEqual(await find(own.sub), before)
      })
    }
  })

  describe('the data of a person', () => {
    it('are one file with what is kept about them, without secrets, for whoever has signed in a moment ago', async () => {
      const { email, sub } = await person()
      await site.addClient({ client_id: `own-${sub}`, owner: sub, client_secrets: [{ hash: 'HASH', hint: 'abcd', created_at: 1 }] })
      const { browser, page } = await enter(email)
      const consent = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
      await browser.follow(await browser.submit(consent, {}, 'consent-allow'), ISSUER)
      const file = await browser.submit(page, {}, 'profile-export')
      assert.equal(file.headers.get('content-disposition'), 'attachment; filename="account.json"')
      assert.equal(file.headers.get('cache-control'), 'no-store')
      const data = JSON.parse(file.html)
      assert.equal(data.issuer, ISSUER)
      assert.deepEqual([data.person.sub, data.person.email, data.person.name, data.person.has_password], [sub, email, 'Ada Otter', true])
      assert.deepEqual(
        data.consents.map((one: { client_id: string }) => one.client_id),
        ['tallyboat'],
      )
      assert.deepEqual(
        data.apps.map((one: { client_id: string }) => one.client_id),
        [`own-${sub}`],
      )
      assert.deepEqual(
        data.decisions.map((one: { event: string }) => one.event),
        ['consent.given', 'user.added'],
      )
      assert.deepEqual(
        data.receipts.map((one: { decision: string; client_id: string; seq: number }) => [one.seq, one.decision, one.client_id]),
        [[1, 'allowed', 'tallyboat']],
      )
      assert.deepEqual(data.factors, { app: false, recovery_codes: 0, passkeys: [] })
      assert.equal(data.sessions.length, 1)
      assert.deepEqual(data.identities, [])
      for (const secret of ['argon2', 'HASH', 'password_hash', 'session_hash']) assert.ok(!file.html.includes(secret), secret)
      site.time.now += 11 * MINUTE
      assert.equal((await browser.submit(page, {}, 'profile-export')).location, `${ISSUER}/login?next=profile&account=again`)
    })
  })

  describe('deleting an account', () => {
    const leave = async (browser: Browser, email: string) =>
      browser.submit(await browser.get(`${ISSUER}/account/delete`), { email }, 'delete-submit')

    it('ends everything at once: sessions, keys, consents, apps of their own; the email is free and the sub is nobody’s', async () => {
      const { email, sub } = await person()
      const { browser: elsewhere } = await enter(email)
      const { browser } = await enter(email)
      await site.addClient({ client_id: `app-${count()}`, client_name: 'Otter <App>', owner: sub })
      const consent = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
      await browser.follow(await browser.submit(consent, {}, 'consent-allow'), ISSUER)
      const page = await browser.get(`${ISSUER}/account/delete`)
      assert.match(textOf(page.html), /One app that is yours is deleted with it: Otter <App>/)
      const wrong = await browser.submit(page, { email: 'somebody@else.example' }, 'delete-submit')
      assert.equal(wrong.status, 400)
      assert.ok(ids(wrong.html).includes('delete-email-error'))
      assert.ok(await find(sub))
      const sent = await leave(browser, ` ${email.toUpperCase()} `)
      assert.equal(sent.location, `${ISSUER}/account/deleted`)
      assert.ok(ids((await browser.follow(sent, ISSUER)).html).includes('delete-done'))
      assert.ok(!browser.jar.has(SESSION))
      assert.equal(await site.store.users.find(sub), null)
      assert.equal((await site.store.consents.find(sub, 'tallyboat')).consent, null)
      assert.equal(await site.store.clients.find(`app-${count()}`), null)
      assert.equal((await elsewhere.get(`${ISSUER}/account/profile`)).status, 303)
      const [letter] = await box.read(email)
      assert.match(letter!.subject, /is deleted/)
      const again = await site.addPerson(email)
      assert.notEqual(again.sub, sub)
    })

    it('wants a sign-in of the last ten minutes', async () => {
      const { email, sub } = await person()
      const { browser } = await enter(email)
      const page = await browser.get(`${ISSUER}/account/delete`)
      site.time.now += 11 * MINUTE
      assert.equal((await browser.get(`${ISSUER}/account/delete`)).location, `${ISSUER}/login?next=profile&account=again`)
      assert.equal((await browser.submit(page, { email }, 'delete-submit')).location, `${ISSUER}/login?next=profile&account=again`)
      assert.ok(await find(sub))
    })

    it('RFC 6749 §4.1.2 ATTACK a code that is under way is worth nothing after it', async () => {
      const { email, sub } = await person()
      const { browser } = await enter(email)
      const consent = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
      const last = await browser.follow(await browser.submit(consent, {}, 'consent-allow'), ISSUER)
      const code = new URL(last.location).searchParams.get('code')!
      await leave(browser, email)
      const answer = await browser.post(`${ISSUER}/token`, {
        grant_type: 'authorization_code',
        client_id: 'tallyboat',
        redirect_uri: 'https://app.tallyboat.example/cb',
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
        code,
      })
      assert.equal(answer.status, 400)
      assert.equal(JSON.parse(answer.html).error, 'invalid_grant')
      assert.equal(await site.store.users.find(sub), null)
    })

    it('ATTACK a sign-in or a consent that is under way brings nothing back', async () => {
      const { email, sub } = await person()
      const { browser } = await enter(email)
      const consent = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
      const other = site.browser('198.51.100.200')
      const [, signed] = await Promise.all([
        leave(browser, email),
        other.post(`${ISSUER}/login`, { next: 'profile', email, password: PASSWORD }),
      ])
      assert.ok([303, 403].includes(signed.status))
      assert.equal((await other.get(`${ISSUER}/account/profile`)).status, 303)
      const late = await browser.submit(consent, {}, 'consent-allow')
      assert.equal(new URL(late.location).pathname, '/authorize')
      assert.equal((await site.store.consents.find(sub, 'tallyboat')).consent, null)
    })
  })
})
