import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { noChromium, openBrowser } from './chromium.ts'
import { walkAgain } from './languages-again.ts'
import { startVouchsafe } from './start.ts'

describe('receipts and consent again in a browser without scripts', { skip: noChromium, timeout: 200_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser?.close())

  // `npm run matrix` walks in all languages
  it('what is new is asked alone, by keyboard, and each answer leaves a receipt, without a barrier', async () => {
    const started = await startVouchsafe()
    try {
      const { pages, found } = await walkAgain(browser, started, 'en')
      assert.deepEqual(found, [])
      assert.equal(pages.length, 4)
    } finally {
      await started.close()
    }
  })
})
