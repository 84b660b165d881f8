import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { LETTERS_PER_ADDRESS } from '../../src/server/accounts/throttle.ts'
import { type Browser, ids, readForm, tags, textOf, type Visit } from '../support/browser.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { openProvider, type Provider } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { upstreamAt } from '../support/two-sites.ts'

const NEW = 'heron-window-17'
const MINUTE = 60_000

describe('whoever has to try again', () => {
  let site: TestSite
  let box: Mailbox
  let work: Provider
  let turn = 0
  before(async () => {
    box = openMailbox()
    work = await openProvider(() => site.time.now)
    const gone = upstreamAt('http://127.0.0.1:9', { id: 'gone' })
    site = await openSite({
      outbox: box.outbox,
      config: { registration: 'open', product: { name: 'Harbour Books' }, upstreams: [upstreamAt(work.issuer), gone] },
    })
  })
  after(async () => {
    await site.close()
    await work.close()
  })

  const from = (): Browser => site.browser(`198.51.100.${++turn}`)
  const person = () => site.addPerson(`again${++turn}@otterbakery.example`, 'Ada Otter')
  const waiting = async (browser: Browser): Promise<Visit> => browser.follow(await browser.get(site.authorizeUrl()), ISSUER)
  async function enter(email: string, room = 'profile'): Promise<{ browser: Browser; page: Visit }> {
    const browser = from()
    const sent = await browser.post(`${ISSUER}/login`, { next: room, email, password: PASSWORD })
    return { browser, page: await browser.follow(sent, ISSUER) }
  }
  const go = (browser: Browser, page: Visit, id: string): Promise<Visit> => {
    const link = tags(page.html, 'a').find((one) => one['id'] === id)
    assert.ok(link, `there is a link ${id}`)
    return browser.get(new URL(link['href']!, ISSUER).href)
  }
  const inputOf = (page: Visit, id: string) => tags(page.html, 'input').find((one) => one['id'] === id)

  describe('finds what they typed', () => {
    it('in the profile', async () => {
      const { browser, page } = await enter((await person()).email)
      const long = 'x'.repeat(101)
      const name = await browser.submit(page, { name: long }, 'profile-name-submit')
      assert.equal(inputOf(name, 'profile-name')?.['value'], long)
      assert.match(name.html, /<title>Error: /)
      const email = await browser.submit(page, { email: 'ada at home' }, 'profile-change')
      assert.equal(inputOf(email, 'profile-new-email')?.['value'], 'ada at home')
      assert.equal(inputOf(email, 'profile-name')?.['value'], 'Ada Otter')
    })

    it('with a new password: whether apps lose their access', async () => {
      const { email } = await person()
      const { browser, page } = await enter(email, 'security')
      const own = await browser.submit(page, { current: PASSWORD, password: 'short', apps: 'on' }, 'password-submit')
      assert.notEqual(inputOf(own, 'password-apps')?.['checked'], undefined)
      assert.equal(inputOf(page, 'password-apps')?.['checked'], undefined)
      await from().post(`${ISSUER}/login/forgot`, { email })
      const form = await from().get(await box.link(email))
      const again = await from().submit(form, { password: 'short', apps: 'on' }, 'link-submit')
      assert.notEqual(inputOf(again, 'password-apps')?.['checked'], undefined)
    })

    it('on the way to a new account, markup included', async () => {
      const email = `fresh${++turn}@otterbakery.example`
      await from().post(`${ISSUER}/login/create`, { email })
      const form = await from().get(await box.link(email))
      const again = await from().submit(form, { name: 'Nell "<b>', password: 'short' }, 'link-submit')
      assert.equal(inputOf(again, 'create-name')?.['value'], 'Nell "<b>')
    })

    it('and is told beside the field what is no address, when a password is forgotten', async () => {
      const refused = await from().post(`${ISSUER}/login/forgot`, { email: 'ada at home' })
      assert.equal(refused.status, 400)
      assert.ok(ids(refused.html).includes('forgot-email-error'))
      assert.equal(inputOf(refused, 'forgot-email')?.['value'], 'ada at home')
    })

    it('when an app is set up, and is told when the picture is another one', async () => {
      const { browser } = await enter((await person()).email, 'security')
      const page = await browser.get(`${ISSUER}/account/security/totp`)
      const wrong = await browser.submit(page, { code: '000000', others: 'on' }, 'factor-submit')
      assert.notEqual(inputOf(wrong, 'totp-others')?.['checked'], undefined)
      assert.match(textOf(wrong.html), /does not belong to this picture/)
      const keyOf = ({ html }: Visit) => /id="totp-key">([^<]+)</.exec(html)?.[1]
      assert.equal(keyOf(wrong), keyOf(page), 'the picture stays')
      site.time.now += 9 * MINUTE
      const late = await browser.submit(page, { code: '000000', setup: 'x' }, 'factor-submit')
      assert.equal(late.status, 403)
      assert.match(textOf(late.html), /this is another one/)
      assert.notEqual(keyOf(late), keyOf(page))
    })

    it('when a passkey was refused: what they call it', async () => {
      const { browser } = await enter((await person()).email, 'security')
      const page = await browser.get(`${ISSUER}/login/passkey?do=add`)
      const again = await browser.submit(page, { label: 'Blue key', others: 'on', answer: 'x' }, 'passkey-start')
      assert.equal(again.status, 403)
      assert.equal(inputOf(again, 'passkey-label')?.['value'], 'Blue key')
      assert.notEqual(inputOf(again, 'passkey-others')?.['checked'], undefined)
    })
  })

  describe('finds the app that waits', () => {
    for (const [name, link, id] of [
      ['a forgotten password', 'login-forgot', 'forgot'],
      ['a new account', 'login-create', 'create'],
    ] as const) {
      it(`after ${name}`, async () => {
        const browser = from()
        const page = await go(browser, await waiting(browser), link)
        const sent = await browser.submit(page, { email: `waits${++turn}@otterbakery.example` }, `${id}-submit`)
        assert.match(textOf(sent.html), /Then come back to this page/)
        assert.match((await go(browser, sent, `${id}-sent-next`)).html, /Tallyboat/)
      })
      it(`and where none waits, the room they were going to, after ${name}`, async () => {
        const browser = from()
        const page = await go(browser, await browser.get(`${ISSUER}/login?next=security`), link)
        const sent = await browser.submit(page, { email: `waits${++turn}@otterbakery.example` }, `${id}-submit`)
        assert.doesNotMatch(textOf(sent.html), /Then come back to this page/)
        assert.equal(readForm((await go(browser, sent, `${id}-sent-next`)).html, 'login-submit').fields['next'], 'security')
      })
    }

    it('when a provider is away, or what came from it is refused', async () => {
      const browser = from()
      const left = await browser.submit(await waiting(browser), {}, 'login-upstream-gone')
      assert.equal(left.status, 502)
      const back = await go(browser, left, 'error-back')
      assert.match(back.html, /Tallyboat/)
      const there = await browser.submit(back, {}, 'login-upstream-works')
      const claims = {
        sub: 's1',
        email: 's1@work.example',
        email_verified: false,
        iat: site.time.now / 1000,
        exp: site.time.now / 1000 + 60,
      }
      const refused = await browser.get(work.answer(there.location, claims))
      assert.equal(refused.status, 403)
      assert.match((await go(browser, refused, 'error-back')).html, /Tallyboat/)
    })

    it('when too many letters were asked for', async () => {
      const browser = from()
      const page = await go(browser, await waiting(browser), 'login-forgot')
      let last = page
      for (let i = 0; i <= LETTERS_PER_ADDRESS; i++)
        last = await browser.submit(page, { email: `many${i}@otterbakery.example` }, 'forgot-submit')
      assert.equal(last.status, 429)
      assert.match((await go(browser, last, 'error-back')).html, /Tallyboat/)
    })

    it('and where nothing is known of it, the sign-in', async () => {
      const browser = from()
      const lost = await browser.get(`${ISSUER}/login/upstream/works/callback?code=x&state=y`)
      assert.equal(lost.status, 400)
      assert.ok(ids((await go(browser, lost, 'error-back')).html).includes('login-submit'))
    })
  })

  it('comes out of every refusal, also where the product has no address', async () => {
    const browser = from()
    const page = await browser.get(`${ISSUER}/nowhere`)
    assert.ok(ids((await go(browser, page, 'error-home')).html).includes('home-login'))
  })

  it('with a page from before they signed in anew is told so, and finds it anew; nothing is changed by it', async () => {
    const { email, sub } = await person()
    const { browser, page } = await enter(email)
    await browser.post(`${ISSUER}/login`, { next: 'profile', email, password: PASSWORD })
    const stale = await browser.submit(page, { name: 'Bea' }, 'profile-name-submit')
    assert.equal(stale.status, 403)
    assert.match(textOf(stale.html), /This page is from an earlier sign-in/)
    assert.ok(ids((await go(browser, stale, 'error-back')).html).includes('profile-name'))
    assert.equal((await site.store.users.find(sub))?.name, 'Ada Otter')
  })

  describe('by a second click on the same button', () => {
    const twice = async (form: Visit, fields: Record<string, string>): Promise<Visit[]> => {
      const [browser, other] = [from(), from()]
      return [
        await browser.submit(form, fields, 'link-submit'),
        await browser.submit(form, fields, 'link-submit'),
        ...(await Promise.all([1, 2].map(() => other.submit(form, fields, 'link-submit')))),
      ]
    }
    it('is told that the new password counts; another password is refused, and nothing is done again', async () => {
      const { email, sub } = await person()
      await from().post(`${ISSUER}/login/forgot`, { email })
      const form = await from().get(await box.link(email))
      const all = await twice(form, { password: NEW })
      for (const page of all) assert.ok(ids(page.html).includes('link-done'), page.html)
      assert.equal((await box.read(email)).length, 1, 'one letter tells of it')
      const hash = (await site.store.users.find(sub))?.password_hash
      const other = await from().submit(form, { password: `${NEW}-2` }, 'link-submit')
      assert.ok(ids(other.html).includes('link-error'))
      assert.equal((await site.store.users.find(sub))?.password_hash, hash)
    })

    it('ATTACK an old link is no place to guess the password: its tries are those of the sign-in', async () => {
      const { email } = await person()
      await from().post(`${ISSUER}/login/forgot`, { email })
      const form = await from().get(await box.link(email))
      await from().submit(form, { password: NEW }, 'link-submit')
      for (let i = 0; i < 10; i++) await from().submit(form, { password: `guess-${i}-guess` }, 'link-submit')
      const right = await from().submit(form, { password: NEW }, 'link-submit')
      assert.ok(ids(right.html).includes('link-error'))
      assert.equal((await from().post(`${ISSUER}/login`, { next: 'profile', email, password: NEW })).status, 429)
    })

    it('is told that the account is there, once', async () => {
      const email = `fresh${++turn}@otterbakery.example`
      await from().post(`${ISSUER}/login/create`, { email })
      const form = await from().get(await box.link(email))
      for (const page of await twice(form, { password: NEW })) assert.ok(ids(page.html).includes('link-done'))
    })
  })
})
