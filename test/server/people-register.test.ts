import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { readConfig } from '../../src/server/config.ts'
import { ids, readForm, tags, textOf } from '../support/browser.ts'
import { openMailbox } from '../support/mailbox.ts'
import { ISSUER, openSite, PASSWORD } from '../support/site.ts'

const NEW = 'heron-window-17'

const box = openMailbox()
const site = await openSite({ outbox: box.outbox, config: { registration: 'open' } })
after(() => site.close())

describe('people who make their account by themselves', () => {
  let turn = 0

  const ask = (email: string) => site.browser(`198.51.100.${++turn}`).post(`${ISSUER}/login/create`, { email })
  const tokenOf = (link: string) => new URL(link).searchParams.get('token')!

  it('come from the sign-in page, prove their email first, and sign in with what they have chosen', async () => {
    const browser = site.browser()
    const login = await browser.get(`${ISSUER}/login`)
    const page = await browser.get(new URL(tags(login.html, 'a').find(({ id }) => id === 'login-create')!['href']!, ISSUER).href)
    const sent = await browser.submit(page, { email: ' New@Otterbakery.example ' }, 'create-submit')
    assert.ok(ids(sent.html).includes('create-sent'))
    assert.equal(await site.store.users.findByEmail('new@otterbakery.example'), null, 'nothing is stored')
    const form = await browser.get(await box.link('new@otterbakery.example'))
    assert.equal((await browser.submit(form, { password: 'short' }, 'link-submit')).status, 400)
    const done = await browser.submit(form, { password: NEW, name: 'Nell <b>' }, 'link-submit')
    assert.ok(ids(done.html).includes('link-done'))
    const user = await site.store.users.findByEmail('new@otterbakery.example')
    assert.deepEqual([user?.email_verified, user?.name], [true, 'Nell <b>'])
    assert.equal((await browser.post(`${ISSUER}/login`, { next: 'profile', email: user!.email, password: NEW })).status, 303)
    assert.ok(ids((await browser.submit(form, { password: NEW }, 'link-submit')).html).includes('link-done'), 'a second click is told so')
    assert.equal((await browser.submit(form, { password: `${NEW}-2` }, 'link-submit')).status, 409, 'once')
  })

  it('ATTACK an address that has an account is answered alike; its owner alone is told, and nothing changes', async () => {
    const [fresh, known] = [await ask('fresh@otterbakery.example'), await ask(site.mara.email)]
    assert.equal(known.status, 200)
    assert.equal(
      textOf(known.html).replaceAll(site.mara.email, 'EMAIL'),
      textOf(fresh.html).replaceAll('fresh@otterbakery.example', 'EMAIL'),
    )
    const [letter] = await box.read(site.mara.email)
    assert.match(letter!.subject, /You have an account/)
    assert.ok(!letter!.text.includes('/link?'), 'no link that would make or open anything')
  })

  it('ATTACK a link to make an account opens none that is there, and one for a new password makes none', async () => {
    await ask('later@otterbakery.example')
    const token = tokenOf(await box.link('later@otterbakery.example'))
    const { sub } = await site.addPerson('later@otterbakery.example')
    const before = await site.store.users.find(sub)
    assert.equal((await site.browser().post(`${ISSUER}/link`, { token, password: NEW })).status, 409)
    assert.deepEqual(await site.store.users.find(sub), before)
  })

  it('an address that no letter can go to is told beside its field', async () => {
    const refused = await ask('no address')
    assert.equal(refused.status, 400)
    assert.ok(ids(refused.html).includes('create-email-error'))
    assert.equal(readForm(refused.html, 'create-submit').fields['email'], 'no address', 'what was typed stays')
  })

  it('ATTACK where it is closed there is no way in, nor by a link of before', async (test) => {
    await ask('closed@otterbakery.example')
    const token = tokenOf(await box.link('closed@otterbakery.example'))
    const closed = await openSite({ outbox: box.outbox, beside: site })
    test.after(() => closed.app.server.store.close())
    const browser = closed.browser()
    assert.ok(!ids((await browser.get(`${ISSUER}/login`)).html).includes('login-create'))
    for (const visit of [
      await browser.get(`${ISSUER}/login/create`),
      await browser.post(`${ISSUER}/login/create`, { email: 'x@otterbakery.example' }),
      await browser.get(`${ISSUER}/link?token=${token}`),
      await browser.post(`${ISSUER}/link`, { token, password: PASSWORD }),
    ])
      assert.equal(visit.status, 404)
  })

  it('registration is open or closed, and open needs letters', async () => {
    const cwd = '/nonexistent-folder-of-the-registration-tests'
    const read = (env: Record<string, string>) => readConfig({ cwd, env })
    assert.equal((await read({})).registration, 'closed')
    assert.equal((await read({ VOUCHSAFE_REGISTRATION: 'open' })).registration, 'open', 'on this computer letters are shown')
    await assert.rejects(read({ VOUCHSAFE_REGISTRATION: 'maybe' }), /VOUCHSAFE_REGISTRATION must be open or closed\./)
    await assert.rejects(read({ VOUCHSAFE_REGISTRATION: 'open', VOUCHSAFE_ISSUER: ISSUER }), /is open, and new people prove their email/)
  })
})

describe('the page that shows letters', () => {
  const issuer = 'http://localhost:4000'
  const visits: [name: string, address: string, shown: boolean, headers?: Record<string, string>][] = [
    ['from here', '127.0.0.1', true],
    ['from elsewhere', '192.0.2.9', false],
    ['by a name that somebody pointed here', '127.0.0.1', false, { host: 'evil.example:4000' }],
    ['through a tunnel', '127.0.0.1', false, { 'x-forwarded-for': '192.0.2.9' }],
  ]
  for (const [name, address, shown, headers] of visits) {
    it(`${shown ? 'is seen' : 'ATTACK is not seen'} ${name}`, async (test) => {
      const box = openMailbox()
      const site = await openSite({ outbox: box.outbox, config: { issuer, default_resource: issuer } })
      test.after(() => site.close())
      await site.browser().post(`${issuer}/login/forgot`, { email: site.mara.email })
      await box.outbox.idle()
      const visit = await site.browser(address).get(`${issuer}/mail`, headers)
      assert.equal(visit.status, shown ? 200 : 404)
      assert.equal(ids(visit.html).includes('letter-1-link'), shown)
      assert.equal(visit.html.includes('/link?token='), shown)
    })
  }
})
