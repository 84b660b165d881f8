// Pictures of every page for people, in light and dark, wide and narrow, into out/screenshots.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
const { byId, CHROMIUM, openBrowser } = await import('../test/browser/chromium.ts')
const { startVouchsafe } = await import('../test/browser/start.ts')

if (CHROMIUM === null) {
  console.error('There is no Chromium at /usr/bin/chromium or where CHROMIUM says.')
  process.exit(1)
}

const FOLDER = 'out/screenshots'
await mkdir(FOLDER, { recursive: true })
const started = await startVouchsafe()
const browser = await openBrowser()
const context = await browser.newContext({ javaScriptEnabled: false })
const page = await context.newPage()

async function shoot(name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await page.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png`, fullPage: true })
    }
  }
}

const click = (id) => byId(page, id).click()

try {
  await page.goto(`${started.issuer}/`)
  await shoot('first-run')
  await page.goto(started.app)
  await shoot('demo')
  await click('demo-connect')
  await byId(page, 'login-email').waitFor()
  await shoot('login')
  await byId(page, 'login-email').fill(started.email)
  await byId(page, 'login-password').fill('not the password')
  await click('login-submit')
  await byId(page, 'login-error').waitFor()
  await shoot('login-error')
  await byId(page, 'login-email').fill(started.email)
  await byId(page, 'login-password').fill(started.password)
  await click('login-submit')
  await byId(page, 'consent-allow').waitFor()
  await shoot('consent')
  await click('consent-allow')
  await byId(page, 'demo-connected').waitFor()
  await click('demo-call-api')
  await byId(page, 'demo-api-result').waitFor()
  await click('demo-refresh')
  await byId(page, 'demo-refresh-result').waitFor()
  await shoot('demo-connected')
  await page.goto(`${started.issuer}/account/apps`)
  await shoot('connected-apps')
  await page.goto(`${started.issuer}/authorize?client_id=nobody&response_type=code`)
  await shoot('error')
  await page.goto(started.app)
  await click('demo-signout')
  await byId(page, 'logout-confirm').waitFor()
  await shoot('logout')
  await click('logout-confirm')
  await byId(page, 'demo-signed-out').waitFor()
  await shoot('demo-signed-out')
  console.log(FOLDER)
} finally {
  await browser.close()
  await started.close()
}
