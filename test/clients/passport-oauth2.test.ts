import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import express from 'express'
// @ts-expect-error it brings no types
import OAuth2Strategy from 'passport-oauth2'
import { openServer, type TestServer } from '../support/server.ts'

interface Session {
  [key: string]: unknown
}

/** What passport does for a strategy, in the few lines that a strategy needs: a session, and the four ways out. */
function authenticate(strategy: { authenticate(request: unknown, options: object): void }, session: Session): express.RequestHandler {
  return (request, response) => {
    const one = Object.create(strategy)
    one.redirect = (url: string) => response.redirect(302, url)
    one.success = (user: unknown) => response.json({ user })
    one.fail = (challenge: unknown) => response.status(401).json({ challenge })
    one.error = (error: Error) => response.status(500).json({ error: String(error) })
    one.authenticate(Object.assign(request, { session }), {})
  }
}

describe('passport-oauth2 in express, as they come from npm', () => {
  let server: TestServer
  let http: ReturnType<express.Express['listen']>
  const app = express()

  before(async () => {
    server = await openServer()
    http = app.listen(0, '127.0.0.1')
    await once(http, 'listening')
  })
  after(async () => {
    http.close()
    await server.close()
  })

  for (const [what, pkce, extra] of [
    ['with PKCE', true, {}],
    ['without PKCE, where its registration says so', false, { require_pkce: false }],
  ] as const) {
    it(`signs a person in ${what}`, async () => {
      const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
      const path = `/${pkce}`
      const metadata = {
        client_name: 'Passport',
        redirect_uris: [origin + path],
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid email',
        ...extra,
      }
      const { client_id, client_secret } = server.run('client', 'add', '--metadata', JSON.stringify(metadata))
      const options = {
        authorizationURL: `${server.issuer}/authorize`,
        tokenURL: `${server.issuer}/token`,
        clientID: client_id,
        clientSecret: client_secret,
        callbackURL: origin + path,
        scope: 'openid email',
        state: true,
        pkce,
      }
      const strategy = new OAuth2Strategy(
        options,
        (accessToken: string, refreshToken: string, _profile: unknown, done: (error: null, user: object) => void) =>
          done(null, { accessToken, refreshToken }),
      )
      app.get(path, authenticate(strategy, {}))
      const browser = await server.person()
      const begin = await browser.get(origin + path)
      const callback = await server.authorize(browser, begin.location)
      const { user } = JSON.parse((await browser.get(callback.href)).html)
      assert.ok(user.refreshToken)
      const info = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${user.accessToken}` } })
      assert.equal(((await info.json()) as { sub: string }).sub, server.sub)
    })
  }
})
