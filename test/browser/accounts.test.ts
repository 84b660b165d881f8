import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page } from 'playwright-core'
import { byId, findFaults, noChromium, openBrowser } from './chromium.ts'
import { startVouchsafe } from './start.ts'

const EMAIL = 'ada.of.the.otter.bakery@demo.example'
const PASSWORD = 'heron-window-17'

it('a new account by a letter, then two accounts in one browser, switched on the consent page, without scripts or a barrier', {
  skip: noChromium,
  timeout: 200_000,
}, async () => {
  const [browser, started] = await Promise.all([openBrowser(), startVouchsafe({ VOUCHSAFE_REGISTRATION: 'open' })])
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en' })
  context.setDefaultTimeout(20_000)
  const barriers: string[] = []
  try {
    const page = await context.newPage()
    const look = async () => barriers.push(...(await findFaults(page)))

    await page.goto(`${started.issuer}/login`)
    await look()
    await byId(page, 'login-create').click()
    await byId(page, 'create-email').fill(EMAIL)
    await look()
    await byId(page, 'create-submit').dblclick()
    await byId(page, 'create-sent').waitFor()
    await page.goto(`${started.issuer}/mail`)
    for (let looks = 0; looks < 20 && (await byId(page, 'letter-1-link').count()) === 0; looks++) await page.reload()
    await page.goto(`${started.issuer}/login`)
    await byId(page, 'login-create').click()
    await byId(page, 'create-email').fill(EMAIL)
    await byId(page, 'create-submit').click() // once more: two letters of one subject
    await byId(page, 'create-sent').waitFor()
    await page.goto(`${started.issuer}/mail`)
    for (let looks = 0; looks < 20 && (await byId(page, 'letter-2-link').count()) === 0; looks++) await page.reload()
    await byId(page, 'letter-2-link').waitFor()
    await look()
    await byId(page, 'letter-1-link').click()
    await byId(page, 'create-name').fill('Ada Otter')
    await byId(page, 'password-new').fill(PASSWORD)
    await look()
    await byId(page, 'link-submit').dblclick() // as some people do
    await byId(page, 'link-done').waitFor()

    await page.goto(started.app)
    await byId(page, 'demo-connect').click()
    await signIn(page, started.email, started.password)
    await byId(page, 'account-switch').click()
    await byId(page, 'account-other').click()
    await signIn(page, EMAIL, PASSWORD)
    await byId(page, 'account-switch').click()
    await look()
    assert.match((await byId(page, 'account-1').textContent()) ?? '', /Mara/)
    await byId(page, 'account-1').click()
    await byId(page, 'consent-allow').waitFor()
    assert.match((await byId(page, 'account-switch').textContent()) ?? '', /Mara/)
    await byId(page, 'consent-allow').click()
    await byId(page, 'demo-connected').waitFor()

    await page.goto(`${started.issuer}/logout/confirm`)
    await byId(page, 'logout-all').waitFor()
    await look()
    await byId(page, 'logout-confirm').click()
    await byId(page, 'logout-done').waitFor()
    await page.goto(`${started.issuer}/login`)
    await look()
    await byId(page, 'account-1').click()
    await page.goto(`${started.issuer}/account/profile`)
    assert.match((await byId(page, 'profile-email').textContent()) ?? '', /ada\.of\.the\.otter\.bakery@demo\.example/)
    assert.deepEqual(barriers, [])
  } finally {
    await context.close()
    await Promise.all([browser.close(), started.close()])
  }
})

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await byId(page, 'login-email').fill(email)
  await byId(page, 'login-password').fill(password)
  await byId(page, 'login-submit').click()
}
