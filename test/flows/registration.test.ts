import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAuthorizationServer } from '../../src/core/authorization-server.ts'
import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Client } from '../../src/core/model/client.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/model/clock.ts'
import { completeDialect, type Dialect, type RegistrationShape, standard } from '../../src/core/model/dialect.ts'
import type { InitialAccessToken } from '../../src/core/model/initial-access-token.ts'
import { addInitialAccessToken } from '../../src/server/accounts/initial-access-tokens.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { textOf } from '../support/browser.ts'
import { type Answer, code_challenge, code_verifier, inWorld, openWorld, REDIRECT, type Words, type World } from '../support/world.ts'

const METADATA = { client_name: 'Quill', redirect_uris: [REDIRECT] }

const registering = (shape: Partial<RegistrationShape>): Dialect => ({ ...standard, registration: { ...standard.registration, ...shape } })
const open = registering({ policy: 'open' })
const byToken = registering({ policy: 'initial_access_token' })

/** A world in which these are the dialects. */
const inDialects = (dialects: readonly Dialect[], run: (world: World) => Promise<void>) =>
  inWorld({ config: { dialects: dialects.map(({ name }) => name), own_dialects: dialects } }, run)
const inOpen = (run: (world: World) => Promise<void>) => inDialects([open], run)

interface Sent {
  path?: string
  token?: string
  address?: string
  method?: string
  type?: string
}

/** Sends metadata as JSON; a text goes as it is. */
async function register(world: World, metadata: unknown = METADATA, sent: Sent = {}): Promise<Answer> {
  const { path = '/register', token, address = '203.0.113.7', method = 'POST', type = 'application/json' } = sent
  const headers = { 'content-type': type, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const body = method === 'GET' ? null : typeof metadata === 'string' ? metadata : JSON.stringify(metadata)
  const url = path.startsWith('http') ? path : world.issuer + path
  const response = await world.app.fetch(new Request(url, { method, headers, body }), address)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** Registers, or fails. */
async function registered(world: World, metadata: object = {}, sent: Sent = {}): Promise<Words> {
  const { status, body } = await register(world, { ...METADATA, ...metadata }, sent)
  assert.equal(status, 201, JSON.stringify(body))
  return body
}

const basic = ({ client_id, client_secret }: Words) => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
})

const rows = async (world: World) => (await world.store.clients.list({ after: '', limit: 1000 })).map(({ client_id }) => client_id)

/** A code for it, by a person who allows everything. */
async function codeFor(world: World, client: Words, words: Words = {}): Promise<string> {
  const url = await world.authorize(
    await world.person(),
    { client_id: client['client_id']!, scope: 'openid email', ...words },
    { scope: ['email'] },
  )
  const code = url.searchParams.get('code')
  assert.ok(code, String(url.searchParams))
  return code
}

const redeem = (world: World, client: Words, code: string, words: Words = {}) =>
  world.post('/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri: REDIRECT, ...words }, basic(client))

async function newToken(world: World, given: Partial<InitialAccessToken> = {}): Promise<string> {
  const { dialect = 'standard', uses, reviewed } = given
  const wanted = { dialect, lasts: DAY, ...(uses !== undefined && { uses }), ...(reviewed && { reviewed }) }
  return (await addInitialAccessToken(world.store, wanted, () => world.time.now)).initial_access_token
}

describe('who may register', () => {
  it(
    'closed, as it is by default: there is no such address, and discovery names none',
    inWorld({}, async (world) => {
      assert.equal((await register(world)).status, 404)
      assert.equal((await register(world, '', { path: '/register/c1', method: 'GET', token: 'x' })).status, 404)
      assert.equal((await world.get('/.well-known/openid-configuration')).body.registration_endpoint, undefined)
    }),
  )

  it(
    'RFC 8414 §2 where somebody may, discovery says where',
    inOpen(async (world) => {
      const { body } = await world.get('/.well-known/oauth-authorization-server')
      assert.equal(body.registration_endpoint, `${world.issuer}/register`)
    }),
  )

  it(
    'RFC 6750 §3 without an initial access token, or with a wrong one, the answer is a challenge',
    inDialects([byToken], async (world) => {
      const without = await register(world)
      assert.equal(without.status, 401)
      assert.equal(without.headers.get('www-authenticate'), 'Bearer realm="oauth"')
      const wrong = await register(world, METADATA, { token: 'x'.repeat(43) })
      assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_token'])
      assert.match(wrong.headers.get('www-authenticate')!, /^Bearer realm="oauth", error="invalid_token"/)
      assert.deepEqual(await rows(world), ['c1', 'tallyboat'])
    }),
  )

  it(
    'RFC 7591 §3 the holder of an initial access token registers a client that is a row at once, as often as the token says',
    inDialects([byToken], async (world) => {
      const token = await newToken(world, { uses: 2 })
      assert.equal((await register(world, { redirect_uris: 'x' }, { token })).status, 400, 'a mistake does not use it up')
      const one = await registered(world, {}, { token })
      const other = await registered(world, {}, { token })
      assert.deepEqual((await rows(world)).sort(), ['c1', 'tallyboat', one['client_id'], other['client_id']].sort())
      assert.equal((await world.store.clients.find(one['client_id']!))?.reviewed, undefined)
      assert.equal((await register(world, METADATA, { token })).status, 401)
      assert.equal((await redeem(world, one, await codeFor(world, one))).status, 200)
    }),
  )

  it(
    'of fifty uses of one token at a moment as many succeed as it has uses',
    inDialects([byToken], async (world) => {
      const token = await newToken(world, { uses: 3 })
      const answers = await Promise.all(Array.from({ length: 50 }, () => register(world, METADATA, { token })))
      assert.equal(answers.filter(({ status }) => status === 201).length, 3)
      assert.equal(answers.filter(({ status }) => status === 401).length, 47)
      assert.equal((await rows(world)).length, 5)
    }),
  )

  it(
    'an initial access token ends, is revoked, and is good in its own dialect only; with one that vouches a client is reviewed',
    inDialects([byToken], async (world) => {
      const [ends, revoked, elsewhere, vouches] = [
        await newToken(world),
        await newToken(world),
        await newToken(world, { dialect: 'another' }),
        await newToken(world, { reviewed: true }),
      ]
      const kept = await world.store.initialAccessTokens.list({ after: '', limit: 10 })
      assert.ok(!JSON.stringify(kept).includes(revoked), 'only the hash is kept')
      const { token_id } = kept.find(({ token_hash }) => token_hash === sha256(revoked))!
      assert.equal(await world.store.initialAccessTokens.revoke(token_id), true)
      assert.equal((await register(world, METADATA, { token: revoked })).status, 401)
      assert.equal((await register(world, METADATA, { token: elsewhere })).status, 401)
      const { client_id } = await registered(world, {}, { token: vouches })
      assert.equal((await world.store.clients.find(client_id!))?.reviewed, true)
      world.time.now += DAY
      assert.equal((await register(world, METADATA, { token: ends })).status, 401)
    }),
  )

  it(
    'open: a token that some SDK sends along means nothing',
    inOpen(async (world) => {
      await registered(world, {}, { token: 'an-api-key-of-something-else' })
    }),
  )
})

describe('what is registered', () => {
  it(
    'RFC 7591 §3.2.1 the answer is 201, never cached, and holds the whole registration with defaults filled in',
    inOpen(async (world) => {
      const { status, headers, body } = await register(world)
      assert.equal(status, 201)
      assert.equal(headers.get('cache-control'), 'no-store')
      const { client_id, client_secret, registration_access_token, registration_client_uri, ...rest } = body
      assert.match(client_secret, /^[\w-]{32}$/)
      assert.match(registration_access_token, /^[\w-]{32}$/)
      assert.equal(registration_client_uri, `${world.issuer}/register/${client_id}`)
      assert.deepEqual(rest, {
        client_id_issued_at: world.time.now / SECOND,
        client_secret_expires_at: 0,
        client_name: 'Quill',
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        application_type: 'web',
        scope: 'openid profile email',
        id_token_signed_response_alg: 'RS256',
        dialect: 'standard',
      })
    }),
  )

  it(
    'a public client gets no secret, and is told of none',
    inOpen(async (world) => {
      const { client_secret, client_secret_expires_at } = await registered(world, { token_endpoint_auth_method: 'none' })
      assert.deepEqual([client_secret, client_secret_expires_at], [undefined, undefined])
    }),
  )

  const REFUSED: [name: string, metadata: object, error: string, member: string][] = [
    ['javascript', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['data', { redirect_uris: ['data:text/html,x'] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['vbscript in capitals', { redirect_uris: ['VBScript:x'] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['file', { redirect_uris: ['file:///etc/passwd'] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['a wildcard', { redirect_uris: ['https://*.example/cb'] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['no address for the code grant', { redirect_uris: [] }, 'invalid_redirect_uri', 'redirect_uris'],
    ['a logo that is a script', { logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', 'logo_uri'],
    [
      'a thousand addresses',
      { redirect_uris: Array.from({ length: 1000 }, (_, i) => `${REDIRECT}${i}`) },
      'invalid_client_metadata',
      'redirect_uris',
    ],
    ['a scope beyond the catalogue', { scope: 'openid root' }, 'invalid_client_metadata', 'scope'],
    ['an unheard-of grant', { grant_types: ['password'] }, 'invalid_client_metadata', 'grant_types'],
    ['an invisible name', { client_name: 'Quill\u202E' }, 'invalid_client_metadata', 'client_name'],
    [
      'a public client that acts for itself',
      { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
      'invalid_client_metadata',
      'grant_types',
    ],
  ]
  for (const [name, metadata, error, member] of REFUSED) {
    it(
      `RFC 7591 §3.2.2 ${name} is ${error}, naming ${member}`,
      inOpen(async (world) => {
        const { status, body } = await register(world, { ...METADATA, ...metadata })
        assert.deepEqual([status, body.error], [400, error])
        assert.match(body.error_description, new RegExp(`member ${member} `))
        assert.deepEqual(Object.keys(body), ['error', 'error_description'], 'the fields are listed only where a dialect says so')
      }),
    )
  }

  it(
    'RFC 7591 §2 members that are not known are passed over; those that could loosen something are not known from a stranger',
    inOpen(async (world) => {
      const { client_id, ...shown } = await registered(world, {
        require_pkce: false,
        access_token_format: 'opaque',
        refresh_token_grace: 300,
        default_scope: 'openid',
        optional_scope: 'email',
        dialect: 'another',
        theme: 'plum',
        reviewed: true,
        client_id: 'mine',
        client_secrets: [{ hash: 'x' }],
        created_at: 0,
        sealed: 'kept',
        unheard_of: { deep: true },
      })
      for (const member of [
        'require_pkce',
        'access_token_format',
        'refresh_token_grace',
        'default_scope',
        'optional_scope',
        'theme',
        'reviewed',
      ])
        assert.equal(shown[member], undefined, member)
      assert.equal(shown['dialect'], 'standard')
      const asked = await world.authorize(await world.person(), {
        client_id: client_id!,
        scope: 'openid',
        code_challenge: '',
        code_challenge_method: '',
      })
      assert.equal(asked.searchParams.get('error'), 'invalid_request', 'PKCE is asked of it all the same')
    }),
  )

  it(
    'names that mean something to the language are members like others',
    inOpen(async (world) => {
      const { status, body } = await register(
        world,
        `{"__proto__":{"reviewed":true,"client_name":"Root"},"constructor":{"x":1},"toString":1,"redirect_uris":["${REDIRECT}"]}`,
      )
      assert.equal(status, 201)
      assert.equal(body.client_name, 'Unnamed app')
      assert.equal(({} as Record<string, unknown>)['reviewed'], undefined)
    }),
  )

  const BODIES: [name: string, body: string, type: string, status: number][] = [
    ['no JSON', '{', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['null', 'null', 'application/json', 400],
    ['a form', 'client_name=x', 'application/x-www-form-urlencoded', 400],
    ['as deep as a body can be', '['.repeat(65_000), 'application/json', 400],
    ['deep and closed', `{"x":${'['.repeat(30_000)}${']'.repeat(30_000)},"client_name":1}`, 'application/json', 400],
    ['larger than a body may be', `{"client_name":"${'x'.repeat(64 * 1024)}"}`, 'application/json', 413],
    ['ten thousand members', `{${Array.from({ length: 6000 }, (_, i) => `"m${i}":1`).join()}}`, 'application/json', 400],
  ]
  for (const [name, body, type, status] of BODIES) {
    it(
      `a body that is ${name} is answered ${status}`,
      inOpen(async (world) => {
        assert.equal((await register(world, body, { type })).status, status)
      }),
    )
  }

  it(
    'a registration whose client_id would have more than 2048 characters is refused with what to do',
    inOpen(async (world) => {
      const addresses = (count: number) => Array.from({ length: count }, (_, i) => `${REDIRECT}/${i}`.padEnd(100, 'x'))
      const { client_id } = await registered(world, { redirect_uris: addresses(12) })
      assert.ok(client_id!.length > 1500 && client_id!.length <= 2048, `${client_id!.length} characters`)
      const { status, body } = await register(world, { ...METADATA, redirect_uris: addresses(20) })
      assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
      assert.match(body.error_description, /at most|may have 2048/)
    }),
  )
})

describe('what a dialect says of registration', () => {
  const strict = completeDialect({
    ...standard,
    name: 'strict',
    paths: { authorize: '/s/auth', token: '/s/token', register: '/s/new' },
    client_auth: ['none', 'client_secret_post'],
    grant_types: ['authorization_code', 'refresh_token'],
    discovery: [],
    scopes: { act: { title: { en: 'Act' }, description: { en: 'Do it.' }, level: 3 } },
    registration: {
      policy: 'open',
      unknown_members: 'refuse',
      redirect_uris: 'optional',
      defaults: { require_pkce: false, scope: 'act', client_name: 'Nameless' },
      members: ['client_id', 'client_secret', 'client_name', 'scope', 'redirect_uris', 'token_endpoint_auth_method'],
      invalid_fields: true,
      manageable: false,
    },
    client_id_suffix: '.strict.example',
  })
  const inStrict = (run: (world: World) => Promise<void>) => inDialects([open, strict], run)
  const at = { path: '/s/new' }

  it(
    'an empty body is an empty object, its defaults are the client’s, and its members the answer',
    inStrict(async (world) => {
      const { status, body } = await register(world, '', at)
      assert.equal(status, 201)
      const { client_id, client_secret, ...rest } = body
      assert.match(client_id, /\.strict\.example$/)
      assert.ok(client_secret)
      assert.deepEqual(rest, { client_name: 'Nameless', redirect_uris: [], token_endpoint_auth_method: 'client_secret_post', scope: 'act' })
    }),
  )

  it(
    'a client without an address can be registered where that is wanted, and can never authorize',
    inStrict(async (world) => {
      const { body } = await register(world, '', at)
      const words = new URLSearchParams({ client_id: body.client_id, response_type: 'code', redirect_uri: REDIRECT, scope: 'act' })
      const { status, headers } = await world.get(`/s/auth?${words}`)
      assert.deepEqual([status, headers.get('location')], [400, null])
    }),
  )

  it(
    'a default that fits clients with a secret does not speak for those without',
    inStrict(async (world) => {
      assert.equal((await register(world, { ...METADATA, token_endpoint_auth_method: 'none' }, at)).status, 201)
    }),
  )

  it(
    'every member that is wrong is named with its sentences, unknown ones too, and never a value',
    inStrict(async (world) => {
      const { status, body } = await register(
        world,
        {
          redirect_uris: ['javascript:alert(1)'],
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: ['client_credentials'],
          scope: 'act root',
          client_name: '',
          require_pkce: false,
          unheard_of: 'secret-value',
          '<script>': 1,
        },
        at,
      )
      assert.equal(status, 400)
      assert.deepEqual(Object.keys(body.invalid_fields).sort(), [
        '?',
        'client_name',
        'grant_types',
        'redirect_uris',
        'require_pkce',
        'scope',
        'token_endpoint_auth_method',
        'unheard_of',
      ])
      assert.deepEqual(body.invalid_fields.unheard_of, ['The member unheard_of is not known here.'])
      for (const said of Object.values(body.invalid_fields)) assert.ok(Array.isArray(said) && said.length > 0)
      for (const value of ['secret-value', 'alert(1)', 'root', '<script']) assert.ok(!JSON.stringify(body).includes(value), value)
    }),
  )

  it(
    'a client belongs to the dialect in which it registered, and nowhere else',
    inStrict(async (world) => {
      const { client_id } = (await register(world, METADATA, at)).body
      const words = new URLSearchParams({
        client_id,
        response_type: 'code',
        redirect_uri: REDIRECT,
        code_challenge,
        code_challenge_method: 'S256',
      })
      assert.equal((await world.get(`/authorize?${words}`)).status, 400)
      assert.equal((await world.get(`/s/auth?${words}`)).status, 303)
      const bare = client_id.slice(0, -'.strict.example'.length)
      words.set('client_id', bare)
      for (const path of ['/authorize', '/s/auth']) assert.equal((await world.get(`${path}?${words}`)).status, 400, 'one spelling only')
    }),
  )

  it(
    'a scope of one dialect is unknown to the clients of another; where unknown ones are passed over, the rest is registered',
    inDialects(
      [
        open,
        strict,
        { ...strict, name: 'lax', paths: { authorize: '/l/auth', token: '/l/token', register: '/l/new' }, unknown_scope: 'ignore' },
      ],
      async (world) => {
        assert.match((await register(world, { ...METADATA, scope: 'openid act' })).body.error_description, /member scope /)
        assert.equal((await register(world, { ...METADATA, scope: 'openid act' }, at)).body.scope, 'openid act')
        assert.equal((await register(world, { ...METADATA, scope: 'root openid act' }, { path: '/l/new' })).body.scope, 'openid act')
      },
    ),
  )

  it(
    'where its clients cannot be managed there is no address and no token for it',
    inStrict(async (world) => {
      const { client_id } = (await register(world, METADATA, at)).body
      assert.equal((await register(world, '', { path: `/s/new/${client_id}`, method: 'GET', token: 'x' })).status, 404)
    }),
  )
})

describe('open registration stores nothing', () => {
  it(
    'until a person allows something: then there is one row, and from there on the row is the client',
    inOpen(async (world) => {
      const client = await registered(world)
      assert.equal((await world.get(world.ask({ client_id: client['client_id']!, scope: 'openid' }))).status, 303)
      assert.equal((await world.post('/introspect', { token: 'x' }, basic(client))).status, 200, 'it can authenticate')
      assert.equal((await redeem(world, client, 'made-up')).status, 400)
      assert.deepEqual(await rows(world), ['c1', 'tallyboat'])
      const code = await codeFor(world, client)
      assert.ok((await rows(world)).includes(client['client_id']!))
      const { status, body } = await redeem(world, client, code)
      assert.equal(status, 200)
      const row = (await world.store.clients.find(client['client_id']!))!
      assert.deepEqual([row.sealed, row.reviewed, row.client_secrets.length], ['kept', undefined, 1])
      assert.ok(!JSON.stringify(row).includes(client['client_secret']!))
      assert.ok(body.access_token)
    }),
  )

  it(
    'a flood adds no row, and is told to come back',
    inOpen(async (world) => {
      const before = await rows(world)
      const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => register(world, { ...METADATA, client_name: `Flood ${i}` })))
      const refused = answers.filter(({ status }) => status === 429)
      assert.equal(refused.length, 40)
      assert.equal(refused[0]!.body.error, 'temporarily_unavailable')
      assert.ok(Number(refused[0]!.headers.get('retry-after')) > 0)
      assert.equal((await register(world, METADATA, { address: '203.0.113.8' })).status, 201, 'others are not held up')
      assert.deepEqual(await rows(world), before)
      world.time.now += HOUR
      assert.equal((await register(world)).status, 201)
    }),
  )

  it(
    'RFC 6177 §2 the addresses of one IPv6 network count together',
    inOpen(async (world) => {
      for (let i = 0; i < 20; i++) await registered(world, {}, { address: `2001:db8:1:2::${i + 1}` })
      assert.equal((await register(world, METADATA, { address: '2001:db8:1:2:ffff::9' })).status, 429)
      assert.equal((await register(world, METADATA, { address: '2001:db8:1:3::1' })).status, 201)
    }),
  )

  it(
    'who registers from a thousand networks shuts out nobody',
    inOpen(async (world) => {
      const all = Array.from({ length: 1010 }, (_, i) => register(world, METADATA, { address: `198.18.${i >> 8}.${i & 255}` }))
      const before = await rows(world)
      assert.ok((await Promise.all(all)).every(({ status }) => status === 201))
      assert.deepEqual(await rows(world), before, 'and grows nothing')
    }),
  )

  it('a client that gets a token for itself is a row from then on; an hour has room for a hundred of those', async () => {
    // counters lie in a table of fixed size: once in a hundred times one of the others is the same as that of all, and not with three times other addresses
    const found: number[] = []
    for (let tries = 0; tries < 3 && found.at(-1) !== 100; tries++) {
      await inOpen(async (world) => {
        const shape = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'invoices.read' }
        const ask = (client: Words) => world.post('/token', { grant_type: 'client_credentials' }, basic(client))
        const clients: Words[] = []
        for (let i = 0; i < 102; i++) clients.push(await registered(world, shape, { address: `198.18.${tries}.${i}` }))
        const statuses: number[] = []
        for (const client of clients) statuses.push((await ask(client)).status)
        const allowed = statuses.filter((status) => status === 200).length
        found.push(allowed)
        assert.deepEqual(statuses.slice(100), [429, 429])
        assert.equal((await rows(world)).length, allowed + 2)
        assert.equal((await ask(clients[0]!)).status, 200, 'who is a row already goes on')
      })()
    }
    assert.equal(found.at(-1), 100, `${found}`)
  })

  it(
    'RFC 6749 §4.4 a client that nobody vouches for gets no scope without a person; once it is reviewed it does',
    inOpen(async (world) => {
      const client = await registered(world, { grant_types: ['client_credentials'], redirect_uris: [], scope: 'invoices.read' })
      const ask = (words: Words = {}) => world.post('/token', { grant_type: 'client_credentials', ...words }, basic(client))
      assert.equal((await ask({ scope: 'invoices.read' })).body.error, 'invalid_scope')
      assert.equal((await ask()).body.scope, '')
      const row = await world.app.server.store.clients.find(client['client_id']!)
      await world.store.clients.update({ ...row!, reviewed: true })
      world.time.now += 1000
      await new Promise((resolve) => setTimeout(resolve, 600)) // clients may be cached for half a second
      assert.equal((await ask()).body.scope, 'invoices.read')
    }),
  )

  it(
    'one client that asks many times at once uses up nobody else’s first token',
    inOpen(async (world) => {
      const shape = { grant_types: ['client_credentials'], redirect_uris: [] }
      const [greedy, other] = [await registered(world, shape), await registered(world, shape, { address: '198.18.0.9' })]
      const ask = (client: Words) => world.post('/token', { grant_type: 'client_credentials' }, basic(client))
      await Promise.all(Array.from({ length: 150 }, () => ask(greedy)))
      assert.equal((await ask(other)).status, 200)
    }),
  )

  it(
    'what nobody used is forgotten in the end, what somebody used is not',
    inOpen(async (world) => {
      const [unused, used] = [await registered(world), await registered(world)]
      await redeem(world, used, await codeFor(world, used))
      const found = async ({ client_id }: Words) => (await world.app.server.store.clients.find(client_id!)) !== null
      for (let days = 0; days < 500; days += 20) {
        if (days === 360) assert.deepEqual([await found(unused), await found(used)], [true, true], 'a year later')
        world.time.now += 20 * DAY
        await world.app.maintain()
        world.time.now += 2 * MINUTE
        await world.app.maintain()
      }
      assert.deepEqual([await found(unused), await found(used)], [false, true])
    }),
  )

  it('fifty first redemptions at one moment make one row', async () => {
    const store = await openSqliteStore(':memory:')
    const host = await createAuthorizationServer({
      issuer: 'https://id.example',
      store,
      dialects: [open],
      session: async () => ({ sid: 's1', sub: 'u1', auth_time: Date.now() }),
      pages: {
        login: '/login',
        consent: '/consent',
        error: (_http, { error }) => ({ status: error.status, headers: {}, body: error.error_description }),
      },
    })
    const send = (path: string, init: RequestInit = {}) => host.fetch(new Request(`https://id.example${path}`, init))
    const client = (await (
      await send('/register', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(METADATA) })
    ).json()) as Words
    const consent = {
      sub: 'u1',
      client_id: client['client_id']!,
      scope: 'openid email',
      scope_at: { '': 'openid email' },
      redirect_hosts: ['app.example'],
      granted_at: 0,
      request_id: 'r',
    }
    // a host that writes to the store itself: only the redemption can make the row
    await store.consents.decide(consent, {
      receipt_id: 'r',
      sub: 'u1',
      client_id: consent.client_id,
      at: 0,
      decision: 'allowed',
      scope: 'openid email',
    })
    const words = {
      client_id: client['client_id']!,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid email',
      code_challenge,
      code_challenge_method: 'S256',
    }
    const codes: string[] = []
    for (let i = 0; i < 50; i++) {
      const location = (await send(`/authorize?${new URLSearchParams(words)}`)).headers.get('location')!
      codes.push(new URL(location).searchParams.get('code')!)
    }
    assert.deepEqual(await store.clients.list({ after: '', limit: 10 }), [])
    const statuses = await Promise.all(
      codes.map(async (code) => {
        const body = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier, redirect_uri: REDIRECT })
        return (await send('/token', { method: 'POST', headers: basic(client), body })).status
      }),
    )
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal((await store.clients.list({ after: '', limit: 10 })).length, 1)
    await store.close()
  })
})

describe('a client_id that carries its registration', () => {
  it(
    'is known only whole: no character can be changed, cut off or added',
    inOpen(async (world) => {
      const { client_id } = await registered(world)
      const find = async (id: string) => world.app.server.store.clients.find(id)
      assert.equal((await find(client_id!))?.client_name, 'Quill')
      for (let at = 0; at < client_id!.length; at += 7) {
        const other = client_id![at] === 'A' ? 'B' : 'A'
        assert.equal(await find(client_id!.slice(0, at) + other + client_id!.slice(at + 1)), null, `changed at ${at}`)
        assert.equal(await find(client_id!.slice(0, at)), null, `cut at ${at}`)
      }
      for (const more of ['A', '=', '.', ' ', '%00', '.A', client_id!]) assert.equal(await find(client_id! + more), null, more)
      const shown = await world.get(world.ask({ client_id: `${client_id}A` }))
      assert.deepEqual([shown.status, shown.headers.get('location')], [400, null])
      assert.equal((await world.get(world.ask({ client_id: 'x'.repeat(4000) }))).status, 400)
    }),
  )

  it(
    'is not what some other sealed text is: neither ticket nor code nor token is a client',
    inOpen(async (world) => {
      const ticket = new URL((await world.get(world.ask())).headers.get('location')!).searchParams.get('ticket')!
      for (const text of [ticket, await world.code()]) assert.equal(await world.app.server.store.clients.find(text), null)
    }),
  )

  it(
    'its secret is its own',
    inOpen(async (world) => {
      const [mine, yours] = [await registered(world), await registered(world, { client_name: 'Other' })]
      const ask = (client: Words) => world.post('/introspect', { token: 'x' }, basic(client))
      assert.equal((await ask(mine)).status, 200)
      for (const client_secret of [
        yours['client_secret']!,
        mine['registration_access_token']!,
        `${mine['client_secret']}A`,
        mine['client_secret']!.slice(0, -1),
      ])
        assert.equal((await ask({ ...mine, client_secret })).status, 401)
      assert.equal((await redeem(world, yours, await codeFor(world, mine))).status, 400, 'and its code, too')
    }),
  )

  it('is nobody once open registration is over, unless it is in use', async () => {
    const world = await openWorld({ config: { own_dialects: [open] } })
    const [unused, used] = [await registered(world), await registered(world)]
    await codeFor(world, used)
    const closed = await createAuthorizationServer({
      issuer: world.issuer,
      store: world.store,
      clock: () => world.time.now,
      session: async () => null,
      pages: { login: '/login', consent: '/consent', error: () => ({ status: 400, headers: {}, body: '' }) },
    })
    assert.equal(await closed.store.clients.find(unused['client_id']!), null)
    assert.equal((await closed.store.clients.find(used['client_id']!))?.client_name, 'Quill')
    await world.close()
  })

  for (const [what, inUse] of [
    ['that is not in use', false],
    ['that is in use', true],
  ] as const) {
    it(
      `${what} is shut out at once where it is disabled, and stays away where it is deleted`,
      inOpen(async (world) => {
        const { store } = world.app.server
        const [disabled, deleted] = [await registered(world), await registered(world)]
        const codes = new Map<Words, string>()
        if (inUse) for (const client of [disabled, deleted]) codes.set(client, await codeFor(world, client))
        const found = (await store.clients.find(disabled['client_id']!))!
        assert.equal(await store.clients.update({ ...found, disabled_at: world.time.now }, { withdraw: true }), true)
        assert.equal(await store.clients.delete(deleted['client_id']!), true)
        for (const client of [disabled, deleted]) {
          assert.equal((await world.get(world.ask({ client_id: client['client_id']! }))).headers.get('location'), null)
          assert.equal((await world.post('/introspect', { token: 'x' }, basic(client))).status, 401)
          if (inUse) assert.equal((await redeem(world, client, codes.get(client)!)).status, 401)
          assert.equal(
            (
              await register(world, '', {
                path: client['registration_client_uri']!,
                method: 'GET',
                token: client['registration_access_token']!,
              })
            ).status,
            401,
          )
        }
        assert.equal(await store.clients.add({ ...found, client_id: deleted['client_id']! }), false, 'no way back in')
        assert.equal(await store.clients.find(deleted['client_id']!), null)
        assert.equal((await store.clients.find(disabled['client_id']!))?.disabled_at, world.time.now)
      }),
    )
  }

  it(
    'whoever it says it is, the person reads that nobody has reviewed it, and is bound to nothing',
    inOpen(async (world) => {
      const { client_id } = await registered(world, { client_name: 'Harbour Books Support', scope: 'openid invoices.read' })
      const browser = await world.person()
      const page = await browser.follow(
        await browser.get(world.ask({ client_id: client_id!, scope: 'openid invoices.read' })),
        world.issuer,
      )
      const text = textOf(page.html)
      assert.match(text, /Harbour Books Support/)
      assert.ok(!page.html.includes('badge-good'), 'no seal of ours')
      assert.ok(page.html.includes('notice-caution'))
      assert.ok(!page.html.includes('class="locked"'), 'it can require nothing')
    }),
  )

  it(
    'fits beside long parameters, and what does not fit is refused, not broken',
    inOpen(async (world) => {
      const redirect_uri = `${REDIRECT}/`.padEnd(512, 'r')
      const addresses = [redirect_uri, `${REDIRECT}/`.padEnd(512, 's')]
      const both = { grant_types: ['authorization_code', 'client_credentials'], scope: 'openid email invoices.read' }
      const client = await registered(world, { redirect_uris: addresses, contacts: ['c'.repeat(240)], ...both })
      assert.ok(client['client_id']!.length > 1900, `${client['client_id']!.length} characters`)
      const words = {
        client_id: client['client_id']!,
        redirect_uri,
        scope: 'openid email',
        state: 's'.repeat(1000),
        nonce: 'n'.repeat(128),
      }
      const started = await world.get(world.ask(words))
      assert.ok(started.headers.get('location')!.length < 8192, 'an address that proxies take')
      const code = await codeFor(world, client, words)
      assert.ok(code.length <= 1000)
      const { status, body } = await redeem(world, client, code, { redirect_uri })
      assert.equal(status, 200)
      assert.equal((await world.userinfo(body.access_token)).status, 200)
      assert.ok(body.access_token.length < 8192)
      const { body: alone } = await world.post('/token', { grant_type: 'client_credentials' }, basic(client))
      assert.ok(alone.access_token.length < 8192, 'it names the client twice')
      assert.equal((await world.post('/introspect', { token: alone.access_token }, basic(client))).body.active, true)
      // a client_id as long as one may be, beside everything else as long as it may be
      const longest = await world.addClient({ client_id: 'c'.repeat(2048), redirect_uris: [redirect_uri] })
      const full = { state: 's'.repeat(2000), nonce: 'n'.repeat(256), login_hint: 'l'.repeat(128), ui_locales: 'e'.repeat(64) }
      const refused = new URL(
        (await world.get(world.ask({ ...full, client_id: longest.client_id, redirect_uri }))).headers.get('location')!,
      )
      assert.deepEqual([refused.searchParams.get('error'), refused.searchParams.get('state')], ['invalid_request', full.state])
    }),
  )
})

describe('RFC 7592', () => {
  const manage = (world: World, client: Words, method: string, metadata: unknown = '', token = client['registration_access_token']!) =>
    register(world, metadata, { path: client['registration_client_uri']!, method, token })
  const whole = (client: Words, more: object = {}) => ({ client_id: client['client_id'], ...METADATA, ...more })

  it(
    'RFC 7592 §2.1 a client reads itself, with the token and address to do so again, and without its secret',
    inOpen(async (world) => {
      const client = await registered(world)
      const { status, headers, body } = await manage(world, client, 'GET')
      assert.equal(status, 200)
      assert.equal(headers.get('cache-control'), 'no-store')
      const { client_secret: _shown_once, client_secret_expires_at: _too, ...rest } = client
      assert.deepEqual(body, rest)
    }),
  )

  it(
    'RFC 7592 §2 without its token, or with another client’s, the answer is 401, whether it exists or not',
    inOpen(async (world) => {
      const [mine, yours] = [await registered(world), await registered(world, { client_name: 'Other' })]
      for (const method of ['GET', 'PUT', 'DELETE']) {
        for (const token of [yours['registration_access_token']!, mine['client_secret']!, 'x'])
          assert.equal((await manage(world, mine, method, whole(mine), token)).status, 401)
      }
      const bare = await register(world, '', { path: mine['registration_client_uri']!, method: 'GET' })
      assert.deepEqual([bare.status, bare.headers.get('www-authenticate')], [401, 'Bearer realm="oauth"'])
      for (const id of ['nobody', 'c1', `${mine['client_id']}A`])
        assert.equal(
          (await register(world, '', { path: `/register/${id}`, method: 'GET', token: mine['registration_access_token']! })).status,
          401,
        )
    }),
  )

  it(
    'RFC 7592 §2.3 of a client that nobody has used nothing is kept: it can be read, not changed or deleted',
    inOpen(async (world) => {
      const client = await registered(world)
      for (const method of ['PUT', 'DELETE']) {
        const { status, headers } = await manage(world, client, method, whole(client))
        assert.deepEqual([status, headers.get('allow')], [405, 'GET'])
      }
      assert.deepEqual(await rows(world), ['c1', 'tallyboat'])
    }),
  )

  it(
    'RFC 7592 §2.2 a change replaces the whole, and is checked as a registration is',
    inDialects([byToken], async (world) => {
      const client = await registered(world, { policy_uri: 'https://app.example/privacy' }, { token: await newToken(world) })
      const { status, body } = await manage(
        world,
        client,
        'PUT',
        whole(client, { client_name: 'Quill 2', client_secret: client['client_secret'] }),
      )
      assert.deepEqual([status, body.client_name, body.policy_uri, body.client_secret], [200, 'Quill 2', undefined, undefined])
      assert.equal((await manage(world, client, 'GET')).body.client_name, 'Quill 2')
      for (const [wrong, member] of [
        [{ redirect_uris: ['javascript:x'] }, 'redirect_uris'],
        [{ scope: 'root' }, 'scope'],
        [{ client_id: 'other' }, 'client_id'],
        [{ client_id: undefined }, 'client_id'],
        [{ client_secret: 'other' }, 'client_secret'],
        [{ registration_access_token: 'x' }, 'registration_access_token'],
        [{ client_id_issued_at: 1 }, 'client_id_issued_at'],
      ] as const) {
        const refused = await manage(world, client, 'PUT', whole(client, wrong))
        assert.equal(refused.status, 400, member)
        assert.match(refused.body.error_description, new RegExp(member))
      }
      assert.equal((await redeem(world, client, await codeFor(world, client))).status, 200, 'its secret is still good')
    }),
  )

  it(
    'a client that changes its name, its addresses or its scope is nobody’s friend any more: people are asked again',
    inDialects([byToken], async (world) => {
      const client = await registered(
        world,
        { grant_types: ['authorization_code', 'refresh_token'] },
        { token: await newToken(world, { reviewed: true }) },
      )
      const { body } = await redeem(world, client, await codeFor(world, client))
      const same = { grant_types: ['authorization_code', 'refresh_token'] }
      assert.equal((await manage(world, client, 'PUT', whole(client, { ...same, software_version: '2' }))).status, 200)
      assert.equal((await world.store.clients.find(client['client_id']!))?.reviewed, true)
      assert.equal((await world.userinfo(body.access_token)).status, 200, 'what nobody sees changes nothing')
      assert.equal((await manage(world, client, 'PUT', whole(client, { ...same, client_name: 'Your Bank' }))).status, 200)
      assert.equal((await world.store.clients.find(client['client_id']!))?.reviewed, undefined)
      assert.equal((await world.userinfo(body.access_token)).status, 401)
      assert.equal((await world.store.consents.find(world.mara.sub, client['client_id']!)).consent, null)
    }),
  )

  it(
    'what the deployment has set stays when a client changes itself',
    inDialects([byToken], async (world) => {
      const client = await registered(world, {}, { token: await newToken(world) })
      const row = (await world.store.clients.find(client['client_id']!))!
      await world.store.clients.update({ ...row, access_token_format: 'opaque', optional_scope: 'email profile' })
      await manage(world, client, 'PUT', whole(client, { access_token_format: 'jwt', scope: 'openid email' }))
      const after = (await world.store.clients.find(client['client_id']!))!
      assert.deepEqual([after.access_token_format, after.optional_scope, after.scope], ['opaque', 'email', 'openid email'])
    }),
  )

  it(
    'a client that gives up its secret has none, and one that wants one gets a new one',
    inDialects([byToken], async (world) => {
      const client = await registered(world, {}, { token: await newToken(world) })
      await manage(world, client, 'PUT', whole(client, { token_endpoint_auth_method: 'none' }))
      assert.deepEqual((await world.store.clients.find(client['client_id']!))?.client_secrets, [])
      const { body } = await manage(world, client, 'PUT', whole(client))
      assert.ok(body.client_secret && body.client_secret !== client['client_secret'])
      assert.equal((await world.post('/introspect', { token: 'x' }, basic(client))).status, 401)
      assert.equal((await world.post('/introspect', { token: 'x' }, basic({ ...client, client_secret: body.client_secret }))).status, 200)
    }),
  )

  it(
    'RFC 7592 §2.3 a client that deletes itself is gone with everything that it had',
    inOpen(async (world) => {
      const client = await registered(world)
      const { body } = await redeem(world, client, await codeFor(world, client))
      assert.equal((await manage(world, client, 'DELETE')).status, 204)
      assert.equal((await world.userinfo(body.access_token)).status, 401)
      assert.equal((await manage(world, client, 'GET')).status, 401)
      assert.equal((await world.get(world.ask({ client_id: client['client_id']! }))).headers.get('location'), null)
      assert.deepEqual(await rows(world), ['c1', 'tallyboat'])
    }),
  )

  it(
    'a change does not undo what an operator does at the same moment',
    inDialects([byToken], async (world) => {
      const client = await registered(world, {}, { token: await newToken(world) })
      const row: Client = (await world.store.clients.find(client['client_id']!))!
      const [, changed] = await Promise.all([
        world.store.clients.update({ ...row, disabled_at: world.time.now }, { withdraw: true }),
        manage(world, client, 'PUT', whole(client, { client_name: 'Back' })),
      ])
      assert.ok([401, 409].includes(changed.status), `${changed.status}`)
      assert.equal((await world.store.clients.find(client['client_id']!))?.disabled_at, world.time.now)
    }),
  )

  it(
    'a script of any page may register, with nothing but what it sends',
    inOpen(async (world) => {
      const asked = await world.send(
        new Request(`${world.issuer}/register`, { method: 'OPTIONS', headers: { origin: 'https://page.example' } }),
      )
      assert.equal(asked.status, 204)
      assert.match(asked.headers.get('access-control-allow-methods')!, /PUT, DELETE/)
      assert.equal(asked.headers.get('access-control-allow-credentials'), null)
    }),
  )
})
