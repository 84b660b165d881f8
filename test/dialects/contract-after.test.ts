import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { type Answer, CLIENT_SECRET, type Words } from '../support/world.ts'
import { alike, basic, inVendor, row, type VendorWorld, type Walk } from './vendors.ts'

const bearer = (token: string): Words => ({ authorization: `Bearer ${token}` })

async function accessToken(world: VendorWorld, words?: Words): Promise<string> {
  return (await world.redeem(await world.code(words))).body.access_token
}

/** Nothing is there, by any method. */
const absent =
  (...paths: string[]): Walk =>
  async (world) => {
    for (const path of paths) {
      assert.equal((await world.get(path)).status, 404, path)
      assert.equal((await world.post(path, { token: 'x' }, basic(world.client_id))).status, 404, path)
    }
  }

/** Mara, with everything that her account can hold. */
async function wholeMara(world: VendorWorld): Promise<void> {
  const claims = {
    given_name: 'Mara',
    family_name: 'Lindqvist',
    company: 'Otter Bakery',
    job_title: 'Baker',
    picture: 'https://img.example/mara.png',
    phone_number: '+46 1',
  }
  await world.store.users.update({ ...world.mara, claims, created_at: -2_148_253_200_000 })
}

const EMAIL = { email: 'mara@otterbakery.example' }
const PROFILE = {
  firstName: 'Mara',
  lastName: 'Lindqvist',
  companyName: 'Otter Bakery',
  jobTitle: 'Baker',
  photo: 'https://img.example/mara.png',
  ctime: -2_148_253_200_000,
}

/** What the information endpoint tells the holder of a token for these scopes. */
async function told(world: VendorWorld, scope: string): Promise<Answer> {
  return world.post('/oauth2/info', '', bearer(await accessToken(world, { scope })))
}

async function ownInfo(world: VendorWorld): Promise<void> {
  await wholeMara(world)
  assert.deepEqual((await told(world, 'EMAIL PROFILE')).body, { ...EMAIL, ...PROFILE })
  assert.deepEqual((await told(world, 'EMAIL')).body, EMAIL)
  assert.deepEqual((await told(world, 'PROFILE')).body, PROFILE)
  await world.store.users.update({ ...world.mara, claims: { given_name: 'Mara', job_title: null, company: '' } })
  assert.deepEqual((await told(world, 'EMAIL PROFILE')).body, { ...EMAIL, firstName: 'Mara', ctime: world.mara.created_at })
  const token = await accessToken(world)
  for (const [type, body] of [
    ['application/json', '{}'],
    ['application/json', ''],
    ['text/plain', 'x'],
  ] as const)
    assert.equal((await world.post('/oauth2/info', body, { ...bearer(token), 'content-type': type })).status, 200, type)
  assert.equal((await world.get('/oauth2/info', bearer(token))).status, 405)
  for (const wrong of [bearer(`${token}x`), bearer(token.slice(1)), basic(world.client_id), {}]) {
    const refused = await world.post('/oauth2/info', '', wrong)
    assert.equal(refused.status, 401)
    assert.match(refused.headers.get('www-authenticate')!, /^Bearer /)
  }
}

async function openidInfo(world: VendorWorld): Promise<void> {
  await wholeMara(world)
  const path = '/api/id/v1/auth/userinfo'
  const { body } = await world.get(path, bearer(await accessToken(world)))
  assert.deepEqual([body.sub, body.email, body.given_name], [world.mara.sub, EMAIL.email, 'Mara'])
  assert.equal((await world.get(path, bearer(await accessToken(world, { scope: 'inspect' })))).status, 403)
}

/** These scopes are asked for as they stand here, and no others. */
const vocabulary =
  (known: readonly string[], unknown: readonly string[]): Walk =>
  async (world) => {
    for (const scope of known) assert.equal((await world.redeem(await world.code({ scope }))).status, 200, scope)
    for (const scope of unknown) {
      const sent = await world.begin(await world.person(), { scope })
      assert.equal(new URL(sent.location).searchParams.get('error'), 'invalid_scope', scope)
    }
  }

/** The page of connected apps ends what was given; nothing else does. */
const byPerson: Walk = async (world) => {
  const token = await accessToken(world)
  const person = await world.person()
  const apps = await person.get(`${world.issuer}/account/apps`)
  const [, revoke] = /id="(grant-[^"]*-revoke-confirm)"/.exec(apps.html) ?? []
  await person.submit(apps, {}, revoke)
  const { grant_id } = (await world.app.server.keys.access_token.open(token)) ?? {}
  if (grant_id !== undefined) assert.notEqual((await world.store.grants.find(grant_id))!.revoked_at, undefined)
  const page = await person.follow(await world.begin(person), world.issuer)
  assert.ok(page.html.includes('id="consent-allow"'), 'it is asked again')
}

const byPersonAlone =
  (others: Walk): Walk =>
  async (world) => {
    await others(world)
    await byPerson(world)
  }

async function revocation(world: VendorWorld): Promise<void> {
  const path = '/api/id/v1/auth/token/revoke'
  const by = basic(world.client_id)
  const hints: Words[] = [{}, { token_type_hint: 'access_token' }, { token_type: 'access_token' }, { token_type: 'nonsense' }]
  for (const hint of hints) {
    const { body } = await world.redeem(await world.code())
    const done = await world.post(path, { token: body.access_token, ...hint }, by)
    assert.deepEqual([done.status, done.headers.get('content-type')], [200, 'application/json'])
    assert.equal((await world.get('/api/id/v1/auth/userinfo', bearer(body.access_token))).status, 401)
    assert.equal((await world.refresh(body.refresh_token)).body.error, 'invalid_grant')
  }
  const { body } = await world.redeem(await world.code())
  assert.equal((await world.post(path, { token: body.refresh_token, token_type: 'refresh_token' }, by)).status, 200)
  assert.equal((await world.get('/api/id/v1/auth/userinfo', bearer(body.access_token))).status, 401)
  assert.equal((await world.post(path, { token: 'unheard-of' }, by)).status, 200)
  const refused = await world.post(path, { token: 'x' }, basic(world.client_id, 'wrong'))
  assert.deepEqual([refused.status, refused.body], [401, { error: 'invalid_client', errorDescription: 'Client authentication failed.' }])
  const missing = await world.post(path, {}, by)
  assert.deepEqual([missing.status, missing.body], [400, { error: 'invalid_request', errorDescription: 'The parameter token is missing.' }])
}

async function introspection(world: VendorWorld): Promise<void> {
  const path = '/v2/oauth/introspect'
  const { body } = await world.redeem(await world.code())
  const { client_id } = world
  const post = { client_id, client_secret: CLIENT_SECRET }
  const json = { 'content-type': 'application/json' }
  const token = body.access_token as string
  for (const answer of [
    await world.post(path, { ...post, token }),
    await world.post(path, { token }, basic(client_id)),
    await world.post(path, JSON.stringify({ ...post, token }), json),
  ]) {
    const { exp, iat, ...rest } = answer.body
    assert.equal(exp - iat, 1800)
    assert.deepEqual(rest, { active: true, client_id, scope: 'admin', iss: world.issuer, aud: world.issuer })
  }
  for (const other of ['garbage', 'KEY0123_0123456789', `${token}x`, token.slice(1)])
    assert.deepEqual((await world.post(path, { ...post, token: other })).body, { active: false })
  assert.equal((await world.post(path, { ...post, client_secret: 'wrong', token })).body.error, 'invalid_client')
  assert.deepEqual([(await world.post(path, { token })).status, (await world.post(path, post)).body.error], [401, 'invalid_request'])
}

const keySet =
  (path: string): Walk =>
  async (world) => {
    const { status, headers, body } = await world.get(path)
    assert.deepEqual([status, headers.get('content-type')], [200, 'application/json'])
    for (const key of body.keys) for (const member of ['alg', 'kid', 'kty', 'use']) assert.equal(typeof key[member], 'string')
    const { payload } = await jwtVerify(await accessToken(world), createLocalJWKSet(body), {
      issuer: world.issuer,
      currentDate: new Date(world.time.now),
    })
    assert.equal(payload['client_id'], world.client_id)
  }

const documents = ['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource', '/.well-known/openid-configuration']

/** With the standard beside it, the root is the standard's. */
async function ownDiscovery(world: VendorWorld): Promise<void> {
  const { issuer } = world
  for (const path of ['/v2/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server']) {
    const { status, headers, body } = await world.get(path)
    assert.deepEqual([status, headers.get('content-type')], [200, 'application/json'], path)
    const { authorization_endpoint, token_endpoint, introspection_endpoint, jwks_uri, registration_endpoint } = body
    assert.deepEqual(
      [body.issuer, authorization_endpoint, token_endpoint, introspection_endpoint, jwks_uri, registration_endpoint],
      ['', '/v2/oauth/authorize', '/v2/oauth/token', '/v2/oauth/introspect', '/v2/oauth/jwks', '/v2/oauth/register'].map((p) => issuer + p),
    )
    assert.deepEqual(body.response_types_supported, ['code'])
    assert.deepEqual([...body.code_challenge_methods_supported].sort(), ['S256', 'plain'])
    assert.deepEqual([...body.grant_types_supported].sort(), ['authorization_code', 'client_credentials', 'refresh_token'])
    assert.deepEqual([...body.token_endpoint_auth_methods_supported].sort(), ['client_secret_basic', 'client_secret_post', 'none'])
    assert.ok(body.scopes_supported.includes('admin'))
    for (const not of ['revocation_endpoint', 'userinfo_endpoint', 'subject_types_supported']) assert.ok(!(not in body), not)
  }
  for (const path of [
    '/v2/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/v2',
  ]) {
    const { body } = await world.get(path)
    assert.deepEqual([body.resource, body.authorization_servers], [`${issuer}/v2`, [issuer]], path)
  }
  await absent('/.well-known/openid-configuration', '/v2/.well-known/openid-configuration')(world)
}

/** An id of this form authenticates in the body and in the header, and comes back in nothing that is percent-encoded. */
const clientId =
  (client_id: string): Walk =>
  async (world) => {
    assert.equal(world.client_id, client_id)
    assert.equal((await world.redeem(await world.code())).status, 200)
    assert.equal(encodeURIComponent(client_id), client_id)
  }

const contentTypes: Walk = async (world) => {
  for (const answer of [await world.redeem(await world.code()), await world.redeem('nonsense')]) {
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.equal(answer.headers.get('x-content-type-options') ?? 'nosniff', 'nosniff')
    assert.equal(typeof answer.body, 'object')
  }
  for (const words of [{ client_id: 'nobody' }, { client_id: '' }]) {
    const page = await world.begin(world.browser(), words)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  }
}

describe('after the token, rows 40 to 45, 52 and 53', () => {
  row(40, {
    talque: ['POST /oauth2/info, by the scopes, in its own names, without a subject', ownInfo],
    worksmart: ['there is none', absent('/userinfo', '/api/v1/userinfo', '/api/v1/oauth2/userinfo')],
    'screening-eagle': ['as OpenID Connect has it', openidInfo],
    telnyx: ['there is none', absent('/userinfo', '/v2/userinfo', '/v2/oauth/userinfo')],
  })

  row(41, {
    talque: [
      'EMAIL and PROFILE, in capitals',
      vocabulary(['EMAIL', 'PROFILE', 'PROFILE EMAIL'], ['email', 'profile', 'Email', 'openid', 'EMAIL openid']),
    ],
    worksmart: [
      'none: what is asked for makes no difference',
      async (world) => {
        for (const scope of ['', 'x', 'openid', '"']) assert.equal((await world.redeem(await world.code({ scope }))).body.scope, null)
        assert.equal((await world.token({ grant_type: 'client_credentials', scope: 'x' })).status, 200)
      },
    ],
    'screening-eagle': [
      'openid, email, profile, inspect',
      vocabulary(['openid', 'openid email', 'profile', 'inspect'], ['INSPECT', 'openid admin', 'EMAIL']),
    ],
    telnyx: ['admin', vocabulary(['admin'], ['ADMIN', 'admin.read', 'inspect'])],
  })

  row(42, {
    talque: ['by the person alone', byPersonAlone(absent('/revoke', '/oauth2/revoke'))],
    worksmart: ['by the person alone', byPersonAlone(absent('/revoke', '/api/v1/oauth2/revoke'))],
    'screening-eagle': ['POST /api/id/v1/auth/token/revoke, answered 200', revocation],
    telnyx: ['there is no endpoint for a token; the person can', byPersonAlone(absent('/revoke', '/v2/oauth/revoke'))],
  })

  row(43, {
    talque: ['there is none', absent('/introspect', '/oauth2/introspect')],
    worksmart: ['there is none', absent('/introspect', '/api/v1/oauth2/introspect')],
    'screening-eagle': ['there is none', absent('/introspect', '/api/id/v1/auth/introspect', '/api/id/v1/auth/token/introspect')],
    telnyx: ['POST /v2/oauth/introspect by an authenticated client, form or JSON, seven members', introspection],
  })

  row(44, {
    talque: ['there is none', absent('/jwks', '/oauth2/jwks')],
    worksmart: ['there is none', absent('/jwks', '/api/v1/jwks', '/api/v1/oauth2/jwks')],
    'screening-eagle': ['GET /api/id/v1/auth/jwks, so that an ID token can be checked', keySet('/api/id/v1/auth/jwks')],
    telnyx: ['GET /v2/oauth/jwks', keySet('/v2/oauth/jwks')],
  })

  row(45, {
    talque: ['there is none', absent(...documents, ...documents.map((path) => `/oauth2${path}`))],
    worksmart: ['there is none', absent(...documents, ...documents.map((path) => `/api/v1${path}`))],
    'screening-eagle': ['there is none', absent(...documents, ...documents.map((path) => `/api/id/v1/auth${path}`))],
    telnyx: ['both documents, below /v2 and at the host’s root', ownDiscovery],
  })
  it(
    'row 45, telnyx: with the standard beside it the root is the standard’s',
    inVendor(
      'telnyx',
      async (world) => {
        const root = await world.get('/.well-known/oauth-authorization-server')
        assert.equal(root.body.token_endpoint, `${world.issuer}/token`)
        const below = await world.get('/v2/.well-known/oauth-authorization-server')
        assert.equal(below.body.token_endpoint, `${world.issuer}/v2/oauth/token`)
      },
      { config: { dialects: ['standard', 'telnyx'] } },
    ),
  )

  row(52, {
    talque: ['any letters, digits, dots, hyphens, underscores, tildes', clientId('Aa0._~-'), { client: { client_id: 'Aa0._~-' } }],
    worksmart: ['40 characters and .worksmart.net', clientId('ibl90vqe9ll5198ss53v1b1knpk4fhacv4y7uzpa.worksmart.net')],
    'screening-eagle': [
      'any letters, digits, dots, hyphens, underscores, tildes',
      clientId('Aa0._~-'),
      { client: { client_id: 'Aa0._~-' } },
    ],
    telnyx: ['22 characters', clientId('u7Pq2wB9sK4nYd0LhXc1Rg')],
  })

  row(53, alike('programs are answered application/json, people text/html', contentTypes))
})
