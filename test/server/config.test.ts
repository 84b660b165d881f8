import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Config, ConfigError, type ConfigSources, readConfig } from '../../src/server/config.ts'
import { makeFolder } from '../support/program.ts'

const SECRET = 'q3Xz0mY7v1Kc9RbTfWpLhAaJdSgUeNiOxZ5t2E8uBwQ'
const PG = 'postgres://postgres@127.0.0.1/vouchsafe'
const OTHER = 'Zk8pVn2QxYt6LrWc0HsJbGm4DfEa9TiUo1SyXq7RvNw'

/** A folder without a configuration. */
const EMPTY = '/nonexistent-folder-of-the-configuration-tests'
const read = (sources: ConfigSources = {}): Promise<Config> => readConfig({ cwd: EMPTY, ...sources })

async function problems(sources: ConfigSources): Promise<readonly string[]> {
  try {
    await read(sources)
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.problems
    throw cause
  }
  return []
}

function withFile(test: TestContext, name: string, text: string): { cwd: string } {
  const cwd = makeFolder(test)
  writeFileSync(join(cwd, name), text)
  return { cwd }
}

describe('where settings come from', () => {
  it('defaults serve this computer', async () => {
    const { issuer, host, port, database, secrets, dialects, product, default_resource } = await read()
    assert.deepEqual(
      { issuer, host, port, database, secrets, dialects, product, default_resource },
      {
        issuer: 'http://localhost:4000',
        host: '127.0.0.1',
        port: 4000,
        database: `sqlite:${EMPTY}/vouchsafe-data/vouchsafe.db`,
        secrets: [],
        dialects: ['standard'],
        product: { name: 'Vouchsafe' },
        default_resource: 'http://localhost:4000',
      },
    )
  })
  it('a flag wins over a variable, a variable over the file', async (test) => {
    const { cwd } = withFile(test, 'vouchsafe.config.json', JSON.stringify({ port: 5001, host: '::1', product: { name: 'Mill' } }))
    const config = await read({ cwd, env: { VOUCHSAFE_PORT: '5002', VOUCHSAFE_HOST: '127.0.0.1' }, flags: { port: '5003' } })
    assert.deepEqual([config.port, config.host, config.product.name], [5003, '127.0.0.1', 'Mill'])
  })
  it('a TypeScript file is read as it is', async (test) => {
    const { cwd } = withFile(test, 'vouchsafe.config.ts', `const port: number = 5004\nexport default { port, lifetime: { code: 30 } }\n`)
    const config = await read({ cwd })
    assert.deepEqual([config.port, config.lifetime.code, config.lifetime.grace], [5004, 30, 30])
  })
  it('how long people may allow something is as usual, or what is named', async (test) => {
    assert.deepEqual((await read()).consent, { durations: ['once', '30d', 'revoked'] })
    const { cwd } = withFile(test, 'vouchsafe.config.json', JSON.stringify({ consent: { durations: ['once', '1y'], longest: 86400 } }))
    assert.deepEqual((await read({ cwd })).consent, { durations: ['once', '1y'], longest: 86_400 })
  })
  it('an issuer on loopback says the port, and a port the issuer', async () => {
    assert.equal((await read({ flags: { issuer: 'http://127.0.0.1:5005' } })).port, 5005)
    assert.equal((await read({ flags: { port: '5006' } })).issuer, 'http://localhost:5006')
    assert.equal((await read({ flags: { issuer: 'https://id.example.com' } })).port, 4000)
  })
  it('people are signed in where host_login says, by a secret of the environment', async (test) => {
    const host_login = { login: 'https://product.example/login', issuer: 'https://product.example' }
    const { cwd } = withFile(test, 'vouchsafe.config.json', JSON.stringify({ host_login }))
    const config = await read({ cwd, env: { VOUCHSAFE_HOST_LOGIN_SECRET: SECRET } })
    assert.deepEqual([config.host_login?.audience, config.host_login?.keys[0]?.alg], ['http://localhost:4000', 'HS256'])
    assert.deepEqual(JSON.parse(JSON.stringify(config.host_login)), config.host_login, 'workers are told it as JSON')
    const two = withFile(test, 'vouchsafe.config.json', JSON.stringify({ host_login, own_pages: { login: 'https://login.example/' } }))
    assert.match((await problems({ ...two, env: { VOUCHSAFE_HOST_LOGIN_SECRET: SECRET } })).join(), /take login out of own_pages/)
    assert.match((await problems({ cwd })).join(), /host_login in vouchsafe.config.json needs one way/)
    assert.match((await problems({ env: { VOUCHSAFE_HOST_LOGIN_SECRET: SECRET } })).join(), /without host_login/)
    const required = { VOUCHSAFE_HOST_LOGIN_SECRET: SECRET, VOUCHSAFE_SECOND_FACTOR: 'required' }
    assert.match((await problems({ cwd, env: required })).join(), /VOUCHSAFE_SECOND_FACTOR is required, and host_login/)
    const weak = await problems({ cwd, env: { VOUCHSAFE_HOST_LOGIN_SECRET: 'short' } })
    assert.equal(weak.length, 1, 'and not that there is none')
    assert.match(weak.join(), /too easy to guess/)
  })
  it('an empty variable is none', async () => {
    assert.deepEqual((await read({ env: { VOUCHSAFE_SECRET: '', VOUCHSAFE_PORT: '' } })).secrets, [])
  })
  it('what Kubernetes puts into the environment of a service called vouchsafe is passed over', async () => {
    const env = { VOUCHSAFE_PORT: 'tcp://10.0.0.1:80', VOUCHSAFE_SERVICE_HOST: '10.0.0.1', VOUCHSAFE_PORT_80_TCP_ADDR: '10.0.0.1' }
    assert.equal((await read({ env })).port, 4000)
  })
  it('metrics are told where a port is named, to this computer unless said', async () => {
    assert.equal((await read()).metrics, undefined)
    assert.equal((await read({ flags: { 'metrics-host': '0.0.0.0' } })).metrics, undefined)
    assert.deepEqual((await read({ env: { VOUCHSAFE_METRICS_PORT: '9464' } })).metrics, { host: '127.0.0.1', port: 9464 })
    const flags = { 'metrics-port': '9465', 'metrics-host': '0.0.0.0' }
    assert.deepEqual((await read({ flags })).metrics, { host: '0.0.0.0', port: 9465 })
    assert.equal((await problems({ flags: { 'metrics-port': '70000' } })).length, 1)
  })
  it('what is said of PostgreSQL stands beside its address, or in its query', async (test) => {
    const url = 'postgres://vouchsafe:geheim@db.example/vouchsafe'
    assert.equal((await read(withFile(test, 'vouchsafe.config.json', JSON.stringify({ database: { url } })))).database, url)
    const members = { url, connections: 20, pooler: true, statement_timeout: 5, sslmode: 'verify-full', sslrootcert: 'ca.pem' }
    const file = withFile(test, 'vouchsafe.config.json', JSON.stringify({ database: members }))
    const query = `connections=20&pooler=true&statement_timeout=5&sslmode=verify-full&sslrootcert=${encodeURIComponent(join(file.cwd, 'ca.pem'))}`
    assert.equal((await read(file)).database, `${url}?${query}`)
    assert.equal((await read({ env: { VOUCHSAFE_DATABASE: `${url}?${query}` } })).database, `${url}?${query}`)
  })
  it('two secrets stand beside each other during a change', async () => {
    assert.deepEqual((await read({ env: { VOUCHSAFE_SECRET: `${SECRET},${OTHER}` } })).secrets, [SECRET, OTHER])
  })
  it('the catalogue is the standard with what is declared; false takes a scope out', async (test) => {
    const scopes = { 'invoices.read': { title: 'See invoices', description: { en: 'All.', de: 'Alle.' } }, phone: false }
    const resources = { 'https://api.example.com': { name: 'API', scopes: ['invoices.read'], access_token_lifetime: 60 } }
    const { cwd } = withFile(
      test,
      'vouchsafe.config.json',
      JSON.stringify({ scopes, resources, default_resource: 'https://api.example.com' }),
    )
    const config = await read({ cwd })
    assert.deepEqual(config.scopes['invoices.read'], { title: { en: 'See invoices' }, description: { en: 'All.', de: 'Alle.' }, level: 2 })
    assert.ok(!('phone' in config.scopes) && 'openid' in config.scopes)
    assert.deepEqual(config.resources['https://api.example.com'], {
      name: { en: 'API' },
      scopes: ['invoices.read'],
      access_token_lifetime: 60,
    })
    assert.equal(config.default_resource, 'https://api.example.com')
  })
})

describe('a wrong setting is named with what to write', () => {
  const cases: [name: string, sources: ConfigSources, message: RegExp][] = [
    ['port', { flags: { port: '70000' } }, /^--port is not a port: write a whole number from 1 to 65535\.$/],
    ['port that is no number', { env: { VOUCHSAFE_PORT: '4e3' } }, /^VOUCHSAFE_PORT is not a port/],
    ['issuer that is no address', { flags: { issuer: 'id.example.com' } }, /^--issuer is not an address: write it like https:/],
    ['issuer of another scheme', { flags: { issuer: 'ftp://id.example.com' } }, /^--issuer must begin with https:/],
    ['issuer without TLS', { flags: { issuer: 'http://id.example.com' } }, /^--issuer must use https; http is for 127\.0\.0\.1/],
    ['issuer that only looks like loopback', { flags: { issuer: 'http://localhost.example.com' } }, /^--issuer must use https/],
    [
      'issuer with a slash',
      { flags: { issuer: 'https://id.example.com/' } },
      /must not end with a slash: write https:\/\/id\.example\.com\.$/,
    ],
    ['issuer with a query', { flags: { issuer: 'https://id.example.com?a' } }, /must not have a query or a fragment/],
    ['issuer with a fragment', { flags: { issuer: 'https://id.example.com#' } }, /must not have a query or a fragment/],
    ['issuer with a user', { flags: { issuer: 'https://me@id.example.com' } }, /must not contain a user part/],
    ['issuer in capitals', { flags: { issuer: 'https://ID.example.com' } }, /usual spelling: write https:\/\/id\.example\.com\.$/],
    [
      'issuer with the usual port',
      { flags: { issuer: 'https://id.example.com:443' } },
      /usual spelling: write https:\/\/id\.example\.com\.$/,
    ],
    [
      'issuer with dot segments',
      { flags: { issuer: 'https://id.example.com/a/../b' } },
      /usual spelling: write https:\/\/id\.example\.com\/b\.$/,
    ],
    ['issuer with an escape', { flags: { issuer: 'https://id.example.com/%61' } }, /must have a plain path/],
    ['host with a port', { flags: { host: '127.0.0.1:4000' } }, /^--host is not an address to listen on/],
    [
      'PostgreSQL without a database',
      { flags: { database: 'postgres://db' } },
      /^--database is not an address of PostgreSQL: write postgres:/,
    ],
    [
      'PostgreSQL with a wrong query',
      { flags: { database: `${PG}?connections=many` } },
      /^--database needs connections to be a whole number/,
    ],
    [
      'PostgreSQL with a query twice',
      { flags: { database: `${PG}?pooler=true&pooler=false` } },
      /^--database has pooler more than once\.$/,
    ],
    ['a bare file', { env: { VOUCHSAFE_DATABASE: 'a.db' } }, /^VOUCHSAFE_DATABASE is not a database: write sqlite:FILE/],
    ['a proxy that is no address', { flags: { 'trusted-proxies': '10.0.0.0/33' } }, /^--trusted-proxies holds something that is neither/],
    ['a proxy by name', { flags: { 'trusted-proxies': '10.0.0.1,proxy' } }, /^--trusted-proxies holds something that is neither/],
    [
      'a short secret',
      { env: { VOUCHSAFE_SECRET: 'correct horse battery staple' } },
      /^VOUCHSAFE_SECRET is too easy to guess: .* openssl rand/,
    ],
    ['a secret of one letter', { env: { VOUCHSAFE_SECRET: 'a'.repeat(64) } }, /^VOUCHSAFE_SECRET is too easy to guess/],
    [
      'a secret that repeats itself',
      { env: { VOUCHSAFE_SECRET: 'correcthorsebatterystaple1'.repeat(2) } },
      /^VOUCHSAFE_SECRET is too easy/,
    ],
    [
      'a secret of 16 bytes in hexadecimal',
      { env: { VOUCHSAFE_SECRET: '0123456789abcdef0123456789abcdef0123456789abcdee' } },
      /too easy to guess/,
    ],
    ['three secrets', { env: { VOUCHSAFE_SECRET: [SECRET, OTHER, SECRET].join(',') } }, /^VOUCHSAFE_SECRET must hold one secret, or two/],
    [
      'an unknown dialect',
      { flags: { dialects: 'standard,klingon' } },
      /^--dialects holds a name that is not known: write some of standard/,
    ],
    ['a log level', { env: { VOUCHSAFE_LOG: 'loud' } }, /^VOUCHSAFE_LOG is not a level: write one of silent, error, warn, info\.$/],
    ['a mistyped variable', { env: { VOUCHSAFE_ISUER: 'x' } }, /^VOUCHSAFE_ISUER is not a variable of ours/],
    ['a missing file', { flags: { config: 'gone.json' } }, /^--config names a file that is not there/],
  ]
  for (const [name, sources, message] of cases) {
    it(name, async () => {
      const [problem = '', ...others] = await problems(sources)
      assert.match(problem, message)
      assert.deepEqual(others, [])
    })
  }
  it('a secret is never repeated', async () => {
    const secret = 'hunter2hunter2hunter3'
    assert.ok(!(await problems({ env: { VOUCHSAFE_SECRET: secret } })).join().includes(secret))
  })
  it('all that is wrong is said at once', async () => {
    assert.equal((await problems({ flags: { port: '0', issuer: 'x', host: '!' }, env: { VOUCHSAFE_LOG: '?' } })).length, 4)
  })
})

describe('a wrong setting in the file is named with the file', () => {
  const cases: [name: string, settings: unknown, message: RegExp][] = [
    [
      'database with a stranger',
      { database: { url: PG, conections: 3 } },
      /^database in .* has a member conections that is not known: there are url, connections, /,
    ],
    ['database without an address', { database: { connections: 3 } }, /^database in .* needs url to be an address of PostgreSQL/],
    ['settings of an SQLite', { database: { url: 'sqlite:a.db' } }, /^database in .* SQLite has no other settings\.$/],
    [
      'no connections',
      { database: { url: PG, connections: 0 } },
      /^database in .* needs connections to be a whole number from 1 to 500\.$/,
    ],
    [
      'a timeout too long',
      { database: { url: PG, statement_timeout: 301 } },
      /needs statement_timeout to be a whole number of seconds from 1 to 300\.$/,
    ],
    [
      'a member of another kind',
      { database: { url: PG, pooler: [] } },
      /^database in .* needs pooler to be text, a number, true or false\.$/,
    ],
    ['pooler that is no flag', { database: { url: PG, pooler: 'yes' } }, /^database in .* needs pooler to be true or false\.$/],
    [
      'TLS only where it is offered',
      { database: { url: PG, sslmode: 'prefer' } },
      /^database in .* needs sslmode to be one of disable, require, /,
    ],
    ['a file for TLS without TLS', { database: { url: PG, sslrootcert: 'ca.pem' } }, /^database in .* names files for TLS, but no sslmode/],
    [
      'a replica that is none',
      { database: { url: PG, replica: 'sqlite:a.db' } },
      /^database in .* needs replica to be an address of PostgreSQL/,
    ],
    ['unknown', { prot: 1 }, /^prot in vouchsafe\.config\.json is not a setting: the settings are issuer, /],
    ['no object', [], /^vouchsafe\.config\.json cannot be read: it must hold one JSON object\.$/],
    ['lifetime too long', { lifetime: { code: 601 } }, /^lifetime in .* needs code to be a whole number of seconds from 10 to 600\.$/],
    ['lifetime unknown', { lifetime: { cod: 60 } }, /^lifetime in .* has a member cod that is not known/],
    [
      'no durations',
      { consent: { durations: [] } },
      /^consent in .* needs durations to be some of once, 30d, 1y, revoked, one at least\.$/,
    ],
    ['a duration that is none', { consent: { durations: ['90d'] } }, /^consent in .* needs durations to be some of /],
    ['a limit too short', { consent: { longest: 60 } }, /^consent in .* needs longest to be a whole number of seconds from 3600 to /],
    [
      'consent unknown',
      { consent: { longer: 1 } },
      /^consent in .* has a member longer that is not known: there are durations, longest\.$/,
    ],
    ['product without a name', { product: { name: '' } }, /^product in .* needs a name/],
    [
      'product with a link that is none',
      { product: { home: 'javascript:1' } },
      /^product in .* has a member home that must be an absolute https address\.$/,
    ],
    ['scope without a title', { scopes: { a: { description: 'x' } } }, /^scopes in .* has a scope a that needs a title/],
    [
      'scope without English',
      { scopes: { a: { title: { de: 'x' }, description: 'x' } } },
      /has a scope a that has a title without the language en/,
    ],
    ['scope of a wrong level', { scopes: { a: { title: 'x', description: 'x', level: 4 } } }, /has a scope a that needs a level/],
    ['scope of two words', { scopes: { 'a b': { title: 'x', description: 'x' } } }, /^scopes in .* has a scope whose name is not one word/],
    ['openid taken out', { scopes: { openid: false } }, /has a scope openid that must be an object/],
    ['resource that is no URI', { resources: { api: { name: 'x' } } }, /^resources in .* has a resource whose identifier/],
    ['resource with a fragment', { resources: { 'https://a.example/#x': { name: 'x' } } }, /has a resource whose identifier/],
    [
      'resource with a scope that is not declared',
      { resources: { 'https://a.example': { name: 'x', scopes: ['y'] } } },
      /names a scope that is not declared/,
    ],
    [
      'default_resource that is not declared',
      { default_resource: 'https://a.example' },
      /^default_resource in .* is neither the issuer nor one of the resources/,
    ],
  ]
  for (const [name, settings, message] of cases) {
    it(name, async (test) => {
      const [problem = '', ...others] = await problems(withFile(test, 'vouchsafe.config.json', JSON.stringify(settings)))
      assert.match(problem, message)
      assert.deepEqual(others, [])
    })
  }
  it('malformed JSON', async (test) => {
    assert.match((await problems(withFile(test, 'vouchsafe.config.json', '{')))[0] ?? '', /^vouchsafe\.config\.json cannot be read: /)
  })

  it('in a package of CommonJS a file that cannot be read says how it can', async (test) => {
    for (const text of ["import 'node:fs'\nexport default { port: 5007 }", 'export default { port: 5007 }']) {
      const { cwd } = withFile(test, 'vouchsafe.config.ts', text)
      writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}')
      assert.match(
        (await problems({ cwd })).join(),
        /makes it CommonJS\. Name it vouchsafe\.config\.mts, or write "type": "module" there\.$/,
      )
      renameSync(join(cwd, 'vouchsafe.config.ts'), join(cwd, 'vouchsafe.config.mts'))
      assert.equal((await readConfig({ cwd })).port, 5007)
    }
  })
  it('two files', async (test) => {
    const { cwd } = withFile(test, 'vouchsafe.config.json', '{}')
    writeFileSync(join(cwd, 'vouchsafe.config.js'), 'export default {}')
    assert.match((await problems({ cwd }))[0] ?? '', /^There are vouchsafe\.config\.js and vouchsafe\.config\.json: keep one/)
  })
})
