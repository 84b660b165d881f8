import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import Provider from 'oidc-provider'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { type Browser, ids, openBrowser } from '../support/browser.ts'
import { findPorts } from '../support/program.ts'
import { PROVIDER_SECRET } from '../support/provider.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'
import { openTwoSites, type TwoSites, upstreamAt } from '../support/two-sites.ts'

const overTheWire = (request: Request): Promise<Response> => fetch(request)

async function sessionOf(site: TestSite, browser: Browser) {
  const secure = site.config.issuer.startsWith('https:') ? '__Host-' : ''
  return site.store.sessions.find(sha256(browser.jar.get(`${secure}vouchsafe-session`) ?? ''), site.time.now)
}

describe('a server of ours as the upstream of another', () => {
  let sites: TwoSites
  before(async () => {
    sites = await openTwoSites()
  })
  after(() => sites.close())

  it('who signs in there and consents comes in here, over real sockets, and is asked again there where the app demands it', async () => {
    const { works, books, pia } = sites
    const [ours, theirs] = [books.config.issuer, works.config.issuer]
    const [browser, there] = [openBrowser(overTheWire), openBrowser(overTheWire)]
    async function go(params = {}): Promise<ReturnType<Browser['get']>> {
      const login = await browser.follow(await browser.get(books.authorizeUrl(params)), ours)
      const left = await browser.submit(login, {}, 'login-upstream-works')
      let page = await there.follow(await there.get(left.location), theirs)
      if (ids(page.html).includes('login-submit'))
        page = await there.follow(await there.submit(page, { email: pia.email, password: PASSWORD }, 'login-submit'), theirs)
      if (ids(page.html).includes('consent-allow')) page = await there.follow(await there.submit(page, {}, 'consent-allow'), theirs)
      assert.equal(new URL(page.location).origin, ours)
      return browser.follow(await browser.get(page.location), ours)
    }
    assert.ok(ids((await go()).html).includes('consent-allow'))
    const session = await sessionOf(books, browser)
    const user = await books.store.users.find(session!.sub)
    assert.deepEqual([user?.email, user?.email_verified, user?.name], ['pia@works.example', true, 'Pia Berg'])
    assert.equal((await books.store.identities.find(theirs, pia.sub))?.sub, user?.sub)
    works.time.now += 60_000
    books.time.now += 60_000
    assert.ok(ids((await go({ prompt: 'login' })).html).includes('consent-allow'))
    assert.ok((await sessionOf(books, browser))!.auth_time >= books.time.now - 1000, 'signed in anew')
  })
})

describe('oidc-provider as the upstream', () => {
  let site: TestSite
  let server: Server
  let issuer: string
  before(async () => {
    const port = await findPorts(1)
    issuer = `http://127.0.0.1:${port}`
    server = openOidcProvider(issuer)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    // its tokens are dated by the real clock
    site = await openSite({ config: { upstreams: [upstreamAt(issuer, { token_endpoint_auth_method: 'client_secret_post' })] } })
    site.time.now = Date.now()
  })
  after(async () => {
    await site.close()
    server.closeAllConnections()
    server.close()
  })

  for (const params of [{}, { max_age: '600' }, { prompt: 'login' }] as Record<string, string>[]) {
    it(`people come in ${JSON.stringify(params)}`, async () => {
      site.time.now = Date.now()
      const [browser, there] = [site.browser(), openBrowser(overTheWire)]
      const login = await browser.follow(await browser.get(site.authorizeUrl(params)), ISSUER)
      const left = await browser.submit(login, {}, 'login-upstream-works')
      const returned = await there.follow(await there.get(left.location), issuer)
      assert.equal(new URL(returned.location).origin, ISSUER)
      const page = await browser.follow(await browser.get(returned.location), ISSUER)
      assert.ok(ids(page.html).includes('consent-allow'))
      const identity = await site.store.identities.find(issuer, 'pia')
      assert.deepEqual([identity?.sub, identity?.email], [(await sessionOf(site, browser))?.sub, 'pia@works.example'])
    })
  }
})

/** People there sign in and consent without a page. */
function openOidcProvider(issuer: string): Server {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'us',
        client_secret: PROVIDER_SECRET,
        redirect_uris: [`${ISSUER}/login/upstream/works/callback`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    cookies: { keys: ['k'.repeat(43)] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: 'pia@works.example', email_verified: true, name: 'Pia Berg' }),
    }),
  })
  const handle = provider.callback()
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: 'pia' } })
    const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: params.client_id })
    grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '))
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
  }
  return createServer((request, response) => {
    const answer = request.url?.startsWith('/interaction/') ? interact : handle
    void answer(request, response).catch((cause: Error) => response.writeHead(500).end(cause.stack))
  })
}
