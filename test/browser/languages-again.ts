import assert from 'node:assert/strict'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { byId, pressOn } from './chromium.ts'
import type { Started } from './start.ts'
import { type FaultsOf, type Tour, type Toured, tour } from './tour.ts'

/** What the demo app asks for at first here, of all that it may. */
const SMALL = 'openid profile invoices.read'

/**
 * Walks by keyboard through what an app asks anew of somebody who has allowed it something, and to the receipts of both; in one language
 * and without scripts.
 */
export const walkAgain = (browser: Browser, started: Started, lang: string, faultsOf?: FaultsOf): Promise<Toured> =>
  tour(browser, lang, (there) => walk(there, started, lang), faultsOf)

async function walk({ page, context, words: { again, receipts }, look }: Tour, started: Started, lang: string): Promise<void> {
  await allowSmall(page, context, started)

  await begin(page, context, started, null)
  await byId(page, 'consent-kept').waitFor()
  await look('consent again')
  assert.equal(await byId(page, 'consent-deny').textContent(), again.keep)
  assert.equal(await page.locator('input[type=radio]').count(), 0)
  await page.locator('#consent-kept > summary').press('Enter')
  await look('consent again, unfolded')
  await pressOn(page, 'consent-deny', 'Enter')
  await byId(page, 'demo-denied').waitFor()

  await begin(page, context, started, null)
  await byId(page, 'consent-allow').waitFor()
  await pressOn(page, 'consent-allow', 'Enter')
  await byId(page, 'demo-connected').waitFor()

  await page.goto(`${started.issuer}/account/receipts`)
  await look('receipts')
  assert.equal(await page.locator('.timeline > li').count(), 2)
  assert.match((await byId(page, 'receipts-chain').textContent())!, new RegExp(receipts.whole))
  await page.locator('.timeline > li').first().getByRole('link').first().press('Enter')
  await byId(page, 'receipt-shown').waitFor()
  await look('a receipt')
  assert.equal(await byId(page, 'receipt-shown').getAttribute('lang'), lang)
  const download = await context.request.get(new URL((await byId(page, 'receipt-download').getAttribute('href'))!, page.url()).href)
  assert.equal((await download.json()).receipts[0].seq, 2)
}

/** Signs in and allows the app less than it may ask for. */
async function allowSmall(page: Page, context: BrowserContext, started: Started): Promise<void> {
  await begin(page, context, started, SMALL)
  await byId(page, 'login-email').fill(started.email)
  await byId(page, 'login-password').fill(started.password)
  await page.keyboard.press('Enter')
  await byId(page, 'consent-allow').waitFor()
  await pressOn(page, 'consent-allow', 'Enter')
  await byId(page, 'demo-connected').waitFor()
}

/** Begins at the app as its button does; with other scopes than its own where some are given. */
async function begin(page: Page, context: BrowserContext, started: Started, scope: string | null): Promise<void> {
  await page.goto(started.app)
  const sent = await context.request.post(`${started.app}/connect`, { maxRedirects: 0, headers: { origin: started.app } })
  const address = new URL(sent.headers()['location']!)
  if (scope !== null) address.searchParams.set('scope', scope)
  await page.goto(address.href)
}
