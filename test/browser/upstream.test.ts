import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { wordsIn } from '../../src/server/pages/words.ts'
import { PASSWORD } from '../support/site.ts'
import { openTwoSites, type TwoSites } from '../support/two-sites.ts'
import { byId, findBarriers, findOverflows, noChromium, openBrowser, pressOn } from './chromium.ts'

describe('the way by another provider, in a browser without scripts', { skip: noChromium, timeout: 120_000 }, () => {
  let sites: TwoSites
  let browser: Browser
  before(async () => {
    ;[sites, browser] = await Promise.all([openTwoSites(), openBrowser()])
  })
  after(async () => {
    await browser?.close()
    await sites?.close()
  })

  async function signIn(page: Page, email: string): Promise<void> {
    await byId(page, 'login-email').fill(email)
    await byId(page, 'login-password').fill(PASSWORD)
    await pressOn(page, 'login-submit', 'Enter')
  }

  it('login page → provider → account that is here → linked → removed, by keyboard, without a barrier, from right to left', async () => {
    const lang = 'ar'
    const { works, books, pia } = sites
    const words = await wordsIn(lang)
    const here = await books.addPerson(`pia-${lang}@books.example`)
    await works.store.users.update({ ...pia, email: here.email })
    const context = await browser.newContext({ javaScriptEnabled: false, locale: lang })
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    const found: string[] = []
    const look = async () => {
      assert.equal(await page.locator('html').getAttribute('dir'), words.dir)
      found.push(...(await findBarriers(page)), ...(await findOverflows(page)))
    }
    await page.goto(`${books.config.issuer}/login?next=identities`)
    await pressOn(page, 'login-upstream-works', 'Enter')
    await page.waitForURL(`${works.config.issuer}/**`)
    await signIn(page, here.email)
    const allow = byId(page, 'consent-allow')
    await Promise.race([allow.waitFor(), byId(page, 'login-link').waitFor()])
    if (await allow.isVisible()) await pressOn(page, 'consent-allow', 'Enter')
    await byId(page, 'login-link').waitFor()
    assert.equal(new URL(page.url()).origin, books.config.issuer)
    await look()
    await signIn(page, here.email)
    await byId(page, 'link-confirm').waitFor()
    await look()
    await pressOn(page, 'link-confirm', 'Enter')
    await byId(page, 'notice').waitFor()
    await look()
    const [identity] = await books.store.identities.list(here.sub)
    assert.equal(identity?.subject, pia.sub)
    const id = `identity-${identity?.identity_id}-remove`
    await pressOn(page, id, 'Enter')
    await pressOn(page, `${id}-confirm`, 'Enter')
    await byId(page, 'identities-add-works').waitFor()
    await look()
    assert.deepEqual(await books.store.identities.list(here.sub), [])
    assert.deepEqual(found, [])
    await context.close()
  })
})
