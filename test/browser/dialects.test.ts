import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Client } from '../../src/core/model/client.ts'
import { listen } from '../../src/server/node.ts'
import { VENDORS, type VendorName, vendors } from '../dialects/vendors.ts'
import { findPorts } from '../support/program.ts'
import { openSite, PASSWORD, type TestSite } from '../support/site.ts'
import type { Words } from '../support/world.ts'
import { byId, noChromium, openBrowser, visit } from './chromium.ts'

let browser: Browser

/** A server with every dialect on, an app of another site, and a browser without scripts. */
interface Walk {
  site: TestSite
  page: Page
  context: BrowserContext
  client: Client
  /** Begins at the app, by a link or by a form, as an app would. */
  begin(words?: Words, how?: 'link' | 'form'): Promise<void>
  signIn(password?: string): Promise<void>
  /** Waits until the browser is back at the app; what it brought. */
  callback(): Promise<Words>
}

/** What is asked for beyond the first time, where the vendor's clients can ask at all. */
const MORE: Readonly<Record<VendorName, Words>> = {
  talque: { scope: 'EMAIL' },
  worksmart: {},
  'screening-eagle': { scope: 'openid inspect' },
  telnyx: { scope: 'admin invoices.read' },
}
const FIRST: Words = { scope: 'openid' }

describe('each dialect in a browser without scripts', { skip: noChromium, timeout: 300_000 }, () => {
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser?.close())

  for (const name of VENDORS) {
    it(`${name}: app → sign-in → consent → callback, then remembered, asked again after a change, denied, and asked again after a withdrawal`, () =>
      walk(name, async (road) => {
        const first = name === 'screening-eagle' ? FIRST : {}
        await road.begin(first)
        await road.signIn()
        await byId(road.page, 'consent-allow').click()
        const answer = await road.callback()
        assert.ok(answer['code'])
        assert.equal(answer['state'], vendors[name].request['state'])
        assert.equal(answer['iss'], road.site.config.issuer)

        await road.begin(first)
        const again = await road.callback()
        assert.ok(again['code'] && again['code'] !== answer['code'], 'nobody was asked')

        if (name === 'worksmart') await gainScope(road, 'invoices.send')
        await road.begin(MORE[name])
        await byId(road.page, 'consent-deny').click()
        const denied = await road.callback()
        assert.deepEqual([denied['error'], denied['code'], denied['state']], ['access_denied', undefined, vendors[name].request['state']])

        await road.begin(MORE[name])
        await byId(road.page, 'consent-allow').click()
        const { code } = await road.callback()
        assert.ok(code, 'a refusal is not remembered')

        // no redirect is kept by the browser: what is withdrawn is asked again at the same address
        await road.begin(MORE[name])
        assert.notEqual((await road.callback())['code'], code)
        await withdraw(road)
        await road.begin(MORE[name])
        await byId(road.page, 'consent-allow').waitFor()
        await road.context.clearCookies()
        await road.begin(MORE[name])
        await byId(road.page, 'login-email').waitFor()
      }))

    it(`${name}: a form of the app’s posts to authorize and is answered like a link`, () =>
      walk(name, async (road) => {
        await road.begin({}, 'form')
        await road.signIn()
        await byId(road.page, 'consent-allow').click()
        assert.ok((await road.callback())['code'])
        await road.begin({}, 'form')
        assert.ok((await road.callback())['code'])
      }))
  }

  it('telnyx: sign-in and consent stand on the authorize address, in this browser only', () =>
    walk('telnyx', async (road) => {
      const { page, context } = road
      await road.begin()
      await byId(page, 'login-email').waitFor()
      assert.equal(new URL(page.url()).pathname, '/v2/oauth/authorize')
      const [cookie] = (await context.cookies()).filter(({ name }) => name === 'vouchsafe-browser')
      assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path, cookie?.expires], [true, 'Lax', '/', -1])
      await road.signIn('wrong horse battery')
      await byId(page, 'login-error').waitFor()
      await road.signIn()
      await byId(page, 'consent-allow').waitFor()
      assert.equal(new URL(page.url()).pathname, '/v2/oauth/authorize')
      const policy = (await context.request.get(page.url())).headers()['content-security-policy'] ?? ''
      assert.match(policy, /script-src 'none'.*frame-ancestors 'none'.*form-action 'self' http:\/\/127\.0\.0\.1:\*/)
      await byId(page, 'consent-allow').click()
      assert.ok((await road.callback())['code'])
    }))

  it('telnyx: the back button after the consent gives nothing to anybody but the app', () =>
    walk('telnyx', async (road) => {
      const { page, site, client } = road
      await road.begin()
      await road.signIn()
      await byId(page, 'consent-allow').click()
      await road.callback()
      await page.goBack()
      await page.waitForLoadState()
      const allow = byId(page, 'consent-allow')
      if (await allow.isVisible()) await allow.click()
      await page.waitForLoadState()
      const here = new URL(page.url())
      assert.ok([new URL(site.config.issuer).origin, new URL(client.redirect_uris[0]!).origin].includes(here.origin), here.origin)
      await road.begin()
      assert.ok((await road.callback())['code'])
    }))

  it('telnyx: a consent page that was left open does nothing after somebody else has signed in', () =>
    walk('telnyx', async (road) => {
      const { page, context, site, client } = road
      await site.addPerson('other@otterbakery.example', 'Olle')
      await road.begin()
      await road.signIn()
      await byId(page, 'consent-allow').waitFor()
      const other = await context.newPage()
      await other.goto(`${site.config.issuer}/login?account=other`)
      await byId(other, 'login-email').fill('other@otterbakery.example')
      await byId(other, 'login-password').fill(PASSWORD)
      await byId(other, 'login-submit').click()
      await other.waitForURL('**/account/apps')
      await byId(page, 'consent-allow').click()
      await page.waitForLoadState()
      assert.equal(new URL(page.url()).origin, site.config.issuer)
      for (const { sub } of await site.store.users.list({ after: '', limit: 10 }))
        assert.equal((await site.store.consents.find(sub, client.client_id)).consent, null)
    }))
})

async function walk(name: VendorName, run: (road: Walk) => Promise<void>): Promise<void> {
  const port = await findPorts(1)
  const issuer = `http://127.0.0.1:${port}`
  const site = await openSite({ config: { issuer, dialects: ['standard', ...VENDORS] } })
  const door = await listen(site.app.handle, { port, host: '127.0.0.1' })
  const app = await openApp()
  try {
    const vendor = vendors[name]
    const scope = `${vendor.client.scope}${name === 'telnyx' ? ' invoices.read' : ''}`
    const shape = { ...vendor.client, scope, redirect_uris: [`${app.address}/cb`], dialect: name }
    const client = await site.addClient(shape as Client)
    await visit(browser, 'without scripts', (page, context) =>
      run({ site, page, context, client, ...steps(site, page, app.address, name, client) }),
    )
  } finally {
    await door.close(0)
    await site.close()
    await app.close()
  }
}

function steps(site: TestSite, page: Page, app: string, name: VendorName, client: Client): Pick<Walk, 'begin' | 'signIn' | 'callback'> {
  const { authorize, request } = vendors[name]
  const [word] = Object.keys(request).filter((each) => each.startsWith('redirect_'))
  const own: Words = { ...request, client_id: client.client_id, ...(word && { [word]: client.redirect_uris[0]! }) }
  return {
    begin: async (words = {}, how = 'link') => {
      const query = new URLSearchParams({ ...own, ...words }).toString()
      await page.goto(`${app}/${how}?${new URLSearchParams({ to: site.config.issuer + authorize, query })}`)
      await byId(page, 'go').click()
    },
    signIn: async (password = PASSWORD) => {
      await byId(page, 'login-email').fill(site.mara.email)
      await byId(page, 'login-password').fill(password)
      await byId(page, 'login-submit').click()
    },
    callback: async () => {
      await page.waitForURL(`${app}/cb?**`)
      return Object.fromEntries(new URL(page.url()).searchParams)
    },
  }
}

/** An app of another origin: it begins by a link or a form, and has a callback. */
async function openApp(): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app.invalid')
    const [to, query] = [url.searchParams.get('to') ?? '', url.searchParams.get('query') ?? '']
    const inputs = [...new URLSearchParams(query)].map(([name, value]) => `<input type="hidden" name="${name}" value="${quoted(value)}">`)
    const pages: Words = {
      '/link': `<a id="go" href="${quoted(`${to}?${query}`)}">Connect</a>`,
      '/form': `<form method="post" action="${quoted(to)}">${inputs.join('')}<button id="go">Connect</button></form>`,
      '/cb': '<p>Back at the app.</p>',
    }
    response.writeHead(pages[url.pathname] ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    response.end(`<!doctype html><title>App</title>${pages[url.pathname] ?? ''}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { address: `http://127.0.0.1:${port}`, close }
}

function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** The client registers for one scope more, as its operator would have it. */
async function gainScope({ site, client }: Walk, word: string): Promise<void> {
  const { scope } = client
  assert.ok(await site.store.clients.update({ ...client, scope: `${scope} ${word}` }))
  site.time.now += 2_000 // clients are kept for a second
}

async function withdraw({ site, client }: Walk): Promise<void> {
  const { client_id } = client
  const receipt = { receipt_id: 'w', sub: site.mara.sub, client_id, at: site.time.now, decision: 'withdrawn', scope: '' } as const
  assert.ok(await site.store.consents.withdraw(site.mara.sub, client_id, receipt))
}
