import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { createProduct } from '../../examples/express-host/product.ts'
import { findPorts } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'
import { byId, noChromium, openBrowser, visit } from './chromium.ts'

const PERSON = { id: 'u-7', email: 'mara@product.example', name: 'Mara of the product', password: 'otter-lantern-62' }

// localhost and 127.0.0.1 are two sites to a browser, as product.com and id.com would be
describe('a product of another site hands its people over, in a browser', { skip: noChromium }, () => {
  let browser: Browser
  let server: TestServer
  let product: Server
  let app: Server
  let origin = ''
  let callback = ''
  let client_id = ''

  before(async () => {
    const secret = randomBytes(32).toString('base64')
    const port = await findPorts(2)
    origin = `http://localhost:${port}`
    callback = `http://127.0.0.1:${port + 1}/callback`
    const host_login = { login: `${origin}/vouchsafe/login`, logout: `${origin}/vouchsafe/logout`, issuer: origin }
    server = await openServer({ settings: { host_login }, env: { VOUCHSAFE_HOST_LOGIN_SECRET: secret } })
    product = createServer(createProduct({ origin, vouchsafe: server.issuer, secret, people: [PERSON] })).listen(port, 'localhost')
    app = createServer((_request, response) => response.end('The app.')).listen(port + 1, '127.0.0.1')
    await Promise.all([once(product, 'listening'), once(app, 'listening')])
    const metadata = { client_name: 'App', redirect_uris: [callback], token_endpoint_auth_method: 'none', application_type: 'native' }
    client_id = server.run('client', 'add', '--metadata', JSON.stringify(metadata)).client_id
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    product?.close()
    app?.close()
    await server?.close()
  })

  const authorize = (more: Record<string, string> = {}) => {
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const asked = { client_id, response_type: 'code', redirect_uri: callback, scope: 'openid profile', ...challenge, ...more }
    return `${server.issuer}/authorize?${new URLSearchParams(asked)}`
  }

  async function fillSignIn(page: Page): Promise<void> {
    assert.ok(page.url().startsWith(`${origin}/sign-in`), page.url())
    await page.locator('[name=email]').fill(PERSON.email)
    await page.locator('[name=password]').fill(PERSON.password)
    await page.locator('button').click()
  }

  it('sign-in there, consent here, another account, and sign-out of both', async () => {
    await visit(browser, 'without scripts', async (page) => {
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await page.goto(authorize())
      await fillSignIn(page)
      await byId(page, 'consent-allow').click()
      await page.waitForURL(`${callback}?**`)
      assert.ok(new URL(page.url()).searchParams.get('code'))

      await page.goto(authorize({ prompt: 'consent' })) // signed in to both: nobody asks who it is
      await page.waitForTimeout(1_100) // the product counts in whole seconds
      await byId(page, 'account-switch').click()
      await byId(page, 'account-other').click() // a form of ours that ends at the product, which the policy must let through
      await fillSignIn(page)
      await byId(page, 'consent-deny').click()
      await page.waitForURL(`${callback}?**`)

      await page.goto(`${server.issuer}/logout/confirm`)
      await byId(page, 'logout-confirm').click()
      await byId(page, 'logout-done').waitFor()
      await page.goto(`${server.issuer}/account/apps`)
      assert.ok(page.url().startsWith(`${origin}/sign-in`), page.url())
      assert.deepEqual(
        complaints.filter((text) => /content security policy/i.test(text)),
        [],
      )
    })
  })

  it('a form of the product, which brings no cookies of ours along, opens the session all the same', async () => {
    await visit(browser, 'without scripts', async (page) => {
      await page.goto(`${origin}/sign-in`)
      await fillSignIn(page)
      // the hand-over that the product would send by a redirect, as a form
      const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
      const begun = await fetch(`${server.issuer}/login?next=apps`, { redirect: 'manual' })
      const [name = '', value = ''] = (begun.headers.getSetCookie()[0] ?? '').split(';')[0]!.split('=')
      await page.context().addCookies([{ name, value, domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' }])
      const answer = await fetch(begun.headers.get('location')!, { redirect: 'manual', headers: { cookie: cookies } })
      const words = new URL(answer.headers.get('location')!).searchParams
      const fields = Object.entries({ state: words.get('state')!, handover: words.get('handover')! }).map(
        ([field, text]) => `<input type="hidden" name="${field}" value="${text}">`,
      )
      await page.route(`${origin}/form`, (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<form method="post" action="${server.issuer}/session/handover">${fields.join('')}<button>Go on</button></form>`,
        }),
      )
      await page.goto(`${origin}/form`)
      await page.locator('button').click()
      await page.waitForURL(`${server.issuer}/account/apps`)
      assert.ok((await page.content()).includes('account-nav'))
    })
  })
})
