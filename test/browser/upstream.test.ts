import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openTwoSites } from '../support/two-sites.ts'
import { noChromium, openBrowser } from './chromium.ts'
import { walkUpstream } from './languages-upstream.ts'

// `npm run matrix` walks in all languages
it('login page → provider → account that is here → linked → removed, from right to left, by keyboard, without a barrier', {
  skip: noChromium,
  timeout: 120_000,
}, async () => {
  const [browser, sites] = await Promise.all([openBrowser(), openTwoSites()])
  try {
    const { pages, found } = await walkUpstream(browser, sites, 'ar')
    assert.deepEqual(found, [])
    assert.equal(pages.length, 4)
  } finally {
    await browser.close()
    await sites.close()
  }
})
