import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { byId, findBarriers, noChromium, openBrowser, pressOn, tabTo, visit } from './chromium.ts'
import { type Started, startVouchsafe } from './start.ts'

let started: Started
let browser: Browser

// sign-in, consent, sign-out and the rooms are looked at by axe in languages.test.ts, each of them once
describe('the road in a browser without scripts', { skip: noChromium, timeout: 300_000 }, () => {
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser?.close())

  describe('that leaves nothing behind', () => {
    before(async () => {
      started = await startVouchsafe()
    })
    after(() => started?.close())

    it('axe finds what is wrong with a page, so that finding nothing means something', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await page.route(`${started.app}/barrier`, (route) => route.fulfill({ contentType: 'text/html', body: '<img src="/x.png">' }))
        await page.goto(`${started.app}/barrier`)
        assert.match((await findBarriers(page)).join('\n'), /image-alt/)
      })
    })

    it('server, demo app and demo API are up within a second (five are allowed here), whatever Node is on the PATH', () => {
      assert.ok(started.took < 5000, `${Math.round(started.took)} ms`)
    })

    it('a wrong password is told in words, and nothing is given', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await beginAt(page)
        await fillSignIn(page, 'wrong horse battery')
        await byId(page, 'login-error').waitFor()
        assert.equal(await byId(page, 'login-error').getAttribute('role'), 'alert')
        assert.equal(new URL(page.url()).origin, started.issuer)
      })
    })

    it('RFC 6749 §4.1.2.1 a denial brings the person back to the app as access_denied', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await beginAt(page)
        await fillSignIn(page)
        await pressOn(page, 'consent-deny', 'Enter')
        await byId(page, 'demo-denied').waitFor()
        assert.equal(new URL(page.url()).origin, started.app)
        assert.deepEqual(await findBarriers(page), [])
      })
    })

    it('the address of a consent page is of no use in another browser', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await beginAt(page)
        await fillSignIn(page)
        await byId(page, 'consent-allow').waitFor()
        const address = page.url()
        const stranger = await browser.newPage({ javaScriptEnabled: false })
        await stranger.goto(address)
        assert.ok(await byId(stranger, 'login-email').isVisible(), 'the stranger is asked to sign in')
        assert.equal(await byId(stranger, 'consent-allow').count(), 0)
        await stranger.close()
      })
    })
  })

  describe('that an app is allowed to go', () => {
    // consents are remembered: each walk has a server of its own
    beforeEach(async () => {
      started = await startVouchsafe()
    })
    afterEach(() => started?.close())

    it('demo app → sign-in → consent → app → API call → refresh → sign-out, by keyboard, without a barrier', async () => {
      await visit(browser, 'without scripts', async (page) => {
        const barriers: string[] = []
        const look = async () => barriers.push(...(await findBarriers(page)))
        await page.goto(`${started.issuer}/`)
        await look()
        await page.goto(started.app)
        await look()
        await pressOn(page, 'demo-connect', 'Enter')
        await signIn(page)
        await consent(page)
        await seeTokens(page, look)
        await useTokens(page, look)
        await signOut(page, look)
        assert.deepEqual(barriers, [])
      })
    })

    it('what is revoked on the page of connected apps cannot be refreshed', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await connect(page)
        await page.goto(`${started.issuer}/account/apps`)
        await revoke(page)
        await page.goto(started.app)
        await pressOn(page, 'demo-refresh', 'Enter')
        await byId(page, 'demo-ended').waitFor()
      })
    })

    it('the back button after a consent, and the form sent again, give nothing to anybody but the app', async () => {
      await visit(browser, 'without scripts', async (page) => {
        await connect(page)
        await page.goBack()
        await page.goBack()
        const allow = byId(page, 'consent-allow')
        if (await allow.isVisible()) await allow.click()
        await page.waitForLoadState()
        const here = new URL(page.url())
        assert.ok([started.app, started.issuer].includes(here.origin), here.origin)
        await page.goto(started.app)
        assert.ok((await byId(page, 'demo-connected').isVisible()) || (await byId(page, 'demo-connect').isVisible()))
      })
    })

    it('a consent form that is sent twice is answered twice, and the app takes one answer', async () => {
      await visit(browser, 'without scripts', async (page, context) => {
        await beginAt(page)
        await fillSignIn(page)
        const form = await readForm(page)
        const send = () =>
          context.request.post(form.action, { form: form.fields, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 })
        const [one, other] = [await send(), await send()]
        assert.deepEqual([one.status(), other.status()], [303, 303])
        const [first, second] = [await follow(context, one.headers()['location']!), await follow(context, other.headers()['location']!)]
        assert.equal(new URL(first).origin, started.app)
        assert.equal((await context.request.get(first, { maxRedirects: 0 })).status(), 303)
        if (new URL(second).origin === started.app) assert.equal((await context.request.get(second, { maxRedirects: 0 })).status(), 400)
      })
    })
  })
})

type Look = () => Promise<unknown>

/** From the app's first page to the sign-in. */
async function beginAt(page: Page): Promise<void> {
  await page.goto(started.app)
  await byId(page, 'demo-connect').click()
  await byId(page, 'login-email').waitFor()
}

async function fillSignIn(page: Page, password = started.password): Promise<void> {
  await byId(page, 'login-email').fill(started.email)
  await byId(page, 'login-password').fill(password)
  await byId(page, 'login-submit').click()
}

async function connect(page: Page): Promise<void> {
  await beginAt(page)
  await fillSignIn(page)
  await byId(page, 'consent-allow').click()
  await byId(page, 'demo-connected').waitFor()
}

async function signIn(page: Page): Promise<void> {
  await byId(page, 'login-email').waitFor()
  assert.equal(await page.locator('script').count(), 0)
  await tabTo(page, 'login-email')
  await page.keyboard.type(started.email)
  await tabTo(page, 'login-password')
  await page.keyboard.type(started.password)
  await page.keyboard.press('Enter')
}

async function consent(page: Page): Promise<void> {
  await byId(page, 'consent-allow').waitFor()
  assert.equal(await page.locator('script').count(), 0)
  const [read, send] = [byId(page, 'scope-invoices.read'), byId(page, 'scope-invoices.send')]
  assert.deepEqual([await read.isChecked(), await read.isDisabled()], [true, true], 'what is required is ticked and cannot be left off')
  assert.deepEqual([await send.isChecked(), await send.isDisabled()], [false, false], 'what is optional starts off')
  await pressOn(page, 'consent-allow', 'Enter')
}

/** The person allowed reading, and left sending off. */
async function seeTokens(page: Page, look: Look): Promise<void> {
  await byId(page, 'demo-connected').waitFor()
  assert.equal(new URL(page.url()).search, '', 'the answer is gone from the address')
  await look()
  const claims = (await byId(page, 'demo-claims').textContent()) ?? ''
  for (const word of [started.issuer, started.email, 'invoices.read', 'client_id', 'auth_time', 'nonce'])
    assert.ok(claims.includes(word), word)
  assert.ok(!claims.includes('invoices.send'))
}

async function useTokens(page: Page, look: Look): Promise<void> {
  await pressOn(page, 'demo-call-api', 'Enter')
  const result = byId(page, 'demo-api-result')
  await result.waitFor()
  assert.match((await result.textContent()) ?? '', /Allowed[\s\S]*1042/)
  await look()
  await pressOn(page, 'demo-call-send', 'Enter')
  await page.getByText('insufficient_scope').first().waitFor()
  assert.match((await result.textContent()) ?? '', /Refused[\s\S]*403/)
  await pressOn(page, 'demo-refresh', 'Enter')
  await byId(page, 'demo-refresh-result').waitFor()
  assert.match((await byId(page, 'demo-refresh-result').textContent()) ?? '', /new refresh token/)
  await look()
}

async function signOut(page: Page, look: Look): Promise<void> {
  await pressOn(page, 'demo-signout', 'Enter')
  await byId(page, 'logout-confirm').waitFor()
  await pressOn(page, 'logout-confirm', 'Enter')
  await byId(page, 'demo-signed-out').waitFor()
  await look()
  await page.goto(started.app)
  await pressOn(page, 'demo-connect', 'Enter')
  await byId(page, 'login-email').waitFor()
}

async function revoke(page: Page): Promise<void> {
  const [confirm] = await page.locator('[id^="grant-"][id$="-revoke-confirm"]').all()
  assert.ok(confirm, 'the app is listed')
  const id = (await confirm.getAttribute('id'))!
  await pressOn(page, id.replace(/-confirm$/, ''), 'Enter')
  await pressOn(page, id, 'Enter')
  await byId(page, 'notice').waitFor()
}

/** What the consent form would send if Allow were pressed. */
async function readForm(page: Page): Promise<{ action: string; fields: Record<string, string> }> {
  const form = byId(page, 'consent-form')
  await form.waitFor()
  const action = new URL((await form.getAttribute('action')) ?? '', page.url()).href
  const fields: Record<string, string> = { decision: 'allow' }
  for (const field of await form.locator('input[type=hidden], input[type=radio]:checked').all())
    fields[(await field.getAttribute('name'))!] = await field.inputValue()
  return { action, fields }
}

/** The first address outside the issuer, or where its redirects end. */
async function follow(context: BrowserContext, location: string): Promise<string> {
  let url = location
  for (let hops = 0; hops < 5 && new URL(url).origin === started.issuer; hops += 1) {
    const next = (await context.request.get(url, { maxRedirects: 0 })).headers()['location']
    if (next === undefined) return url
    url = new URL(next, url).href
  }
  return url
}
