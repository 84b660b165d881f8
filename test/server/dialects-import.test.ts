import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { DialectDifference } from '../../src/core/model/dialect.ts'
import { run } from '../../src/server/cli/run.ts'
import { readDialect } from '../../src/server/dialects/schema.ts'
import { cleanEnvironment, makeFolder, type Outcome } from '../support/program.ts'

const FIXTURE = 'test/dialects/fixtures/authorize-endpoint.md'

/** Runs a command in a folder, in this process. */
async function command(cwd: string, ...args: string[]): Promise<Outcome> {
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  outcome.code = await run(args, {
    stdout: (text) => void (outcome.stdout += text),
    stderr: (text) => void (outcome.stderr += text),
    stdin: async () => '',
    file: async (path) => readFileSync(join(cwd, path), 'utf8'),
    env: {},
    cwd,
  })
  return outcome
}

/** Imports this text, or this description as JSON. */
async function importText(test: TestContext, given: string | object, ...flags: string[]): Promise<Outcome & { cwd: string }> {
  const cwd = makeFolder(test)
  writeFileSync(join(cwd, 'description'), typeof given === 'string' ? given : JSON.stringify(given))
  return { ...(await command(cwd, 'dialect', 'import', 'description', ...flags)), cwd }
}

async function draft(test: TestContext, given: string | object): Promise<{ dialect: DialectDifference; said: string }> {
  const { code, stdout, stderr } = await importText(test, given, '--name', 'draft')
  assert.equal(code, 0, stderr)
  const dialect = JSON.parse(stdout)
  assert.ok(readDialect(dialect, []), 'a draft is a dialect')
  return { dialect, said: stderr }
}

// biome-ignore lint/suspicious/noExplicitAny: descriptions have every shape
type Anything = any

/** A query parameter of the description. */
const parameter = (name: string, more: object = {}) => ({ name, in: 'query', schema: { type: 'string' }, ...more })
const ESSENTIAL = [parameter('client_id', { required: true }), parameter('response_type', { required: true })]

/** A description of an authorization endpoint with these parameters and answers. */
function describeWith(parameters: object[] = [], more: Anything = {}): Anything {
  const { responses = { 302: { description: 'On' } }, ...rest } = more
  return {
    openapi: '3.0.3',
    info: { title: 'Acme Sign-in API', version: '1' },
    servers: [{ url: 'https://api.acme.example/base' }],
    paths: { '/authorize': { get: { parameters: [...ESSENTIAL, ...parameters], responses } } },
    ...rest,
  }
}

describe('dialect import of a page that describes an authorization endpoint', () => {
  it('says what the page says, and nothing else', async (test) => {
    const { dialect, said } = await draft(test, readFileSync(FIXTURE, 'utf8'))
    const { scopes, source, ...rest } = dialect
    assert.deepEqual(rest, {
      name: 'draft',
      base: '/v2',
      paths: { authorize: '/v2/oauth/authorize', token: '/v2/oauth/token' },
      discovery: [],
      required: ['response_type', 'client_id', 'redirect_uri'],
      redirect_default: 'none',
      unknown_resource: 'ignore',
      pkce: { required: 'if_registered', methods: ['S256', 'plain'], method_required: false },
      interaction: 'embedded',
      redirect_status: 302,
      error_page: { type: 'html', status: { unknown_client: 404, unknown_redirect: 422 } },
    })
    assert.deepEqual([Object.keys(scopes!), source.url], [['admin'], 'https://docs.provider.example/openapi/oauth.yml'])
    assert.match(source.read, /^\d{4}-\d\d-\d\d$/)
    for (const word of ['paths.token', 'client_auth', 'lifetime', 'token_response', 'refresh_tokens'])
      assert.match(said, new RegExp(`Could not tell[\\s\\S]*- .*${word}`), word)
    assert.match(said, /Assumed:[\s\S]*interaction: 200/)
  })

  it('the draft passes the rows of the contract about authorize that the described vendor passes', { timeout: 120_000 }, async (test) => {
    const vendor = 'telnyx'
    const cwd = makeFolder(test)
    copyFileSync(FIXTURE, join(cwd, 'page.md'))
    const { code, stderr } = await command(cwd, 'dialect', 'import', 'page.md', '--name', vendor, '--out', 'draft.json')
    assert.equal(code, 0, stderr)
    const rows = ['test/dialects/contract-request.test.ts', 'test/dialects/contract-response.test.ts']
    const pattern = `--test-name-pattern=row \\d+, ${vendor}: `
    const child = spawn(process.execPath, ['--test', '--test-reporter=tap', pattern, ...rows], {
      env: cleanEnvironment({ DIALECT_UNDER_TEST: join(cwd, 'draft.json') }),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part))
    await once(child, 'close')
    const passed = new Set([...output.matchAll(/^\s*ok \d+ - row (\d+), /gm)].map(([, row]) => Number(row)))
    assert.doesNotMatch(output, /^\s*not ok/m, output)
    assert.deepEqual(
      [...passed].sort((one, other) => one - other),
      Array.from({ length: 23 }, (_, index) => index + 1),
    )
  })

  it('JSON and YAML say the same', async (test) => {
    const description = describeWith([parameter('state', { required: true })])
    const yaml = `openapi: 3.0.3
info: { title: Acme Sign-in API, version: '1' }
servers: [{ url: https://api.acme.example/base }]
paths:
  /authorize:
    get:
      parameters:
        - { name: client_id, in: query, required: true, schema: { type: string } }
        - { name: response_type, in: query, required: true, schema: { type: string } }
        - { name: state, in: query, required: true, schema: { type: string } }
      responses: { 302: { description: 'On' } }
`
    assert.deepEqual((await draft(test, yaml)).dialect, (await draft(test, description)).dialect)
  })

  const cases: [name: string, description: Anything, expected: Anything, said?: RegExp][] = [
    ['a base with a slash at its end', describeWith([], { servers: [{ url: '/api/' }] }), { base: '/api' }],
    ['no server', describeWith([], { servers: undefined }), { base: undefined, paths: { authorize: '/authorize', token: '/token' } }],
    [
      'a server with variables',
      describeWith([], {
        servers: [{ url: 'https://{region}.acme.example/{version}', variables: { region: { default: 'eu' }, version: { default: 'v3' } } }],
      }),
      { base: '/v3' },
    ],
    ['two servers', describeWith([], { servers: [{ url: '/a' }, { url: '/b' }] }), { base: '/a' }, /the first of 2 servers/],
    [
      'another word for a parameter',
      describeWith([parameter('redirect_url', { required: true })]),
      { aliases: { redirect_url: 'redirect_uri' }, redirect_default: 'none' },
      /redirect_url is a word for redirect_uri/,
    ],
    ['another spelling', describeWith([parameter('codeChallenge', { required: true })]), { aliases: { codeChallenge: 'code_challenge' } }],
    [
      'a redirect that may be left out',
      describeWith([parameter('redirect_uri')]),
      { redirect_default: undefined },
      /redirect_default: without a redirect_uri the only one/,
    ],
    [
      'a parameter that nobody knows',
      describeWith([parameter('tenant', { required: true })]),
      { required: undefined },
      /The parameter tenant: it is passed over/,
    ],
    ['a cookie', describeWith([{ name: 'Cookie', in: 'header', schema: {} }]), {}, /The header Cookie: people sign in here/],
    ['no scopes', describeWith(), { scope_parameter: false }, /scope_parameter: there is none/],
    ['a resource', describeWith([parameter('resource')]), { unknown_resource: undefined }],
    ['scopes with commas', describeWith([parameter('scope', { description: 'Comma-separated.' })]), { scope_separator: ',' }],
    [
      'scopes as a list',
      describeWith([parameter('scope', { schema: { type: 'array', items: { enum: ['reports', 'openid'] } } })]),
      {
        scope_separator: ',',
        scopes: { reports: { title: { en: 'Use reports' }, description: { en: 'What reports opens is yet to be written.' }, level: 3 } },
      },
    ],
    [
      'a challenge that is required',
      describeWith([
        parameter('code_challenge', { required: true }),
        parameter('code_challenge_method', { required: true, schema: { enum: ['S256'] } }),
      ]),
      { pkce: { required: 'always', methods: ['S256'], method_required: true } },
    ],
    [
      'a challenge with methods unsaid',
      describeWith([parameter('code_challenge')]),
      { pkce: { required: 'if_registered', methods: ['S256'], method_required: true } },
      /pkce\.methods: S256 alone/,
    ],
    ['no challenge', describeWith(), { pkce: { required: 'never', methods: ['S256'], method_required: true } }, /pkce: not mentioned/],
    ['308', describeWith([], { responses: { 308: {} } }), { redirect_status: 308, interaction: undefined }],
    ['no redirect at all', describeWith([], { responses: { 301: {} } }), { redirect_status: undefined }, /redirect_status: 303/],
    [
      'errors as JSON',
      describeWith([], { responses: { 302: {}, 400: { content: { 'application/json': {} } } } }),
      { error_page: { type: 'json', status: {} } },
    ],
    [
      'the flow of a security scheme',
      describeWith([parameter('scope')], {
        components: {
          securitySchemes: {
            acme: {
              type: 'oauth2',
              flows: {
                authorizationCode: {
                  tokenUrl: 'https://api.acme.example/sso/token',
                  scopes: { 'reports:read': 'See reports', email: 'Email' },
                },
              },
            },
          },
        },
      }),
      {
        paths: { authorize: '/base/authorize', token: '/sso/token' },
        scopes: { 'reports:read': { title: { en: 'See reports' }, description: { en: 'See reports' }, level: 3 } },
      },
    ],
  ]
  for (const [name, description, expected, said] of cases) {
    it(`reads ${name}`, async (test) => {
      const read = await draft(test, description)
      for (const [field, value] of Object.entries(expected)) assert.deepEqual(read.dialect[field as keyof DialectDifference], value, field)
      if (said) assert.match(read.said, said)
    })
  }

  it('reads the token endpoint where it is described too', async (test) => {
    const schema = { properties: { grant_type: { enum: ['authorization_code', 'client_credentials', 'urn:other'] } } }
    const content = {
      'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/Token' } },
      'application/json': { schema },
    }
    const description = describeWith([], { components: { schemas: { Token: schema } } })
    description.paths['/oauth/t'] = { post: { requestBody: { content } } }
    const { paths, body, grant_types, refresh_tokens } = (await draft(test, description)).dialect
    assert.deepEqual(
      { paths, body, grant_types, refresh_tokens },
      {
        paths: { authorize: '/base/authorize', token: '/base/oauth/t' },
        body: ['form', 'json'],
        grant_types: ['authorization_code', 'client_credentials'],
        refresh_tokens: 'never',
      },
    )
  })

  it('a token endpoint that is described without a body is known by its name', async (test) => {
    const description = describeWith([], { paths: { ...describeWith().paths, '/oauth/token': { post: { responses: {} } } } })
    const { dialect, said } = await draft(test, description)
    assert.deepEqual(dialect.paths, { authorize: '/base/authorize', token: '/base/oauth/token' })
    assert.match(said, /paths\.token is \/base\/oauth\/token, by its name[\s\S]*body, grant_types: .* without them/)
    assert.doesNotMatch(said, /not described|beside the authorization endpoint/)
  })

  it('follows references, also of parameters that all methods share', async (test) => {
    const description = describeWith()
    description.components = { parameters: { State: parameter('state', { required: true }) } }
    description.paths['/authorize'].parameters = [{ $ref: '#/components/parameters/State' }]
    assert.deepEqual([...(await draft(test, description)).dialect.required!].sort(), ['client_id', 'response_type', 'state'])
  })

  it('makes a name of the title', async (test) => {
    assert.equal(JSON.parse((await importText(test, describeWith())).stdout).name, 'acme-sign-in-api')
  })

  const refused: [name: string, given: string | object, problem: RegExp][] = [
    ['text that is neither', 'a: [1', /neither JSON nor YAML: it stops making sense at line 1/],
    ['a list', '[]', /holds no object/],
    ['an older version', { swagger: '2.0' }, /not of OpenAPI 3\.0 or 3\.1/],
    [
      'no authorization endpoint',
      { openapi: '3.0.0', paths: { '/a': { get: { parameters: [parameter('client_id')] } } } },
      /has no authorization endpoint/,
    ],
    [
      'a path with a placeholder',
      { ...describeWith(), paths: { '/{tenant}/authorize': { get: { parameters: ESSENTIAL } } } },
      /No dialect can say this: paths\.authorize must be plain segments/,
    ],
    [
      'a reference to elsewhere',
      describeWith([{ $ref: 'https://elsewhere.example/p.yml' } as object]),
      /refers to something outside itself/,
    ],
    [
      'a reference in a circle',
      describeWith([{ $ref: '#/components/a' } as object], { components: { a: { $ref: '#/components/a' } } }),
      /or in a circle/,
    ],
    [
      'a text that grows',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefg'
        .split('')
        .map((letter, i) => `${letter}: &${letter} [${Array(10).fill(`*${'abcdef'[i]}`)}]`)
        .join('\n')}`,
      /refers to itself too often/,
    ],
  ]
  for (const [name, given, problem] of refused) {
    it(`refuses ${name}`, async (test) => {
      const { code, stdout, stderr } = await importText(test, given)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, problem)
    })
  }

  for (const out of ['draft.ts', 'draft.js', 'draft.mjs', 'draft.json']) {
    it(`--out ${out} is a file that check accepts`, async (test) => {
      const { cwd, code } = await importText(test, describeWith(), '--out', out)
      assert.equal(code, 0)
      assert.match(readFileSync(join(cwd, out), 'utf8'), out.endsWith('.json') ? /^\{/ : /^export default \{/)
      const { stdout, stderr } = await command(cwd, 'dialect', 'check', out)
      assert.equal(stdout, 'ok: the dialect acme-sign-in-api can be served.\n', stderr)
    })
  }

  it('writes over nothing', async (test) => {
    const { cwd, code } = await importText(test, describeWith(), '--out', 'draft.json')
    assert.equal(code, 0)
    writeFileSync(join(cwd, 'draft.json'), 'mine')
    assert.equal((await command(cwd, 'dialect', 'import', 'description', '--out', 'draft.json')).code, 4)
    assert.equal(readFileSync(join(cwd, 'draft.json'), 'utf8'), 'mine')
  })
})
