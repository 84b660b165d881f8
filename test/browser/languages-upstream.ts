import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { PASSWORD } from '../support/site.ts'
import type { TwoSites } from '../support/two-sites.ts'
import { byId, pressOn } from './chromium.ts'
import { type FaultsOf, type Tour, type Toured, tour } from './tour.ts'

/**
 * Walks by keyboard from the login page to another provider and back, links what came with an account that is here, and removes it again;
 * in one language and without scripts.
 */
export const walkUpstream = (browser: Browser, sites: TwoSites, lang: string, faultsOf?: FaultsOf): Promise<Toured> =>
  tour(browser, lang, (there) => walk(there, sites, lang), faultsOf)

async function walk({ page, look }: Tour, { works, books, pia }: TwoSites, lang: string): Promise<void> {
  const [ours, theirs] = [books.config.issuer, works.config.issuer]
  const here = await books.addPerson(`pia-${lang}@books.example`)
  await works.store.users.update({ ...pia, email: here.email })
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
