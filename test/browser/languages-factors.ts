import type { Page } from 'playwright-core'
import { hotp } from '../../src/core/crypto/otp.ts'
import { stepAt } from '../../src/server/accounts/totp.ts'
import { fromBase32 } from '../support/totp.ts'
import { byId, pressOn } from './chromium.ts'
import type { Started } from './start.ts'

/**
 * Walks through the pages of second factors: whoever is signed in sets an app up, signs in by a recovery code, and turns the app off again.
 * The page of passkeys is seen as it is without a script.
 */
export async function walkFactors(
  page: Page,
  started: Started,
  look: (name: string) => Promise<void>,
  signIn: (page: Page) => Promise<void>,
): Promise<void> {
  await page.goto(`${started.issuer}/account/security`)
  await pressOn(page, 'totp-set-up', 'Enter')
  const key = (await byId(page, 'totp-key').textContent()) ?? ''
  await look('an app is set up')
  await byId(page, 'factor-code').fill(hotp(Buffer.from(fromBase32(key), 'base64url'), stepAt(Date.now())))
  await pressOn(page, 'factor-submit', 'Enter')
  await byId(page, 'recovery-codes').waitFor()
  const [code] = await byId(page, 'recovery-codes').locator('bdi').allTextContents()
  await look('recovery codes')
  await pressOn(page, 'recovery-done', 'Enter')
  await byId(page, 'totp-off').waitFor()
  await look('sign-in and security')
  await page.context().clearCookies()
  await page.goto(`${started.issuer}/login?next=security`)
  await signIn(page)
  await byId(page, 'factor-code').waitFor()
  await byId(page, 'factor-code').fill('000000')
  await pressOn(page, 'factor-submit', 'Enter')
  await byId(page, 'factor-error').waitFor()
  await look('a wrong code')
  await pressOn(page, 'factor-cannot', 'Enter')
  await pressOn(page, 'factor-recovery', 'Enter')
  await page.waitForURL(/with=recovery/)
  await byId(page, 'factor-code').fill(code ?? '')
  await look('a recovery code')
  await pressOn(page, 'factor-submit', 'Enter')
  await byId(page, 'totp-off').waitFor()
  await pressOn(page, 'totp-off', 'Enter')
  await pressOn(page, 'totp-off-confirm', 'Enter')
  await byId(page, 'notice').waitFor()
}
