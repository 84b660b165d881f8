import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { createOwnPages } from '../../examples/own-pages/server.ts'
import { findPorts } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'
import { byId, noChromium, openBrowser, visit } from './chromium.ts'

describe('pages that a product draws itself, in a browser', { skip: noChromium }, () => {
  let browser: Browser
  let server: TestServer
  let pages: Server
  let app: Server
  let own = ''
  let evil = ''
  let callback = ''
  let authorize = ''

  before(async () => {
    const port = await findPorts(2)
    own = `http://127.0.0.1:${port}`
    evil = `http://127.0.0.1:${port + 1}`
    callback = `${evil}/callback`
    server = await openServer({ settings: { own_pages: { login: `${own}/sign-in`, consent: `${own}/consent` } } })
    pages = createOwnPages(server.issuer).listen(port, '127.0.0.1')
    app = createServer((_request, response) => response.end('The app.')).listen(port + 1, '127.0.0.1')
    await Promise.all([once(pages, 'listening'), once(app, 'listening')])
    const metadata = {
      client_name: '<b>App</b>',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }
    const { client_id } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const asked = { client_id, response_type: 'code', redirect_uri: callback, scope: 'openid profile', state: 's', ...challenge }
    authorize = `${server.issuer}/authorize?${new URLSearchParams(asked)}`
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    pages?.close()
    app?.close()
    await server?.close()
  })

  /** Signs in on the product's page; everything that a page complained about. */
  async function signIn(page: Page, password = 'otter-lantern-62'): Promise<string[]> {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(authorize)
    assert.ok(page.url().startsWith(`${own}/sign-in?ticket=`), page.url())
    await page.getByText('Sign in to go on to <b>App</b>').waitFor()
    await byId(page, 'email').fill('mara@otterbakery.example')
    await byId(page, 'password').fill(password)
    await byId(page, 'submit').click()
    return complaints
  }

  it('sign-in and consent happen on them alone, and the app gets its code', async () => {
    await visit(browser, 'with scripts', async (page) => {
      const seen: string[] = []
      page.on('framenavigated', (frame) => seen.push(frame.url()))
      const complaints = await signIn(page)
      await byId(page, 'scope-profile').waitFor()
      assert.ok(page.url().startsWith(`${own}/consent?ticket=`))
      assert.equal(await byId(page, 'host').textContent(), new URL(callback).host)
      await byId(page, 'allow').click()
      await page.waitForURL(`${callback}?**`)
      const answer = new URL(page.url()).searchParams
      assert.deepEqual([answer.get('state'), answer.get('iss'), answer.get('error')], ['s', server.issuer, null])
      assert.ok(answer.get('code'))
      assert.deepEqual(complaints, [])
      assert.deepEqual(
        seen.filter((url) => url.startsWith(server.issuer)),
        [],
        'no page of ours was shown',
      )
    })
  })

  it('who comes again is asked only for what is new, and keeps the rest', async () => {
    // one without a secret on this computer would be asked in full
    const metadata = { client_name: 'Desk', redirect_uris: [callback], application_type: 'native' }
    const { client_id } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
    const asked = new URL(authorize)
    asked.searchParams.set('client_id', String(client_id))
    await visit(browser, 'with scripts', async (page) => {
      const complaints = await signIn(page)
      await byId(page, 'deny').click()
      await page.waitForURL(`${callback}?**`)
      await page.goto(asked.href)
      await byId(page, 'allow').click()
      await page.waitForURL(`${callback}?**`)
      await page.goto(asked.href.replace('openid+profile', 'openid+profile+email'))
      await byId(page, 'scope-email').waitFor()
      assert.deepEqual([await byId(page, 'scope-email').isChecked(), await byId(page, 'scope-profile').count()], [true, 0])
      assert.equal(await byId(page, 'already').locator('li').count(), 1)
      assert.equal(await byId(page, 'durations').isVisible(), false)
      await byId(page, 'allow').click()
      await page.waitForURL(`${callback}?**`)
      assert.ok(new URL(page.url()).searchParams.get('code'))
      assert.deepEqual(complaints, [])
    })
  })

  it('a wrong password is told there, and a denial reaches the app', async () => {
    await visit(browser, 'with scripts', async (page) => {
      await signIn(page, 'wrong horse battery')
      await page.getByText('tries are left').waitFor()
      await byId(page, 'password').fill('otter-lantern-62')
      await byId(page, 'submit').click()
      await byId(page, 'deny').click()
      await page.waitForURL(`${callback}?**`)
      assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied')
    })
  })

  it('who signs in on our page, as with a passkey, is led on to the consent page of the product', async () => {
    const redirect_uri = 'https://app.example/cb' // of another origin than the pages: our policy names both
    const { client_id } = server.run('client', 'add', '--metadata', JSON.stringify({ client_name: 'Web', redirect_uris: [redirect_uri] }))
    const asked = new URL(authorize)
    asked.searchParams.set('client_id', String(client_id))
    asked.searchParams.set('redirect_uri', redirect_uri)
    await visit(browser, 'with scripts', async (page) => {
      await page.goto(asked.href)
      const ticket = new URL(page.url()).searchParams.get('ticket')!
      await page.goto(`${server.issuer}/login?${new URLSearchParams({ ticket, page: 'ours' })}`)
      await byId(page, 'login-email').fill('mara@otterbakery.example')
      await byId(page, 'login-password').fill('otter-lantern-62')
      await byId(page, 'login-submit').click()
      await page.waitForURL(`${own}/consent?**`, { timeout: 5_000 })
    })
  })

  it('a page of another origin reads and decides nothing', async () => {
    await visit(browser, 'with scripts', async (page, context) => {
      await signIn(page)
      await byId(page, 'deny').waitFor()
      const ticket = new URL(page.url()).searchParams.get('ticket')
      const theirs = await context.newPage()
      await theirs.goto(`${evil}/`)
      const outcomes = await theirs.evaluate(
        async ({ issuer, ticket }) => {
          const body = JSON.stringify({ ticket, decision: 'deny' })
          const tries = [
            fetch(`${issuer}/interaction?ticket=${ticket}`, { credentials: 'include' }),
            fetch(`${issuer}/interaction/decision`, {
              method: 'POST',
              credentials: 'include',
              headers: { 'content-type': 'application/json' },
              body,
            }),
          ]
          return Promise.all(
            tries.map((one) =>
              one.then(
                ({ status }) => String(status),
                () => 'refused by the browser',
              ),
            ),
          )
        },
        { issuer: server.issuer, ticket },
      )
      assert.deepEqual(outcomes, ['refused by the browser', 'refused by the browser'])
    })
  })
})
