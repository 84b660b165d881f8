import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ISSUER } from '../support/site.ts'
import { type Answer, CLIENT_SECRET, code_challenge, code_verifier, type Words } from '../support/world.ts'
import { alike, basic, inVendor, row, type VendorName, type VendorWorld, type Walk } from './vendors.ts'

const CALLBACK = 'https://app.example/cb'
const OTHER = 'https://app.example/other'
const S256 = { code_challenge, code_challenge_method: 'S256' }
/** With a resource server beside it, that speaks the standard. */
const read = (name: VendorName) => ({
  config: { dialects: ['standard', name], resources: { [ISSUER]: { name: { en: 'The product' }, client_id: 'api' } } },
})
const open = { client: { token_endpoint_auth_method: 'none', client_secrets: [] } }

/** A refusal of RFC 6749 §5.2: its status and word. */
function isRefused({ status, body }: Answer, error: string, expected = 400): void {
  assert.deepEqual([status, body.error], [expected, error])
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** The words of an exchange as JSON. */
async function redeemByJson(world: VendorWorld): Promise<Answer> {
  const { client_id, vendor } = world
  const own = vendor.secret === 'post' ? { client_id, client_secret: CLIENT_SECRET } : {}
  const words = { ...own, grant_type: 'authorization_code', code: await world.code(), ...vendor.exchange }
  return world.post(vendor.token, JSON.stringify(words), { ...JSON_TYPE, ...(vendor.secret === 'basic' && basic(client_id)) })
}

const formsOnly: Walk = async (world) => {
  const answer = await world.redeem(await world.code())
  assert.equal(answer.status, 200)
  const json = await redeemByJson(world)
  assert.deepEqual([json.status, json.body.error], [400, 'invalid_request'])
  const text = await world.post(world.vendor.token, 'grant_type=authorization_code', { 'content-type': 'text/plain' })
  isRefused(text, 'invalid_request')
}

/** The body of a whole flow. */
async function bodyOf(world: VendorWorld, words?: Words): Promise<Record<string, unknown>> {
  const { status, body } = await world.redeem(await world.code(words))
  assert.equal(status, 200)
  return body
}

const clientCredentials = (world: VendorWorld, words: Words = {}) => world.token({ grant_type: 'client_credentials', ...words })

/** Of these grant types each works, and no other does. */
const grantTypes =
  (...types: string[]): Walk =>
  async (world) => {
    const { refresh_token } = await bodyOf(world)
    assert.equal(refresh_token !== undefined, types.includes('refresh_token'))
    const refreshed = await world.refresh(String(refresh_token))
    const own = await clientCredentials(world)
    assert.equal(refreshed.status, types.includes('refresh_token') ? 200 : 400)
    assert.equal(own.status, types.includes('client_credentials') ? 200 : 400)
    for (const type of ['password', 'urn:ietf:params:oauth:grant-type:device_code', '__proto__', 'toString'])
      isRefused(await world.token({ grant_type: type }), 'unsupported_grant_type')
    isRefused(await world.token({ code: 'x' }), 'invalid_request')
  }

/** Each way of showing the secret that the dialect takes, and those that it does not. */
const shows =
  (taken: { post: boolean; basic: boolean }, given?: { bearer: boolean }): Walk =>
  async (world) => {
    const { vendor, client_id } = world
    const bearer: Words = given?.bearer ? { authorization: 'Bearer KEY0123' } : {}
    const words = async () => ({ grant_type: 'authorization_code', code: await world.code(), ...vendor.exchange })
    const post = await world.post(vendor.token, { ...(await words()), client_id, client_secret: CLIENT_SECRET }, bearer)
    assert.equal(post.status, taken.post ? 200 : 401)
    const header = await world.post(vendor.token, await words(), basic(client_id))
    assert.equal(header.status, taken.basic ? 200 : 401)
    const named = await world.post(vendor.token, { ...(await words()), client_id }, basic(client_id))
    assert.equal(named.status, taken.basic ? 200 : 401)
    for (const wrong of [
      await world.post(vendor.token, { ...(await words()), client_id, client_secret: 'wrong' }, bearer),
      await world.post(vendor.token, await words(), basic(client_id, 'wrong')),
      await world.post(vendor.token, { ...(await words()), client_id }, bearer),
      await world.post(vendor.token, await words(), bearer),
    ])
      isRefused(wrong, 'invalid_client', 401)
    const both = await world.post(vendor.token, { ...(await words()), client_id, client_secret: CLIENT_SECRET }, basic(client_id))
    isRefused(both, 'invalid_request')
  }

const withoutSecret =
  (status: 200 | 401): Walk =>
  async (world) => {
    const code = await world.code(S256)
    const { client_id, vendor } = world
    const words = { grant_type: 'authorization_code', client_id, code, redirect_uri: CALLBACK, code_verifier }
    assert.equal((await world.post(vendor.token, words)).status, status)
  }

/** Left out, right, and wrong. */
const redirectAtToken =
  (left_out: 200 | 400, ask: Words = {}): Walk =>
  async (world) => {
    const attempt = async (redirect_uri: string) => world.redeem(await world.code(ask), { redirect_uri })
    const without = await attempt('')
    assert.equal(without.status, left_out)
    if (left_out === 400) assert.equal(without.body.error, 'invalid_grant')
    assert.equal((await attempt(CALLBACK)).status, 200)
    for (const other of [OTHER, `${CALLBACK}/`, 'https://evil.example/cb']) isRefused(await attempt(other), 'invalid_grant')
  }

const verifierKept: Walk = async (world) => {
  for (const wrong of ['', 'w'.repeat(43), code_verifier.slice(1)])
    isRefused(await world.redeem(await world.code(S256), { code_verifier: wrong }), 'invalid_grant')
  assert.equal((await world.redeem(await world.code(S256), { code_verifier })).status, 200)
}

const verifierAsChallenged: Walk = async (world) => {
  await verifierKept(world)
  isRefused(await world.redeem(await world.code(), { code_verifier }), 'invalid_grant')
}

/** A resource server that reads what was made for the deployment's default audience. */
async function verifierOf(world: VendorWorld): Promise<{ verify(token: string): Promise<boolean> }> {
  await world.addClient({ client_id: 'api', token_endpoint_auth_method: 'client_secret_post', client_secrets: world.client.client_secrets })
  const verify = async (token: string) =>
    (await world.post('/introspect', { client_id: 'api', client_secret: CLIENT_SECRET, token })).body.active
  return { verify }
}

/** The token's life, in seconds, from the body and by the clock. */
const lives =
  (seconds: number): Walk =>
  async (world) => {
    const body = await bodyOf(world)
    const told = body['expires'] === undefined ? body['expires_in'] : (Number(body['expires']) - world.time.now) / 1000
    assert.equal(told, seconds)
    const { verify } = await verifierOf(world)
    const token = String(body['access_token'])
    world.time.now += seconds * 1000 - 1000
    assert.equal(await verify(token), true)
    world.time.now += 1000
    assert.equal(await verify(token), false)
  }

const errorBody =
  (description: 'error_description' | 'errorDescription'): Walk =>
  async (world) => {
    for (const { body, headers } of [
      await world.redeem('nonsense'),
      await world.token({}),
      await world.post(world.vendor.token, { grant_type: 'authorization_code' }),
      await world.post(world.vendor.token, '{}', { 'content-type': 'text/plain' }),
    ]) {
      assert.deepEqual(Object.keys(body), ['error', description])
      assert.match(body[description], /^[A-Z].*\.$/)
      assert.equal(headers.get('content-type'), 'application/json')
      assert.equal(headers.get('cache-control'), 'no-store')
    }
  }

const statuses: Walk = async (world) => {
  isRefused(await world.redeem('nonsense'), 'invalid_grant')
  isRefused(await world.token({ grant_type: 'nonsense' }), 'unsupported_grant_type')
  isRefused(await world.token({}), 'invalid_request')
  const { client_id } = world
  const unknown = await world.post(world.vendor.token, { grant_type: 'authorization_code', code: 'x', client_id, client_secret: 'wrong' })
  isRefused(unknown, 'invalid_client', 401)
  assert.match(unknown.headers.get('www-authenticate')!, /^Basic /)
  assert.equal((await world.get(world.vendor.token)).status, 405)
}

/** A code sent again: 400 in every case, and a retry is not asked for. */
async function again(world: VendorWorld, code: string, words?: Words): Promise<void> {
  const { status, body, headers } = await world.redeem(code, words)
  assert.deepEqual([status, body.error, headers.get('x-should-retry')], [400, 'invalid_grant', 'false'])
}

/** Whether the grant of a code still stands, asked of the store. */
async function stands(world: VendorWorld, code: string): Promise<boolean> {
  const { grant_id } = world.app.server.keys.code.open(code)!
  const grant = await world.store.grants.find(grant_id)
  assert.ok(grant)
  return grant.revoked_at === undefined
}

const replayRevokes: Walk = async (world) => {
  const code = await world.code()
  assert.equal((await world.redeem(code)).status, 200)
  assert.ok(await stands(world, code))
  await again(world, code)
  assert.equal(await stands(world, code), false)
}

describe('the token endpoint, rows 24 to 39', () => {
  row(24, {
    talque: ['POST /oauth2/access-token', onlyAt('/oauth2/access-token')],
    worksmart: ['POST /api/v1/oauth2/token', onlyAt('/api/v1/oauth2/token')],
    'screening-eagle': ['POST /api/id/v1/auth/token', onlyAt('/api/id/v1/auth/token')],
    telnyx: ['POST /v2/oauth/token', onlyAt('/v2/oauth/token')],
  })

  const every = ['authorization_code', 'client_credentials', 'refresh_token']
  row(25, {
    talque: [
      'authorization_code alone, whatever the client registered',
      grantTypes('authorization_code'),
      { client: { grant_types: every } },
    ],
    worksmart: ['authorization_code, client_credentials, refresh_token', grantTypes(...every)],
    'screening-eagle': ['authorization_code, client_credentials, and refresh_token for who registers it', grantTypes(...every)],
    telnyx: ['authorization_code, client_credentials, refresh_token', grantTypes(...every)],
  })

  row(26, {
    talque: ['the secret in the body', shows({ post: true, basic: false })],
    worksmart: ['the secret in the body or by Basic', shows({ post: true, basic: true })],
    'screening-eagle': ['the secret by Basic', shows({ post: false, basic: true })],
    telnyx: [
      'the secret in the body or by Basic; a Bearer header means nothing here',
      shows({ post: true, basic: true }, { bearer: true }),
    ],
  })
  for (const [name, status] of [
    ['talque', 401],
    ['worksmart', 401],
    ['screening-eagle', 200],
    ['telnyx', 200],
  ] as const)
    it(`row 26, ${name}: a client without a secret is answered ${status}`, inVendor(name, withoutSecret(status), open))

  row(27, {
    talque: [
      'forms, under the name too that the page has for them',
      async (world) => {
        await formsOnly(world)
        const { client_id } = world
        const words = { grant_type: 'authorization_code', code: await world.code(), client_id, client_secret: CLIENT_SECRET }
        const typo = { 'content-type': 'application/x-www-urlencoded' }
        assert.equal((await world.post('/oauth2/access-token', words, typo)).status, 200)
      },
    ],
    worksmart: ['forms', formsOnly],
    'screening-eagle': ['forms', formsOnly],
    telnyx: [
      'forms and JSON',
      async (world) => {
        assert.equal((await world.redeem(await world.code())).status, 200)
        assert.equal((await redeemByJson(world)).status, 200)
        for (const bad of ['{', '[]', 'null', '"code"', '{"grant_type":1}', '{"grant_type":["client_credentials","client_credentials"]}'])
          isRefused(await world.post(world.vendor.token, bad, JSON_TYPE), 'invalid_request')
        isRefused(await world.post(world.vendor.token, 'grant_type=x', { 'content-type': 'text/plain' }), 'invalid_request')
      },
    ],
  })

  row(28, {
    talque: ['redirect_uri is not sent; one that is sent must be right', redirectAtToken(200)],
    worksmart: ['redirect_uri is not sent; one that is sent must be right', redirectAtToken(200)],
    'screening-eagle': ['redirect_uri must be repeated', redirectAtToken(400)],
    telnyx: ['redirect_uri may be left out; one that is sent must be right', redirectAtToken(200)],
  })
  it(
    'contradiction 9, worksmart: an exchange without redirect_uri is good although the request carried one',
    inVendor('worksmart', redirectAtToken(200, { redirect_uri: CALLBACK })),
  )

  row(29, {
    talque: ['no verifier, unless there was a challenge', verifierAsChallenged],
    worksmart: ['no verifier, unless there was a challenge', verifierAsChallenged],
    'screening-eagle': ['the verifier is required', verifierKept],
    telnyx: ['the verifier is required where there was a challenge', verifierAsChallenged],
  })

  row(30, {
    talque: ['expires, in milliseconds since 1970, and no expires_in', lifetimeField('expires')],
    worksmart: ['expires_in', lifetimeField('expires_in')],
    'screening-eagle': ['expires_in', lifetimeField('expires_in')],
    telnyx: ['expires_in', lifetimeField('expires_in')],
  })

  row(31, {
    talque: ['30 days', lives(2_592_000), read('talque')],
    worksmart: ['an hour', lives(3600), read('worksmart')],
    'screening-eagle': ['as long as the deployment says', lives(600), read('screening-eagle')],
    telnyx: ['half an hour', lives(1800), read('telnyx')],
  })

  row(32, {
    talque: ['token_type is left out, as in the page’s sample', async (world) => assert.ok(!('token_type' in (await bodyOf(world))))],
    worksmart: ['token_type is Bearer', bearer],
    'screening-eagle': ['token_type is there', bearer],
    telnyx: ['token_type is Bearer', bearer],
  })

  row(33, {
    talque: ['scope is left out', async (world) => assert.ok(!('scope' in (await bodyOf(world))))],
    worksmart: [
      'scope is there and null, for both grants',
      async (world) => {
        assert.equal((await bodyOf(world))['scope'], null)
        assert.equal((await clientCredentials(world)).body.scope, null)
      },
    ],
    'screening-eagle': [
      'scope says what was granted',
      async (world) => {
        assert.equal((await bodyOf(world))['scope'], 'openid email profile inspect')
        assert.equal((await clientCredentials(world, { scope: 'openid email profile inspect' })).body.scope, 'inspect')
      },
    ],
    telnyx: [
      'scope says what was granted',
      async (world) => {
        assert.equal((await bodyOf(world))['scope'], 'admin')
        assert.equal((await clientCredentials(world, { scope: 'admin' })).body.scope, 'admin')
        isRefused(await clientCredentials(world, { scope: 'nonsense' }), 'invalid_scope')
      },
    ],
  })

  row(34, {
    talque: ['no refresh token, whatever the client registered', refreshToken('never'), { client: { grant_types: every } }],
    worksmart: ['a refresh token for a code, none for client_credentials', refreshToken('for a code')],
    'screening-eagle': ['a refresh token for a code, where it is registered', refreshToken('for a code')],
    telnyx: ['a refresh token for a code, where it is registered', refreshToken('for a code')],
  })

  row(35, {
    talque: ['no ID token', noIdToken],
    worksmart: ['no ID token', noIdToken, { client: { scope: 'openid email' } }],
    'screening-eagle': ['an ID token for the scope openid, and none without it', idToken],
    telnyx: ['no ID token', noIdToken, { client: { scope: 'openid email', default_scope: 'openid email' } }],
  })

  row(36, {
    talque: ['{error, error_description}', errorBody('error_description')],
    worksmart: ['{error, error_description}', errorBody('error_description')],
    'screening-eagle': ['{error, errorDescription}', errorBody('errorDescription')],
    telnyx: ['{error, error_description}', errorBody('error_description')],
  })

  row(37, alike('400, and 401 for the client', statuses))

  row(38, {
    talque: ['an access token has at most 1000 characters, and is opaque', tokenLength('opaque')],
    worksmart: ['an access token is a JWT', tokenLength('jwt')],
    'screening-eagle': ['an access token is a JWT', tokenLength('jwt')],
    telnyx: ['an access token is a JWT', tokenLength('jwt')],
  })

  row(39, {
    talque: ['a code sent again is refused, and undoes what it gave', replayRevokes],
    worksmart: ['a code sent again is refused, and undoes what it gave', replayRevokes],
    'screening-eagle': ['a code sent again is refused, and undoes what it gave', replayRevokes],
    telnyx: ['a code sent again within 10 s is refused, and undoes nothing', replayTolerated],
  })

  it(
    'row 39, telnyx: a code sent again after 10 s undoes what it gave',
    inVendor('telnyx', async (world) => {
      const code = await world.code()
      await world.redeem(code)
      world.time.now += 10_001
      await again(world, code)
      assert.equal(await stands(world, code), false)
    }),
  )

  for (const [says, words] of [
    ['with a wrong verifier', { code_verifier: 'w'.repeat(43) }],
    ['without its verifier', { code_verifier: '' }],
    ['with another redirect', { redirect_uri: OTHER, code_verifier }],
  ] as const)
    it(
      `row 39, telnyx: a code sent again within 10 s, ${says}, undoes what it gave`,
      inVendor('telnyx', async (world) => {
        const code = await world.code(S256)
        assert.equal((await world.redeem(code, { code_verifier })).status, 200)
        await again(world, code, words)
        assert.equal(await stands(world, code), false)
      }),
    )

  it(
    'row 39, telnyx: a code whose first try was wrong is not saved by a retry',
    inVendor('telnyx', async (world) => {
      const code = await world.code(S256)
      await again(world, code, { code_verifier: 'w'.repeat(43) })
      await again(world, code, { code_verifier })
      assert.equal(await stands(world, code), false)
    }),
  )

  it(
    'contradiction 4, screening-eagle: client_credentials and authorization_code, with Basic for clients that have a secret',
    inVendor('screening-eagle', async (world) => {
      await grantTypes(...every)(world)
      const { client_id } = world
      const own = await world.post(world.vendor.token, { grant_type: 'client_credentials', client_id })
      isRefused(own, 'invalid_client', 401)
    }),
  )

  it(
    'contradiction 5, worksmart: curl -u for client_credentials, the body for a code',
    inVendor('worksmart', async (world) => {
      const by_header = await world.post(world.vendor.token, 'grant_type=client_credentials', basic(world.client_id))
      assert.deepEqual([by_header.status, Object.keys(by_header.body).sort()], [200, ['access_token', 'expires_in', 'scope', 'token_type']])
      assert.equal((await world.redeem(await world.code())).status, 200)
    }),
  )
})

function onlyAt(path: string): Walk {
  return async (world) => {
    const code = await world.code()
    const words = { grant_type: 'authorization_code', code, ...world.vendor.exchange, client_id: world.client_id }
    for (const other of ['/token', `${path}/`, path.toUpperCase()])
      assert.equal((await world.post(other, { ...words, client_secret: CLIENT_SECRET })).status, 404, other)
    assert.equal(world.vendor.token, path)
    assert.equal((await world.redeem(code)).status, 200)
  }
}

async function bearer(world: VendorWorld): Promise<void> {
  assert.equal((await bodyOf(world))['token_type'], 'Bearer')
  assert.equal((await clientCredentials(world)).body.token_type, 'Bearer')
}

function lifetimeField(name: 'expires' | 'expires_in'): Walk {
  return async (world) => {
    const body = await bodyOf(world)
    assert.ok(!((name === 'expires' ? 'expires_in' : 'expires') in body))
    const told = body[name] as number
    assert.ok(Number.isSafeInteger(told))
    if (name === 'expires') assert.equal(told, world.time.now + 2_592_000_000)
    else assert.ok(told > 0 && told < 86_400)
  }
}

function refreshToken(when: 'never' | 'for a code'): Walk {
  return async (world) => {
    const { refresh_token } = await bodyOf(world)
    assert.equal(refresh_token === undefined, when === 'never')
    assert.ok(!('refresh_token' in (await clientCredentials(world)).body))
    if (when === 'never') return
    const next = await world.refresh(String(refresh_token))
    assert.equal(next.status, 200)
    assert.notEqual(next.body.refresh_token, refresh_token, 'each is good once')
    world.time.now += 31_000
    isRefused(await world.refresh(String(refresh_token)), 'invalid_grant')
    isRefused(await world.refresh(next.body.refresh_token), 'invalid_grant')
  }
}

async function noIdToken(world: VendorWorld): Promise<void> {
  const body = await bodyOf(world, world.vendor.request['scope'] === 'admin' ? { scope: 'openid email' } : {})
  assert.ok(!('id_token' in body))
}

async function idToken(world: VendorWorld): Promise<void> {
  const body = await bodyOf(world, { nonce: 'n-1' })
  const claims = JSON.parse(Buffer.from(String(body['id_token']).split('.')[1]!, 'base64url').toString())
  assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.nonce], [world.issuer, world.client_id, world.mara.sub, 'n-1'])
  assert.ok(!('id_token' in (await bodyOf(world, { scope: 'inspect' }))))
}

function tokenLength(format: 'jwt' | 'opaque'): Walk {
  return async (world) => {
    const token = String((await bodyOf(world))['access_token'])
    assert.equal(token.split('.').length === 3, format === 'jwt')
    assert.ok(token.length <= 1000, `${token.length}`)
    assert.match(token, /^[\w.~-]+$/)
  }
}

async function replayTolerated(world: VendorWorld): Promise<void> {
  for (const words of [{}, S256]) {
    const code = await world.code(words)
    const proof = { code_verifier: 'code_challenge' in words ? code_verifier : '' }
    assert.equal((await world.redeem(code, proof)).status, 200)
    world.time.now += 9_999
    await again(world, code, proof)
    await again(world, code, proof)
    assert.ok(await stands(world, code))
  }
}
