import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import Telnyx from 'telnyx'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Browser } from '../support/browser.ts'
import { openServer, type ServerGiven, type TestServer } from '../support/server.ts'

const CALLBACK = 'https://app.example/cb'
const code_verifier = 'v'.repeat(43)
const PKCE = { code_challenge: sha256(code_verifier), code_challenge_method: 'S256' } as const
const basic = (id: string, secret: string) => ({ headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` } })

/** A real server with the dialect on, one person with a key, and the stock client of that person's program. */
interface Stage {
  server: TestServer
  sdk: Telnyx
  api_key: string
  browser: Browser
  close(): Promise<void>
}

async function openStage(given: ServerGiven): Promise<Stage> {
  const server = await openServer(given)
  const { api_key } = server.run('api-key', 'add', '--sub', server.sub)
  const sdk = new Telnyx({ apiKey: api_key, baseURL: `${server.issuer}/v2` })
  return { server, sdk, api_key, browser: await server.person(), close: () => server.close() }
}

interface App {
  client_id: string
  client_secret: string
}

/** A new client of the person. */
async function createApp({ sdk }: Stage, redirect_uris = [CALLBACK]): Promise<App> {
  const { data } = await sdk.oauthClients.create({
    name: 'Dialler',
    allowed_scopes: ['admin'],
    client_type: 'confidential',
    allowed_grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris,
  })
  return { client_id: data!.client_id, client_secret: data!.client_secret! }
}

const asking = ({ client_id }: App, redirect_uri = CALLBACK) =>
  ({ client_id, redirect_uri, response_type: 'code', scope: 'admin', state: 's 1', ...PKCE }) as const

/** A code, allowed by the person in their browser. */
async function codeOf({ server, browser }: Stage, app: App, redirect_uri?: string): Promise<string> {
  const url = await server.authorize(browser, `${server.issuer}/v2/oauth/authorize?${new URLSearchParams(asking(app, redirect_uri))}`, {
    scope: 'admin',
  })
  const code = url.searchParams.get('code')
  assert.ok(code, url.href)
  return code
}

/** What a call of the client is refused with. */
// biome-ignore lint/suspicious/noExplicitAny: the classes of its errors differ in their type parameters only
async function refusal(call: Promise<unknown>, kind: any): Promise<InstanceType<typeof Telnyx.APIError>> {
  const thrown = await call.then(
    () => null,
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof kind, String(thrown))
  return thrown as InstanceType<typeof Telnyx.APIError>
}

const cookiesOf = ({ browser }: Stage) => ({ cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ') })

describe('telnyx 7, as it comes from npm', () => {
  let stage: Stage
  let app: App
  let callback: { server: Server; url: string; asked: string[] }

  before(async () => {
    stage = await openStage({ args: ['--dialects', 'standard,telnyx'] })
    callback = await listenForCallbacks()
    app = await createApp(stage, [CALLBACK, callback.url])
  })
  after(async () => {
    callback.server.close()
    await stage.close()
  })

  it('oauth.retrieveAuthorize gives the page that asks, which takes no notice of the key', async () => {
    for (const sdk of [stage.sdk, new Telnyx({ apiKey: null, baseURL: `${stage.server.issuer}/v2` })]) {
      const html = await sdk.oauth.retrieveAuthorize(asking(app))
      assert.match(html, /id="login-submit"/)
    }
  })

  it('oauth.retrieveAuthorize follows to the callback where everything was allowed', async () => {
    await codeOf(stage, app, callback.url)
    const body = await stage.sdk.oauth.retrieveAuthorize(asking(app, callback.url), { headers: cookiesOf(stage) })
    assert.equal(body, 'called back')
    const { searchParams } = new URL(callback.asked.at(-1)!, callback.url)
    assert.deepEqual([searchParams.get('state'), searchParams.get('iss')], ['s 1', stage.server.issuer])
    assert.ok(searchParams.get('code'))
  })

  it('oauth.retrieveAuthorize with redirect: manual is a 302 that says where to', async () => {
    await codeOf(stage, app)
    const manual = { headers: cookiesOf(stage), fetchOptions: { redirect: 'manual' } as const }
    const { status, headers } = await refusal(stage.sdk.oauth.retrieveAuthorize(asking(app), manual), Telnyx.APIError)
    const location = new URL(headers!.get('location')!)
    assert.deepEqual([status, location.origin + location.pathname], [302, CALLBACK])
    assert.ok(location.searchParams.get('code'))
    assert.equal(headers!.get('cache-control'), 'no-store')
  })

  it('oauth.retrieveAuthorize is refused by its documented classes, on a page', async () => {
    const { redirect_uri: _none, ...without } = asking(app)
    const cases = [
      [without, Telnyx.BadRequestError, 400],
      [{ ...asking(app), client_id: 'nobody' }, Telnyx.NotFoundError, 404],
      [{ ...asking(app), redirect_uri: 'https://elsewhere.example/cb' }, Telnyx.UnprocessableEntityError, 422],
    ] as const
    for (const [query, kind, status] of cases) {
      const error = await refusal(stage.sdk.oauth.retrieveAuthorize(query as ReturnType<typeof asking>), kind)
      assert.equal(error.status, status)
      assert.match(error.message, /^\d+ <!doctype html>/i)
      assert.equal(error.error, undefined)
    }
  })

  it('oauth.token redeems a code and refreshes, with its key in the header, by body and by Basic', async () => {
    const { client_id, client_secret } = app
    const exchange = async () =>
      ({ grant_type: 'authorization_code', code: await codeOf(stage, app), code_verifier, redirect_uri: CALLBACK }) as const
    const { sdk } = stage
    const tokens = await sdk.oauth.token({ ...(await exchange()), client_id, client_secret })
    assert.deepEqual([tokens.token_type, tokens.expires_in, tokens.scope], ['Bearer', 1800, 'admin'])
    const refreshed = await sdk.oauth.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token!, client_id, client_secret })
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
    const by_basic = await sdk.oauth.token(await exchange(), basic(client_id, client_secret))
    assert.ok(by_basic.access_token)
    const again = await sdk.oauth.token(
      { grant_type: 'refresh_token', refresh_token: by_basic.refresh_token! },
      basic(client_id, client_secret),
    )
    assert.ok(again.access_token)
  })

  it('oauth.token gives a client a token for itself, by body, Basic and JSON', async () => {
    const own = { grant_type: 'client_credentials', scope: 'admin' } as const
    const { sdk } = stage
    for (const tokens of [
      await sdk.oauth.token({ ...own, ...app }),
      await sdk.oauth.token(own, basic(app.client_id, app.client_secret)),
      await sdk.oauth.token({ ...own, ...app }, { headers: { 'content-type': 'application/json' } }),
    ]) {
      assert.deepEqual([tokens.token_type, tokens.scope, tokens.refresh_token], ['Bearer', 'admin', undefined])
    }
  })

  it('oauth.token is refused by its documented classes, and a used code is not sent again', async () => {
    const { sdk } = stage
    const code = await codeOf(stage, app)
    const form = { grant_type: 'authorization_code', code, code_verifier, redirect_uri: CALLBACK, ...app } as const
    const first = await sdk.oauth.token(form)
    const used = await refusal(sdk.oauth.token(form), Telnyx.BadRequestError)
    assert.deepEqual([used.status, (used.error as { error: string }).error], [400, 'invalid_grant'])
    assert.equal(used.headers!.get('x-should-retry'), 'false')
    const introspected = await sdk.oauth.introspect({ token: first.access_token })
    assert.equal(introspected.active, true, 'an answer that was lost costs nobody their tokens')
    const wrong = await refusal(sdk.oauth.token({ ...form, client_secret: 'wrong' }), Telnyx.AuthenticationError)
    assert.deepEqual([wrong.status, (wrong.error as { error: string }).error], [401, 'invalid_client'])
  })

  it('oauth.introspect works by key, by Basic and by body', async () => {
    const { sdk, server } = stage
    const { access_token: token } = await sdk.oauth.token({ grant_type: 'client_credentials', scope: 'admin', ...app })
    for (const answer of [
      await sdk.oauth.introspect({ token }),
      await sdk.oauth.introspect({ token }, basic(app.client_id, app.client_secret)),
      await sdk.oauth.introspect({ token, ...app } as { token: string }),
    ]) {
      const { active, client_id, scope, iss } = answer
      assert.deepEqual([active, client_id, scope, iss], [true, app.client_id, 'admin', server.issuer])
      assert.deepEqual(Object.keys(answer).sort(), ['active', 'aud', 'client_id', 'exp', 'iat', 'iss', 'scope'])
    }
    assert.deepEqual(await sdk.oauth.introspect({ token: stage.api_key }), { active: false })
    await refusal(sdk.oauth.introspect({ token: '' }), Telnyx.BadRequestError)
  })

  it('oauth.retrieveJwks, and both well-knowns under its base', async () => {
    const { sdk, server } = stage
    const { keys } = await sdk.oauth.retrieveJwks()
    assert.ok(keys!.length >= 2)
    for (const { alg, kid, kty, use } of keys!) assert.ok(alg && kid && kty && use)
    const metadata = await sdk.wellKnown.retrieveAuthorizationServerMetadata()
    assert.deepEqual(
      [metadata.issuer, metadata.token_endpoint, metadata.registration_endpoint],
      [server.issuer, `${server.issuer}/v2/oauth/token`, `${server.issuer}/v2/oauth/register`],
    )
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256', 'plain'])
    const { resource, authorization_servers } = await sdk.wellKnown.retrieveProtectedResourceMetadata()
    assert.deepEqual([resource, authorization_servers], [`${server.issuer}/v2`, [server.issuer]])
  })

  it('oauthClients: create, retrieve, update, delete', async () => {
    const { sdk, server } = stage
    const { data } = await sdk.oauthClients.create({
      name: 'Short-lived',
      allowed_scopes: ['admin'],
      client_type: 'public',
      allowed_grant_types: ['authorization_code'],
      redirect_uris: [CALLBACK],
      logo_uri: 'https://app.example/logo.png',
    })
    const { client_id, created_at, updated_at, ...shown } = data!
    assert.match(client_id, /^[\w-]{22}$/)
    assert.ok(Date.parse(created_at) > 0 && updated_at === created_at)
    assert.deepEqual(shown, {
      record_type: 'oauth_client',
      name: 'Short-lived',
      org_id: server.sub,
      user_id: server.sub,
      client_type: 'public',
      require_pkce: true,
      allowed_scopes: ['admin'],
      allowed_grant_types: ['authorization_code'],
      redirect_uris: [CALLBACK],
      logo_uri: 'https://app.example/logo.png',
      tos_uri: null,
      policy_uri: null,
      client_secret: null,
    })
    assert.deepEqual((await sdk.oauthClients.retrieve(client_id)).data, data)
    const updated = await sdk.oauthClients.update(client_id, { name: 'Longer', policy_uri: 'https://app.example/privacy' })
    assert.deepEqual([updated.data!.name, updated.data!.policy_uri], ['Longer', 'https://app.example/privacy'])
    assert.equal(await sdk.oauthClients.delete(client_id), null)
    await refusal(sdk.oauthClients.retrieve(client_id), Telnyx.NotFoundError)
    await refusal(sdk.oauthClients.update(client_id, {}), Telnyx.NotFoundError)
    await refusal(sdk.oauthClients.delete(client_id), Telnyx.NotFoundError)
  })

  it('oauthClients: auto-paging over 45 of them, with filters', async () => {
    const { sdk } = stage
    const names = Array.from({ length: 45 }, (_, i) => `Page ${i}`)
    for (const name of names) {
      await sdk.oauthClients.create({
        name,
        allowed_scopes: ['admin'],
        client_type: 'confidential',
        allowed_grant_types: ['client_credentials'],
      })
    }
    for (const size of [undefined, 2, 45, 100]) {
      const found: string[] = []
      const query = { 'filter[name][contains]': 'Page ', ...(size !== undefined && { 'page[size]': size }) }
      for await (const { name } of sdk.oauthClients.list(query)) found.push(name)
      assert.deepEqual(found.sort(), [...names].sort(), `pages of ${size}`)
    }
    const { meta } = await sdk.oauthClients.list({ 'filter[name][contains]': 'Page ', 'page[number]': 3 })
    assert.deepEqual(meta, { page_number: 3, page_size: 20, total_results: 45, total_pages: 3 })
    const all = await sdk.oauthClients.list({
      'filter[client_type]': 'confidential',
      'filter[verified]': false,
      'filter[allowed_grant_types][contains]': 'authorization_code',
      'filter[client_id]': app.client_id,
      'filter[name]': 'Dialler',
    })
    assert.deepEqual(
      all.data!.map(({ client_id }) => client_id),
      [app.client_id],
    )
    const none: unknown[] = []
    for await (const client of sdk.oauthClients.list({ 'filter[name]': 'Nobody' })) none.push(client)
    assert.deepEqual(none, [])
  })

  it('oauthClients is refused by its documented classes', async () => {
    const { sdk, server } = stage
    const good = { name: 'x', allowed_scopes: ['admin'], client_type: 'confidential', allowed_grant_types: ['client_credentials'] } as const
    const create = (body: object) =>
      sdk.oauthClients.create({ ...good, ...body } as unknown as Parameters<typeof sdk.oauthClients.create>[0])
    const unknown = await refusal(create({ colour: 'red' }), Telnyx.BadRequestError)
    const said = { error: 'invalid_request', error_description: 'The member colour is not known here.' }
    assert.deepEqual(unknown.error, said)
    const scope = await refusal(create({ allowed_scopes: ['root'] }), Telnyx.UnprocessableEntityError)
    assert.match(scope.message, /The member allowed_scopes holds a scope that is not known here/)
    await refusal(sdk.oauthClients.list({ 'page[size]': 101 }), Telnyx.BadRequestError)
    const stranger = new Telnyx({ apiKey: 'KEY0123', baseURL: `${server.issuer}/v2` })
    const error = await refusal(stranger.oauthClients.list(), Telnyx.AuthenticationError)
    assert.equal((error.error as { error: string }).error, 'invalid_token')
    assert.match(error.headers!.get('www-authenticate')!, /^Bearer /)
  })

  it('oauthGrants: list, retrieve, delete, which ends what was given', async () => {
    const { sdk } = stage
    const another = await createApp(stage)
    const tokens = await sdk.oauth.token({
      grant_type: 'authorization_code',
      code: await codeOf(stage, another),
      code_verifier,
      ...another,
    })
    const grants = []
    for await (const grant of sdk.oauthGrants.list({ 'page[size]': 1 })) grants.push(grant)
    const grant = grants.find(({ client_id }) => client_id === another.client_id)!
    assert.match(grant.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.deepEqual([grant.record_type, grant.scopes, grant.last_used_at], ['oauth_grant', ['admin'], null])
    assert.deepEqual((await sdk.oauthGrants.retrieve(grant.id)).data, grant)
    assert.deepEqual((await sdk.oauthGrants.delete(grant.id)).data, grant)
    await refusal(sdk.oauthGrants.retrieve(grant.id), Telnyx.NotFoundError)
    await refusal(sdk.oauthGrants.delete(grant.id), Telnyx.NotFoundError)
    assert.deepEqual(await sdk.oauth.introspect({ token: tokens.access_token }), { active: false })
  })

  it('oauth.register with and without arguments', async () => {
    const { sdk } = stage
    const named = await sdk.oauth.register({
      client_name: 'Walk-in',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'admin',
    })
    assert.ok(named.client_id && named.client_secret && named.client_id_issued_at)
    const walk_in = { client_id: named.client_id, client_secret: named.client_secret! }
    const tokens = await sdk.oauth.token({
      grant_type: 'authorization_code',
      code: await codeOf(stage, walk_in),
      code_verifier,
      ...walk_in,
    })
    assert.equal(tokens.scope, 'admin')
    // its types ask for an argument, its documentation calls it without
    const bare = await sdk.oauth.register(undefined as never)
    assert.deepEqual([bare.grant_types, bare.response_types], [['authorization_code'], ['code']])
    const bad = await refusal(sdk.oauth.register({ redirect_uris: ['javascript:alert(1)'] }), Telnyx.BadRequestError)
    assert.ok((bad.error as { invalid_fields: object }).invalid_fields)
  })

  it('a key that was revoked, and one of a person who is disabled, open nothing more', async () => {
    const { server } = stage
    const { sub } = server.run('user', 'add', '--email', 'second@otterbakery.example', '--password', 'otter-lantern-62')
    const { api_key, key_id } = server.run('api-key', 'add', '--sub', sub)
    const { api_key: other } = server.run('api-key', 'add', '--email', 'second@otterbakery.example', '--label', 'backup')
    const sdks = [api_key, other].map((apiKey) => new Telnyx({ apiKey, baseURL: `${server.issuer}/v2` }))
    for (const sdk of sdks) assert.deepEqual((await sdk.oauthClients.list()).data, [])
    assert.deepEqual(server.run('api-key', 'revoke', key_id), { key_id, revoked: true })
    await refusal(sdks[0]!.oauthClients.list(), Telnyx.AuthenticationError)
    assert.deepEqual((await sdks[1]!.oauthClients.list()).data, [])
    server.run('user', 'disable', sub)
    await refusal(sdks[1]!.oauthClients.list(), Telnyx.AuthenticationError)
  })
})

describe('telnyx 7, where the consent is asked for on a page of a first party', () => {
  const PAGE = 'https://portal.example/consent'
  let stage: Stage
  let app: App

  before(async () => {
    const telnyx = { consent_page: PAGE, introspection: { rate_limit: { requests: 5, seconds: 60 } } }
    stage = await openStage({ settings: { dialects: ['standard', 'telnyx'], dialect_settings: { telnyx } } })
    app = await createApp(stage)
  })
  after(() => stage.close())

  /** The consent token of a request by the person. */
  async function consentToken(words: object = {}): Promise<string> {
    const manual = { headers: cookiesOf(stage), fetchOptions: { redirect: 'manual' } as const }
    const { status, headers } = await refusal(stage.sdk.oauth.retrieveAuthorize({ ...asking(app), ...words }, manual), Telnyx.APIError)
    const location = headers!.get('location')!
    assert.deepEqual([status, location.startsWith(`${PAGE}?consent_token=`)], [302, true])
    return new URL(location).searchParams.get('consent_token')!
  }

  it('oauth.retrieve tells what waits for the decision', async () => {
    const { data } = await stage.sdk.oauth.retrieve(await consentToken())
    assert.deepEqual(data, {
      client_id: app.client_id,
      name: 'Dialler',
      requested_scopes: [{ id: 'admin', name: 'Manage your account', description: 'Everything that you can do there yourself.' }],
      logo_uri: null,
      tos_uri: null,
      policy_uri: null,
      redirect_uri: CALLBACK,
      verified: false,
    })
  })

  it('oauth.grants denies, then allows, and the code is good', async () => {
    const { sdk } = stage
    const denied = new URL((await sdk.oauth.grants({ allowed: false, consent_token: await consentToken() })).redirect_uri)
    assert.deepEqual(
      [denied.searchParams.get('error'), denied.searchParams.get('state'), denied.searchParams.get('iss')],
      ['access_denied', 's 1', stage.server.issuer],
    )
    const consent_token = await consentToken()
    const allowed = new URL((await sdk.oauth.grants({ allowed: true, consent_token })).redirect_uri)
    const code = allowed.searchParams.get('code')!
    const tokens = await sdk.oauth.token({ grant_type: 'authorization_code', code, code_verifier, ...app })
    assert.equal(tokens.scope, 'admin')
    for (const call of [() => sdk.oauth.grants({ allowed: true, consent_token }), () => sdk.oauth.retrieve('tok/en .1')]) {
      const error = await refusal(call(), Telnyx.UnprocessableEntityError)
      assert.equal((error.error as { error: string }).error, 'invalid_request')
    }
  })

  it('oauth.introspect beyond its limit is a RateLimitError that says when to come back', async () => {
    const sdk = new Telnyx({ apiKey: stage.api_key, baseURL: `${stage.server.issuer}/v2`, maxRetries: 0 })
    for (let i = 0; i < 5; i++) assert.deepEqual(await sdk.oauth.introspect({ token: 'x' }), { active: false })
    const error = await refusal(sdk.oauth.introspect({ token: 'x' }), Telnyx.RateLimitError)
    assert.equal(error.status, 429)
    assert.ok(Number(error.headers!.get('retry-after')) > 0)
  })
})

/** A client's own address, which keeps what it is asked. */
async function listenForCallbacks(): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(request.url!)
    response.setHeader('content-type', 'text/html')
    response.end('called back')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`, asked }
}
