import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { ids, readForm, type Visit } from '../support/browser.ts'
import { openMailbox } from '../support/mailbox.ts'
import { ISSUER, openSite, PASSWORD } from '../support/site.ts'

const NEW = 'heron-window-17'
const SESSION = '__Host-vouchsafe-session'
const MANY = 50

const box = openMailbox()
const site = await openSite({ outbox: box.outbox, config: { registration: 'open' } })
after(() => site.close())

describe('what happens once to an account, asked for many times at one moment', () => {
  let turn = 0

  const person = async () => {
    const user = { ...(await site.addPerson(`person${++turn}@otterbakery.example`, 'Ada')), email_verified: true }
    await site.store.users.update(user)
    return user
  }
  const browser = () => site.browser(`198.51.${turn}.9`)
  const enter = async (email: string, tab = browser()) => {
    await tab.post(`${ISSUER}/login`, { next: 'profile', email, password: PASSWORD })
    return tab
  }
  const many = (send: (caller: number) => Promise<Visit>, length = MANY) => Promise.all(Array.from({ length }, (_, caller) => send(caller)))
  const tokenFor = async (email: string) => new URL(await box.link(email)).searchParams.get('token')!
  const isDone = ({ html }: Visit) => ids(html).includes('link-done')
  /** How many writes of one kind come true meanwhile: those who came too late are told the same, and have changed nothing. */
  async function written(verb: 'add' | 'update', run: () => Promise<unknown>): Promise<number> {
    const { users } = site.store
    const before = users[verb] as (...given: unknown[]) => Promise<unknown>
    let count = 0
    const counting = async (...given: unknown[]) => {
      const outcome = await before(...given)
      if (outcome === true || outcome === 'added') count += 1
      return outcome
    }
    Object.assign(users, { [verb]: counting })
    await run().finally(() => Object.assign(users, { [verb]: before }))
    return count
  }

  it('ATTACK a link for a new password sets one', async () => {
    const { email } = await person()
    await browser().post(`${ISSUER}/login/forgot`, { email })
    const token = await tokenFor(email)
    const visits = await many((caller) => browser().post(`${ISSUER}/link`, { token, password: `${NEW}-${caller}` }))
    assert.equal(visits.filter(isDone).length, 1)
    const password = `${NEW}-${visits.findIndex(isDone)}`
    site.time.now += 15 * 60_000 // the others have guessed at it, and were counted
    assert.equal((await browser().post(`${ISSUER}/login`, { next: 'profile', email, password })).status, 303)
    assert.equal((await browser().post(`${ISSUER}/link`, { token, password: NEW })).status, 400)
  })

  it('ATTACK a link changes an address, and its undo takes that back', async () => {
    const user = await person()
    const tab = await enter(user.email)
    const wanted = `moved${turn}@otterbakery.example`
    await tab.submit(await tab.get(`${ISSUER}/account/profile`), { email: wanted }, 'profile-change')
    const token = await tokenFor(wanted)
    assert.equal(await written('update', () => many(() => browser().post(`${ISSUER}/link`, { token }))), 1)
    const undo = await tokenFor(user.email) // there is one
    assert.equal(await written('update', () => many(() => browser().post(`${ISSUER}/link`, { token: undo }))), 1)
    assert.equal((await site.store.users.find(user.sub))?.email, user.email)
  })

  it('ATTACK no letter that a session asks for while its person ends it is good afterwards', async () => {
    for (let round = 0; round < 6; round++) {
      const user = await person()
      const [thief, owner] = [await enter(user.email), await enter(user.email)]
      const { fields } = readForm((await thief.get(`${ISSUER}/account/profile`)).html, 'profile-change')
      const { fields: end } = readForm((await owner.get(`${ISSUER}/account/devices`)).html, 'signout-others')
      const wanted = Array.from({ length: 6 }, (_, i) => `race${turn}-${i}@evil.example`)
      await Promise.all([
        ...wanted.slice(0, round).map((email) => thief.post(`${ISSUER}/account/email`, { ...fields, email })),
        owner.post(`${ISSUER}/account/sessions/end-others`, end),
        ...wanted.slice(round).map((email) => thief.post(`${ISSUER}/account/email`, { ...fields, email })),
      ])
      assert.equal((await thief.get(`${ISSUER}/account/profile`)).status, 303)
      for (const email of wanted) {
        for (const { text } of await box.read(email)) {
          const token = new URL(/https?:\/\/\S+/.exec(text)![0]).searchParams.get('token')!
          assert.equal((await browser().post(`${ISSUER}/link`, { token })).status, 400)
        }
      }
      assert.equal((await site.store.users.find(user.sub))?.email, user.email)
    }
  })

  it('ATTACK a link makes one account', async () => {
    const email = `new${++turn}@otterbakery.example`
    await browser().post(`${ISSUER}/login/create`, { email })
    const token = await tokenFor(email)
    // ten, as each of them hashes a password
    assert.equal(await written('add', () => many(() => browser().post(`${ISSUER}/link`, { token, password: NEW }), 10)), 1)
  })

  it('ATTACK a choice of an account gives one of many a cookie', async () => {
    const [ada, ben] = [await person(), await person()]
    const tab = await enter(ben.email, await enter(ada.email))
    const { fields } = readForm((await tab.get(`${ISSUER}/login?account=other`)).html, 'account-1')
    const jar = [...tab.jar]
    const visits = await many(() => {
      const other = browser()
      for (const [name, value] of jar) other.jar.set(name, value)
      return other.post(`${ISSUER}/session/select`, fields)
    })
    assert.equal(visits.filter(({ cookies }) => cookies.some((line) => line.startsWith(`${SESSION}=`))).length, 1)
  })

  it('ATTACK whoever signs in, consents or redeems while an account is deleted has nothing afterwards', async () => {
    const { email, sub } = await person()
    const tab = await enter(email)
    const consent = await tab.follow(await tab.get(site.authorizeUrl()), ISSUER)
    const last = await tab.follow(await tab.submit(consent, {}, 'consent-allow'), ISSUER)
    const code = new URL(last.location).searchParams.get('code')!
    site.time.now += 1000
    const late = await tab.follow(await tab.get(site.authorizeUrl({ prompt: 'consent' })), ISSUER)
    const page = await tab.get(`${ISSUER}/account/delete`)
    const other = browser()
    const words = { grant_type: 'authorization_code', client_id: 'tallyboat', redirect_uri: 'https://app.tallyboat.example/cb' }
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const [gone, , , redeemed] = await Promise.all([
      tab.submit(page, { email }, 'delete-submit'),
      enter(email, other),
      tab.submit(late, {}, 'consent-allow'),
      browser().post(`${ISSUER}/token`, { ...words, code_verifier, code }),
    ])
    assert.equal(gone.location, `${ISSUER}/account/deleted`)
    assert.equal((await other.get(`${ISSUER}/account/profile`)).status, 303)
    assert.equal(await site.store.users.find(sub), null)
    if (redeemed.status === 200) {
      const { refresh_token } = JSON.parse(redeemed.html)
      const again = await browser().post(`${ISSUER}/token`, { grant_type: 'refresh_token', client_id: 'tallyboat', refresh_token })
      assert.equal(again.status, 400)
    }
    const silent = await other.get(site.authorizeUrl({ prompt: 'none' }))
    assert.equal(new URL(silent.location).searchParams.get('error'), 'login_required')
  })
})
