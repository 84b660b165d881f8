import { RESOURCE } from './fixtures.mjs'
import { enterByPages } from './pages.mjs'

const STANDARD = { discovery: '/.well-known/openid-configuration', jwks: '/jwks', token: '/token', introspect: '/introspect' }

/** Ours: the same program that `vouchsafe serve` runs, with its real pages. */
const vouchsafe = (name, about, env = {}) => ({
  name,
  about,
  program: 'vouchsafe.mjs',
  env,
  works: 'ABCDE',
  paths: { ...STANDARD, authorize: '/authorize' },
  enter: enterByPages,
})

/** oidc-provider signs in and consents by itself for whom a header names. */
const oidcProvider = (name, about, env) => ({
  name,
  about,
  program: 'oidc-provider.mjs',
  env,
  works: env.TOKENS === 'opaque' ? 'D' : 'ABCE',
  // its memory holds a thousand things at most: people come anew where their grants would be gone
  forgets: env.STORE === 'memory',
  paths: { ...STANDARD, authorize: '/auth', introspect: '/token/introspection' },
  enter: ({ connection, jar, person, flows }) => flows.authorize(connection, jar, 0, `X-Bench-Person: person-${person}\r\n`),
})

/** Every server, by the name that the tables show. */
export const TARGETS = Object.fromEntries(
  [
    {
      name: 'limit',
      about: 'bare node:http with constant answers: what the generator and the machine can do at all',
      program: 'limit.mjs',
      works: 'ABCDE',
      paths: { ...STANDARD, authorize: '/authorize' },
      enter: async () => undefined,
    },
    {
      name: 'ceiling',
      about: 'bare node:http, the signatures and the one durable commit that the work cannot do without; constant answers',
      program: 'ceiling.mjs',
      works: 'ABC',
      paths: { ...STANDARD, authorize: '/authorize' },
      enter: async () => undefined,
    },
    vouchsafe('vouchsafe', 'ours, SQLite; an answer goes out after its commit is on the disk'),
    vouchsafe('vouchsafe-opaque', 'the same with opaque access tokens', { TOKENS: 'opaque' }),
    oidcProvider('oidc-memory', 'oidc-provider 9.13 with its own adapter in memory; JWT access tokens', { STORE: 'memory' }),
    oidcProvider('oidc-durable', 'oidc-provider 9.13 on SQLite, WAL, synchronous=FULL', { STORE: 'sqlite' }),
    oidcProvider('oidc-memory-opaque', 'oidc-provider 9.13 in memory; opaque access tokens', { STORE: 'memory', TOKENS: 'opaque' }),
    oidcProvider('oidc-durable-opaque', 'oidc-provider 9.13 on SQLite; opaque access tokens', { STORE: 'sqlite', TOKENS: 'opaque' }),
    {
      name: 'better-auth',
      about: 'better-auth 1.7 with its OAuth provider on SQLite, WAL, synchronous=FULL',
      program: 'better-auth.mjs',
      works: 'ABCE',
      paths: {
        discovery: '/.well-known/openid-configuration',
        jwks: '/api/auth/jwks',
        authorize: '/api/auth/oauth2/authorize',
        token: '/api/auth/oauth2/token',
        introspect: '/api/auth/oauth2/introspect',
      },
      scope: 'openid offline_access',
      extra: {
        authorize: { resource: RESOURCE },
        token: { resource: RESOURCE },
        refresh: { resource: RESOURCE },
        service: { resource: RESOURCE, scope: 'api:read' },
      },
      enter: async ({ connection, jar, person }) => jar.keep(await connection.request('GET', `/bench/enter?person=${person}`)),
    },
    {
      name: 'openauth',
      about: '@openauthjs/openauth 0.4 in memory: no ID token, no client secret, no session, two answers per authorization',
      program: 'openauth.mjs',
      works: 'ABCE',
      paths: { ...STANDARD, discovery: '/.well-known/oauth-authorization-server', jwks: '/.well-known/jwks.json', authorize: '/authorize' },
      extra: { service: { provider: 'dev' } },
      enter: async ({ jar, person }) => jar.keep({ head: `\r\nset-cookie: sid=person-${person}\r\n` }),
    },
    {
      name: 'node-oauth',
      about: '@node-oauth/oauth2-server 5.3 on Maps: signs nothing, asks nobody, no ID token',
      program: 'node-oauth.mjs',
      works: 'ABC',
      paths: { ...STANDARD, authorize: '/authorize' },
      enter: async ({ jar, person }) => jar.keep({ head: `\r\nset-cookie: sid=person-${person}\r\n` }),
    },
  ].map((target) => [target.name, target]),
)
