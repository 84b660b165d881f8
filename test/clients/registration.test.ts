import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { standard } from '../../src/core/model/dialect.ts'
import { listen, type RunningServer } from '../../src/server/node.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { findPorts } from '../support/program.ts'
import { openSite, PASSWORD, type TestSite } from '../support/site.ts'

const redirect_uri = 'https://app.example/cb'
const http = { [oauth.allowInsecureRequests]: true }

describe('stock clients register themselves', () => {
  let site: TestSite
  let server: RunningServer
  let issuer: URL

  before(async () => {
    const port = await findPorts(1)
    issuer = new URL(`http://127.0.0.1:${port}`)
    const open = { ...standard, registration: { ...standard.registration, policy: 'open' as const } }
    site = await openSite({
      config: { issuer: issuer.origin, default_resource: issuer.origin, dialects: ['standard'], own_dialects: [open] },
    })
    // these clients look at the clock of the wall
    site.time.now = Date.now()
    server = await listen(site.app.handle, { port })
  })
  after(async () => {
    await server.close(0)
    await site.close()
  })

  /** A person signs in by the real page, allows everything, and is sent back. */
  async function authorize(url: URL): Promise<URL> {
    const browser: Browser = openBrowser((request) => fetch(request))
    let page = await browser.follow(await browser.get(url.href), issuer.origin)
    page = await browser.follow(await browser.submit(page, { email: site.mara.email, password: PASSWORD }, 'login-submit'), issuer.origin)
    page = await browser.follow(await browser.submit(page, { scope: ['profile', 'email'] }, 'consent-allow'), issuer.origin)
    return new URL(page.location)
  }

  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post', 'none']) {
    it(`openid-client 6, ${token_endpoint_auth_method}: register, code + PKCE, ID token, userinfo, refresh`, async () => {
      const metadata = {
        client_name: 'Stock',
        redirect_uris: [redirect_uri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method,
      }
      const auth = { client_secret_basic: client.ClientSecretBasic, client_secret_post: client.ClientSecretPost, none: client.None }[
        token_endpoint_auth_method
      ]!()
      const config = await client.dynamicClientRegistration(issuer, metadata, auth, { execute: [client.allowInsecureRequests] })
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: 'openid profile email',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: 'xyz',
      })
      const tokens = await client.authorizationCodeGrant(config, await authorize(url), {
        pkceCodeVerifier,
        expectedState: 'xyz',
        idTokenExpected: true,
      })
      const { sub } = tokens.claims()!
      assert.equal(sub, site.mara.sub)
      assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub)).email, site.mara.email)
      assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token!)).access_token)
      const row = await site.store.clients.find(config.clientMetadata().client_id)
      assert.equal(row?.sealed, 'kept')
    })
  }

  it('oauth4webapi 3: register, code + PKCE, and the answers pass its checks', async () => {
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }))
    const metadata = { client_name: 'Stock', redirect_uris: [redirect_uri], id_token_signed_response_alg: 'ES256', scope: 'openid email' }
    const registered = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(as, metadata, http),
    )
    const me: oauth.Client = { client_id: registered.client_id, id_token_signed_response_alg: 'ES256' }
    const code_verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(as.authorization_endpoint!)
    url.search = new URLSearchParams({
      client_id: me.client_id,
      redirect_uri,
      response_type: 'code',
      scope: 'openid email',
      state: 's',
      code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier),
      code_challenge_method: 'S256',
    }).toString()
    const callback = oauth.validateAuthResponse(as, me, await authorize(url), 's')
    const auth = oauth.ClientSecretBasic(registered['client_secret'] as string)
    const answer = await oauth.authorizationCodeGrantRequest(as, me, auth, callback, redirect_uri, code_verifier, http)
    const tokens = await oauth.processAuthorizationCodeResponse(as, me, answer, { requireIdToken: true })
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)!.sub, site.mara.sub)
  })
})
