import assert from 'node:assert/strict'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type Words, wordsIn } from '../../src/server/pages/words.ts'
import { findFaults } from './chromium.ts'

/** Looks at a page: one line for each place where something is wrong. */
export type FaultsOf = (page: Page, name: string) => Promise<string[]>

/** Somebody's way through the pages in one language, without scripts. */
export interface Tour {
  page: Page
  context: BrowserContext
  words: Words
  /** Looks at the page that is there, and remembers it by this name. Throws where it is in another language, or has a script. */
  look(name: string): Promise<void>
}

export interface Toured {
  /** Names of all that was looked at. */
  pages: string[]
  /** What is wrong, one line for each place: barriers, what runs over the side, another language than the one asked for. */
  found: string[]
}

export async function tour(
  browser: Browser,
  lang: string,
  walk: (tour: Tour) => Promise<void>,
  faultsOf: FaultsOf = findFaults,
): Promise<Toured> {
  const words = await wordsIn(lang)
  const context = await browser.newContext({ javaScriptEnabled: false, locale: lang })
  context.setDefaultTimeout(15_000)
  const toured: Toured = { pages: [], found: [] }
  try {
    const page = await context.newPage()
    const look = async (name: string): Promise<void> => {
      toured.pages.push(name)
      const html = page.locator('html')
      assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], [lang, words.dir], name)
      assert.equal(await page.locator('script').count(), 0, name)
      for (const one of await faultsOf(page, name)) toured.found.push(`${lang} ${name}: ${one}`)
    }
    await walk({ page, context, words, look })
    return toured
  } finally {
    await context.close()
  }
}
