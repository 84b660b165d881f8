import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAuthorizationServer } from '../../src/core/authorization-server.ts'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Client } from '../../src/core/model/client.ts'
import { completeDialect, type Dialect, standard } from '../../src/core/model/dialect.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { code_challenge, code_verifier } from '../support/world.ts'

const issuer = 'https://id.example'
/** A vendor that nobody has: other paths, other words, and no PKCE. */
const lax = completeDialect({
  name: 'lax',
  paths: { authorize: '/lax/auth', token: '/lax/token' },
  source: standard.source,
  discovery: [],
  aliases: { app_id: 'client_id', callback: 'redirect_uri', permissions: 'scope' },
  required: ['client_id', 'redirect_uri', 'response_type', 'state'],
  scope_separator: ',',
  unknown_scope: 'ignore',
  pkce: { required: 'never', methods: ['S256', 'plain'], method_required: false },
  redirect_status: 302,
  errors: { invalid_grant: { status: 401 }, invalid_client: { status: 403, error: 'bad_app' } },
})
const secret = 's'.repeat(43)
const client: Client = {
  client_id: 'strict',
  client_name: 'Strict',
  client_secrets: [{ hash: sha256(secret), hint: '', created_at: 0 }],
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  application_type: 'web',
  id_token_signed_response_alg: 'ES256',
  scope: 'openid email',
  dialect: 'standard',
  created_at: 0,
}

/** A product that embeds the server: one person, signed in, who has consented to both clients. */
async function openServer(dialects: Dialect[] = [standard, lax]) {
  const store = await openSqliteStore(':memory:')
  const server = await createAuthorizationServer({
    issuer,
    store,
    dialects,
    session: async () => ({ sid: 's1', sub: 'u1', auth_time: Date.now() }),
    pages: {
      login: '/login',
      consent: '/consent',
      error: (_http, { error }) => ({ status: error.status, headers: {}, body: error.error_description }),
    },
  })
  await store.clients.add(client)
  await store.clients.add({ ...client, client_id: 'loose', dialect: 'lax' })
  for (const client_id of ['strict', 'loose']) {
    const consent = {
      sub: 'u1',
      client_id,
      scope: 'openid email',
      scope_at: { '': 'openid email' },
      redirect_hosts: ['app.example'],
      granted_at: 0,
      request_id: 'r',
    }
    await store.consents.decide(consent, { receipt_id: client_id, sub: 'u1', client_id, at: 0, decision: 'allowed', scope: 'openid email' })
  }
  const get = (path: string, words: Record<string, string>) => server.fetch(new Request(`${issuer}${path}?${new URLSearchParams(words)}`))
  const post = (path: string, words: Record<string, string>) =>
    server.fetch(
      new Request(issuer + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(words).toString(),
      }),
    )
  return { store, get, post }
}

const inLax = {
  app_id: 'loose',
  callback: 'https://app.example/cb',
  response_type: 'code',
  permissions: 'openid,email,unheard-of',
  state: 's',
}
const inStandard = {
  client_id: 'strict',
  redirect_uri: 'https://app.example/cb',
  response_type: 'code',
  scope: 'openid email',
  code_challenge,
  code_challenge_method: 'S256',
}
const codeOf = (response: Response) => new URL(response.headers.get('location')!).searchParams.get('code')!

describe('dialects', () => {
  it('speak their own words, statuses and errors', async () => {
    const { store, get, post } = await openServer()
    const sent = await get('/lax/auth', inLax)
    assert.equal(sent.status, 302)
    const tokens = await post('/lax/token', {
      grant_type: 'authorization_code',
      app_id: 'loose',
      client_secret: secret,
      code: codeOf(sent),
      callback: inLax.callback,
    })
    assert.equal(((await tokens.json()) as { scope: string }).scope, 'openid email')
    const { state: _left_out, ...without } = inLax
    const refused = await get('/lax/auth', without)
    assert.equal(new URL(refused.headers.get('location')!).searchParams.get('error_description'), 'The parameter state is missing.')
    const unknown = await post('/lax/token', { grant_type: 'authorization_code', app_id: 'nobody', client_secret: secret, code: 'x' })
    assert.deepEqual([unknown.status, ((await unknown.json()) as { error: string }).error], [403, 'bad_app'])
    await store.close()
  })

  it('a client of one dialect cannot authorize in another', async () => {
    const { store, get } = await openServer()
    for (const [path, words] of [
      ['/lax/auth', { ...inLax, app_id: 'strict' }],
      ['/authorize', { ...inStandard, client_id: 'loose' }],
    ] as const) {
      const page = await get(path, words)
      assert.deepEqual([page.status, page.headers.get('location')], [400, null])
    }
    await store.close()
  })

  it('a client of one dialect cannot authenticate in another, at any endpoint', async () => {
    const { store, get, post } = await openServer()
    const strict = codeOf(await get('/authorize', inStandard))
    const words = {
      grant_type: 'authorization_code',
      client_secret: secret,
      code: strict,
      code_verifier,
      callback: inLax.callback,
      redirect_uri: inLax.callback,
    }
    const { redirect_uri: _no, ...lax_words } = words
    assert.equal((await post('/lax/token', { ...lax_words, app_id: 'strict' })).status, 403)
    for (const path of ['/token', '/introspect', '/revoke'])
      assert.equal((await post(path, { ...words, client_id: 'loose', token: 'x' })).status, 401, path)
    await store.close()
  })

  it('a ticket goes on in the dialect in which it began', async () => {
    const { store, get } = await openServer()
    await store.consents.withdraw('u1', 'loose', {
      receipt_id: 'w',
      sub: 'u1',
      client_id: 'loose',
      at: 0,
      decision: 'withdrawn',
      scope: '',
    })
    const page = await get('/lax/auth', inLax)
    const ticket = new URL(page.headers.get('location')!).searchParams.get('ticket')!
    assert.equal((await get('/authorize', { ticket })).status, 400)
    assert.equal((await get('/lax/auth', { ticket })).status, 302)
    await store.close()
  })

  it('a client without a secret needs a challenge in every dialect', async () => {
    const { store, get } = await openServer()
    await store.clients.add({ ...client, client_id: 'open', dialect: 'lax', token_endpoint_auth_method: 'none', client_secrets: [] })
    const refused = await get('/lax/auth', { ...inLax, app_id: 'open' })
    assert.equal(new URL(refused.headers.get('location')!).searchParams.get('error'), 'invalid_request')
    await store.close()
  })

  it('plain is a method only where a dialect says so', async () => {
    const { store, get, post } = await openServer()
    const sent = await get('/lax/auth', { ...inLax, code_challenge: code_verifier })
    const form = { grant_type: 'authorization_code', app_id: 'loose', client_secret: secret, callback: inLax.callback }
    assert.equal((await post('/lax/token', { ...form, code: codeOf(sent), code_verifier })).status, 200)
    const again = await get('/lax/auth', { ...inLax, code_challenge: code_verifier })
    assert.equal((await post('/lax/token', { ...form, code: codeOf(again), code_verifier: 'w'.repeat(43) })).status, 401)
    await store.close()
  })

  it('two that claim one method and path stop the server at its start', async () => {
    await assert.rejects(openServer([standard, { ...lax, paths: { ...lax.paths, token: '/token' } }]), /Two routes claim POST \/token/)
  })
})
