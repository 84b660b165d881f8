import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { MINUTE } from '../../src/core/model/clock.ts'
import type { User } from '../../src/core/model/user.ts'
import type { Directory } from '../../src/server/accounts/elsewhere.ts'
import { findForgetful } from '../../src/server/accounts/recovery.ts'
import { type SignIn, signIn } from '../../src/server/accounts/sign-in.ts'
import { TRIES_PER_ACCOUNT } from '../../src/server/accounts/throttle.ts'
import { examineElsewhere } from '../../src/server/doctor-elsewhere.ts'
import { createDirectory } from '../../src/server/upstreams/ldap.ts'
import { escapeFilter } from '../../src/server/upstreams/ldap-filter.ts'
import type { LdapSettings } from '../../src/server/upstreams/upstream-settings.ts'
import { type Browser, ids, readForm, textOf, type Visit } from '../support/browser.ts'
import { makeCertificate } from '../support/certificate.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { BASE, entry, missing, openSlapd, READER, READER_PASSWORD, type Slapd } from '../support/slapd.ts'
import { giveApp } from '../support/totp.ts'

const skip = missing !== undefined && process.env['CI'] !== 'true' ? missing : false
const THEIRS = 'their-lantern-17'

it('RFC 4515 §3: of what somebody types nothing means anything in a filter', () => {
  assert.equal(escapeFilter('pia.berg-1_x@work.example'), 'pia.berg-1_x@work.example')
  assert.equal(escapeFilter('*)(uid=\\\0&|!<>~ "'), '\\2a\\29\\28uid\\3d\\5c\\00\\26\\7c\\21\\3c\\3e\\7e\\20\\22')
  assert.equal(escapeFilter('jörg😀'), 'jörg😀')
})

describe('people of a directory', { skip }, () => {
  let slapd: Slapd
  let site: TestSite
  const settings = (more: Partial<LdapSettings> = {}): LdapSettings => ({
    name: 'directory',
    url: slapd.ldaps,
    starttls: false,
    ca: readFileSync(slapd.ca, 'utf8'),
    bind_dn: READER,
    password: READER_PASSWORD,
    base: `ou=people,${BASE}`,
    filter: '(&(objectClass=person)(mail={login}))',
    attributes: { id: 'entryUUID', email: 'mail', name: 'cn', given_name: 'givenName', family_name: 'sn' },
    email_verified: false,
    joining: 'any',
    only: false,
    ...more,
  })
  before(async () => {
    slapd = await openSlapd([
      entry('pia', 'Pia@work.example', THEIRS),
      entry('lee', 'lee@work.example', THEIRS),
      entry('odd', 'odd@work.example', THEIRS, 'cn=Pia odd+uid=odd'),
      entry('comma', 'comma@work.example', THEIRS, 'cn=Pia\\, of \\22Ålesund\\22 (\\2a)').replace(
        'cn: Pia comma',
        'cn: Pia, of "Ålesund" (*)\ncn: Pia comma',
      ),
      entry('joerg', 'joerg@work.example', THEIRS).replace('cn: Pia joerg', 'cn: jörg@work.example'),
      entry('two1', 'two@work.example', THEIRS),
      entry('two2', 'two@work.example', THEIRS),
      entry('mara', 'mara@otterbakery.example', THEIRS),
      entry('gone', 'gone@work.example', THEIRS),
      entry('stays', 'stays@work.example', THEIRS),
      entry('many', 'many@work.example', THEIRS),
      entry('off', 'off@work.example', THEIRS),
      entry('slow', 'slow@work.example', THEIRS),
      ...['both', 'guess', 'moved', 'proof', 'race'].map((name) => entry(name, `${name}@work.example`, THEIRS)),
    ])
    site = await openSite({ config: { ldap: settings() } })
  })
  after(async () => {
    await site.close()
    await slapd.close()
  })
  beforeEach(() => {
    site.time.now += 16 * MINUTE // attempts are counted
  })

  /** What sign-in makes of this, with the directory as the site has it or another one. */
  function come(email: string, password: string, directory?: Directory): Promise<SignIn> {
    const { store, config, time, app } = site
    const accounts = {
      issuer: config.issuer,
      store,
      clock: () => time.now,
      keys: app.server.keys,
      session_lifetime: 60,
      upstreams: new Map(),
    }
    return signIn({ ...accounts, directory: directory ?? createDirectory(settings()) }, email, password, '203.0.113.7')
  }
  const userOf = async (came: Promise<SignIn>) => {
    const found = await came
    return 'user' in found ? found.user : null
  }

  it('come in by the login page, and are people here from then on', async () => {
    const browser = site.browser()
    const page = await browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
    const next = await browser.follow(await browser.submit(page, { email: ' PIA@work.example', password: THEIRS }, 'login-submit'), ISSUER)
    assert.ok(ids(next.html).includes('consent-allow'))
    const user = await site.store.users.findByEmail('pia@work.example')
    assert.deepEqual(
      { name: user?.name, claims: user?.claims, verified: user?.email_verified, hash: user?.password_hash },
      { name: 'Pia pia', claims: { given_name: 'Pia', family_name: 'Berg' }, verified: undefined, hash: undefined },
    )
    const [identity] = await site.store.identities.list(user!.sub)
    assert.equal(identity?.issuer, 'ldap:directory')
    assert.match(identity?.subject ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.equal((await userOf(come('pia@work.example', THEIRS)))?.sub, user?.sub, 'the same the next time')
  })

  for (const [name, more] of [
    ['RFC 4511 §4.14 by STARTTLS', () => ({ url: slapd.ldap, starttls: true })],
    ['by ldaps', () => ({})],
    ['by ldap on loopback', () => ({ url: slapd.ldap })],
  ] as const) {
    it(`are proved ${name}`, async () => {
      const directory = createDirectory(settings(more()))
      assert.equal((await directory.prove('lee@work.example', THEIRS))?.email, 'lee@work.example')
      assert.equal(await directory.prove('lee@work.example', 'wrong'), null)
    })
  }

  it('RFC 4513 §5.1.2: an empty password proves nothing, though this directory binds with it', async () => {
    for (const password of ['', '\0', ' ']) assert.equal(await userOf(come('lee@work.example', password)), null, JSON.stringify(password))
    assert.equal(await createDirectory(settings()).prove('lee@work.example', ''), null)
  })

  it('what is no address is not asked about', async () => {
    for (const login of ['lee', 'lee@work.example\0', 'lee @work.example']) assert.equal(await userOf(come(login, THEIRS)), null)
  })

  it('RFC 4515 §3: what somebody types finds nobody else', async () => {
    for (const login of [
      '*',
      '*@work.example',
      'lee*',
      'lee@work.example)(uid=*',
      'x)(|(mail=*',
      '*)(objectClass=*',
      'lee@work.example\\',
      '\\2a',
      '{login}',
      `uid=lee,ou=people,${BASE}`,
      'lee@work.example,dc=other',
    ]) {
      assert.equal(await createDirectory(settings()).prove(login, THEIRS), null, login)
    }
  })

  it('are found whatever their DN and login are made of', async () => {
    const directory = createDirectory(settings({ filter: '(|(mail={login})(cn={login}))' }))
    for (const [login, email] of [
      ['odd@work.example', 'odd@work.example'],
      ['comma@work.example', 'comma@work.example'],
      ['jörg@work.example', 'joerg@work.example'],
    ] as const) {
      assert.equal((await userOf(come(login, THEIRS, directory)))?.email, email)
      assert.equal(await userOf(come(login, 'wrong', directory)), null)
    }
  })

  it('RFC 4518 §2.2: ATTACK their tries are counted together however one login is spelled that the directory takes for the same', async () => {
    const directory = createDirectory(settings({ filter: '(cn={login})' }))
    const wide = 'ｊörg@work.example'
    assert.equal((await directory.prove(wide, THEIRS))?.email, 'joerg@work.example')
    const spellings = [
      'jörg@work.example',
      wide,
      'jo\u0308rg@work.example',
      'jörg@ｗork.example',
      'j\u200börg@work.example',
      'jorg@work.example',
    ]
    for (const [i, login] of spellings.entries())
      assert.deepEqual(await come(login, 'wrong', directory), { left: TRIES_PER_ACCOUNT - 1 - i })
  })

  it('of whom two have one address nobody comes in', async () => {
    assert.equal(await userOf(come('two@work.example', THEIRS)), null)
  })

  it('never take over an account that has their address: its own password counts, and theirs does not', async () => {
    assert.equal((await userOf(come(site.mara.email, PASSWORD)))?.sub, site.mara.sub)
    assert.equal(await userOf(come(site.mara.email, THEIRS)), null)
    const only = createDirectory(settings({ only: true }))
    assert.equal(await userOf(come(site.mara.email, THEIRS, only)), null)
    assert.equal(
      await userOf(come(site.mara.email, PASSWORD, only)),
      null,
      'where the directory is alone, passwords that are here open nothing',
    )
    assert.deepEqual(await site.store.identities.list(site.mara.sub), [])
  })

  it('keep their account when their address changes, and who gets the old address does not get the account', async () => {
    const before = (await userOf(come('stays@work.example', THEIRS)))!
    slapd.change(`dn: uid=stays,ou=people,${BASE}\nchangetype: modify\nreplace: mail\nmail: stays-now@work.example\n`)
    slapd.change(`${entry('newcomer', 'stays@work.example', THEIRS).replace('\n', '\nchangetype: add\n')}\n`)
    assert.equal(await userOf(come('stays@work.example', THEIRS)), null, 'it is still the address of the one who moved')
    const moved = (await userOf(come('stays-now@work.example', THEIRS)))!
    assert.deepEqual([moved.sub, moved.email], [before.sub, 'stays-now@work.example'])
    const newcomer = (await userOf(come('stays@work.example', THEIRS)))!
    assert.notEqual(newcomer.sub, before.sub)
  })

  it('stay out when their entry is gone, or they are disabled here', async () => {
    const user = (await userOf(come('gone@work.example', THEIRS)))!
    slapd.change(`dn: uid=gone,ou=people,${BASE}\nchangetype: delete\n`)
    assert.equal(await userOf(come('gone@work.example', THEIRS)), null)
    const off = (await userOf(come('off@work.example', THEIRS)))!
    await site.store.users.update({ ...off, disabled_at: site.time.now })
    assert.equal(await userOf(come('off@work.example', THEIRS)), null)
    assert.equal((await site.store.users.find(user.sub))?.email, 'gone@work.example')
  })

  it('a password that was set here does not open what belongs to the directory', async () => {
    const user = (await userOf(come('lee@work.example', THEIRS)))!
    await site.store.users.update({ ...user, password_hash: site.mara.password_hash! })
    assert.equal(await userOf(come('lee@work.example', PASSWORD)), null)
    assert.equal((await userOf(come('lee@work.example', THEIRS)))?.sub, user.sub)
  })

  it('new ones stay out where joining is none', async () => {
    const closed = createDirectory(settings({ joining: 'none' }))
    assert.equal(await userOf(come('slow@work.example', THEIRS, closed)), null)
    assert.equal((await userOf(come('pia@work.example', THEIRS, closed)))?.email, 'pia@work.example')
  })

  it('who come for the first time twice at one moment are one person', async () => {
    const came = await Promise.all(Array.from({ length: 8 }, () => userOf(come('many@work.example', THEIRS))))
    assert.equal(new Set(came.map((user) => user?.sub)).size, 1)
    assert.ok(came[0])
  })

  it('are tried no more often than anybody else, and a right password after that does not help', async () => {
    for (let left = 9; left > 0; left--) assert.deepEqual(await come('slow@work.example', 'wrong'), { left })
    for (const password of ['wrong', THEIRS]) assert.ok('paused_until' in (await come('slow@work.example', password)))
  })

  it('a wrong password takes as long as a name that nobody has', async () => {
    const times: number[] = []
    for (const [login, password] of [
      ['pia@work.example', 'wrong'],
      ['nobody@work.example', 'wrong'],
      [site.mara.email, 'wrong'],
    ] as const) {
      const began = performance.now()
      await come(login, password)
      times.push(performance.now() - began)
    }
    for (const time of times) assert.ok(time >= 195, String(times))
  })

  describe('whose address is that of an account here', () => {
    const ROOM = `${ISSUER}/account/identities`
    /** Signed in with the password that is kept here. */
    async function enter(name: string): Promise<{ user: User; browser: Browser; page: Visit }> {
      const user = (await site.store.users.findByEmail(`${name}@work.example`)) ?? (await site.addPerson(`${name}@work.example`))
      const browser = site.browser()
      const sent = await browser.post(`${ISSUER}/login`, { next: 'identities', email: user.email, password: PASSWORD })
      return { user, browser, page: await browser.follow(sent, ISSUER) }
    }
    const link = (browser: Browser, page: Visit, password: string) => browser.submit(page, { password, add: 'ldap:' }, 'directory-link')

    it('prove both, and are linked: the same account by the directory’s password, and by that alone', async () => {
      const { user, browser, page } = await enter('both')
      const wrong = await link(browser, page, 'not that one')
      assert.equal(wrong.status, 403)
      assert.ok(ids(wrong.html).includes('directory-password-error'))
      assert.equal(await userOf(come(user.email, THEIRS)), null, 'not yet')
      const done = await browser.follow(await link(browser, wrong, THEIRS), ISSUER)
      assert.match(textOf(done.html), /your organisation is linked/)
      assert.ok(!ids(done.html).includes('directory-link'))
      assert.deepEqual([(await userOf(come(user.email, THEIRS)))?.sub, await userOf(come(user.email, PASSWORD))], [user.sub, null])
      const [entry] = (await site.store.audit.list({ limit: 1, sub: user.sub })).entries
      assert.deepEqual([entry?.event, entry?.issuer, entry?.actor], ['identity.linked', 'ldap:directory', { type: 'user', id: user.sub }])
      assert.ok(
        !ids((await browser.get(`${ISSUER}/account/security`)).html).includes('password-submit'),
        'a password of no use is not changed',
      )
      const { csrf } = readForm(done.html).fields as { csrf: string }
      const sent = await browser.post(`${ISSUER}/account/password`, { csrf, current: THEIRS, password: 'heron-window-17' })
      assert.equal(sent.location, `${ISSUER}/account/security`)
      assert.equal((await site.store.users.find(user.sub))?.password_hash, user.password_hash)
      assert.equal(await findForgetful({ store: site.store, directory: createDirectory(settings()) }, user.email), null)
    })

    it('take it away again, and the password that is kept here counts', async () => {
      const { user } = await enter('both')
      const browser = site.browser()
      const sent = await browser.post(`${ISSUER}/login`, { next: 'identities', email: user.email, password: THEIRS })
      const page = await browser.follow(sent, ISSUER)
      const [{ identity_id } = { identity_id: '' }] = await site.store.identities.list(user.sub)
      const gone = await browser.follow(await browser.submit(page, {}, `identity-${identity_id}-remove-confirm`), ISSUER)
      assert.match(textOf(gone.html), /your organisation is removed/)
      assert.deepEqual([(await userOf(come(user.email, PASSWORD)))?.sub, await userOf(come(user.email, THEIRS))], [user.sub, null])
    })

    it('ATTACK an open window is not enough: a sign-in of the last ten minutes is asked for, and the factor that they have', async () => {
      const { user, browser, page } = await enter('proof')
      await giveApp(site, user)
      assert.match((await link(browser, page, THEIRS)).location, /\/login\?next=identities&account=again$/)
      await site.store.factors.reset(user.sub)
      site.time.now += 11 * MINUTE
      assert.match((await link(browser, page, THEIRS)).location, /\/login\?next=identities&account=again$/)
      assert.ok(ids((await browser.get(ROOM)).html).includes('identities-again'))
      assert.deepEqual(await site.store.identities.list(user.sub), [])
    })

    it('ATTACK the password there is guessed no more often than at the sign-in, by 50 at one moment either', async () => {
      const { user, browser, page } = await enter('guess')
      const all = await Promise.all(Array.from({ length: 50 }, (_, i) => link(browser, page, `guess ${i}`)))
      assert.equal(all.filter(({ status }) => status === 403).length, TRIES_PER_ACCOUNT - 1)
      assert.equal(all.filter(({ status }) => status === 429).length, 51 - TRIES_PER_ACCOUNT)
      assert.equal((await link(browser, page, THEIRS)).status, 429, 'the right one does not help either')
      assert.ok('paused_until' in (await come(user.email, PASSWORD)))
    })

    it('ATTACK an entry is one person’s: who has its old address cannot link it, and of many at once one is linked', async () => {
      const before = (await userOf(come('moved@work.example', THEIRS)))!
      await site.store.users.update({ ...before, email: 'elsewhere@work.example' })
      const { browser, page } = await enter('moved')
      assert.equal((await link(browser, page, THEIRS)).status, 403)
      const { user, ...race } = await enter('race')
      const all = await Promise.all(Array.from({ length: 8 }, () => link(race.browser, race.page, THEIRS)))
      assert.equal(all.filter(({ status }) => status === 303).length, 1)
      assert.equal((await site.store.identities.list(user.sub)).length, 1)
    })

    it('without a directory there is nothing to link', async () => {
      const plain = await openSite()
      try {
        const browser = plain.browser()
        const sent = await browser.post(`${ISSUER}/login`, { next: 'profile', email: plain.mara.email, password: PASSWORD })
        const { csrf } = readForm((await browser.follow(sent, ISSUER)).html).fields as { csrf: string }
        assert.equal((await browser.post(ROOM, { csrf, add: 'ldap:', password: THEIRS })).status, 404)
      } finally {
        await plain.close()
      }
    })
  })

  describe('a directory that cannot be asked', () => {
    const isAway = (directory: Directory, code?: string) =>
      assert.rejects(come('pia@work.example', THEIRS, directory), (error: Error & { reason?: string }) => {
        assert.equal(error.reason, 'directory_away')
        if (code !== undefined) assert.equal((error.cause as { code?: string }).code, code)
        return true
      })

    it('because its certificate is somebody else’s gets no password', async () => {
      const other = makeCertificate()
      const ca = readFileSync(other.cert, 'utf8')
      other.remove()
      await isAway(createDirectory(settings({ ca })))
      await isAway(createDirectory(settings({ ca, url: slapd.ldap, starttls: true })))
    })
    it('RFC 4513 §3.1.3 because its certificate has another name gets no password', async () => {
      const elsewhere = (url: string) => url.replace('127.0.0.1', 'localhost')
      for (const more of [{ url: elsewhere(slapd.ldaps) }, { url: elsewhere(slapd.ldap), starttls: true }])
        await isAway(createDirectory(settings(more)), 'ERR_TLS_CERT_ALTNAME_INVALID')
    })
    it('because our own account is refused, is no wrong password of anybody', async () => {
      await isAway(createDirectory(settings({ password: 'wrong' })))
      assert.ok('user' in (await come('pia@work.example', THEIRS)))
    })
    it('is found by the doctor, with what to look at', async () => {
      const [good] = await examineElsewhere({ ...site.config, ldap: settings() })
      const [bad] = await examineElsewhere({ ...site.config, ldap: settings({ password: 'wrong' }) })
      assert.deepEqual([good?.ok, bad?.ok], [true, false])
      assert.match(`${bad?.found} ${bad?.fix}`, /cannot be asked: .*VOUCHSAFE_LDAP_PASSWORD/)
    })
    it('because its entries lack the id', async () => {
      await isAway(createDirectory(settings({ attributes: { id: 'employeeNumber', email: 'mail' } })))
    })
    it('because it does not speak holds up nobody for longer than seconds', async () => {
      const silent = createServer(() => {})
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const { port } = silent.address() as { port: number }
      const began = performance.now()
      await isAway(createDirectory(settings({ url: `ldap://127.0.0.1:${port}` })))
      assert.ok(performance.now() - began < 7_000)
      silent.close()
    })
    it('because it is down, is told on a page, takes no attempt away, and is asked again when it is back', async () => {
      await slapd.stop()
      const browser = site.browser()
      for (let i = 0; i < 12; i++) {
        const page = await browser.submit(
          await browser.get(`${ISSUER}/login`),
          { email: 'pia@work.example', password: THEIRS },
          'login-submit',
        )
        assert.equal(page.status, 503)
        assert.match(textOf(page.html), /We cannot check passwords at this moment/)
        assert.equal(readForm(page.html, 'login-submit').fields['email'], 'pia@work.example', 'what was typed stays')
        const reference = page.headers.get('x-vouchsafe-reference')
        assert.ok(page.html.includes(`id="error-reference">${reference}<`))
        assert.ok(site.events.some((event) => event['reference'] === reference && /ECONNREFUSED/.test(String(event['cause']))))
      }
      assert.equal((await userOf(come(site.mara.email, PASSWORD)))?.sub, site.mara.sub, 'who is here is not held up')
      await slapd.start()
      assert.ok('user' in (await come('pia@work.example', THEIRS)))
    })
  })

  it('no password is in the log', () => {
    const log = JSON.stringify(site.events)
    for (const secret of [THEIRS, READER_PASSWORD]) assert.ok(!log.includes(secret))
  })
})
