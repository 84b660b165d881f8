import assert from 'node:assert/strict'
import { it } from 'node:test'
import { noChromium, openBrowser } from './chromium.ts'
import { walkInLanguage } from './languages.ts'
import { startVouchsafe } from './start.ts'

// `npm run matrix` walks in all of them
it('every page from right to left, by keyboard, without a barrier, on a phone and a desk, with texts twice as large', {
  skip: noChromium,
  timeout: 230_000,
}, async () => {
  const [browser, started] = await Promise.all([openBrowser(), startVouchsafe()])
  try {
    const { pages, found } = await walkInLanguage(browser, started, 'ar')
    assert.deepEqual(found, [])
    assert.equal(pages.length, 27)
  } finally {
    await Promise.all([browser.close(), started.close()])
  }
})
