import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as client from 'openid-client'
import { openServer, type TestServer } from '../support/server.ts'

const redirect_uri = 'http://127.0.0.1:9/cb'
const bye = 'http://127.0.0.1:9/bye'

describe('openid-client 6, as it comes from npm', () => {
  let server: TestServer
  let config: client.Configuration

  before(async () => {
    server = await openServer()
    const metadata = {
      client_name: 'Stock',
      redirect_uris: [redirect_uri],
      post_logout_redirect_uris: [bye],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid profile email offline_access',
    }
    const { client_id, client_secret } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
    config = await client.discovery(new URL(server.issuer), client_id, client_secret, undefined, {
      execute: [client.allowInsecureRequests],
    })
  })
  after(() => server.close())

  async function obtain(more: Record<string, string> = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const expectedNonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...more,
    })
    return { url: url.href, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
  }

  it('code + PKCE, ID token, userinfo, refresh, introspection, revocation', async () => {
    const { url, checks } = await obtain()
    const callback = await server.authorize(await server.person(), url)
    const tokens = await client.authorizationCodeGrant(config, callback, checks)
    const { sub } = tokens.claims()!
    assert.equal(sub, server.sub)
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub)).email, 'mara@otterbakery.example')
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!)
    assert.equal(refreshed.claims()!.sub, sub)
    assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, true)
    await client.tokenRevocation(config, refreshed.refresh_token!)
    assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, false)
    await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token!), { error: 'invalid_grant' })
    await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, sub))
  })

  it('max_age and auth_time', async () => {
    const { url, checks } = await obtain({ max_age: '3600' })
    const callback = await server.authorize(await server.person(), url)
    const tokens = await client.authorizationCodeGrant(config, callback, { ...checks, maxAge: 3600 })
    assert.ok(tokens.claims()!.auth_time)
  })

  it('prompt=none: login_required for a stranger, silent for who has consented', async () => {
    const first = await obtain({ prompt: 'none' })
    const refused = await server.authorize(server.browser(), first.url)
    await assert.rejects(client.authorizationCodeGrant(config, refused, first.checks), { error: 'login_required' })
    const browser = await server.person()
    await server.authorize(browser, (await obtain()).url)
    const again = await obtain({ prompt: 'none' })
    const tokens = await client.authorizationCodeGrant(config, await server.authorize(browser, again.url), again.checks)
    assert.ok(tokens.access_token)
  })

  it('a denial is access_denied', async () => {
    const { url, checks } = await obtain({ prompt: 'consent' })
    const browser = await server.person()
    const page = await browser.follow(await browser.get(url), server.issuer)
    const done = await browser.follow(await browser.submit(page, {}, 'consent-deny'), server.issuer)
    await assert.rejects(client.authorizationCodeGrant(config, new URL(done.location), checks), { error: 'access_denied' })
  })

  it('client_credentials', async () => {
    const tokens = await client.clientCredentialsGrant(config)
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
  })

  it('sign-out with the way back', async () => {
    const { url, checks } = await obtain()
    const browser = await server.person()
    const tokens = await client.authorizationCodeGrant(config, await server.authorize(browser, url), checks)
    const end = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: bye, state: 'later' })
    const page = await browser.follow(await browser.get(end.href), server.issuer)
    const done = await browser.follow(await browser.submit(page, {}, 'logout-confirm'), server.issuer)
    assert.equal(done.location, `${bye}?state=later`)
  })
})
