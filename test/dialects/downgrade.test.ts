import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import { type Answer, CLIENT_SECRET, inWorld, type Words, type World } from '../support/world.ts'
import { basic, VENDORS, type VendorName, vendors } from './vendors.ts'

const dialects = ['standard', ...VENDORS]
const CALLBACK = 'https://app.example/cb'
/** Every address for programs, of every dialect but the standard. */
const OTHERS = VENDORS.flatMap((name) => [vendors[name].token, vendors[name].authorize])

type Walk = (world: World, lax: Client, name: VendorName) => Promise<void>

/** A strict client, and beside it one of a vendor's, in one server. */
function refusedIn(says: string, walk: Walk): void {
  for (const name of VENDORS) {
    const run = inWorld({ door: 'node', config: { dialects } }, async (world) => {
      const { scope, ...shape } = vendors[name].client
      const secrets = world.client.client_secrets
      const lax = await world.addClient({
        ...shape,
        scope: `${scope} openid`,
        client_id: 'lax',
        client_secrets: secrets,
        dialect: name,
      } as Client)
      await walk(world, lax, name)
    })
    it(`a strict client in ${name}: ${says}`, run)
  }
}

const post = { client_id: 'c1', client_secret: CLIENT_SECRET }

/** Every way in which a client could say who it is at this vendor's endpoint: none is answered with anything. */
async function isShutOut(world: World, path: string, client_id: string, words: Words): Promise<void> {
  const answers: Answer[] = [
    await world.post(path, { ...words, client_id, client_secret: CLIENT_SECRET }),
    await world.post(path, words, basic(client_id)),
    await world.post(path, { ...words, client_id }),
  ]
  for (const { status, body } of answers) assert.deepEqual([status, body.error, body.access_token], [401, 'invalid_client', undefined])
}

/** The client moves over to another dialect, as an operator would move it. */
async function move(world: World, client: Client, dialect: string): Promise<void> {
  assert.ok(await world.store.clients.update({ ...client, dialect }))
  world.time.now += 2_000 // clients are kept for a second
}

/** The words of an exchange that would do in any dialect. */
const exchange = (code: string): Words => ({
  ...post,
  grant_type: 'authorization_code',
  code,
  redirect_uri: CALLBACK,
  code_verifier: 'v'.repeat(43),
})

describe('no way around a strict dialect through another', () => {
  refusedIn('authorize shows a page and redirects nowhere, for GET and for POST', async (world, _lax, name) => {
    const person = await world.person()
    const { authorize, request } = vendors[name]
    const words = { ...request, client_id: 'c1', redirect_uri: CALLBACK, redirect_url: CALLBACK, scope: 'openid' }
    const by_get = await person.get(`${world.issuer}${authorize}?${new URLSearchParams(words)}`)
    const by_post = await person.post(world.issuer + authorize, words)
    for (const page of [by_get, by_post]) assert.deepEqual([page.status, page.location], [name === 'telnyx' ? 404 : 400, ''])
  })

  refusedIn('and a client of the vendor’s at the strict authorize', async (world, lax) => {
    const page = await (await world.person()).get(world.ask({ client_id: lax.client_id, redirect_uri: CALLBACK }))
    assert.deepEqual([page.status, page.location], [400, ''])
  })

  refusedIn('token does not know it, in whatever way it shows its secret', async (world, lax, name) => {
    const code = await world.code()
    await isShutOut(world, vendors[name].token, 'c1', { grant_type: 'authorization_code', code })
    await isShutOut(world, vendors[name].token, 'c1', { grant_type: 'client_credentials' })
    await isShutOut(world, '/token', lax.client_id, { grant_type: 'client_credentials' })
    assert.equal((await world.redeem(code)).status, 200, 'nobody has used its code up')
  })

  refusedIn('its code is worth nothing to a client of the vendor’s', async (world, lax, name) => {
    const code = await world.code()
    const words: Words = { ...exchange(code), client_id: lax.client_id }
    const { token, secret } = vendors[name]
    const { client_id: _id, client_secret: _secret, ...rest } = words
    const taken = await (secret === 'basic' ? world.post(token, rest, basic(lax.client_id)) : world.post(token, words))
    assert.deepEqual([taken.status, taken.body.error], [400, 'invalid_grant'])
  })

  refusedIn('a code from before it moved there cannot be redeemed there', async (world, _lax, name) => {
    const code = await world.code()
    await move(world, { ...world.client, token_endpoint_auth_method: vendors[name].client.token_endpoint_auth_method! }, name)
    const { client_id: _id, client_secret: _secret, ...rest } = exchange(code)
    const { token, secret } = vendors[name]
    const moved = await (secret === 'basic' ? world.post(token, rest, basic('c1')) : world.post(token, exchange(code)))
    assert.deepEqual([moved.status, moved.body.error, moved.body.access_token], [400, 'invalid_grant', undefined])
  })

  refusedIn('a code of the vendor’s cannot be redeemed as a strict one', async (world, lax, name) => {
    const person = await world.person()
    const { authorize, request } = vendors[name]
    const ask = `${world.issuer}${authorize}?${new URLSearchParams({ ...request, client_id: lax.client_id })}`
    const page = await person.follow(await person.get(ask), world.issuer)
    const sent = await person.follow(await person.submit(page, {}, 'consent-allow'), world.issuer)
    const code = new URL(sent.location).searchParams.get('code')!
    await move(world, { ...lax, dialect: 'standard', token_endpoint_auth_method: 'client_secret_post' }, 'standard')
    const words = { ...exchange(code), client_id: lax.client_id, code_verifier: request['code_challenge'] ? 'v'.repeat(43) : '' }
    const redeemed = await world.post('/token', Object.fromEntries(Object.entries(words).filter(([, value]) => value !== '')))
    assert.deepEqual([redeemed.status, redeemed.body.error], [400, 'invalid_grant'])
  })

  refusedIn('its refresh token and access token are worth nothing there', async (world, lax, name) => {
    const { refresh_token, access_token } = await world.tokens()
    const { token, secret, client } = vendors[name]
    const shown: Words = secret === 'basic' ? basic(lax.client_id) : {}
    const own: Words = secret === 'post' ? { client_id: lax.client_id, client_secret: CLIENT_SECRET } : {}
    const words = { grant_type: 'refresh_token', refresh_token: refresh_token! }
    await isShutOut(world, token, 'c1', words)
    const stolen = await world.post(token, { ...words, ...own }, shown)
    assert.deepEqual([stolen.status, stolen.body.access_token], [400, undefined])
    await move(world, { ...world.client, token_endpoint_auth_method: client.token_endpoint_auth_method! }, name)
    const moved = await world.post(token, secret === 'post' ? { ...words, ...post } : words, secret === 'basic' ? basic('c1') : {})
    assert.deepEqual([moved.status, moved.body.access_token], [400, undefined])
    await isUnknownAtResources(world, access_token!)
  })

  refusedIn('a request that began with the standard does not go on there', async (world, _lax, name) => {
    const begun = await world.browser().get(world.ask())
    const ticket = new URL(begun.location).searchParams.get('ticket')!
    const person = await world.person()
    const page = await person.get(`${world.issuer}${vendors[name].authorize}?${new URLSearchParams({ ticket })}`)
    assert.deepEqual([page.status, page.location], [400, ''])
  })

  it(
    'JSON is read only where the dialect says so, and at no authorize',
    inWorld({ door: 'node', config: { dialects } }, async (world) => {
      for (const path of ['/token', '/authorize', '/introspect', '/revoke', ...OTHERS]) {
        const { status, body } = await world.post(path, '{"grant_type":"x","client_id":"c1"}', { 'content-type': 'application/json' })
        const reads = path === vendors.telnyx.token
        assert.equal(status, reads ? 401 : 400, path)
        if (typeof body !== 'string') assert.equal(body.error, reads ? 'invalid_client' : 'invalid_request', path)
      }
    }),
  )

  it(
    'the scopes of one dialect are not another’s, even for a client that is registered for them',
    inWorld({ config: { dialects }, client: { scope: 'openid inspect EMAIL admin invoices.read' } }, async (world) => {
      const person = await world.person()
      for (const scope of ['inspect', 'EMAIL', 'admin', 'openid admin']) {
        const sent = await person.get(world.ask({ scope }))
        assert.equal(new URL(sent.location).searchParams.get('error'), 'invalid_scope', scope)
      }
      const own = await world.post('/token', { ...post, grant_type: 'client_credentials' })
      assert.deepEqual([own.status, own.body.scope], [200, 'invoices.read'])
      const metadata = await world.get('/.well-known/oauth-authorization-server')
      for (const scope of ['inspect', 'EMAIL', 'admin']) assert.ok(!metadata.body.scopes_supported.includes(scope))
    }),
  )
})

/** The information endpoints of the other dialects, and their introspection, do not say a word about a standard token. */
async function isUnknownAtResources(world: World, access_token: string): Promise<void> {
  const bearer = { authorization: `Bearer ${access_token}` }
  for (const path of ['/oauth2/info', '/api/id/v1/auth/userinfo']) {
    const told = await world.post(path, '', bearer)
    assert.deepEqual([told.status, told.body.email, told.body.sub], [401, undefined, undefined], path)
  }
  const asking = { client_id: 'asking', client_secret: CLIENT_SECRET }
  await world.addClient({ ...world.client, client_id: 'asking', dialect: 'telnyx' })
  assert.deepEqual((await world.post('/v2/oauth/introspect', { ...asking, token: access_token })).body, { active: false })
  const moved = await world.post('/v2/oauth/introspect', { ...post, token: access_token })
  assert.notEqual(moved.body.active, true)
}
