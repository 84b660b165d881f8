import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pageRoutes } from '../../src/server/pages/routes.ts'
import { openMailbox } from '../support/mailbox.ts'
import { ISSUER, openSite, type TestSite } from '../support/site.ts'

/** Whom these posts come from is proved by a signature that they carry, and not by where they come from. */
const SIGNED = ['/session/handover', '/session/ended']
/** Programs of the product ask here, from origins that the deployment names; test/server/headless.test.ts is about them. */
const isHeadless = (path: string): boolean => path.startsWith('/interaction')
/** Files, which are the same for everybody. */
const FILES = ['/style.css', '/favicon.ico', '/glyph.svg']
/** The one page with a script, and the script. */
const isScripted = (path: string): boolean => path === '/login/passkey' || path.endsWith('.js')

const addresses = Object.entries(pageRoutes).filter(([path]) => !isHeadless(path))
const posts = addresses.filter(([path, route]) => route.POST && !SIGNED.includes(path)).map(([path]) => path)
const gets = addresses.filter(([path, route]) => route.GET && !FILES.includes(path) && !path.endsWith('.js')).map(([path]) => path)
const to = (path: string): string => ISSUER + path.replace('*', 'tallyboat')

describe('attacks on every address of the pages', () => {
  let site: TestSite
  let mine: Awaited<ReturnType<typeof somebody>>
  let theirs: Awaited<ReturnType<typeof somebody>>
  before(async () => {
    site = await openSite({ outbox: openMailbox().outbox, config: { registration: 'open' } })
    mine = await somebody('mine@otterbakery.example')
    theirs = await somebody('theirs@otterbakery.example')
  })
  after(() => site.close())

  /** A browser in which somebody is signed in, who has allowed an app something. */
  async function somebody(email: string) {
    const person = await site.addPerson(email)
    const browser = site.browser()
    const page = await site.signIn(browser, {}, person.email)
    await browser.submit(page, {}, 'consent-allow')
    return { person, browser }
  }

  const decisions = async (sub: string): Promise<number> => (await site.store.audit.list({ limit: 100, sub })).entries.length

  it('there is something to attack', () => {
    assert.ok(posts.length >= 20 && gets.length >= 20, `${posts.length} and ${gets.length}`)
  })

  describe('CSRF: a form of another site changes nothing, whoever sits there', () => {
    for (const path of posts) {
      for (const [name, headers] of [
        ['Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
        ['Origin', { origin: 'https://evil.example' }],
        ['a neighbour of ours', { 'sec-fetch-site': 'same-site', origin: 'https://other.harbourbooks.example' }],
      ] as const) {
        it(`POST ${path}, told by ${name}`, async () => {
          const { person, browser } = mine
          const before = await decisions(person.sub)
          const sent = await browser.post(to(path), { next: 'apps', client_id: 'tallyboat', decision: 'allow' }, headers)
          assert.equal(sent.status, 403)
          assert.deepEqual(sent.cookies, [])
          assert.equal(await decisions(person.sub), before)
        })
      }
    }
  })

  describe('a form of the account that was made for another session, or for none, changes nothing', () => {
    for (const path of posts.filter((one) => one.startsWith('/account/'))) {
      it(`POST ${path}`, async () => {
        const page = await theirs.browser.get(`${ISSUER}/account/apps`)
        const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1]
        assert.ok(csrf)
        const before = await decisions(mine.person.sub)
        for (const fields of [{ csrf }, { csrf: '' }, {}] as Record<string, string>[]) {
          const sent = await mine.browser.post(to(path), { ...fields, client_id: 'tallyboat', act: 'revoke', name: 'Evil' })
          assert.equal(sent.status, 403)
        }
        assert.equal(await decisions(mine.person.sub), before)
      })
    }
  })

  describe('framing, caching and scripts', () => {
    for (const path of gets) {
      it(`GET ${path}`, async () => {
        for (const visit of [await site.browser().get(to(path)), await mine.browser.get(to(path))]) {
          assert.equal(visit.headers.get('cache-control'), 'no-store')
          assert.equal(visit.headers.get('referrer-policy'), 'no-referrer')
          if (visit.html === '') continue
          const policy = visit.headers.get('content-security-policy') ?? ''
          assert.match(policy, /frame-ancestors 'none'/)
          assert.match(policy, isScripted(path) ? /script-src 'self'/ : /script-src 'none'/)
          assert.equal(visit.headers.get('x-frame-options'), 'DENY')
          assert.doesNotMatch(visit.html, isScripted(path) ? /<script(?![^>]* src="\/)/ : /<script/)
          assert.doesNotMatch(visit.html, / style="| on[a-z]+="/)
        }
      })
    }
  })

  describe('cookie tossing and fixation: a session that somebody planted is not the one that a sign-in opens', () => {
    it('the planted one is nobody, and stays so', async () => {
      const browser = site.browser()
      const planted = 'A'.repeat(43)
      browser.jar.set('__Host-vouchsafe-session', planted)
      browser.jar.set('__Host-vouchsafe-others', `${planted}.${'B'.repeat(43)}`)
      const person = await site.addPerson('planted@otterbakery.example')
      await site.signIn(browser, {}, person.email)
      assert.notEqual(browser.jar.get('__Host-vouchsafe-session'), planted)
      const victim = site.browser()
      victim.jar.set('__Host-vouchsafe-session', planted)
      const visit = await victim.get(`${ISSUER}/account/apps`)
      assert.match(visit.location, /\/login\?next=apps$/)
    })
  })
})
