import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Config, ConfigError, readConfig } from '../../src/server/config.ts'
import { openBrowser } from '../support/browser.ts'
import { makeCertificate } from '../support/certificate.ts'
import { findPorts, makeFolder, PROGRAM, runProgram, startProgram } from '../support/program.ts'
import { openProvider, PROVIDER_SECRET } from '../support/provider.ts'

const WORK = { label: 'Harbour Works', issuer: 'https://works.example', client_id: 'us' }
const LDAP = { url: 'ldaps://directory.example', bind_dn: 'cn=reader', base: 'ou=people' }
const ENV = { VOUCHSAFE_UPSTREAM_WORK_SECRET: 'their secret', VOUCHSAFE_LDAP_PASSWORD: 'reader' }

function read(test: TestContext, settings: object, env: Record<string, string>): Promise<Config> {
  const cwd = makeFolder(test)
  writeFileSync(join(cwd, 'vouchsafe.config.json'), JSON.stringify(settings))
  return readConfig({ cwd, env })
}

async function problems(test: TestContext, settings: object, env: Record<string, string>): Promise<readonly string[]> {
  return read(test, settings, env).then(
    () => [],
    (cause: unknown) => (cause instanceof ConfigError ? cause.problems : Promise.reject(cause)),
  )
}

describe('settings of where people are already', () => {
  it('are none unless given', async (test) => {
    const { upstreams, ldap } = await read(test, {}, {})
    assert.deepEqual([upstreams, ldap], [undefined, undefined])
  })

  it('host_login stands alone: each other way in is refused beside it with one sentence, and each is taken without it', async (test) => {
    const host_login = { login: 'https://product.example/login', issuer: 'https://product.example' }
    const mail = { url: 'smtp://127.0.0.1:2525', from: 'id@example.com' }
    const env = { ...ENV, VOUCHSAFE_HOST_LOGIN_SECRET: 'q3Xz0mY7v1Kc9RbTfWpLhAaJdSgUeNiOxZ5t2E8uBwQ' }
    for (const [beside, problem] of [
      [
        { upstreams: { work: WORK } },
        /^upstreams in .* is another way to sign in, and host_login leaves sign-in to the product: take one of/,
      ],
      [{ ldap: LDAP }, /^ldap in .* is another way to sign in, and host_login/],
      [{ registration: 'open', mail }, /^registration in .* is open, and host_login leaves it to the product who gets an account/],
    ] as const) {
      const found = await problems(test, { host_login, ...beside }, env)
      const own = found.filter((one) => problem.test(one))
      assert.equal(own.length, 1, found.join())
      const { VOUCHSAFE_HOST_LOGIN_SECRET: _, ...alone } = env
      const needed = Object.keys(alone).filter((name) => (name.includes('UPSTREAM') ? 'upstreams' in beside : 'ldap' in beside))
      assert.deepEqual(await problems(test, beside, Object.fromEntries(needed.map((name) => [name, env[name as keyof typeof env]]))), [])
    }
    assert.deepEqual(await problems(test, { host_login }, { VOUCHSAFE_HOST_LOGIN_SECRET: env.VOUCHSAFE_HOST_LOGIN_SECRET }), [])
  })

  it('a provider needs five words, and has the cautious rest', async (test) => {
    const { upstreams } = await read(test, { upstreams: { work: WORK } }, { VOUCHSAFE_UPSTREAM_WORK_SECRET: 'their secret' })
    assert.deepEqual(upstreams, [
      {
        id: 'work',
        label: { en: 'Harbour Works' },
        issuer: 'https://works.example',
        client_id: 'us',
        client_secret: 'their secret',
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'openid profile email',
        claims: ['name', 'given_name', 'family_name'],
        joining: 'verified',
        linking: true,
      },
    ])
  })

  it('so does a directory, whose certificate authority is read from its file', async (test) => {
    const certificate = makeCertificate()
    test.after(() => certificate.remove())
    const { ldap } = await read(test, { ldap: { ...LDAP, ca: certificate.cert } }, { VOUCHSAFE_LDAP_PASSWORD: 'reader' })
    const { ca = '', ...rest } = ldap!
    assert.match(ca, /BEGIN CERTIFICATE/)
    assert.deepEqual(rest, {
      ...LDAP,
      name: 'directory',
      starttls: false,
      password: 'reader',
      filter: '(&(objectClass=person)(mail={login}))',
      attributes: { id: 'entryUUID', email: 'mail', name: 'cn', given_name: 'givenName', family_name: 'sn' },
      email_verified: false,
      joining: 'any',
      only: false,
    })
    const plain = await read(test, { ldap: { ...LDAP, url: 'ldap://directory.example:389' } }, { VOUCHSAFE_LDAP_PASSWORD: 'reader' })
    assert.equal(plain.ldap?.starttls, true)
  })

  const cases: [name: string, settings: object, message: RegExp][] = [
    ['an id of other signs', { upstreams: { Work: WORK } }, /^upstreams in .* has an id that is not 1 to 32 lower-case letters/],
    ['no label', { upstreams: { work: { ...WORK, label: undefined } } }, /needs a label/],
    ['no issuer', { upstreams: { work: { ...WORK, issuer: 'works' } } }, /needs an issuer: an address/],
    ['an issuer without TLS', { upstreams: { work: { ...WORK, issuer: 'http://works.example' } } }, /needs an issuer with https/],
    ['an issuer with a query', { upstreams: { work: { ...WORK, issuer: 'https://works.example?a' } } }, /without a query/],
    [
      'the address of the metadata',
      { upstreams: { work: { ...WORK, issuer: 'https://works.example/.well-known/openid-configuration' } } },
      /needs the issuer and not the address of its metadata: write https:\/\/works\.example\.$/,
    ],
    [
      'this server itself',
      { issuer: 'https://works.example', upstreams: { work: { ...WORK, issuer: 'https://works.example' } } },
      /has the issuer of this server itself as work/,
    ],
    ['no client_id', { upstreams: { work: { ...WORK, client_id: '' } } }, /needs a client_id/],
    ['a secret in the file', { upstreams: { work: { ...WORK, client_secret: 's' } } }, /has a member client_secret that is not known/],
    ['a scope without openid', { upstreams: { work: { ...WORK, scope: 'email' } } }, /needs a scope that holds openid/],
    [
      'a claim that is kept apart',
      { upstreams: { work: { ...WORK, claims: ['email_verified'] } } },
      /has claims that cannot be taken over/,
    ],
    ['another joining', { upstreams: { work: { ...WORK, joining: 'all' } } }, /needs joining to be one of verified, any, none/],
    ['another method', { upstreams: { work: { ...WORK, token_endpoint_auth_method: 'none' } } }, /needs a token_endpoint_auth_method of/],
    ['a domain that is a pattern', { upstreams: { work: { ...WORK, domains: ['*.works.example'] } } }, /needs domains to be names/],
    ['no domain', { upstreams: { work: { ...WORK, domains: [] } } }, /needs domains to be names/],
    ['linking that is neither', { upstreams: { work: { ...WORK, linking: 'ask' } } }, /needs linking to be true or false/],
    [
      'a missing secret',
      { upstreams: { work: WORK, club: { ...WORK, issuer: 'https://club.example' } } },
      /set VOUCHSAFE_UPSTREAM_CLUB_SECRET/,
    ],
    ['a url of another kind', { ldap: { ...LDAP, url: 'https://directory.example' } }, /needs a url of ldaps:\/\/ or ldap:\/\//],
    ['passwords in clear', { ldap: { ...LDAP, url: 'ldap://directory.example', starttls: false } }, /would send passwords in clear/],
    ['no base', { ldap: { ...LDAP, base: '' } }, /needs base/],
    ['a base that is no DN', { ldap: { ...LDAP, base: 'people' } }, /needs base: where entries are looked for/],
    ['a filter that is not closed', { ldap: { ...LDAP, filter: '((mail={login})' } }, /needs a filter in brackets, each closed/],
    ['no bind_dn', { ldap: { ...LDAP, bind_dn: undefined } }, /needs bind_dn/],
    ['a filter without its place', { ldap: { ...LDAP, filter: '(mail=*)' } }, /needs a filter in brackets, each closed, with \{login\}/],
    ['an attribute of other signs', { ldap: { ...LDAP, attributes: { id: 'a)(b' } } }, /has attributes whose id is not the name of one/],
    ['a name of other signs', { ldap: { ...LDAP, name: 'A b' } }, /needs a name of 1 to 32/],
    ['a ca that is not there', { ldap: { ...LDAP, ca: 'nowhere.pem' } }, /names a ca that cannot be read/],
    ['an unknown member', { ldap: { ...LDAP, password: 'x' } }, /has a member password that is not known/],
    ['a flag that is neither', { ldap: { ...LDAP, only: 1 } }, /needs only to be true or false/],
  ]
  for (const [name, settings, message] of cases) {
    it(`${name} is one sentence that says what to change`, async (test) => {
      const env: Record<string, string> =
        'ldap' in settings ? { VOUCHSAFE_LDAP_PASSWORD: ENV.VOUCHSAFE_LDAP_PASSWORD } : { VOUCHSAFE_UPSTREAM_WORK_SECRET: 's' }
      const found = await problems(test, settings, env)
      const [first = ''] = found.filter((problem) => !problem.startsWith('VOUCHSAFE_UPSTREAM_WORK_SECRET'))
      assert.match(first, message)
      assert.match(first, /\.$/)
    })
  }

  it('a secret of nobody, a provider named twice and a directory without its password are told', async (test) => {
    const same = { upstreams: { work: WORK, club: WORK } }
    const env = { VOUCHSAFE_UPSTREAM_WORK_SECRET: 's', VOUCHSAFE_UPSTREAM_CLUB_SECRET: 's' }
    assert.match((await problems(test, same, env)).join(), /has the issuer of club twice/)
    assert.deepEqual(await problems(test, { upstreams: { work: WORK } }, { ...env }), [
      'VOUCHSAFE_UPSTREAM_CLUB_SECRET is the secret of no provider: name it under upstreams.',
    ])
    assert.match((await problems(test, { ldap: LDAP }, {})).join(), /set VOUCHSAFE_LDAP_PASSWORD/)
    assert.match((await problems(test, {}, { VOUCHSAFE_LDAP_PASSWORD: 'x' })).join(), /is set without ldap/)
  })

  it('the real program takes them from its file and its environment, and its doctor looks at them', async (test) => {
    const provider = await openProvider(Date.now)
    test.after(() => provider.close())
    const cwd = makeFolder(test)
    const port = await findPorts(1)
    const settings = { port, database: 'sqlite:a.db', upstreams: { work: { ...WORK, issuer: provider.issuer } } }
    writeFileSync(join(cwd, 'vouchsafe.config.json'), JSON.stringify(settings))
    const env = { VOUCHSAFE_UPSTREAM_WORK_SECRET: PROVIDER_SECRET }
    const variables = Object.entries(env).map((pair) => pair.join('='))
    const { line: issuer } = await startProgram(test, cwd, ['env', ...variables, 'node', PROGRAM, 'serve'])
    const browser = openBrowser((request) => fetch(request))
    const left = await browser.submit(await browser.get(`${issuer}/login`), {}, 'login-upstream-work')
    assert.equal(new URL(left.location).origin, provider.issuer)
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub: 's1', email: 's1@work.example', email_verified: true, iat: now, exp: now + 60 }
    const back = await browser.follow(await browser.get(provider.answer(left.location, claims)), issuer)
    assert.equal(new URL(back.url).pathname, '/account/apps')
    const { stdout } = await runProgram(cwd, ['doctor', '--json'], { env })
    const found: { check: string; ok: boolean }[] = JSON.parse(stdout)
    assert.equal(found.find(({ check }) => check === 'upstream work')?.ok, true)
  })
})
