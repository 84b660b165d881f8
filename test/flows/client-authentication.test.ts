import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Client } from '../../src/core/model/client.ts'
import { CLIENT_SECRET, inWorld, type Words } from '../support/world.ts'

const basic = (id: string, secret: string): Words => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
const raw = (text: string): Words => ({ authorization: `Basic ${text}` })
const BASIC: Partial<Client> = { token_endpoint_auth_method: 'client_secret_basic' }
const NONE: Partial<Client> = { token_endpoint_auth_method: 'none', client_secrets: [] }
const POST = {}
const own = { grant_type: 'client_credentials' }

describe('client authentication', () => {
  const cases: [what: string, client: Partial<Client>, form: Words, headers: Words, status: number, error?: string][] = [
    ['the right secret in the header', BASIC, own, basic('c1', CLIENT_SECRET), 200],
    [
      'the right secret in the header, the scheme in capitals',
      BASIC,
      own,
      { authorization: basic('c1', CLIENT_SECRET)['authorization']!.replace('Basic', 'BASIC') },
      200,
    ],
    ['the same client_id in the body too', BASIC, { ...own, client_id: 'c1' }, basic('c1', CLIENT_SECRET), 200],
    ['another client_id in the body', BASIC, { ...own, client_id: 'c2' }, basic('c1', CLIENT_SECRET), 400, 'invalid_request'],
    ['a wrong secret in the header', BASIC, own, basic('c1', 'wrong'), 401, 'invalid_client'],
    ['an empty secret in the header', BASIC, own, basic('c1', ''), 401, 'invalid_client'],
    ['an unknown client', BASIC, own, basic('nobody', CLIENT_SECRET), 401, 'invalid_client'],
    ['nothing at all', BASIC, own, {}, 401, 'invalid_client'],
    ['only the client_id, of a client with a secret', BASIC, { ...own, client_id: 'c1' }, {}, 401, 'invalid_client'],
    [
      'in the body, though registered for the header',
      BASIC,
      { ...own, client_id: 'c1', client_secret: CLIENT_SECRET },
      {},
      401,
      'invalid_client',
    ],
    ['in the header, though registered for the body', POST, own, basic('c1', CLIENT_SECRET), 401, 'invalid_client'],
    ['both at once', BASIC, { ...own, client_id: 'c1', client_secret: CLIENT_SECRET }, basic('c1', CLIENT_SECRET), 400, 'invalid_request'],
    ['the right secret in the body', POST, { ...own, client_id: 'c1', client_secret: CLIENT_SECRET }, {}, 200],
    ['a wrong secret in the body', POST, { ...own, client_id: 'c1', client_secret: 'wrong' }, {}, 401, 'invalid_client'],
    ['a secret without a client_id', POST, { ...own, client_secret: CLIENT_SECRET }, {}, 401, 'invalid_client'],
    ['the hash of the secret', POST, { ...own, client_id: 'c1', client_secret: sha256(CLIENT_SECRET) }, {}, 401, 'invalid_client'],
    ['a public client with a secret', NONE, { ...own, client_id: 'c1', client_secret: CLIENT_SECRET }, {}, 401, 'invalid_client'],
    [
      'a public client for itself',
      { ...NONE, grant_types: ['client_credentials'] },
      { ...own, client_id: 'c1' },
      {},
      400,
      'unauthorized_client',
    ],
    ['base64 that is none', BASIC, own, raw('***'), 401, 'invalid_client'],
    ['base64 without a colon', BASIC, own, raw(Buffer.from('c1').toString('base64')), 401, 'invalid_client'],
    ['bytes that are not UTF-8', BASIC, own, raw(Buffer.from([0x63, 0x3a, 0xff]).toString('base64')), 401, 'invalid_client'],
    ['a malformed escape', BASIC, own, raw(Buffer.from('c1:%zz').toString('base64')), 401, 'invalid_client'],
    ['Basic and nothing else', BASIC, own, { authorization: 'Basic' }, 401, 'invalid_client'],
    [
      'a stray Bearer beside the right body',
      POST,
      { ...own, client_id: 'c1', client_secret: CLIENT_SECRET },
      { authorization: 'Bearer xyz' },
      200,
    ],
    ['an assertion, which nobody supports yet', POST, { ...own, client_id: 'c1', client_assertion: 'eyJ' }, {}, 401, 'invalid_client'],
  ]
  for (const [what, client, form, headers, status, error] of cases) {
    it(
      `RFC 6749 §2.3.1 ${what}: ${status}`,
      inWorld({ client }, async (world) => {
        const answer = await world.post('/token', form, headers)
        assert.deepEqual([answer.status, answer.body.error], [status, error])
        if (status === 401) assert.match(answer.headers.get('www-authenticate')!, /^Basic realm=/)
        assert.equal(answer.headers.get('cache-control'), 'no-store')
      }),
    )
  }

  it(
    'RFC 6749 §2.3.1 who holds the secret and shows it in the wrong way is told so, and nobody else',
    inWorld({ client: BASIC }, async (world) => {
      const sentence = async (client_secret: string) =>
        (await world.post('/token', { ...own, client_id: 'c1', client_secret })).body.error_description
      assert.equal(await sentence(CLIENT_SECRET), 'The client is registered for client_secret_basic, and this is client_secret_post.')
      assert.equal(await sentence('wrong'), 'Client authentication failed.')
    }),
  )

  it('RFC 6749 §2.3.1 both parts of the header are form-encoded', async () => {
    const secret = 'p+ss w%rd:ä&='
    const client = { ...BASIC, client_id: 'c:1 ö', client_secrets: [{ hash: sha256(secret), hint: '', created_at: 0 }] }
    const encode = (text: string) => new URLSearchParams({ v: text }).toString().slice(2)
    await inWorld({ client }, async (world) => {
      assert.equal((await world.post('/token', own, basic(encode(client.client_id), encode(secret)))).status, 200)
    })()
  })

  it('more than one live secret of a client is good, an expired one is not', async () => {
    const client_secrets = [
      { hash: sha256('old'), hint: '', created_at: 0, expires_at: Date.UTC(2026, 10, 21, 20, 0, 10) },
      { hash: sha256('new'), hint: '', created_at: 0 },
    ]
    await inWorld({ client: { client_secrets } }, async (world) => {
      const status = async (client_secret: string) => (await world.post('/token', { ...own, client_id: 'c1', client_secret })).status
      assert.deepEqual([await status('old'), await status('new')], [200, 200])
      world.time.now += 10_000
      assert.deepEqual([await status('old'), await status('new')], [401, 200])
    })()
  })

  const grants: Words[] = [
    { grant_type: 'authorization_code', code: 'x' },
    { grant_type: 'refresh_token', refresh_token: 'x' },
    { grant_type: 'client_credentials' },
    { grant_type: 'password', username: 'a', password: 'b' },
  ]
  for (const grant of grants) {
    for (const [what, shown] of [
      ['missing', {}],
      ['wrong', { client_secret: 'wrong' }],
    ] as const) {
      it(
        `RFC 6749 §3.2.1 in front of ${grant['grant_type']} a secret that is ${what} is invalid_client`,
        inWorld({}, async (world) => {
          const answer = await world.post('/token', { client_id: 'c1', ...grant, ...shown })
          assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
        }),
      )
    }
  }

  it(
    'RFC 6749 §5.2 a disabled client is refused everywhere, and all that it has ends',
    inWorld({}, async (world) => {
      const { access_token, refresh_token } = await world.tokens()
      const code = await world.code()
      await world.store.clients.update({ ...world.client, disabled_at: world.time.now }, { withdraw: true })
      assert.equal((await world.refresh(refresh_token!)).body.error, 'invalid_client')
      assert.equal((await world.redeem(code)).body.error, 'invalid_client')
      assert.equal((await world.userinfo(access_token!)).status, 401)
      assert.equal((await world.browser().get(world.ask())).location, '')
      await world.store.clients.update(world.client)
      assert.equal((await world.redeem(code)).body.error, 'invalid_grant', 'what was under way stays over when it is enabled again')
    }),
  )
})

describe('the token endpoint', () => {
  const post = { client_id: 'c1', client_secret: CLIENT_SECRET }
  const cases: [what: string, form: Words | string, headers: Words, status: number, error: string][] = [
    ['no grant_type', post, {}, 400, 'invalid_request'],
    ['an unknown grant_type', { ...post, grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
    ['a grant_type out of the prototype', { ...post, grant_type: '__proto__' }, {}, 400, 'unsupported_grant_type'],
    ['a grant_type of every object', { ...post, grant_type: 'constructor' }, {}, 400, 'unsupported_grant_type'],
    ['no code', { ...post, grant_type: 'authorization_code' }, {}, 400, 'invalid_request'],
    ['JSON', '{"grant_type":"client_credentials"}', { 'content-type': 'application/json' }, 400, 'invalid_request'],
    ['a parameter given twice', 'grant_type=client_credentials&grant_type=client_credentials', {}, 400, 'invalid_request'],
    ['a body that is not UTF-8', 'grant_type=%ff', {}, 400, 'invalid_request'],
    ['an escaped NUL', 'grant_type=%00', {}, 400, 'invalid_request'],
  ]
  for (const [what, form, headers, status, error] of cases) {
    it(
      `RFC 6749 §5.2 ${what} is ${error}`,
      inWorld({}, async (world) => {
        const answer = await world.post('/token', form, headers)
        assert.deepEqual([answer.status, answer.body.error], [status, error])
        assert.ok(answer.headers.get('x-vouchsafe-reference'))
      }),
    )
  }

  it(
    'RFC 6749 §5.2 a grant_type that the client is not registered for is unauthorized_client',
    inWorld({ client: { grant_types: ['authorization_code'] } }, async (world) => {
      assert.equal((await world.post('/token', { ...post, grant_type: 'client_credentials' })).body.error, 'unauthorized_client')
    }),
  )

  it(
    'RFC 9110 §15.5.6 other methods get 405 with Allow',
    inWorld({}, async (world) => {
      for (const [path, allow] of [
        ['/token', 'POST, OPTIONS'],
        ['/introspect', 'POST'],
        ['/revoke', 'POST, OPTIONS'],
      ] as const) {
        const answer = await world.get(path)
        assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow])
      }
      for (const path of ['/jwks', '/.well-known/openid-configuration', '/authorize', '/login', '/consent']) {
        const response = await world.send(new Request(world.issuer + path, { method: 'DELETE' }))
        assert.equal(response.status, 405, path)
        assert.ok(response.headers.get('allow'))
      }
    }),
  )
})

describe('client credentials', () => {
  const form = { grant_type: 'client_credentials', client_id: 'c1', client_secret: CLIENT_SECRET }

  it(
    'RFC 6749 §4.4.3 give an access token for the client itself, without a refresh token or anything about a person',
    inWorld({}, async (world) => {
      const { status, body } = await world.post('/token', form)
      assert.equal(status, 200)
      assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
      assert.equal(body.scope, 'invoices.read bank.read invoices.send')
      const shown = (await world.introspect(body.access_token)).body
      assert.deepEqual([shown.active, shown.sub, shown.client_id], [true, 'c1', 'c1'])
      assert.equal((await world.userinfo(body.access_token)).status, 403)
    }),
  )

  it(
    'RFC 6749 §3.3 a scope that the client does not have is invalid_scope, and one about a person means nothing',
    inWorld({}, async (world) => {
      assert.equal((await world.post('/token', { ...form, scope: 'phone' })).body.error, 'invalid_scope')
      assert.equal((await world.post('/token', { ...form, scope: 'openid profile' })).body.error, 'invalid_scope')
      assert.equal((await world.post('/token', { ...form, scope: 'openid bank.read' })).body.scope, 'bank.read')
    }),
  )

  it(
    'RFC 7009 §2.1 their tokens are revoked one by one',
    inWorld({}, async (world) => {
      const [one, other] = [(await world.post('/token', form)).body.access_token, (await world.post('/token', form)).body.access_token]
      assert.equal((await world.revoke(one)).status, 200)
      assert.equal((await world.introspect(one)).body.active, false)
      assert.equal((await world.introspect(other)).body.active, true)
      await world.store.grants.withdraw({ sub: '', client_id: 'c1' })
      assert.equal((await world.introspect(other)).body.active, false, 'and all of them with the client')
    }),
  )
})
