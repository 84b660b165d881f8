import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page } from 'playwright-core'
import { byId, noChromium, openBrowser, pressOn } from './chromium.ts'
import { startVouchsafe } from './start.ts'

it('demo app → rest → go on → narrow → end everywhere, by keyboard and without scripts', {
  skip: noChromium,
  timeout: 200_000,
}, async () => {
  const [browser, started] = await Promise.all([openBrowser(), startVouchsafe()])
  const context = await browser.newContext({ javaScriptEnabled: false })
  context.setDefaultTimeout(15_000)
  try {
    const page = await context.newPage()
    await connect(page, started)
    const apps = `${started.issuer}/account/apps`
    const handle = async (ending: string) => (await page.locator(`[id^="grant-"][id$="${ending}"]`).first().getAttribute('id'))!
    const refreshAt = async (outcome: string) => {
      await page.goto(started.app)
      await pressOn(page, 'demo-refresh', 'Enter')
      await byId(page, outcome).waitFor()
    }

    await page.goto(apps)
    await pressOn(page, await handle('-pause'), 'Enter')
    await byId(page, 'notice').waitFor()
    await refreshAt('demo-paused')
    await page.goto(apps)
    await pressOn(page, await handle('-resume'), 'Enter')
    await byId(page, 'notice').waitFor()
    await refreshAt('demo-refresh-result')

    await page.goto(apps)
    await pressOn(page, await handle('-narrow'), 'Enter')
    await byId(page, 'grant-narrow-save').waitFor()
    const on = page.locator('input.switch:checked')
    if ((await on.count()) > 1) await pressOn(page, (await on.last().getAttribute('id'))!, 'Space')
    await byId(page, 'grant-until').selectOption({ index: 1 })
    await pressOn(page, 'grant-narrow-save', 'Enter')
    await byId(page, 'notice').waitFor()
    await refreshAt('demo-refresh-result')

    await page.goto(`${started.issuer}/account/devices`)
    assert.match((await page.locator('.places li').first().textContent())!, /Chrome on Linux/)
    await pressOn(page, 'signout-everywhere', 'Enter')
    await pressOn(page, 'signout-everywhere-grants', 'Space')
    await pressOn(page, 'signout-everywhere-confirm', 'Enter')
    await byId(page, 'logout-done').waitFor()
    await refreshAt('demo-ended')
  } finally {
    await context.close()
    await Promise.all([browser.close(), started.close()])
  }
})

async function connect(page: Page, { app, email, password }: { app: string; email: string; password: string }): Promise<void> {
  await page.goto(app)
  await pressOn(page, 'demo-connect', 'Enter')
  await byId(page, 'login-email').fill(email)
  await byId(page, 'login-password').fill(password)
  await pressOn(page, 'login-submit', 'Enter')
  await byId(page, 'consent-allow').waitFor()
  for (const box of await page.locator('input.switch:not(:checked)').all()) await pressOn(page, (await box.getAttribute('id'))!, 'Space')
  await pressOn(page, 'consent-allow', 'Enter')
  await byId(page, 'demo-connected').waitFor()
}
