// Pictures of every page for people, in light and dark, wide and narrow, into out/screenshots; a language may be named.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
const { CHROMIUM, openBrowser } = await import('../test/browser/chromium.ts')
const { walkInLanguage } = await import('../test/browser/languages.ts')
const { walkAgain } = await import('../test/browser/languages-again.ts')
const { walkStranger } = await import('../test/browser/languages-stranger.ts')
const { walkUpstream } = await import('../test/browser/languages-upstream.ts')
const { startVouchsafe } = await import('../test/browser/start.ts')
const { openTwoSites } = await import('../test/support/two-sites.ts')

if (CHROMIUM === null) {
  console.error('There is no Chromium at /usr/bin/chromium or where CHROMIUM says.')
  process.exit(1)
}

const FOLDER = 'out/screenshots'
const LANG = process.argv[2] ?? 'en'
await mkdir(FOLDER, { recursive: true })
const [started, another, sites] = await Promise.all([startVouchsafe(), startVouchsafe(), openTwoSites()])
const browser = await openBrowser()

async function shoot(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' }) // else colours are caught on their way
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await page.waitForTimeout(100) // what has just changed its colour is painted a moment later
      await page.screenshot({ path: `${FOLDER}/${name.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}.png`, fullPage: true })
    }
  }
  return []
}

try {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await page.goto(`${started.issuer}/`)
  await shoot(page, 'first-run')
  await page.goto(started.app)
  await shoot(page, 'demo')
  await page.close()
  const walks = [
    await walkInLanguage(browser, started, LANG, shoot),
    await walkAgain(browser, another, LANG, shoot),
    await walkUpstream(browser, sites, LANG, shoot),
    await walkStranger(browser, sites, LANG, shoot),
  ]
  const names = new Set(walks.flatMap(({ pages }) => pages))
  console.log(`${names.size + 2} pages are in ${FOLDER}.`)
} finally {
  await browser.close()
  await Promise.all([started.close(), another.close(), sites.close()])
}
