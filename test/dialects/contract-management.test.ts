import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { completeDialect, type DialectDifference } from '../../src/core/model/dialect.ts'
import { telnyx } from '../../src/dialects/telnyx.ts'
import { addApiKey } from '../../src/server/accounts/api-keys.ts'
import { type Answer, CLIENT_SECRET, code_challenge, code_verifier, type Words } from '../support/world.ts'
import { basic, inVendor, row, type VendorWorld, type Walk, wordsOf } from './vendors.ts'

const CALLBACK = 'https://app.example/cb'
/** Nobody has reviewed the client: it can insist on nothing, and the person switches on what it gets. */
const SWITCHED_ON = { scope: 'admin' }
const JSON_TYPE = { 'content-type': 'application/json' }

/** Nothing is there, by any method. */
const absent =
  (...paths: string[]): Walk =>
  async (world) => {
    for (const path of paths) {
      assert.equal((await world.get(path)).status, 404, path)
      assert.equal((await world.post(path, '{}', JSON_TYPE)).status, 404, path)
    }
  }
const nowhere = (name: string) => {
  const under = (base: string) => absent(`/${name}`, `${base}/${name}`)
  return {
    talque: ['there is none', under('/oauth2')],
    worksmart: ['there is none', under('/api/v1')],
    'screening-eagle': ['there is none', under('/api/id/v1/auth')],
  } as const
}

/** Requests with a person's API key: JSON in, JSON out. */
interface Api {
  call(method: string, path: string, body?: object, headers?: Words): Promise<Answer>
  key: string
}

async function apiOf(world: VendorWorld, sub = world.mara.sub): Promise<Api> {
  const { api_key: key } = await addApiKey(world.store, { sub }, () => world.time.now)
  const call: Api['call'] = async (method, path, body, headers = {}) => {
    const own = { authorization: `Bearer ${key}`, accept: 'application/json', ...(body && JSON_TYPE), ...headers }
    const sent = new Request(world.issuer + path, { method, headers: own, body: body ? JSON.stringify(body) : null })
    const text = method === 'PUT' || method === 'DELETE' ? await world.app.fetch(sent, '203.0.113.7') : await world.send(sent)
    const content = await text.text()
    const isJson = text.headers.get('content-type')?.startsWith('application/json')
    return { status: text.status, headers: text.headers, body: isJson ? JSON.parse(content) : content }
  }
  return { call, key }
}

const created = {
  name: 'Dialler',
  allowed_scopes: ['admin'],
  client_type: 'confidential',
  allowed_grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: [CALLBACK],
}

/** The vendor's dialect with settings of the deployment laid over. */
const set = (settings: Partial<DialectDifference>) => ({
  config: { dialects: ['telnyx'], own_dialects: [completeDialect({ ...telnyx, ...settings })] },
})

async function register(world: VendorWorld, metadata: object | string, headers: Words = {}): Promise<Answer> {
  const body = typeof metadata === 'string' ? metadata : JSON.stringify(metadata)
  return world.post('/v2/oauth/register', body, { ...JSON_TYPE, ...headers })
}

/** From its registration to its first token: a client that nobody has seen before. */
async function registration(world: VendorWorld): Promise<void> {
  const { status, body } = await register(
    world,
    { redirect_uris: [CALLBACK], client_name: 'Dialler', scope: 'admin' },
    { authorization: 'Bearer stray' },
  )
  assert.equal(status, 201)
  const { client_id, client_id_issued_at, client_secret, ...rest } = body
  assert.equal(client_id_issued_at, Math.floor(world.time.now / 1000))
  assert.deepEqual(rest, {
    redirect_uris: [CALLBACK],
    client_name: 'Dialler',
    scope: 'admin',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  })
  const url = await world.authorize(await world.person(), { client_id }, SWITCHED_ON)
  const words = { grant_type: 'authorization_code', code: wordsOf(url)['code']!, redirect_uri: CALLBACK }
  const tokens = await world.post('/v2/oauth/token', words, basic(client_id, client_secret))
  assert.deepEqual([tokens.status, tokens.body.scope], [200, 'admin'])

  const open = await register(world, { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none', scope: 'admin' })
  assert.deepEqual([open.status, open.body.client_secret], [201, undefined])
  const without = await world.begin(await world.person(), { client_id: open.body.client_id })
  assert.equal(wordsOf(without.location)['error'], 'invalid_request', 'it needs a challenge')
}

async function emptyRegistration(world: VendorWorld): Promise<void> {
  for (const body of ['', '{}']) {
    const answer = await register(world, body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    const { grant_types, response_types, token_endpoint_auth_method } = answer.body
    assert.deepEqual([grant_types, response_types, token_endpoint_auth_method], [['authorization_code'], ['code'], 'client_secret_basic'])
  }
}

async function wrongRegistration(world: VendorWorld): Promise<void> {
  for (const [field, value] of [
    ['redirect_uris', ['javascript:alert(1)']],
    ['redirect_uris', 'https://app.example/cb'],
    ['grant_types', ['password']],
    ['token_endpoint_auth_method', 'private_key_jwt'],
    ['logo_uri', 'ftp://x'],
    ['software_statement_of_mine', 'x'],
    ['require_pkce', false],
    ['dialect', 'standard'],
  ] as const) {
    const { status, body } = await register(world, { redirect_uris: [CALLBACK], [field]: value })
    assert.equal(status, 400, field)
    assert.match(body.error, /^invalid_(client_metadata|redirect_uri)$/)
    assert.deepEqual(Object.keys(body.invalid_fields), [field])
    for (const sentence of body.invalid_fields[field]) assert.equal(typeof sentence, 'string')
    assert.ok(!JSON.stringify(body).includes('javascript:'), 'no value is repeated')
  }
}

/** What stands in the database before and after. */
async function growsNothing(world: VendorWorld): Promise<void> {
  const count = async () => (await world.store.clients.list({ after: '', limit: 100 })).length
  const before = await count()
  for (let each = 0; each < 5; each++) assert.equal((await register(world, { redirect_uris: [CALLBACK] })).status, 201)
  assert.equal(await count(), before)
}

async function clients(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const made = await call('POST', '/v2/oauth_clients', created)
  assert.equal(made.status, 201)
  const { client_id, client_secret, created_at, updated_at, ...rest } = made.body.data
  assert.match(client_id, /^[\w-]{22}$/)
  for (const time of [created_at, updated_at]) assert.equal(Date.parse(time), world.time.now)
  assert.deepEqual(rest, {
    record_type: 'oauth_client',
    name: 'Dialler',
    org_id: world.mara.sub,
    user_id: world.mara.sub,
    client_type: 'confidential',
    require_pkce: false,
    allowed_scopes: ['admin'],
    allowed_grant_types: created.allowed_grant_types,
    redirect_uris: [CALLBACK],
    logo_uri: null,
    tos_uri: null,
    policy_uri: null,
  })
  const code = wordsOf(await world.authorize(await world.person(), { client_id }, SWITCHED_ON))['code']!
  const words = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }
  assert.equal((await world.post('/v2/oauth/token', words, basic(client_id, client_secret))).status, 200)

  for (const path of [`/v2/oauth_clients/${client_id}`, `/v2/oauth/clients/${client_id}`]) {
    const shown = await call('GET', path)
    assert.deepEqual([shown.status, shown.body.data.client_id, shown.body.data.client_secret], [200, client_id, null])
  }
  const changed = await call('PUT', `/v2/oauth_clients/${client_id}`, { name: 'Dialler 2', require_pkce: true })
  assert.deepEqual([changed.status, changed.body.data.name, changed.body.data.require_pkce], [200, 'Dialler 2', true])
  assert.deepEqual(changed.body.data.redirect_uris, [CALLBACK])
  const gone = await call('DELETE', `/v2/oauth_clients/${client_id}`)
  assert.deepEqual([gone.status, gone.body], [204, ''])
  for (const method of ['GET', 'DELETE']) assert.equal((await call(method, `/v2/oauth_clients/${client_id}`)).status, 404)
}

async function grants(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const person = await world.person()
  const tokens = await world.redeem(wordsOf(await world.authorize(person))['code']!)
  const { body } = await call('GET', '/v2/oauth_grants')
  assert.equal(body.data.length, 1)
  const [grant] = body.data
  assert.deepEqual([grant.record_type, grant.client_id, grant.scopes], ['oauth_grant', world.client_id, ['admin']])
  assert.ok(!Number.isNaN(Date.parse(grant.created_at)))
  for (const path of ['/v2/oauth_grants', '/v2/oauth/grants']) {
    assert.deepEqual((await call('GET', path)).body.data, [grant])
    assert.deepEqual((await call('GET', `${path}/${grant.id}`)).body, { data: grant })
    assert.equal((await call('GET', `${path}/nonsense`)).status, 404)
  }
  const other = await apiOf(world, (await world.addPerson('other@otterbakery.example')).sub)
  assert.deepEqual((await other.call('GET', '/v2/oauth_grants')).body.data, [])
  assert.equal((await other.call('DELETE', `/v2/oauth_grants/${grant.id}`)).status, 404)

  const gone = await call('DELETE', `/v2/oauth_grants/${grant.id}`)
  assert.deepEqual([gone.status, gone.body], [200, { data: grant }])
  assert.equal((await call('DELETE', `/v2/oauth_grants/${grant.id}`)).status, 404)
  const refreshed = await world.refresh(tokens.body.refresh_token)
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'invalid_grant'])
  assert.ok((await person.follow(await world.begin(person), world.issuer)).html.includes('id="consent-allow"'))
}

/** Up to the page of the first party, with a consent token. */
async function consentToken(world: VendorWorld, words?: Words): Promise<string> {
  const sent = await world.begin(await world.person(), words)
  assert.deepEqual([sent.status, sent.headers.get('cache-control')], [302, 'no-store'])
  assert.ok(sent.location.startsWith('https://portal.example/consent?'), sent.location)
  return wordsOf(sent.location)['consent_token']!
}

async function consentApi(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const consent_token = await consentToken(world, { state: 's-1' })
  const { status, body } = await call('GET', `/v2/oauth/consent/${encodeURIComponent(consent_token)}`)
  assert.equal(status, 200)
  const { requested_scopes, ...rest } = body.data
  assert.deepEqual(
    requested_scopes.map(({ id }: Words) => id),
    ['admin'],
  )
  for (const scope of requested_scopes) for (const member of ['id', 'name', 'description']) assert.equal(typeof scope[member], 'string')
  assert.deepEqual([rest.client_id, rest.name, rest.redirect_uri, rest.verified], [world.client_id, 'App', CALLBACK, true])
  for (const link of ['logo_uri', 'tos_uri', 'policy_uri']) assert.ok(rest[link] === null || typeof rest[link] === 'string')

  const allowed = await call('POST', '/v2/oauth/grants', { allowed: true, consent_token })
  assert.deepEqual([allowed.status, Object.keys(allowed.body)], [200, ['redirect_uri']])
  const { code, state } = wordsOf(allowed.body.redirect_uri)
  assert.ok(allowed.body.redirect_uri.startsWith(`${CALLBACK}?`))
  assert.equal(state, 's-1')
  assert.equal((await world.redeem(code!)).status, 200)
  const again = await call('POST', '/v2/oauth/grants', { allowed: true, consent_token })
  assert.deepEqual([again.status, Object.keys(again.body)], [422, ['error', 'error_description']])
  const remembered = await world.begin(await world.person())
  assert.ok(remembered.location.startsWith(`${CALLBACK}?code=`))
}

async function consentRefusals(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const denied = await call('POST', '/v2/oauth/grants', { allowed: false, consent_token: await consentToken(world) })
  assert.deepEqual([denied.status, wordsOf(denied.body.redirect_uri)['error']], [200, 'access_denied'])
  const other = await apiOf(world, (await world.addPerson('other@otterbakery.example')).sub)
  const consent_token = await consentToken(world)
  for (const [path, body] of [
    [`/v2/oauth/consent/${encodeURIComponent(consent_token)}`, undefined],
    ['/v2/oauth/grants', { allowed: true, consent_token }],
  ] as const) {
    const stolen = await other.call(body ? 'POST' : 'GET', path, body)
    assert.deepEqual([stolen.status, Object.keys(stolen.body)], [422, ['error', 'error_description']])
    assert.equal((await world.post(path, '{}', JSON_TYPE)).status, body ? 401 : 405)
  }
  assert.equal((await call('GET', '/v2/oauth/consent/nonsense')).status, 422)
  world.time.now += 600_000
  assert.equal((await call('POST', '/v2/oauth/grants', { allowed: true, consent_token })).status, 422, 'it lives ten minutes')
}

async function paging(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const empty = await call('GET', '/v2/oauth_clients')
  assert.deepEqual(empty.body, { data: [], meta: { page_number: 1, page_size: 20, total_results: 0, total_pages: 0 } })
  for (let each = 1; each <= 45; each++)
    assert.equal((await call('POST', '/v2/oauth_clients', { ...created, name: `Dialler ${each}` })).status, 201)
  const page = (query: string) => call('GET', `/v2/oauth_clients?${query}`)
  const names = new Set<string>()
  for (const [number, length] of [
    [1, 20],
    [2, 20],
    [3, 5],
    [4, 0],
  ] as const) {
    const { body } = await page(`page%5Bnumber%5D=${number}`)
    assert.deepEqual(body.meta, { page_number: number, page_size: 20, total_results: 45, total_pages: 3 })
    assert.equal(body.data.length, length)
    for (const { name } of body.data) names.add(name)
  }
  assert.equal(names.size, 45, 'each was on one page')
  assert.equal((await page('page%5Bsize%5D=100')).body.data.length, 45)
  assert.equal((await page('page[size]=2&page[number]=23')).body.data.length, 1)
  assert.equal((await page('filter%5Bname%5D%5Bcontains%5D=dialler%204')).body.meta.total_results, 7)
  assert.equal((await page('filter%5Bname%5D=Dialler%204')).body.meta.total_results, 1)
  assert.equal((await page('filter%5Bclient_type%5D=public')).body.meta.total_results, 0)
  for (const bad of ['page%5Bsize%5D=0', 'page%5Bsize%5D=101', 'page%5Bnumber%5D=0', 'page%5Bnumber%5D=x', 'filter%5Bclient_type%5D=x'])
    assert.equal((await page(bad)).status, 400, bad)
}

async function managementErrors(world: VendorWorld): Promise<void> {
  const { call } = await apiOf(world)
  const cases: [Answer, number][] = [
    [await call('GET', '/v2/oauth_clients/nonsense'), 404],
    [await call('GET', '/v2/oauth_clients?page%5Bsize%5D=x'), 400],
    [await call('POST', '/v2/oauth_clients', { ...created, allowed_scopes: ['unheard-of'] }), 422],
    [await call('POST', '/v2/oauth_clients', { ...created, redirect_uris: ['javascript:alert(1)'] }), 422],
    [await call('GET', '/v2/oauth_clients', undefined, { authorization: 'Bearer wrong' }), 401],
    [await world.get('/v2/oauth_grants'), 401],
    [await world.get('/v2/oauth_grants', basic(world.client_id)), 401],
  ]
  for (const [{ status, body, headers }, expected] of cases) {
    assert.equal(status, expected, JSON.stringify(body))
    const { error, error_description, invalid_fields: _besides, ...rest } = body
    assert.deepEqual([typeof error, typeof error_description, rest], ['string', 'string', {}])
    assert.equal(headers.get('content-type'), 'application/json')
    if (status === 401) assert.match(headers.get('www-authenticate')!, /^Bearer /)
  }
  for (const name of ['name', 'allowed_scopes', 'client_type', 'allowed_grant_types']) {
    const { [name as keyof typeof created]: _left_out, ...rest } = created
    const missing = await call('POST', '/v2/oauth_clients', rest)
    assert.ok([400, 422].includes(missing.status), name)
    assert.ok(missing.body.error_description.includes(name), missing.body.error_description)
  }
}

/** With the key of the person whose client it is, as the SDK sends it along. */
async function introspectionByKey(world: VendorWorld): Promise<void> {
  const { call, key } = await apiOf(world)
  const made = (await call('POST', '/v2/oauth_clients', created)).body.data
  const own = await world.post('/v2/oauth/token', 'grant_type=client_credentials', basic(made.client_id, made.client_secret))
  const bearer = { authorization: `Bearer ${key}` }
  const { body } = await world.post('/v2/oauth/introspect', { token: own.body.access_token }, bearer)
  assert.deepEqual([body.active, body.client_id, body.scope], [true, made.client_id, 'admin'])
  const foreign = await world.redeem(await world.code())
  assert.deepEqual((await world.post('/v2/oauth/introspect', { token: foreign.body.access_token }, bearer)).body, { active: false })
  assert.deepEqual((await world.post('/v2/oauth/introspect', { token: key }, bearer)).body, { active: false })
  for (const authorization of ['Bearer wrong', `Bearer ${key}x`])
    assert.equal((await world.post('/v2/oauth/introspect', { token: own.body.access_token }, { authorization })).status, 401)
}

async function rateLimit(world: VendorWorld): Promise<void> {
  const ask = () => world.post('/v2/oauth/introspect', { client_id: world.client_id, client_secret: CLIENT_SECRET, token: 'x' })
  for (let each = 0; each < 5; each++) assert.equal((await ask()).status, 200)
  const over = await ask()
  assert.equal(over.status, 429)
  assert.ok(Number(over.headers.get('retry-after')) > 0)
  world.time.now += 61_000
  assert.equal((await ask()).status, 200)
}

describe('management, rows 43 and 46 to 51', () => {
  it('row 43, telnyx: the key of an API does it too, for the clients of its person', inVendor('telnyx', introspectionByKey))
  it(
    'row 43, telnyx: a limit of five requests a minute can be set',
    inVendor(
      'telnyx',
      rateLimit,
      set({
        introspection: { ...telnyx.introspection!, rate_limit: { requests: 5, seconds: 60 } },
      }),
    ),
  )

  row(46, { ...nowhere('register'), telnyx: ['open, and good for a flow at once', registration] })
  it('row 46, telnyx: nothing said is {}', inVendor('telnyx', emptyRegistration))
  it('row 46, telnyx: what is wrong is named under invalid_fields', inVendor('telnyx', wrongRegistration))
  it('row 46, telnyx: the registrations of strangers grow nothing', inVendor('telnyx', growsNothing))

  row(47, { ...nowhere('oauth_clients'), telnyx: ['create 201, read, change, delete 204, at both addresses', clients] })
  row(48, { ...nowhere('oauth_grants'), telnyx: ['list, read, delete with what it was, at both addresses', grants] })

  const portal = set({ consent_page: 'https://portal.example/consent' })
  row(49, {
    ...nowhere('oauth/consent/token'),
    telnyx: ['a first party’s page asks for what waits and answers with the decision', consentApi, portal],
  })
  it('row 49, telnyx: a denial, another person’s token, an old one', inVendor('telnyx', consentRefusals, portal))

  row(50, { ...nowhere('oauth/clients'), telnyx: ['pages of 20 unless said, four counters always', paging] })
  row(51, { ...nowhere('oauth/grants'), telnyx: ['{error, error_description}, as at the endpoints of the protocol', managementErrors] })

  it(
    'contradiction 6, telnyx: plain and admin are there, a new client is answered 201, /v2/oauth/clients is an alias',
    inVendor('telnyx', async (world) => {
      const { call } = await apiOf(world)
      const made = await call('POST', '/v2/oauth/clients', created)
      assert.equal(made.status, 201)
      const { client_id, client_secret } = made.body.data
      const plain = { code_challenge: code_verifier, code_challenge_method: 'plain' }
      const code = wordsOf(await world.authorize(await world.person(), { client_id, scope: 'admin', ...plain }, SWITCHED_ON))['code']!
      const words = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier }
      assert.equal((await world.post('/v2/oauth/token', words, basic(client_id, client_secret))).body.scope, 'admin')
    }),
  )

  it(
    'contradiction 6, telnyx: S256 alone, a 200 and other scopes can be set',
    inVendor(
      'telnyx',
      async (world) => {
        const { call } = await apiOf(world)
        assert.equal((await call('POST', '/v2/oauth_clients', { ...created, allowed_scopes: ['calls.read'] })).status, 200)
        const plain = { code_challenge: code_verifier, code_challenge_method: 'plain', scope: 'calls.read' }
        assert.equal(wordsOf((await world.begin(await world.person(), plain)).location)['error'], 'invalid_request')
        assert.ok(await world.code({ code_challenge, code_challenge_method: 'S256', scope: 'calls.read' }))
      },
      {
        client: { scope: 'calls.read' },
        ...set({
          scopes: { 'calls.read': { title: { en: 'See calls' }, description: { en: 'Who called whom.' }, level: 2 } },
          pkce: { ...telnyx.pkce!, methods: ['S256'] },
          management: { ...telnyx.management!, client: { ...telnyx.management!.client, created_status: 200 } },
        }),
      },
    ),
  )

  it('contradiction 7, telnyx: unknown members of a registration are refused, and can be passed over', async () => {
    const metadata = { redirect_uris: [CALLBACK], software_statement_of_mine: 'x' }
    await inVendor('telnyx', async (world) => assert.equal((await register(world, metadata)).status, 400))()
    const ignore = set({ registration: { ...telnyx.registration!, unknown_members: 'ignore' } })
    await inVendor('telnyx', async (world) => assert.equal((await register(world, metadata)).status, 201), ignore)()
  })

  it(
    'contradiction 8, telnyx: the client_id is the id',
    inVendor('telnyx', async (world) => {
      const { call } = await apiOf(world)
      const { data } = (await call('POST', '/v2/oauth_clients', created)).body
      assert.ok(!('id' in data))
      const { client_secret: _once, ...shown } = data
      const { client_secret: _never, ...again } = (await call('GET', `/v2/oauth_clients/${data.client_id}`)).body.data
      assert.deepEqual(again, shown)
      assert.equal((await call('GET', `/v2/oauth_clients/${crypto.randomUUID()}`)).status, 404)
    }),
  )
})
