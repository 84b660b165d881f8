import type { Browser, BrowserContext, Page } from 'playwright-core'
import { byId, pressOn, tabTo } from './chromium.ts'
import { walkFactors } from './languages-factors.ts'
import type { Started } from './start.ts'
import { type FaultsOf, type Tour, type Toured, tour } from './tour.ts'

/** Walks by keyboard through every page that a person may come to, in one language and without scripts. */
export const walkInLanguage = (browser: Browser, started: Started, lang: string, faultsOf?: FaultsOf): Promise<Toured> =>
  tour(browser, lang, (there) => walk(there, started), faultsOf)

async function walk({ page, context, look }: Tour, started: Started): Promise<void> {
  await page.goto(`${started.issuer}/login`)
  await look('sign-in')
  await page.goto(started.app)
  await pressOn(page, 'demo-connect', 'Enter')
  await byId(page, 'login-email').waitFor()
  await look('sign-in for an app')
  await signIn(page, started.email, 'not the password')
  await byId(page, 'login-error').waitFor()
  await look('a wrong password')
  await signIn(page, started.email, started.password)
  await byId(page, 'consent-allow').waitFor()
  await look('consent')
  await pressOn(page, 'consent-allow', 'Enter')
  await byId(page, 'demo-connected').waitFor()
  await page.goto(`${started.issuer}/account/receipts`)
  await look('receipts')
  await page.locator('.timeline > li').getByRole('link').first().press('Enter')
  await byId(page, 'receipt-shown').waitFor()
  await look('a receipt')
  await page.goto(`${started.issuer}/account/profile`)
  await look('profile')
  await pressOn(page, 'profile-verify', 'Enter')
  await byId(page, 'notice').waitFor()
  await look('profile, a letter sent')
  await pressOn(page, 'profile-delete', 'Enter')
  await byId(page, 'delete-email').waitFor()
  await look('deletion')
  await page.goto(`${started.issuer}/account/security`)
  await look('security')
  await page.goto(`${started.issuer}/account/apps`)
  await look('connected apps')
  await pressOn(page, await firstId(page, '-pause'), 'Enter')
  await byId(page, 'notice').waitFor()
  await pressOn(page, await firstId(page, '-narrow'), 'Enter')
  await byId(page, 'grant-narrow-save').waitFor()
  await look('one app')
  await page.goto(`${started.issuer}/account/devices`)
  await look('devices')
  await pressOn(page, 'signout-everywhere', 'Enter')
  await page.goto(`${started.issuer}/account/apps`)
  const id = (await page.locator('[id^="grant-"][id$="-revoke-confirm"]').first().getAttribute('id'))!
  await pressOn(page, id.replace(/-confirm$/, ''), 'Enter')
  await look('connected apps, asked')
  await pressOn(page, id, 'Enter')
  await byId(page, 'notice').waitFor()
  await look('connected apps, none')
  await walkFactors(page, started, look, (there) => signIn(there, started.email, started.password))
  await page.goto(`${started.issuer}/logout/confirm`)
  await look('sign-out')
  await pressOn(page, 'logout-confirm', 'Enter')
  await byId(page, 'logout-done').waitFor()
  await look('signed out')
  await page.goto(`${started.issuer}/login`)
  await pressOn(page, 'login-forgot', 'Enter')
  await byId(page, 'forgot-email').waitFor()
  await look('a forgotten password')
  await byId(page, 'forgot-email').fill(started.email)
  await page.keyboard.press('Enter')
  await byId(page, 'forgot-sent').waitFor()
  await look('a forgotten password, a letter sent')
  await page.goto(await letterLink(context, started.issuer))
  await look('a new password')
  await page.goto(`${started.issuer}/link?token=none`)
  await look('a link that is over')
  await page.goto(`${started.issuer}/authorize?client_id=nobody`)
  await byId(page, 'error-title').waitFor()
  await look('error')
}

/** The id of the first app's handle with this ending. */
async function firstId(page: Page, ending: string): Promise<string> {
  return (await page.locator(`[id^="grant-"][id$="${ending}"]`).first().getAttribute('id'))!
}

/** The link of the newest letter: on the page that shows them, as the program of a first try has no mail server. */
async function letterLink(context: BrowserContext, issuer: string): Promise<string> {
  const page = await context.newPage()
  try {
    await page.goto(`${issuer}/mail`)
    for (let looks = 0; looks < 20 && (await byId(page, 'letter-1-link').count()) === 0; looks++) await page.reload()
    return (await byId(page, 'letter-1-link').getAttribute('href'))!
  } finally {
    await page.close()
  }
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await byId(page, 'login-email').fill(email)
  await tabTo(page, 'login-password')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
}
