import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { completeDialect, type Dialect, type DialectDifference, standard } from '../../src/core/model/dialect.ts'
import { dialects as known } from '../../src/dialects/index.ts'
import { type Config, ConfigError, type ConfigSources, readConfig } from '../../src/server/config.ts'
import { differenceOf } from '../../src/server/dialects/difference.ts'
import { readDialect } from '../../src/server/dialects/schema.ts'
import { makeFolder } from '../support/program.ts'
import { openSite } from '../support/site.ts'

/** A provider that nobody has. */
const acme: DialectDifference = {
  name: 'acme',
  source: { url: 'https://acme.example/docs', read: '2026-11-21' },
  base: '/acme',
  paths: { authorize: '/acme/authorize', token: '/acme/token' },
  discovery: [],
}

// biome-ignore lint/suspicious/noExplicitAny: the readers are given what no type allows
type Anything = any

function problemsOf(input: Anything): string[] {
  const problems: string[] = []
  const dialect = readDialect(input, problems)
  assert.equal(dialect === null, problems.length > 0, 'a dialect with problems is not given out')
  return problems
}

describe('the schema of dialects', () => {
  for (const dialect of known.filter((one) => one.name !== 'standard')) {
    it(`takes what it says of ${dialect.name} itself, and gives back the same`, () => {
      const problems: string[] = []
      assert.deepEqual(readDialect(JSON.parse(JSON.stringify(differenceOf(dialect))), problems), dialect)
      assert.deepEqual(problems, [])
    })
  }

  it('what is left out is the standard’s', () => {
    assert.deepEqual(readDialect(acme, []), completeDialect(acme))
  })

  it('every field of a dialect is looked at: none takes a value that nothing is', () => {
    for (const field of Object.keys(standard)) {
      const [problem = ''] = problemsOf({ ...acme, [field]: 0.5 })
      assert.ok(problem.startsWith(field), `${field}: ${problem}`)
    }
  })

  const management = known.find((one) => one.management !== null)!.management!
  const cases: [name: string, change: Anything, problems: RegExp[]][] = [
    ['a missing name', { name: undefined }, [/^name is missing\.$/]],
    ['a name with a capital', { name: 'Acme' }, [/^name must be a name of 1 to 32 lower-case letters/]],
    ['the name of the standard', { name: 'standard' }, [/^name must not be standard/]],
    ['a mistyped field', { pkse: {} }, [/^pkse is not known: did you mean pkce\?$/]],
    ['a field that is nothing like one', { frobnicate: 1 }, [/^frobnicate is not known: there are name, source, base, /]],
    [
      'a mistyped member',
      { token_response: { expire: 'expires', token_type: true, scope: 'text' } },
      [/^token_response\.expire is not known: did you mean expires\?$/, /^token_response\.expires is missing/],
    ],
    [
      'a method that there is not',
      { pkce: { required: 'always', methods: ['S256', 'S255'], method_required: true } },
      [/^pkce\.methods\[1\] must be one of: S256, plain\.$/],
    ],
    ['a list with something twice', { required: ['state', 'state'] }, [/^required must hold nothing twice\.$/]],
    ['a status that is none of those', { redirect_status: 307 }, [/^redirect_status must be one of: 302, 303, 308\.$/]],
    ['a code that lives too long', { lifetime: { code: 601 } }, [/^lifetime\.code must be a whole number of seconds from 10 to 600\.$/]],
    ['a lifetime that is text', { lifetime: { code: '60' } }, [/^lifetime\.code must be a whole number/]],
    ['a path without a slash', { paths: { ...acme.paths, revoke: 'revoke' } }, [/^paths\.revoke must begin with a slash\.$/]],
    ['a path with a query', { paths: { ...acme.paths, token: '/t?a' } }, [/^paths\.token must have no query and no fragment\.$/]],
    ['a path with dot segments', { paths: { ...acme.paths, token: '/a/../t' } }, [/^paths\.token must be plain segments/]],
    ['a path with an escape', { paths: { ...acme.paths, token: '/%74oken' } }, [/^paths\.token must be plain segments/]],
    ['a path with two slashes', { paths: { ...acme.paths, token: '//elsewhere.example' } }, [/^paths\.token must be plain segments/]],
    ['a path that ends with a slash', { paths: { ...acme.paths, token: '/t/' } }, [/^paths\.token must be plain segments/]],
    ['a well-known path', { paths: { ...acme.paths, jwks: '/.well-known/jwks.json' } }, [/^paths\.jwks must not be a well-known address/]],
    ['the second of several paths', { paths: { ...acme.paths, token: ['/t', 'u'] } }, [/^paths\.token\[1\] must begin with a slash/]],
    ['an endpoint that there is not', { paths: { ...acme.paths, tokens: '/t' } }, [/^paths\.tokens is not known: did you mean token\?$/]],
    [
      'two endpoints at one path',
      { paths: { ...acme.paths, revoke: '/acme/token' } },
      [/^paths\.revoke must not be the path of token too\.$/],
    ],
    ['an alias for nothing', { aliases: { app: 'client' } }, [/^aliases\.app must be one of: client_id, /]],
    ['an alias that hides a parameter', { aliases: { state: 'nonce' } }, [/^aliases\.state is a word of the standard already\.$/]],
    [
      'a scope of two words',
      { scopes: { 'a b': { title: { en: 'A' }, description: { en: 'B' }, level: 1 } } },
      [/^scopes\.a b must be one word/],
    ],
    [
      'a scope without English',
      { scopes: { a: { title: { de: 'A' }, description: { en: 'B' }, level: 1 } } },
      [/^scopes\.a\.title\.en is missing\.$/],
    ],
    [
      'a scope of level 4',
      { scopes: { a: { title: { en: 'A' }, description: { en: 'B' }, level: 4 } } },
      [/^scopes\.a\.level must be one of: 1, 2, 3\.$/],
    ],
    [
      'an error that there is not',
      { errors: { invalid_requst: { status: 400 } } },
      [/^errors\.invalid_requst is not known: did you mean invalid_request\?$/],
    ],
    [
      'an error with the status of a success',
      { errors: { invalid_grant: { status: 200 } } },
      [/^errors\.invalid_grant\.status must be a whole number from 400 to 599\.$/],
    ],
    [
      'an error page with the status of a redirect',
      { error_page: { type: 'html', status: { unknown_client: 302 } } },
      [/^error_page\.status\.unknown_client must be a whole number from 400 to 499\.$/],
    ],
    [
      'a default that no client can have',
      { registration: { ...standard.registration, defaults: { grant_types: ['password'] } } },
      [/^registration\.defaults\.grant_types must be one of: /],
    ],
    [
      'a default that there is not',
      { registration: { ...standard.registration, defaults: { granttypes: [] } } },
      [/^registration\.defaults\.granttypes is not known: did you mean grant_types\?$/],
    ],
    [
      'a rate without a time',
      { introspection: { ...standard.introspection, rate_limit: { requests: 5 } } },
      [/^introspection\.rate_limit\.seconds is missing\.$/],
    ],
    ['a consent page without TLS', { consent_page: 'http://acme.example/consent' }, [/^consent_page must use https/]],
    ['a suffix with a colon', { client_id_suffix: ':acme' }, [/^client_id_suffix must be at most 64 letters/]],
    ['a media type that is none', { form_types: ['form'] }, [/^form_types\[0\] must be a media type/]],
    [
      'a source that is no address',
      { source: { url: 'acme', read: 'today' } },
      [/^source\.url must be an absolute https address/, /^source\.read must be a day/],
    ],
    ['a list in place of an object', { pkce: [] }, [/^pkce must be an object\.$/]],
    ['a word in place of a list', { required: 'state' }, [/^required must be a list\.$/]],
    [
      'more than anybody has',
      { aliases: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`a${i}`, 'state'])) },
      [/^aliases must have at most 200 members\.$/],
    ],
    [
      'public clients without any protection',
      { pkce: { required: 'never', methods: [], method_required: true } },
      [/^pkce\.methods must not be empty where client_auth lets clients without a secret in/],
    ],
    [
      'a challenge that cannot be',
      { client_auth: ['client_secret_post'], pkce: { required: 'always', methods: [], method_required: true } },
      [/^pkce\.methods must not be empty where a challenge is asked for/],
    ],
    [
      'plain by silence where it is none',
      { pkce: { ...standard.pkce, method_required: false } },
      [/^pkce\.method_required must be true where methods leaves out plain/],
    ],
    [
      'a scope that must be there and cannot',
      { required: ['scope'], scope_parameter: false },
      [/^required must not hold scope where scope_parameter is false/],
    ],
    [
      'OpenID Connect without userinfo',
      { discovery: ['openid'] },
      [/^discovery must not hold openid without paths\.userinfo, paths\.jwks and id_tokens/],
    ],
    ['no code grant', { grant_types: ['client_credentials'], refresh_tokens: 'never' }, [/^grant_types must hold authorization_code\.$/]],
    [
      'refresh tokens for nothing',
      { grant_types: ['authorization_code'] },
      [/^refresh_tokens must be never where grant_types leaves out refresh_token/],
    ],
    [
      'open registration nowhere',
      { registration: { ...standard.registration, policy: 'open' } },
      [/^registration\.policy must be closed where paths\.register is missing/],
    ],
    ['clients to manage, and no words for it', { paths: { ...acme.paths, clients: '/c' } }, [/^management must not be null/]],
    [
      'pages larger than the largest',
      { management: { ...management, paging: { ...management.paging, default_size: 50, most: 20 } } },
      [/^management\.paging\.default_size must not be more than/],
    ],
    [
      'a page that could not decide',
      { consent_page: 'https://acme.example/consent', management },
      [/^consent_page must be null where paths\.consents or paths\.decide is missing/],
    ],
    [
      'names for a form that is not read',
      { body: ['json'], form_types: ['application/x-form'] },
      [/^form_types must be empty where body leaves out form/],
    ],
  ]
  for (const [name, change, expected] of cases) {
    it(`names the field of ${name}`, () => {
      const problems = problemsOf({ ...acme, ...change })
      assert.equal(problems.length, expected.length, problems.join('\n'))
      for (const [index, problem] of problems.entries()) assert.match(problem, expected[index]!)
    })
  }

  it('says everything at once', () => {
    assert.equal(
      problemsOf({ ...acme, interaction: 1, body: [], id_tokens: 'no', errors: [], lifetime: { code: 1, grace: 301 } }).length,
      6,
    )
  })

  it('repeats no value', () => {
    const secret = 'hunter2-hunter2'
    const problems = problemsOf({
      ...acme,
      interaction: secret,
      paths: { authorize: secret, token: `/t?${secret}` },
      consent_page: secret,
      body: [secret],
    })
    assert.ok(problems.length >= 4 && !problems.join().includes(secret))
  })

  it('names that every object has are names like others', () => {
    const problems = problemsOf({ ...acme, ...JSON.parse('{"constructor":1}'), pkce: JSON.parse('{"__proto__":{"required":"never"}}') })
    assert.ok(
      problems.some((problem) => problem.startsWith('constructor is not known')),
      problems.join('\n'),
    )
    assert.ok(problems.includes('pkce.required is missing.'), 'what a __proto__ brought along does not count')
    const aliases = readDialect({ ...acme, aliases: JSON.parse('{"__proto__":"state"}') }, [])!.aliases
    assert.deepEqual([Object.keys(aliases), Object.getPrototypeOf(aliases)], [['__proto__'], Object.prototype])
  })

  it('a decision may be sent to where grants are listed: one is a POST, the other a GET', () => {
    const paths = { ...acme.paths, grants: '/g', decide: '/g', consents: '/c' }
    assert.deepEqual(problemsOf({ ...acme, paths, management }), [])
  })
})

const read = (sources: ConfigSources): Promise<Config> => readConfig({ cwd: '/nonexistent-folder-of-the-dialect-tests', ...sources })

async function configProblems(sources: ConfigSources): Promise<readonly string[]> {
  const cause = await read(sources).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(cause === null || cause instanceof ConfigError, String(cause))
  return cause?.problems ?? []
}

/** A folder with files: what is no text is written as JSON. */
function withFiles(test: TestContext, files: Record<string, unknown>): { cwd: string } {
  const cwd = makeFolder(test)
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return { cwd }
}

const findOwn = (config: Config, name: string): Dialect | undefined => config.own_dialects?.find((one) => one.name === name)

describe('dialects in the configuration', () => {
  it('names turn them on, in their order', async () => {
    const all = known.map(({ name }) => name).join(',')
    const config = await read({ flags: { dialects: all } })
    assert.deepEqual([config.dialects.join(','), config.own_dialects], [all, undefined])
    assert.deepEqual((await read({ env: { VOUCHSAFE_DIALECTS: 'standard' } })).dialects, ['standard'])
  })

  for (const [ending, text] of [
    ['json', JSON.stringify(acme)],
    ['ts', `type Anything = object\nconst acme: Anything = ${JSON.stringify(acme)}\nexport default acme`],
    ['js', `export const acme = ${JSON.stringify(acme)}`],
  ] as const) {
    it(`a file (.${ending}) brings one of one's own`, async (test) => {
      const { cwd } = withFiles(test, { [`acme.${ending}`]: text, 'package.json': { type: 'module' } })
      const config = await read({ cwd, flags: { dialects: `standard,./acme.${ending}` } })
      assert.deepEqual(config.dialects, ['standard', 'acme'])
      assert.deepEqual(findOwn(config, 'acme'), completeDialect(acme))
    })
  }

  it('settings are laid over a dialect: objects member by member, lists whole, null takes away', async (test) => {
    const [name = ''] = known.filter((one) => one.management !== null).map((one) => one.name)
    const before = known.find((one) => one.name === name)!
    const settings = {
      redirect_status: 303,
      pkce: { methods: ['S256'], method_required: true },
      registration: { policy: 'closed' },
      introspection: { rate_limit: { requests: 5, seconds: 60 } },
      lifetime: { access_token: null, code: 30 },
      scopes: { admin: null, reports: { title: { en: 'See reports' }, description: { en: 'All of them.' }, level: 2 } },
      paths: { register: null },
    }
    const { cwd } = withFiles(test, { 'vouchsafe.config.json': { dialects: ['standard', name], dialect_settings: { [name]: settings } } })
    const after = findOwn(await read({ cwd }), name)!
    assert.deepEqual([after.redirect_status, after.pkce.methods, after.pkce.required], [303, ['S256'], before.pkce.required])
    assert.deepEqual(after.registration, { ...before.registration, policy: 'closed' })
    assert.deepEqual(after.introspection, { ...before.introspection, rate_limit: { requests: 5, seconds: 60 } })
    assert.deepEqual([after.lifetime, Object.keys(after.scopes), after.paths.register], [{ code: 30 }, ['reports'], undefined])
    assert.equal(
      known.find((one) => one.name === name)!.redirect_status,
      before.redirect_status,
      'what comes with the program stays as it is',
    )
  })

  it('settings are laid over the standard and over files too', async (test) => {
    const dialect_settings = { standard: { redirect_status: 302 }, acme: { interaction: 'embedded' } }
    const { cwd } = withFiles(test, { 'acme.json': acme, 'vouchsafe.config.json': { dialects: 'standard,acme.json', dialect_settings } })
    const config = await read({ cwd })
    assert.deepEqual([findOwn(config, 'standard')?.redirect_status, findOwn(config, 'acme')?.interaction], [302, 'embedded'])
  })

  it('what is said is what is served', async (test) => {
    const dialect_settings = { acme: { redirect_status: 308 } }
    const { cwd } = withFiles(test, { 'acme.json': acme, 'vouchsafe.config.json': { dialects: 'standard,acme.json', dialect_settings } })
    const { dialects, own_dialects = [] } = await read({ cwd })
    const site = await openSite({ config: { dialects, own_dialects } })
    const client = await site.addClient({ client_id: 'theirs', dialect: 'acme' })
    const words = { client_id: client.client_id, response_type: 'code', redirect_uri: client.redirect_uris[0]!, scope: 'openid' }
    const pkce = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' }
    const answer = await site.browser().get(`${site.config.issuer}/acme/authorize?${new URLSearchParams({ ...words, ...pkce })}`)
    assert.equal(answer.status, 308)
    await site.close()
  })

  const wrong: [name: string, config: Anything, problem: RegExp][] = [
    [
      'an unknown name',
      { dialects: ['klingon'] },
      /^dialects in vouchsafe\.config\.json holds a name that is not known: write some of standard, .*, or the path of a file/,
    ],
    ['a mistyped name', { dialects: ['standart'] }, /^dialects in .* holds a name that is not known: did you mean standard\?$/],
    ['no name at all', { dialects: [] }, /^dialects in .* must name one at least\.$/],
    ['a file that is not there', { dialects: ['gone.json'] }, /^gone\.json: there is no such file/],
    ['a file that is no JSON', { dialects: ['broken.json'] }, /^broken\.json: cannot be read: /],
    ['a file with a list', { dialects: ['list.json'] }, /^list\.json: cannot be read: it must hold one JSON object\.$/],
    ['a file with a wrong field', { dialects: ['wrong.json'] }, /^wrong\.json: pkce\.methods\[1\] must be one of: S256, plain\.$/],
    ['two of one name', { dialects: ['acme.json', 'again.json'] }, /^dialects in .* has two dialects called acme: keep one of them\.$/],
    ['two at one path', { dialects: ['standard', 'close.json'] }, /^standard and close both answer at \/token: leave one of them off/],
    ['settings that are a list', { dialect_settings: [] }, /^dialect_settings must be an object/],
    [
      'settings for what is off',
      { dialect_settings: { acme: {} } },
      /^dialect_settings\.acme is for a dialect that is not on: there are standard\.$/,
    ],
    [
      'a setting with a wrong value',
      { dialects: 'acme.json', dialect_settings: { acme: { pkce: { methods: ['S256', 'S255'] } } } },
      /^dialect_settings\.acme\.pkce\.methods\[1\] must be one of: S256, plain\.$/,
    ],
    [
      'a mistyped setting',
      { dialects: 'acme.json', dialect_settings: { acme: { pkce: { method: [] } } } },
      /^dialect_settings\.acme\.pkce\.method is not known: did you mean methods\?$/,
    ],
    [
      'another name',
      { dialects: 'acme.json', dialect_settings: { acme: { name: 'other' } } },
      /^dialect_settings\.acme\.name cannot be changed\.$/,
    ],
    [
      'a setting taken away that must be there',
      { dialects: 'acme.json', dialect_settings: { acme: { pkce: null } } },
      /^dialect_settings\.acme\.pkce must be an object\.$/,
    ],
    [
      'a contradiction',
      { dialects: 'acme.json', dialect_settings: { acme: { registration: { policy: 'open' } } } },
      /^dialect_settings\.acme\.registration\.policy must be closed where paths\.register is missing\.$/,
    ],
  ]
  for (const [name, config, problem] of wrong) {
    it(`names what is wrong with ${name}`, async (test) => {
      const files = {
        'acme.json': acme,
        'again.json': acme,
        'close.json': { ...acme, name: 'close', paths: { authorize: '/close', token: '/token' } },
        'wrong.json': { ...acme, pkce: { required: 'always', methods: ['S256', 'S255'], method_required: true } },
        'list.json': [],
        'broken.json': '{',
      }
      const found = await configProblems(withFiles(test, { ...files, 'vouchsafe.config.json': config }))
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0]!, problem)
    })
  }

  it('all that is wrong is said at once, beside everything else', async (test) => {
    const dialect_settings = { standard: { pkce: { methods: ['x'] }, body: [], redirect_status: 301 } }
    const { cwd } = withFiles(test, { 'vouchsafe.config.json': { port: 0, dialects: 'standard,klingon', dialect_settings } })
    assert.equal((await configProblems({ cwd })).length, 5)
  })

  it('an endpoint where a page is stops the server at its start', async () => {
    for (const path of ['/account/apps', '/readyz']) {
      const shadowed = completeDialect({ ...acme, paths: { ...acme.paths, revoke: path } })
      await assert.rejects(openSite({ config: { dialects: ['acme'], own_dialects: [shadowed] } }), (error: Error) =>
        error.message.startsWith(`The dialect acme has revoke at ${path}, where a page is`),
      )
    }
  })
})
