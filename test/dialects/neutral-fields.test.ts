import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../src/core/model/client.ts'
import { completeDialect, type Dialect, type DialectDifference, standard } from '../../src/core/model/dialect.ts'
import { addApiKey } from '../../src/server/accounts/api-keys.ts'
import { addInitialAccessToken } from '../../src/server/accounts/initial-access-tokens.ts'
import type { Config } from '../../src/server/config.ts'
import { type Answer, CLIENT_SECRET, code_verifier, inWorld, type Words, type World } from '../support/world.ts'
import { basic, wordsOf } from './vendors.ts'

// Each neutral field, with a dialect that nobody has: what it makes of the standard's behaviour, value by value.

const CALLBACK = 'https://app.example/cb'
const OTHER = 'https://app.example/other'
const PATHS = {
  authorize: '/own/auth',
  token: '/own/token',
  userinfo: '/own/me',
  introspect: '/own/look',
  revoke: '/own/end',
  jwks: '/own/keys',
}
const own: DialectDifference = { name: 'own', source: standard.source, base: '/own', paths: PATHS, discovery: [] }

type Walk = (world: World) => Promise<void>
interface Given {
  client?: Partial<Client>
  config?: Partial<Config>
  dialects?: string[]
}

/** A dialect that differs from the standard in this alone, beside the standard. */
function speaks(
  difference: Partial<Dialect>,
  walk: Walk,
  { client, config, dialects = ['standard', 'own'] }: Given = {},
): () => Promise<void> {
  const own_dialects = [completeDialect({ ...own, ...difference })]
  return inWorld({ client: { dialect: 'own', ...client }, config: { ...config, dialects, own_dialects } }, async (world) => {
    const ask = world.ask
    world.ask = (words) => ask(words).replace('/authorize?', '/own/auth?')
    const post = world.post
    const moved: Words = { '/token': '/own/token', '/introspect': '/own/look', '/revoke': '/own/end' }
    world.post = (path, form, headers) => post(moved[path] ?? path, form, headers)
    world.redeem = (code, words = {}) =>
      token(world, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier, ...words })
    world.refresh = (refresh_token, words = {}) => token(world, { grant_type: 'refresh_token', refresh_token, ...words })
    world.introspect = (shown) => world.post('/introspect', { client_id: 'c1', client_secret: CLIENT_SECRET, token: shown })
    await walk(world)
  })
}

const token = (world: World, words: Words, headers?: Words): Promise<Answer> =>
  world.post('/token', given({ client_id: 'c1', client_secret: CLIENT_SECRET, ...words }), headers)
const given = (words: Words): Words => Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''))

const fields = new Set<string>()
/** One value of a field. */
function field(name: string, says: string, run: () => Promise<void>): void {
  fields.add(name)
  it(`${name}: ${says}`, run)
}

/** What the client is told, at once: the person has a session and no consent. */
async function told(world: World, words: Words): Promise<Words> {
  const { status, location } = await (await world.person()).get(world.ask(words))
  if (location === '' || new URL(location).origin === world.issuer) return { status: String(status), location }
  return { status: String(status), ...wordsOf(location) }
}
const isAllowed = async (world: World, words?: Words) => assert.equal((await world.redeem(await world.code(words))).status, 200)
async function isRefused(world: World, words: Words, error = 'invalid_request'): Promise<void> {
  assert.equal((await told(world, words))['error'], error)
}
async function isShown(world: World, words: Words, status = 400): Promise<void> {
  assert.deepEqual(await told(world, words), { status: String(status), location: '' })
}
const bodyOf = async (world: World, words?: Words) => (await world.redeem(await world.code(words))).body

describe('the neutral fields: addresses and parameters', () => {
  field(
    'paths',
    'of several the first is told, and all are answered',
    speaks({ paths: { ...PATHS, token: ['/own/token', '/own/token2'] }, discovery: ['authorization_server'] }, async (world) => {
      for (const path of ['/own/token', '/own/token2'])
        assert.equal(
          (await world.post(path, { grant_type: 'x', client_id: 'c1', client_secret: CLIENT_SECRET })).body.error,
          'unsupported_grant_type',
        )
      const metadata = await world.get('/own/.well-known/oauth-authorization-server')
      assert.equal(metadata.body.token_endpoint, `${world.issuer}/own/token`)
    }),
  )
  field(
    'paths',
    'what has none is not there',
    speaks({ paths: { authorize: '/own/auth', token: '/own/token' } }, async (world) => {
      for (const path of ['/own/me', '/own/look', '/own/end', '/own/keys'])
        assert.equal((await world.post(path, { token: 'x' })).status, 404)
      assert.equal((await world.get('/own/.well-known/oauth-authorization-server')).status, 404)
    }),
  )
  field(
    'base',
    'its documents stand below it',
    speaks({ base: '/deep/own', discovery: ['authorization_server'] }, async (world) => {
      assert.equal((await world.get('/deep/own/.well-known/oauth-authorization-server')).body.jwks_uri, `${world.issuer}/own/keys`)
      assert.equal((await world.get('/own/.well-known/oauth-authorization-server')).status, 404)
    }),
  )
  const KINDS = {
    authorization_server: 'oauth-authorization-server',
    openid: 'openid-configuration',
    protected_resource: 'oauth-protected-resource',
  } as const
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    field(
      'discovery',
      `${kind} alone`,
      speaks({ discovery: [kind] }, async (world) => {
        for (const [other, name] of Object.entries(KINDS)) {
          const { status, body } = await world.get(`/own/.well-known/${name}`)
          assert.equal(status, other === kind ? 200 : 404)
          if (status === 200 && kind !== 'protected_resource') assert.equal(body.authorization_endpoint, `${world.issuer}/own/auth`)
          if (status === 200) assert.equal('userinfo_endpoint' in body, kind === 'openid')
        }
      }),
    )
    field(
      'discovery',
      `${kind} at the host’s root too, where nobody else has it`,
      speaks(
        { discovery: [kind] },
        async (world) => {
          assert.equal((await world.get(`/.well-known/${KINDS[kind]}`)).status, 200)
        },
        { dialects: ['own'] },
      ),
    )
  }
  field(
    'aliases',
    'another word, at authorize and at token; two that disagree are refused',
    speaks({ aliases: { app: 'client_id', back: 'redirect_uri', proof: 'code_verifier' } }, async (world) => {
      const words = { client_id: '', app: 'c1', redirect_uri: '', back: CALLBACK }
      const code = await world.code(words)
      const answer = await token(world, {
        grant_type: 'authorization_code',
        code,
        client_id: '',
        app: 'c1',
        back: CALLBACK,
        proof: code_verifier,
      })
      assert.equal(answer.status, 200)
      await isAllowed(world, { back: CALLBACK })
      await isShown(world, { back: OTHER })
      await isShown(world, { app: 'c2' })
    }),
  )
  for (const [name, words] of [
    ['state', { state: '' }],
    ['nonce', {}],
    ['scope', { scope: '' }],
  ] as const)
    field(
      'required',
      `${name} must be there`,
      speaks({ required: ['client_id', 'response_type', name] }, async (world) => {
        await isRefused(world, words)
        await isAllowed(world, { nonce: 'n', state: 's' })
      }),
    )
  const two = { client: { redirect_uris: [CALLBACK, OTHER] } }
  const without = { redirect_uri: '', scope: 'invoices.read' }
  field(
    'redirect_default',
    'only: the one that is registered',
    speaks({ redirect_default: 'only' }, (world) => isAllowed(world, without)),
  )
  field(
    'redirect_default',
    'only: of two none',
    speaks({ redirect_default: 'only' }, (world) => isShown(world, without), two),
  )
  field(
    'redirect_default',
    'first: of two the first',
    speaks(
      { redirect_default: 'first' },
      async (world) => {
        assert.ok((await world.authorize(await world.person(), without)).href.startsWith(`${CALLBACK}?code=`))
        await isShown(world, { ...without, scope: 'openid' })
      },
      two,
    ),
  )
  field(
    'redirect_default',
    'none',
    speaks({ redirect_default: 'none' }, (world) => isShown(world, without)),
  )
})

const drawing = { title: { en: 'Draw' }, description: { en: 'In the sand.' }, level: 2 } as const

describe('the neutral fields: scopes, resources, PKCE', () => {
  field(
    'scopes',
    'come with the dialect, and are nobody else’s',
    speaks(
      { scopes: { draw: drawing }, discovery: ['authorization_server'] },
      async (world) => {
        assert.equal((await bodyOf(world, { scope: 'draw' })).scope, 'draw')
        await world.addClient({ ...world.client, client_id: 'strict', dialect: 'standard' })
        const strict = await (await world.person()).get(
          world.ask({ client_id: 'strict', scope: 'draw' }).replace('/own/auth', '/authorize'),
        )
        assert.equal(wordsOf(strict.location)['error'], 'invalid_scope')
        for (const [path, has] of [
          ['/own', true],
          ['', false],
        ] as const)
          assert.equal((await world.get(`${path}/.well-known/oauth-authorization-server`)).body.scopes_supported.includes('draw'), has)
      },
      { client: { scope: 'draw' } },
    ),
  )
  field(
    'scopes',
    'the deployment’s own words about one win',
    speaks({ scopes: { 'invoices.read': drawing } }, async (world) => {
      const page = await (await world.person()).get(world.ask({ scope: 'invoices.read' }))
      const consent = await (await world.person()).get(page.location)
      assert.ok(!consent.html.includes('In the sand.'))
    }),
  )
  field(
    'scope_parameter',
    'true: what is asked for',
    speaks({ scope_parameter: true }, async (world) =>
      assert.equal((await bodyOf(world, { scope: 'invoices.read' })).scope, 'invoices.read'),
    ),
  )
  field(
    'scope_parameter',
    'false: what is registered, at authorize and at token',
    speaks(
      { scope_parameter: false },
      async (world) => {
        assert.equal((await bodyOf(world, { scope: 'bank.read nonsense' })).scope, 'invoices.read')
        assert.equal((await token(world, { grant_type: 'client_credentials', scope: 'nonsense' })).body.scope, 'invoices.read')
      },
      { client: { scope: 'invoices.read' } },
    ),
  )
  for (const [separator, scope] of [
    [' ', 'openid invoices.read'],
    [',', 'openid,invoices.read'],
  ] as const)
    field(
      'scope_separator',
      `'${separator}'`,
      speaks({ scope_separator: separator }, async (world) => assert.equal((await bodyOf(world, { scope })).scope, 'openid invoices.read')),
    )
  field(
    'unknown_scope',
    'refuse',
    speaks({ unknown_scope: 'refuse' }, async (world) => {
      await isRefused(world, { scope: 'openid unheard-of' }, 'invalid_scope')
      assert.equal(
        (await token(world, { grant_type: 'client_credentials', scope: 'invoices.read unheard-of' })).body.error,
        'invalid_scope',
      )
    }),
  )
  field(
    'unknown_scope',
    'ignore',
    speaks({ unknown_scope: 'ignore' }, async (world) => {
      assert.equal((await bodyOf(world, { scope: 'openid unheard-of' })).scope, 'openid')
      assert.equal(
        (await token(world, { grant_type: 'client_credentials', scope: 'invoices.read unheard-of' })).body.scope,
        'invoices.read',
      )
    }),
  )
  const known = 'https://api.example/known'
  const catalogue = { config: { resources: { [known]: { name: { en: 'An API' } } } } }
  field(
    'unknown_resource',
    'refuse',
    speaks(
      { unknown_resource: 'refuse' },
      async (world) => {
        await isRefused(world, { resource: 'https://api.example/unknown' }, 'invalid_target')
        const code = await world.code()
        assert.equal((await world.redeem(code, { resource: 'https://api.example/unknown' })).body.error, 'invalid_target')
      },
      catalogue,
    ),
  )
  field(
    'unknown_resource',
    'ignore: a known one counts, at authorize, at token and without a person',
    speaks(
      { unknown_resource: 'ignore' },
      async (world) => {
        const audience = async ({ body }: Answer) => (await world.introspect(body.access_token)).body.aud
        const unknown = { resource: 'https://api.example/unknown' }
        const code = await world.code(unknown)
        const redeemed = await world.redeem(code, unknown)
        assert.equal(await audience(redeemed), world.issuer)
        assert.equal(await audience(await world.refresh(redeemed.body.refresh_token, unknown)), world.issuer)
        assert.equal(await audience(await token(world, { grant_type: 'client_credentials', ...unknown })), world.issuer)
        const person = await world.person()
        const page = await person.follow(await person.get(`${world.ask(unknown)}&resource=${encodeURIComponent(known)}`), world.issuer)
        const sent = await person.follow(await person.submit(page, {}, 'consent-allow'), world.issuer)
        assert.equal(await audience(await world.redeem(wordsOf(sent.location)['code']!)), known)
        assert.equal(
          (await world.redeem(await world.code(unknown), { resource: known })).body.error,
          'invalid_target',
          'known and not authorized',
        )
      },
      catalogue,
    ),
  )

  const none = { code_challenge: '', code_challenge_method: '' }
  const policies = [
    ['always', { undefined: false, true: false, false: false }],
    ['unless_waived', { undefined: false, true: false, false: true }],
    ['if_registered', { undefined: true, true: false, false: true }],
    ['never', { undefined: true, true: true, false: true }],
  ] as const
  for (const [required, outcomes] of policies)
    for (const [registered, passes] of Object.entries(outcomes))
      field(
        'pkce.required',
        `${required}, with require_pkce ${registered}: ${passes ? 'none is needed' : 'a challenge is needed'}`,
        speaks(
          { pkce: { ...standard.pkce, required } },
          async (world) => {
            if (!passes) return isRefused(world, none)
            assert.equal((await world.redeem(await world.code(none), { code_verifier: '' })).status, 200)
          },
          registered === 'undefined' ? {} : { client: { require_pkce: registered === 'true' } },
        ),
      )
  field(
    'pkce.required',
    'never: of a client without a secret it is asked all the same',
    speaks({ pkce: { ...standard.pkce, required: 'never' } }, (world) => isRefused(world, none), {
      client: { token_endpoint_auth_method: 'none', client_secrets: [] },
    }),
  )
  const plain = { code_challenge: code_verifier, code_challenge_method: 'plain' }
  for (const methods of [['S256'], ['plain'], ['S256', 'plain']] as const)
    field(
      'pkce.methods',
      methods.join(' and '),
      speaks({ pkce: { ...standard.pkce, methods } }, async (world) => {
        for (const [method, words] of [
          ['S256', {}],
          ['plain', plain],
        ] as const) {
          if (!(methods as readonly string[]).includes(method)) await isRefused(world, words)
          else assert.equal((await world.redeem(await world.code(words))).status, 200, method)
        }
        await isRefused(world, { code_challenge_method: 'S512' })
      }),
    )
  const unnamed = { code_challenge: code_verifier, code_challenge_method: '' }
  for (const method_required of [true, false])
    field(
      'pkce.method_required',
      String(method_required),
      speaks({ pkce: { ...standard.pkce, methods: ['S256', 'plain'], method_required } }, async (world) => {
        if (method_required) return isRefused(world, unnamed)
        await isAllowed(world, unnamed)
        assert.equal((await world.redeem(await world.code(unnamed), { code_verifier: 'w'.repeat(43) })).status, 400)
      }),
    )
})

describe('the neutral fields: the answer at authorize', () => {
  field(
    'interaction',
    'redirected: to pages of their own',
    speaks({ interaction: 'redirected' }, async (world) => {
      const { status, location } = await world.browser().get(world.ask())
      assert.deepEqual([status, new URL(location).pathname], [303, '/login'])
    }),
  )
  field(
    'interaction',
    'embedded: on the authorize address, 200, with the cookie that binds the ticket',
    speaks({ interaction: 'embedded' }, async (world) => {
      const { status, location, html, cookies, headers } = await world.browser().get(world.ask())
      assert.deepEqual([status, location], [200, ''])
      assert.ok(html.includes('id="login-email"'))
      assert.ok(cookies.some((line) => line.startsWith('__Host-vouchsafe-browser=')))
      assert.match(headers.get('content-security-policy')!, /form-action 'self' https:;?/)
      const person = await world.person()
      const consent = await person.get(world.ask())
      assert.ok(consent.html.includes('id="consent-allow"'))
      const stranger = await world.person()
      const stolen = await stranger.submit(consent, {}, 'consent-allow')
      assert.equal(new URL(stolen.location).pathname, '/own/auth', 'another browser’s ticket begins anew')
      assert.equal((await world.store.consents.find(world.mara.sub, 'c1')).consent, null)
      await isAllowed(world)
    }),
  )
  const asks = async (world: World, words?: Words) => {
    const person = await world.person()
    return (await person.follow(await person.get(world.ask(words)), world.issuer)).html.includes('id="consent-allow"')
  }
  for (const remembered of [true, false])
    field(
      'consent.remembered',
      String(remembered),
      speaks({ consent: { ...standard.consent, remembered } }, async (world) => {
        await isAllowed(world)
        assert.equal(await asks(world), !remembered)
      }),
    )
  for (const asked_again of ['growth', 'change'] as const)
    field(
      'consent.asked_again',
      asked_again,
      speaks({ consent: { remembered: true, asked_again } }, async (world) => {
        await isAllowed(world, { scope: 'openid invoices.read' })
        assert.equal(await asks(world, { scope: 'invoices.read openid' }), false)
        assert.equal(await asks(world, { scope: 'openid' }), asked_again === 'change')
        assert.equal(await asks(world, { scope: 'openid invoices.read email' }), true)
      }),
    )
  field(
    'consent.longest',
    'a person can allow no longer',
    speaks({ consent: { ...standard.consent, longest: 3600 } }, async (world) => {
      await world.authorize(await world.person(), {}, { duration: 'revoked' })
      world.time.now += 3_599_000
      assert.equal(await asks(world), false)
      world.time.now += 1_000
      assert.equal(await asks(world), true)
    }),
  )
  for (const redirect_status of [302, 303, 308] as const)
    field(
      'redirect_status',
      `${redirect_status} for a GET, 303 for a POST, neither kept`,
      speaks({ redirect_status }, async (world) => {
        const person = await world.person()
        const url = new URL(world.ask())
        for (const words of [{ response_type: 'code' }, { response_type: 'x' }]) {
          const sent = await person.get(world.ask(words))
          assert.deepEqual([sent.status, sent.headers.get('cache-control')], [redirect_status, 'no-store'])
          const posted = await person.post(url.origin + url.pathname, { ...Object.fromEntries(url.searchParams), ...words })
          assert.deepEqual([posted.status, posted.headers.get('cache-control')], [303, 'no-store'])
        }
      }),
    )
  for (const type of ['html', 'json'] as const)
    field(
      'error_page.type',
      type,
      speaks({ error_page: { type, status: {} } }, async (world) => {
        const page = await world.browser().get(world.ask({ client_id: 'nobody' }))
        assert.deepEqual([page.status, page.location], [400, ''])
        assert.match(page.headers.get('content-type')!, type === 'html' ? /^text\/html/ : /^application\/json/)
        if (type === 'json') assert.equal(JSON.parse(page.html).error, 'invalid_request')
      }),
    )
  for (const type of ['html', 'json'] as const)
    field(
      'error_page.status',
      `by the reason, as ${type}`,
      speaks({ error_page: { type, status: { unknown_client: 410, unknown_redirect: 418, ended: 440 } } }, async (world) => {
        await isShown(world, { client_id: 'nobody' }, 410)
        await isShown(world, { redirect_uri: OTHER }, 418)
        await isShown(world, { ticket: 'nonsense' }, 440)
        await isShown(world, { client_id: '' }, 400)
      }),
    )
})

const every = ['authorization_code', 'refresh_token', 'client_credentials']
const JSON_TYPE = { 'content-type': 'application/json' }

describe('the neutral fields: the token endpoint', () => {
  field(
    'grant_types',
    'null: all that the server has',
    speaks({ grant_types: null, discovery: ['authorization_server'] }, async (world) => {
      assert.equal((await token(world, { grant_type: 'client_credentials' })).status, 200)
      const metadata = await world.get('/own/.well-known/oauth-authorization-server')
      assert.deepEqual([...metadata.body.grant_types_supported].sort(), [...every].sort())
    }),
  )
  field(
    'grant_types',
    'those that are named',
    speaks({ grant_types: ['authorization_code'], discovery: ['authorization_server'] }, async (world) => {
      assert.equal((await token(world, { grant_type: 'client_credentials' })).body.error, 'unsupported_grant_type')
      await isAllowed(world)
      const metadata = await world.get('/own/.well-known/oauth-authorization-server')
      assert.deepEqual(metadata.body.grant_types_supported, ['authorization_code'])
    }),
  )
  const ways = async (world: World) => {
    const form = { grant_type: 'client_credentials' }
    const by_post = await world.post('/token', { ...form, client_id: 'c1', client_secret: CLIENT_SECRET })
    const by_header = await world.post('/token', form, basic('c1'))
    return [by_post.status, by_header.status]
  }
  field(
    'client_auth',
    'registered: the one method of the client',
    speaks({ client_auth: 'registered' }, async (world) => assert.deepEqual(await ways(world), [200, 401])),
  )
  field(
    'client_auth',
    'a list: whichever of these',
    speaks({ client_auth: ['client_secret_post', 'client_secret_basic'] }, async (world) =>
      assert.deepEqual(await ways(world), [200, 200]),
    ),
  )
  field(
    'client_auth',
    'a list: no other',
    speaks({ client_auth: ['client_secret_basic'] }, async (world) => assert.deepEqual(await ways(world), [401, 200])),
  )
  field('client_auth', 'a list without none shuts out who has no secret; a list with it lets nobody in without theirs', async () => {
    const client = { token_endpoint_auth_method: 'none', client_secrets: [] }
    const attempt: Walk = async (world) => {
      const { status } = await token(world, {
        grant_type: 'authorization_code',
        code: await world.code(),
        redirect_uri: CALLBACK,
        code_verifier,
        client_secret: '',
      })
      statuses.push(status)
    }
    const statuses: number[] = []
    await speaks({ client_auth: ['client_secret_post'] }, attempt, { client })()
    await speaks({ client_auth: ['none', 'client_secret_post'] }, attempt, { client })()
    await speaks({ client_auth: ['none', 'client_secret_post'] }, attempt)()
    assert.deepEqual(statuses, [401, 200, 401])
  })
  for (const body of [['form'], ['json'], ['form', 'json']] as const)
    field(
      'body',
      body.join(' and '),
      speaks({ body }, async (world) => {
        const words = { grant_type: 'client_credentials', client_id: 'c1', client_secret: CLIENT_SECRET }
        const form = await world.post('/token', words)
        const json = await world.post('/token', JSON.stringify(words), JSON_TYPE)
        assert.deepEqual(
          [form.status, json.status],
          [(body as readonly string[]).includes('form') ? 200 : 400, (body as readonly string[]).includes('json') ? 200 : 400],
        )
        for (const path of ['/introspect', '/revoke'])
          assert.equal((await world.post(path, JSON.stringify({ ...words, token: 'x' }), JSON_TYPE)).status, json.status, path)
        assert.equal((await world.post('/own/auth', '{}', JSON_TYPE)).status, 400, 'never at authorize')
        const person = await world.person()
        const url = new URL(world.ask())
        assert.equal(
          (await person.post(url.origin + url.pathname, Object.fromEntries(url.searchParams))).status,
          303,
          'a form at authorize, always',
        )
      }),
    )
  field(
    'form_types',
    'further names of the form',
    speaks({ form_types: ['application/x-form'] }, async (world) => {
      const attempt = async (type: string) => (await token(world, { grant_type: 'client_credentials' }, { 'content-type': type })).status
      assert.deepEqual(
        [await attempt('application/x-form'), await attempt('Application/X-Form; charset=utf-8'), await attempt('application/x-other')],
        [200, 200, 400],
      )
    }),
  )
  for (const [redirect_uri_at_token, status] of [
    ['required', 400],
    ['optional', 200],
  ] as const)
    field(
      'redirect_uri_at_token',
      redirect_uri_at_token,
      speaks({ redirect_uri_at_token }, async (world) => {
        assert.equal((await world.redeem(await world.code(), { redirect_uri: '' })).status, status)
        assert.equal((await world.redeem(await world.code(), { redirect_uri: OTHER })).status, 400)
        await isAllowed(world)
      }),
    )
  for (const code_replay of ['revoke', 'tolerate'] as const)
    field(
      'code_replay',
      code_replay,
      speaks({ code_replay }, async (world) => {
        const code = await world.code()
        const { body } = await world.redeem(code)
        const again = await world.redeem(code)
        assert.deepEqual([again.status, again.headers.get('x-should-retry')], [400, 'false'])
        assert.equal((await world.introspect(body.access_token)).body.active, code_replay === 'tolerate')
        world.time.now += 10_001
        await world.redeem(code)
        assert.equal((await world.introspect(body.access_token)).body.active, false)
      }),
    )
  const body_shape = standard.token_response
  for (const expires of ['expires_in', 'expires'] as const)
    field(
      'token_response.expires',
      expires,
      speaks({ token_response: { ...body_shape, expires } }, async (world) => {
        const body = await bodyOf(world)
        assert.deepEqual(
          [body.expires_in, body.expires],
          expires === 'expires_in' ? [600, undefined] : [undefined, world.time.now + 600_000],
        )
      }),
    )
  for (const token_type of [true, false])
    field(
      'token_response.token_type',
      String(token_type),
      speaks({ token_response: { ...body_shape, token_type } }, async (world) =>
        assert.equal((await bodyOf(world)).token_type, token_type ? 'Bearer' : undefined),
      ),
    )
  for (const [scope, says] of [
    ['text', 'openid invoices.read'],
    ['null', null],
    ['left_out', undefined],
  ] as const)
    field(
      'token_response.scope',
      scope,
      speaks({ token_response: { ...body_shape, scope } }, async (world) => assert.equal((await bodyOf(world)).scope, says)),
    )
  for (const refresh_tokens of ['registered', 'never'] as const)
    field(
      'refresh_tokens',
      refresh_tokens,
      speaks({ refresh_tokens }, async (world) =>
        assert.equal((await bodyOf(world)).refresh_token !== undefined, refresh_tokens === 'registered'),
      ),
    )
  for (const id_tokens of [true, false])
    field(
      'id_tokens',
      String(id_tokens),
      speaks({ id_tokens }, async (world) => assert.equal((await bodyOf(world)).id_token !== undefined, id_tokens)),
    )
  for (const access_token_format of ['jwt', 'opaque'] as const)
    field(
      'access_token_format',
      access_token_format,
      speaks({ access_token_format }, async (world) =>
        assert.equal((await bodyOf(world)).access_token.split('.').length === 3, access_token_format === 'jwt'),
      ),
    )
  for (const description of ['error_description', 'errorDescription'] as const)
    field(
      'error_body',
      description,
      speaks({ error_body: { description } }, async (world) => {
        for (const path of ['/token', '/introspect', '/revoke', '/own/me'])
          assert.deepEqual(Object.keys((await world.post(path, { token: 'x', grant_type: 'x' })).body), ['error', description], path)
      }),
    )
  field(
    'errors',
    'another status and word, at the endpoints and to the client',
    speaks(
      { errors: { invalid_client: { status: 403, error: 'Forbidden' }, invalid_scope: { status: 422, error: 'bad_scope' } } },
      async (world) => {
        const wrong = await token(world, { grant_type: 'client_credentials', client_secret: 'wrong' })
        assert.deepEqual([wrong.status, wrong.body.error], [403, 'Forbidden'])
        const scope = await token(world, { grant_type: 'client_credentials', scope: 'unheard-of' })
        assert.deepEqual([scope.status, scope.body.error], [422, 'bad_scope'])
        await isRefused(world, { scope: 'unheard-of' }, 'bad_scope')
      },
    ),
  )
})

describe('the neutral fields: lifetimes, in seconds', () => {
  field(
    'lifetime',
    'code',
    speaks({ lifetime: { code: 5 } }, async (world) => {
      const [code, late] = [await world.code(), await world.code()]
      world.time.now += 4_999
      assert.equal((await world.redeem(code)).status, 200)
      world.time.now += 1
      assert.equal((await world.redeem(late)).body.error, 'invalid_grant')
    }),
  )
  field(
    'lifetime',
    'ticket',
    speaks({ lifetime: { ticket: 5 } }, async (world) => {
      const browser = world.browser()
      const sent = await browser.get(world.ask())
      world.time.now += 4_999
      assert.equal((await browser.get(sent.location)).status, 200)
      world.time.now += 1
      assert.equal((await browser.get(sent.location)).status, 400)
    }),
  )
  field(
    'lifetime',
    'access_token',
    speaks({ lifetime: { access_token: 5 } }, async (world) => {
      const { access_token, expires_in } = await bodyOf(world)
      assert.equal(expires_in, 5)
      world.time.now += 5_000
      assert.equal((await world.introspect(access_token)).body.active, false)
    }),
  )
  field(
    'lifetime',
    'refresh_token: of one that is not used',
    speaks({ lifetime: { refresh_token: 700 } }, async (world) => {
      const { refresh_token } = await bodyOf(world)
      world.time.now += 699_000
      const next = await world.refresh(refresh_token)
      assert.equal(next.status, 200)
      world.time.now += 700_000
      assert.equal((await world.refresh(next.body.refresh_token)).body.error, 'invalid_grant')
    }),
  )
  field(
    'lifetime',
    'grant: in all',
    speaks({ lifetime: { grant: 700 } }, async (world) => {
      const { refresh_token } = await bodyOf(world)
      world.time.now += 699_000
      const next = await world.refresh(refresh_token)
      assert.deepEqual([next.status, next.body.expires_in], [200, 1])
      world.time.now += 1_000
      assert.equal((await world.refresh(next.body.refresh_token)).body.error, 'invalid_grant')
    }),
  )
  field(
    'lifetime',
    'grace: of a refresh token that was used',
    speaks({ lifetime: { grace: 5 } }, async (world) => {
      const { refresh_token } = await bodyOf(world)
      const next = await world.refresh(refresh_token)
      world.time.now += 5_000
      assert.equal((await world.refresh(refresh_token)).body.refresh_token, next.body.refresh_token)
      world.time.now += 1
      assert.equal((await world.refresh(refresh_token)).body.error, 'invalid_grant')
    }),
  )
})

describe('the neutral fields: user information and introspection', () => {
  const bearer = (access_token: string) => ({ authorization: `Bearer ${access_token}` })
  const both = async (world: World, words?: Words) => {
    const shown = bearer((await bodyOf(world, words)).access_token)
    return [await world.get('/own/me', shown), await world.post('/own/me', '', shown)]
  }
  for (const methods of [['GET'], ['POST'], ['GET', 'POST']] as const)
    field(
      'userinfo.methods',
      methods.join(' and '),
      speaks({ userinfo: { ...standard.userinfo, methods } }, async (world) => {
        const statuses = (await both(world)).map(({ status }) => status)
        assert.deepEqual(
          statuses,
          ['GET', 'POST'].map((method) => ((methods as readonly string[]).includes(method) ? 200 : 405)),
        )
      }),
    )
  for (const required_scope of ['openid', 'email', null])
    field(
      'userinfo.required_scope',
      String(required_scope),
      speaks({ userinfo: { ...standard.userinfo, required_scope } }, async (world) => {
        for (const scope of ['openid', 'email', 'invoices.read'])
          assert.equal((await both(world, { scope }))[0]!.status, required_scope === null || required_scope === scope ? 200 : 403, scope)
      }),
    )
  for (const sub of [true, false])
    field(
      'userinfo.sub',
      String(sub),
      speaks({ userinfo: { ...standard.userinfo, sub } }, async (world) =>
        assert.equal((await both(world))[0]!.body.sub, sub ? world.mara.sub : undefined),
      ),
    )
  field(
    'userinfo.fields',
    'null: ours',
    speaks({}, async (world) =>
      assert.deepEqual(Object.keys((await both(world, { scope: 'openid email' }))[0]!.body), ['sub', 'email', 'email_verified']),
    ),
  )
  field(
    'userinfo.fields',
    'theirs, as far as the scopes open them',
    speaks({ userinfo: { ...standard.userinfo, fields: { mail: 'email', full: 'name', since: 'created_at' } } }, async (world) => {
      const body = async (scope: string) => (await both(world, { scope }))[0]!.body
      assert.deepEqual(await body('openid email'), { sub: world.mara.sub, mail: world.mara.email })
      assert.deepEqual(await body('openid email profile'), { sub: world.mara.sub, mail: world.mara.email, full: world.mara.name })
    }),
  )
  field(
    'introspection.members',
    'null: all',
    speaks({}, async (world) => {
      const { body } = await world.introspect((await bodyOf(world)).access_token)
      for (const name of ['active', 'sub', 'jti', 'token_type', 'scope', 'client_id', 'exp', 'iat', 'iss', 'aud'])
        assert.ok(name in body, name)
    }),
  )
  field(
    'introspection.members',
    'those that are named, of both kinds of tokens',
    speaks({ introspection: { callers: ['client'], members: ['active', 'scope'] } }, async (world) => {
      const { access_token, refresh_token } = await bodyOf(world)
      for (const shown of [access_token, refresh_token])
        assert.deepEqual((await world.introspect(shown)).body, { active: true, scope: 'openid invoices.read' })
      assert.deepEqual((await world.introspect('x')).body, { active: false })
    }),
  )
})

const REGISTER = { ...PATHS, register: '/own/register' }
const registering = (shape: Partial<Dialect['registration']>, more: Partial<Dialect> = {}): Partial<Dialect> => ({
  paths: REGISTER,
  registration: { ...standard.registration, policy: 'open', ...shape },
  ...more,
})
const register = (world: World, metadata: object, headers: Words = {}) =>
  world.post('/own/register', JSON.stringify(metadata), { ...JSON_TYPE, ...headers })
const metadata = { redirect_uris: [CALLBACK], client_name: 'Newcomer' }

describe('the neutral fields: registration', () => {
  field(
    'registration.policy',
    'closed: there is no such endpoint',
    speaks(registering({ policy: 'closed' }), async (world) => assert.equal((await register(world, metadata)).status, 404)),
  )
  field(
    'registration.policy',
    'initial_access_token: its holder',
    speaks(registering({ policy: 'initial_access_token' }), async (world) => {
      const { initial_access_token } = await addInitialAccessToken(world.store, { dialect: 'own', lasts: 60_000 }, () => world.time.now)
      const of_another = await addInitialAccessToken(world.store, { dialect: 'standard', lasts: 60_000 }, () => world.time.now)
      for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: `Bearer ${of_another.initial_access_token}` }])
        assert.equal((await register(world, metadata, headers as Words)).status, 401)
      assert.equal((await register(world, metadata, { authorization: `Bearer ${initial_access_token}` })).status, 201)
    }),
  )
  field(
    'registration.policy',
    'open: everybody, with a client of this dialect',
    speaks(registering({ policy: 'open' }), async (world) => {
      const { status, body } = await register(world, { ...metadata, token_endpoint_auth_method: 'none', scope: 'openid' })
      assert.equal(status, 201)
      const words = { client_id: body.client_id, scope: 'openid' }
      const code = await world.code(words)
      const answer = await token(world, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier,
        client_id: body.client_id,
        client_secret: '',
      })
      assert.equal(answer.status, 200)
    }),
  )
  for (const [unknown_members, status] of [
    ['refuse', 400],
    ['ignore', 201],
  ] as const)
    field(
      'registration.unknown_members',
      unknown_members,
      speaks(registering({ unknown_members }), async (world) =>
        assert.equal((await register(world, { ...metadata, unheard_of: 1 })).status, status),
      ),
    )
  for (const [redirect_uris, status] of [
    ['required', 400],
    ['optional', 201],
  ] as const)
    field(
      'registration.redirect_uris',
      redirect_uris,
      speaks(registering({ redirect_uris }), async (world) => assert.equal((await register(world, {})).status, status)),
    )
  field(
    'registration.defaults',
    'what is left out means this',
    speaks(registering({ defaults: { token_endpoint_auth_method: 'none', client_name: 'No name' } }), async (world) => {
      const { body } = await register(world, { redirect_uris: [CALLBACK] })
      assert.deepEqual([body.token_endpoint_auth_method, body.client_name, body.client_secret], ['none', 'No name', undefined])
      assert.equal((await register(world, { ...metadata, token_endpoint_auth_method: 'client_secret_post' })).body.client_name, 'Newcomer')
    }),
  )
  field(
    'registration.members',
    'null: all',
    speaks(registering({ members: null }), async (world) => {
      const { body } = await register(world, metadata)
      for (const name of ['client_id', 'client_id_issued_at', 'client_secret', 'client_secret_expires_at', 'client_name', 'redirect_uris'])
        assert.ok(name in body, name)
    }),
  )
  field(
    'registration.members',
    'those that are named',
    speaks(registering({ members: ['client_id', 'client_name'] }), async (world) =>
      assert.deepEqual(Object.keys((await register(world, metadata)).body).sort(), ['client_id', 'client_name']),
    ),
  )
  for (const invalid_fields of [true, false])
    field(
      'registration.invalid_fields',
      String(invalid_fields),
      speaks(registering({ invalid_fields }), async (world) => {
        const { status, body } = await register(world, { ...metadata, grant_types: ['password'] })
        assert.equal(status, 400)
        assert.deepEqual(body.invalid_fields && Object.keys(body.invalid_fields), invalid_fields ? ['grant_types'] : undefined)
      }),
    )
  for (const manageable of [true, false])
    field(
      'registration.manageable',
      String(manageable),
      speaks(registering({ policy: 'initial_access_token', manageable }), async (world) => {
        const { initial_access_token } = await addInitialAccessToken(world.store, { dialect: 'own', lasts: 60_000 }, () => world.time.now)
        const { body } = await register(world, metadata, { authorization: `Bearer ${initial_access_token}` })
        const { client_id, registration_access_token, registration_client_uri } = body
        const path = `/own/register/${client_id}`
        assert.equal(registration_client_uri, manageable ? world.issuer + path : undefined)
        const shown = await world.get(path, { authorization: `Bearer ${registration_access_token}` })
        assert.deepEqual([shown.status, shown.body.client_name], manageable ? [200, 'Newcomer'] : [404, undefined])
      }),
    )
  field(
    'client_id_suffix',
    'behind every client_id that is made for it',
    speaks(registering({}, { client_id_suffix: '.own.example' }), async (world) =>
      assert.ok((await register(world, metadata)).body.client_id.endsWith('.own.example')),
    ),
  )
})

const MANAGED = { ...PATHS, clients: '/own/clients', grants: '/own/grants', consents: '/own/asked', decide: '/own/answer' }
const shape: NonNullable<Dialect['management']> = {
  envelope: 'thing',
  paging: { number: 'p', size: 'n', default_size: 2, most: 3 },
  meta: { name: 'counts', number: 'at', size: 'of', total: 'all', pages: 'last' },
  client: {
    fields: {
      key: 'client_id',
      title: 'client_name',
      kind: 'client_type',
      may: 'scopes',
      by: 'grant_types',
      back: 'redirect_uris',
      secret: 'client_secret',
    },
    constants: { type: 'app' },
    required: ['title', 'kind', 'may', 'by'],
    filters: { title: 'client_name' },
    created_status: 201,
  },
  grant: { fields: { key: 'consent_id', app: 'client_id', may: 'scopes' }, constants: { type: 'permission' } },
  consent: {
    fields: { app: 'client_id', title: 'client_name', wants: 'scopes' },
    scope: { word: 'scope', says: 'title' },
    decision: { token: 'asked', allowed: 'yes', redirect_uri: 'next' },
  },
  invalid_status: 422,
}
const app = { title: 'App', kind: 'confidential', may: ['openid'], by: ['authorization_code'], back: [CALLBACK] }
const managing = (difference: Partial<NonNullable<Dialect['management']>> = {}): Partial<Dialect> => ({
  paths: MANAGED,
  management: { ...shape, ...difference },
})
const keyOf = async (world: World): Promise<Words> => {
  const { api_key } = await addApiKey(world.store, { sub: world.mara.sub }, () => world.time.now)
  return { authorization: `Bearer ${api_key}` }
}
const make = async (world: World, key: Words, body: object = app) =>
  world.post('/own/clients', JSON.stringify(body), { ...key, ...JSON_TYPE })

describe('the neutral fields: management', () => {
  field(
    'management',
    'null: nothing is there',
    speaks({ management: null }, async (world) => {
      for (const path of ['/own/clients', '/own/grants']) assert.equal((await world.get(path, await keyOf(world))).status, 404)
    }),
  )
  field('management', 'null, with paths that need it: the server does not start', async () => {
    await assert.rejects(speaks({ paths: MANAGED, management: null }, async () => {})(), /needs management/)
  })
  field(
    'management.envelope',
    'around one thing and around many',
    speaks(managing(), async (world) => {
      const key = await keyOf(world)
      const made = await make(world, key)
      assert.deepEqual(Object.keys(made.body), ['thing'])
      assert.deepEqual(Object.keys((await world.get('/own/clients', key)).body), ['thing', 'counts'])
    }),
  )
  field(
    'management.client.fields',
    'theirs, with what is always the same',
    speaks(managing(), async (world) => {
      const { key, secret, ...rest } = (await make(world, await keyOf(world))).body.thing
      assert.deepEqual([typeof key, typeof secret], ['string', 'string'])
      assert.deepEqual(rest, { type: 'app', ...app })
    }),
  )
  field(
    'management.client.required',
    'those that are named',
    speaks(managing(), async (world) => {
      const key = await keyOf(world)
      for (const name of shape.client.required) {
        const { [name as keyof typeof app]: _left_out, ...rest } = app
        const { status, body } = await make(world, key, rest)
        assert.ok(status >= 400 && status < 500)
        assert.ok(body.error_description.includes(name))
      }
    }),
  )
  field(
    'management.client.filters',
    'their words for them',
    speaks(managing(), async (world) => {
      const key = await keyOf(world)
      for (const title of ['One', 'Two']) await make(world, key, { ...app, title })
      assert.deepEqual(
        (await world.get('/own/clients?title=Two', key)).body.thing.map(({ title }: Words) => title),
        ['Two'],
      )
    }),
  )
  for (const created_status of [200, 201] as const)
    field(
      'management.client.created_status',
      String(created_status),
      speaks(managing({ client: { ...shape.client, created_status } }), async (world) =>
        assert.equal((await make(world, await keyOf(world))).status, created_status),
      ),
    )
  field(
    'management.paging',
    'and its counters',
    speaks(managing(), async (world) => {
      const key = await keyOf(world)
      for (const title of ['1', '2', '3', '4', '5']) await make(world, key, { ...app, title })
      const { body } = await world.get('/own/clients?p=3', key)
      assert.deepEqual([body.thing.length, body.counts], [1, { at: 3, of: 2, all: 5, last: 3 }])
      assert.equal((await world.get('/own/clients?n=3', key)).body.thing.length, 3)
      assert.equal((await world.get('/own/clients?n=4', key)).status, 400)
    }),
  )
  field(
    'management.grant',
    'theirs, with what is always the same',
    speaks(managing(), async (world) => {
      await isAllowed(world)
      const { body } = await world.get('/own/grants', await keyOf(world))
      const { key, ...rest } = body.thing[0]
      assert.equal(typeof key, 'string')
      assert.deepEqual(rest, { type: 'permission', app: 'c1', may: ['openid', 'invoices.read'] })
    }),
  )
  field(
    'management.consent',
    'theirs',
    speaks({ ...managing(), consent_page: 'https://portal.example/ask?lang=en' }, async (world) => {
      const key = await keyOf(world)
      const { location } = await (await world.person()).get(world.ask())
      const { asked } = wordsOf(location)
      const { body } = await world.get(`/own/asked/${asked}`, key)
      assert.deepEqual([body.thing.app, body.thing.title, body.thing.wants[0].word], ['c1', 'App', 'openid'])
      const answer = await world.post('/own/answer', JSON.stringify({ asked, yes: true }), { ...key, ...JSON_TYPE })
      assert.ok(answer.body.next.startsWith(`${CALLBACK}?code=`))
    }),
  )
  for (const invalid_status of [400, 422] as const)
    field(
      'management.invalid_status',
      String(invalid_status),
      speaks(managing({ invalid_status }), async (world) => {
        assert.equal((await make(world, await keyOf(world), { ...app, may: ['unheard-of'] })).status, invalid_status)
        assert.equal((await world.get('/own/asked/nonsense', await keyOf(world))).status, invalid_status)
      }),
    )
  field(
    'consent_page',
    'null: our own',
    speaks(managing(), async (world) => {
      const { location } = await (await world.person()).get(world.ask())
      assert.equal(new URL(location).pathname, '/consent')
    }),
  )
  field(
    'consent_page',
    'a first party’s, once the person is signed in',
    speaks({ ...managing(), consent_page: 'https://portal.example/ask?lang=en' }, async (world) => {
      assert.equal(new URL((await world.browser().get(world.ask())).location).pathname, '/login')
      const { status, location, headers } = await (await world.person()).get(world.ask())
      assert.ok(location.startsWith('https://portal.example/ask?lang=en&asked='))
      assert.deepEqual([status, headers.get('cache-control')], [303, 'no-store'])
    }),
  )
  field(
    'lifetime',
    'consent_token',
    speaks({ ...managing(), consent_page: 'https://portal.example/ask', lifetime: { consent_token: 5 } }, async (world) => {
      const key = await keyOf(world)
      const { asked } = wordsOf((await (await world.person()).get(world.ask())).location)
      world.time.now += 4_999
      assert.equal((await world.get(`/own/asked/${asked}`, key)).status, 200)
      world.time.now += 1
      assert.equal((await world.get(`/own/asked/${asked}`, key)).status, 422)
    }),
  )
  field(
    'introspection.callers',
    'client: no key of an API',
    speaks(managing(), async (world) => assert.equal((await world.post('/introspect', { token: 'x' }, await keyOf(world))).status, 401)),
  )
  field(
    'introspection.callers',
    'client and api_key',
    speaks({ ...managing(), introspection: { callers: ['client', 'api_key'], members: null } }, async (world) => {
      assert.deepEqual((await world.post('/introspect', { token: 'x' }, await keyOf(world))).body, { active: false })
      assert.equal((await world.introspect('x')).status, 200)
    }),
  )
  field(
    'introspection.rate_limit',
    'of each caller by itself',
    speaks({ introspection: { ...standard.introspection, rate_limit: { requests: 2, seconds: 10 } } }, async (world) => {
      await world.addClient({ ...world.client, client_id: 'c2' })
      const ask = async (client_id: string) =>
        (await world.post('/introspect', { client_id, client_secret: CLIENT_SECRET, token: 'x' })).status
      assert.deepEqual([await ask('c1'), await ask('c1'), await ask('c1'), await ask('c2')], [200, 200, 429, 200])
      world.time.now += 10_001
      assert.equal(await ask('c1'), 200)
    }),
  )
})

it('every neutral field of the standard has a test here', () => {
  const leaves = Object.entries(standard).flatMap(([name, value]) => {
    const whole = ['name', 'source', 'paths', 'lifetime', 'error_body', 'scopes', 'aliases', 'errors'].includes(name)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && !whole ? Object.keys(value).map((member) => `${name}.${member}`) : [name]
  })
  assert.deepEqual(
    leaves.filter((name) => !['name', 'source'].includes(name) && !fields.has(name)),
    [],
  )
})
