import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openTwoSites } from '../support/two-sites.ts'
import { noChromium, openBrowser } from './chromium.ts'
import { walkStranger } from './languages-stranger.ts'

// `npm run matrix` walks in all languages
it('ATTACK apps with names that mean harm: each page by keyboard, without a barrier, and nothing runs over the side', {
  skip: noChromium,
  timeout: 120_000,
}, async () => {
  const [browser, sites] = await Promise.all([openBrowser(), openTwoSites()])
  try {
    const { pages, found } = await walkStranger(browser, sites, 'de')
    assert.deepEqual(found, [])
    assert.equal(pages.length, 9)
  } finally {
    await browser.close()
    await sites.close()
  }
})
