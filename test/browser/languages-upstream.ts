import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { wordsIn } from '../../src/server/pages/words.ts'
import { PASSWORD } from '../support/site.ts'
import type { TwoSites } from '../support/two-sites.ts'
import { byId, findFaults, pressOn } from './chromium.ts'

/**
 * Walks by keyboard from the login page to another provider and back, links what came with an account that is here, and removes it again;
 * in one language and without scripts. What is wrong with a page, one line for each place.
 */
export async function walkUpstream(
  browser: Browser,
  sites: TwoSites,
  lang: string,
  faultsOf: (page: Page, name: string) => Promise<string[]> = findFaults,
): Promise<{ pages: string[]; found: string[] }> {
  const { works, books, pia } = sites
  const [ours, theirs] = [books.config.issuer, works.config.issuer]
  const words = await wordsIn(lang)
  const here = await books.addPerson(`pia-${lang}@books.example`)
  await works.store.users.update({ ...pia, email: here.email })
  const context = await browser.newContext({ javaScriptEnabled: false, locale: lang })
  context.setDefaultTimeout(15_000)
  const pages: string[] = []
  const found: string[] = []
  try {
    const page = await context.newPage()
    const look = async (name: string): Promise<void> => {
      pages.push(name)
      const html = page.locator('html')
      assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], [lang, words.dir], name)
      for (const one of await faultsOf(page, name)) found.push(`${lang} ${name}: ${one}`)
    }
    await page.goto(`${ours}/login?next=identities`)
    await pressOn(page, 'login-upstream-works', 'Enter')
    await page.waitForURL(`${theirs}/**`)
    await signIn(page, here.email)
    await consentThere(page)
    assert.equal(new URL(page.url()).origin, ours)
    await look('sign-in with something to link')
    await signIn(page, here.email)
    await byId(page, 'link-confirm').waitFor()
    await look('whether to link')
    await pressOn(page, 'link-confirm', 'Enter')
    await byId(page, 'notice').waitFor()
    await look('linked')
    const [identity] = await books.store.identities.list(here.sub)
    assert.equal(identity?.subject, pia.sub)
    const id = `identity-${identity?.identity_id}-remove`
    await pressOn(page, id, 'Enter')
    await pressOn(page, `${id}-confirm`, 'Enter')
    await byId(page, 'identities-add-works').waitFor()
    await look('removed')
    assert.deepEqual(await books.store.identities.list(here.sub), [])
    return { pages, found }
  } finally {
    await context.close()
  }
}

async function signIn(page: Page, email: string): Promise<void> {
  await byId(page, 'login-email').fill(email)
  await byId(page, 'login-password').fill(PASSWORD)
  await pressOn(page, 'login-submit', 'Enter')
}

/** Only the first time is there a question. */
async function consentThere(page: Page): Promise<void> {
  const [allow, link] = [byId(page, 'consent-allow'), byId(page, 'login-link')]
  await Promise.race([allow.waitFor(), link.waitFor()])
  if (await allow.isVisible()) await pressOn(page, 'consent-allow', 'Enter')
  await link.waitFor()
}
