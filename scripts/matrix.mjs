// Walks through every page for people in every language: by keyboard, scripts off, with axe in light and dark, on a phone and a desk, with
// texts as they are and twice as large. Words on the command line pick languages. The last line is `N passed, N failed`, a page of a language each.
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
process.env.PAGES = 'thorough'
const { CHROMIUM, openBrowser } = await import('../test/browser/chromium.ts')
const { walkInLanguage } = await import('../test/browser/languages.ts')
const { walkAgain } = await import('../test/browser/languages-again.ts')
const { walkStranger } = await import('../test/browser/languages-stranger.ts')
const { walkUpstream } = await import('../test/browser/languages-upstream.ts')
const { startVouchsafe } = await import('../test/browser/start.ts')
const { openTwoSites } = await import('../test/support/two-sites.ts')
const { LANGUAGES } = await import('../src/server/pages/words.ts')

if (CHROMIUM === null) {
  console.error('There is no Chromium at /usr/bin/chromium or where CHROMIUM says.')
  process.exit(1)
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((lang) => !LANGUAGES.includes(lang))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}: ${LANGUAGES.join(', ')}.`)
  process.exit(1)
}
let passed = 0
let failed = 0
const browser = await openBrowser()
try {
  for (const lang of chosen.length > 0 ? chosen : LANGUAGES) {
    // a consent is remembered: each language has servers of its own
    const [started, another, sites] = await Promise.all([startVouchsafe(), startVouchsafe(), openTwoSites()])
    try {
      const walks = [
        await walkInLanguage(browser, started, lang),
        await walkAgain(browser, another, lang),
        await walkUpstream(browser, sites, lang),
        await walkStranger(browser, sites, lang),
      ]
      const [pages, found] = [walks.flatMap((walk) => walk.pages), walks.flatMap((walk) => walk.found)]
      for (const line of found) console.log(line)
      const wrong = new Set(found.map((line) => line.slice(0, line.indexOf(':')))).size
      passed += pages.length - wrong
      failed += wrong
      console.log(`${lang}: ${pages.length} pages, ${wrong} with something wrong`)
    } catch (cause) {
      console.error(`${lang}:`, cause)
      failed += 1
    } finally {
      await Promise.all([started.close(), another.close(), sites.close()])
    }
  }
} finally {
  await browser.close()
}
process.exitCode = failed > 0 ? 1 : 0
console.log(`${passed} passed, ${failed} failed`)
