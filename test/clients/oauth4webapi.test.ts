import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as oauth from 'oauth4webapi'
import { openServer, type TestServer } from '../support/server.ts'

const redirect_uri = 'http://127.0.0.1:4242/cb'
const http = { [oauth.allowInsecureRequests]: true }

describe('oauth4webapi 3, as it comes from npm', () => {
  let server: TestServer
  let as: oauth.AuthorizationServer

  before(async () => {
    server = await openServer()
    const issuer = new URL(server.issuer)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }))
  })
  after(() => server.close())

  for (const [what, method, authenticate] of [
    ['a public native client', 'none', () => oauth.None()],
    ['client_secret_basic', 'client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', 'client_secret_post', oauth.ClientSecretPost],
  ] as const) {
    it(`${what}: code + PKCE, refresh, userinfo, introspection, revocation`, async () => {
      const confidential = method !== 'none'
      const metadata = {
        client_name: what,
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/cb'],
        grant_types: ['authorization_code', 'refresh_token', ...(confidential ? ['client_credentials'] : [])],
        token_endpoint_auth_method: method,
        id_token_signed_response_alg: 'ES256',
        scope: 'openid email',
      }
      const { client_id, client_secret } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
      const client: oauth.Client = { client_id, id_token_signed_response_alg: 'ES256' }
      const auth = authenticate(client_secret)
      const code_verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const nonce = oauth.generateRandomNonce()
      const url = new URL(as.authorization_endpoint!)
      const code_challenge = await oauth.calculatePKCECodeChallenge(code_verifier)
      url.search = new URLSearchParams({
        client_id,
        redirect_uri,
        response_type: 'code',
        scope: 'openid email',
        code_challenge,
        code_challenge_method: 'S256',
        state,
        nonce,
      }).toString()
      const callback = oauth.validateAuthResponse(as, client, await server.authorize(await server.person(), url.href), state)
      const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirect_uri, code_verifier, http)
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true })
      const { sub } = oauth.getValidatedIdTokenClaims(tokens)!
      const info = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, http))
      assert.equal(info.email, 'mara@otterbakery.example')
      const request = new Request('http://127.0.0.1:4242/api', { headers: { authorization: `Bearer ${tokens.access_token}` } })
      const claims = await oauth.validateJwtAccessToken(as, request, server.issuer, http)
      assert.equal(claims.client_id, client_id)
      const again = await oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token!, http),
      )
      if (confidential) {
        const shown = await oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, auth, again.access_token, http),
        )
        assert.equal(shown.active, true)
        const own = await oauth.processClientCredentialsResponse(
          as,
          client,
          await oauth.clientCredentialsGrantRequest(as, client, auth, {}, http),
        )
        assert.ok(own.access_token)
      }
      assert.equal(
        await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, again.refresh_token!, http)),
        undefined,
      )
      const over = await oauth.refreshTokenGrantRequest(as, client, auth, again.refresh_token!, http)
      await assert.rejects(oauth.processRefreshTokenResponse(as, client, over), { error: 'invalid_grant' })
    })
  }
})
