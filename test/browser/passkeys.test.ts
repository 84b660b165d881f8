import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { byId, findBarriers, noChromium, openBrowser, pressOn, visit } from './chromium.ts'
import { type Started, startVouchsafe } from './start.ts'

let started: Started
let browser: Browser

/** A browser with scripts, and an authenticator that knows whose finger it is. */
interface WithKey {
  context: BrowserContext
  page: Page
  cdp: CDPSession
  authenticatorId: string
}

function visitWithKey(walk: (visit: WithKey) => Promise<void>): Promise<void> {
  return visit(browser, 'with scripts', async (page, context) => {
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    try {
      await walk({ context, page, cdp, authenticatorId })
    } finally {
      await cdp.send('WebAuthn.disable') // and its authenticators are gone
      await cdp.detach()
    }
  })
}

async function passwordSignIn(page: Page, path = '/login?next=security'): Promise<void> {
  await page.goto(started.issuer + path)
  await byId(page, 'login-email').fill(started.email)
  await byId(page, 'login-password').fill(started.password)
  await byId(page, 'login-submit').click()
}

async function addPasskey(page: Page, label: string): Promise<void> {
  await byId(page, 'passkey-add').click()
  await byId(page, 'passkey-label').fill(label)
  await byId(page, 'passkey-start').click()
}

describe('passkeys in a browser', { skip: noChromium, timeout: 120_000 }, () => {
  before(async () => {
    browser = await openBrowser()
    started = await startVouchsafe()
  })
  after(async () => {
    await browser?.close()
    await started?.close()
  })

  it('is added in the room, signs in alone and after a password, is renamed and removed; without a barrier', async () => {
    await visitWithKey(async ({ context, page, cdp, authenticatorId }) => {
      const barriers: string[] = []
      const look = async () => barriers.push(...(await findBarriers(page)))
      await passwordSignIn(page)
      await byId(page, 'passkey-add').click()
      await look()
      await byId(page, 'passkey-label').fill('Blue key')
      await pressOn(page, 'passkey-start', 'Enter')
      await byId(page, 'recovery-codes').waitFor()
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
      assert.equal(credentials.length, 1)
      assert.deepEqual([credentials[0]!.rpId, credentials[0]!.isResidentCredential], ['localhost', true])
      await byId(page, 'recovery-done').click()
      assert.match((await byId(page, 'passkeys').textContent()) ?? '', /Blue key/)
      await look()

      await context.clearCookies()
      await page.goto(`${started.issuer}/login?next=security`)
      await pressOn(page, 'login-passkey', 'Enter')
      await byId(page, 'passkey-form').waitFor()
      await pressOn(page, 'passkey-start', 'Enter')
      await byId(page, 'passkeys').waitFor()

      await context.clearCookies()
      await passwordSignIn(page)
      await byId(page, 'factor-other-account').waitFor()
      assert.equal(new URL(page.url()).pathname, '/login/passkey')
      await look()
      await byId(page, 'passkey-start').click()
      await byId(page, 'passkeys').waitFor()

      await page.locator('[id$="-rename"]').click()
      await page.locator('[id^="passkey-"][id$="-label"]').fill('Red key')
      await page.locator('[id$="-save"]').click()
      await byId(page, 'notice').waitFor()
      assert.match((await byId(page, 'passkeys').textContent()) ?? '', /Red key/)
      await page.locator('[id$="-remove"]').click()
      await page.locator('[id$="-remove-confirm"]').click()
      await byId(page, 'notice').waitFor()
      assert.equal(await byId(page, 'passkeys').count(), 0)
      await context.clearCookies()
      await page.goto(`${started.issuer}/login/passkey?next=security`)
      await byId(page, 'passkey-start').click()
      await byId(page, 'passkey-error').waitFor()
      await look()
      assert.deepEqual(barriers, [])
    })
  })

  it('goes from the app to the app, and the ID token tells of it', async () => {
    await visitWithKey(async ({ context, page }) => {
      await passwordSignIn(page)
      await addPasskey(page, '')
      await byId(page, 'recovery-codes').waitFor()
      await context.clearCookies()
      await page.goto(started.app)
      await byId(page, 'demo-connect').click()
      await byId(page, 'login-passkey').click()
      await byId(page, 'passkey-start').click()
      await byId(page, 'consent-allow').click()
      await byId(page, 'demo-connected').waitFor()
      assert.match((await page.locator('body').textContent()) ?? '', /phr/)
      await page.goto(`${started.issuer}/account/security`)
      await page.locator('[id$="-remove"]').click()
      await page.locator('[id$="-remove-confirm"]').click()
      await byId(page, 'notice').waitFor()
    })
  })

  it('WebAuthn Level 3 §13.4.3 an answer that is sent again, or from another browser, opens nothing', async () => {
    await visitWithKey(async ({ context, page }) => {
      await passwordSignIn(page)
      await addPasskey(page, 'Replayed')
      await byId(page, 'recovery-codes').waitFor()
      await context.clearCookies()
      await page.goto(`${started.issuer}/login/passkey?next=security`)
      const cookies = await context.cookies()
      const sent = page.waitForRequest((request) => request.method() === 'POST')
      await byId(page, 'passkey-start').click()
      const form = Object.fromEntries(new URLSearchParams((await sent).postData() ?? ''))
      await byId(page, 'passkeys').waitFor()
      const again = (cookie: string) =>
        fetch(`${started.issuer}/login/passkey`, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie, 'sec-fetch-site': 'same-origin' },
          body: new URLSearchParams(form),
        })
      const own = await again(cookies.map(({ name, value }) => `${name}=${value}`).join('; '))
      const other = await again(`vouchsafe-sign-in=${'a'.repeat(43)}`)
      for (const { status, headers } of [own, other]) {
        assert.equal(status, 403)
        assert.ok(!headers.getSetCookie().some((line) => line.startsWith('vouchsafe-session=')))
      }
    })
  })

  it('where the authenticator says no the page says so, and lets it be tried again', async () => {
    await visitWithKey(async ({ page, cdp, authenticatorId }) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
      await page.goto(`${started.issuer}/login/passkey?next=security`)
      await byId(page, 'passkey-start').click()
      await byId(page, 'passkey-failed').waitFor()
      await byId(page, 'passkey-back').click()
      await byId(page, 'login-password').waitFor()
    })
  })

  it('without a script the page says so, and leads back', async () => {
    await visit(browser, 'without scripts', async (page) => {
      await page.goto(`${started.issuer}/login?next=security`)
      await byId(page, 'login-passkey').click()
      await byId(page, 'passkey-without').waitFor()
      assert.equal(await byId(page, 'passkey-form').isVisible(), false)
      assert.deepEqual(await findBarriers(page), [])
      await byId(page, 'passkey-back').click()
      await byId(page, 'login-password').waitFor()
    })
  })
})
