import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { RESOURCE } from './fixtures.mjs'
import { enterByPages } from './pages.mjs'
import { BENCH, HOME } from './server.mjs'

const STANDARD = { discovery: '/.well-known/openid-configuration', jwks: '/jwks', token: '/token', introspect: '/introspect' }

/** What a server claims to issue; whoever does less per unit must say so here. */
const FLOW = { hops: 1, access_token: 'ES256', id_token: 'ES256', refresh_token: 'yes' }
const ALL = { ...FLOW, rotates: true, service_token: 'ES256' }
const OPAQUE = { access_token: 'opaque', service_token: 'opaque' }

/** Ours: what `vouchsafe serve` runs in its one process, with its real pages. */
const vouchsafe = (name, about, issues, env = {}) => ({
  name,
  about,
  program: 'vouchsafe.mjs',
  env,
  works: 'ABCDE',
  issues,
  paths: { ...STANDARD, authorize: '/authorize' },
  enter: enterByPages,
})

/** The real program, as an operator starts it, on a database that the bench has filled before. */
export const serve = (name, flags = []) => ({
  ...vouchsafe(name, 'the real program', ALL, { VOUCHSAFE_LOG: 'error' }),
  prepare: async ({ folder }) => (await import('../servers/fill.mjs')).fillDatabase(databaseIn(folder)),
  command: ({ folder, port }) => [
    process.execPath,
    join(HOME, 'bin/vouchsafe.mjs'),
    'serve',
    ...['--port', String(port), '--issuer', `http://127.0.0.1:${port}`, '--database', databaseIn(folder)],
    ...flags,
  ],
})

const databaseIn = (folder) => `sqlite:${join(folder, 'vouchsafe.db')}`

/** A peer can be measured where npm has brought it; ours and the two that stand for the machine need nothing. */
export const isInstalled = ({ needs }) => needs === undefined || existsSync(join(BENCH, 'node_modules', needs))

/** oidc-provider signs in and consents by itself for whom a header names. */
const oidcProvider = (name, about, env) => ({
  name,
  about,
  program: 'oidc-provider.mjs',
  needs: 'oidc-provider',
  env,
  works: env.TOKENS === 'opaque' ? 'D' : 'ABCE',
  issues: env.TOKENS === 'opaque' ? { ...FLOW, access_token: 'opaque' } : ALL,
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
      fresh: true, // it starts on nothing that is there
      paths: { ...STANDARD, authorize: '/authorize' },
      enter: async () => undefined,
    },
    vouchsafe('vouchsafe', 'ours, SQLite; an answer goes out after its commit is on the disk', ALL),
    vouchsafe('vouchsafe-opaque', 'the same with opaque access tokens', { ...ALL, ...OPAQUE }, { TOKENS: 'opaque' }),
    oidcProvider('oidc-memory', 'oidc-provider 9.13 with its own adapter in memory; JWT access tokens', { STORE: 'memory' }),
    oidcProvider('oidc-durable', 'oidc-provider 9.13 on SQLite, WAL, synchronous=FULL', { STORE: 'sqlite' }),
    oidcProvider('oidc-memory-opaque', 'oidc-provider 9.13 in memory; opaque access tokens', { STORE: 'memory', TOKENS: 'opaque' }),
    oidcProvider('oidc-durable-opaque', 'oidc-provider 9.13 on SQLite; opaque access tokens', { STORE: 'sqlite', TOKENS: 'opaque' }),
    {
      name: 'better-auth',
      about: 'better-auth 1.7 with its OAuth provider on SQLite, WAL, synchronous=FULL',
      program: 'better-auth.mjs',
      needs: '@better-auth/oauth-provider',
      works: 'ABCE',
      issues: ALL,
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
      needs: '@openauthjs/openauth',
      works: 'ABCE',
      issues: { ...ALL, hops: 2, id_token: 'none' },
      paths: { ...STANDARD, discovery: '/.well-known/oauth-authorization-server', jwks: '/.well-known/jwks.json', authorize: '/authorize' },
      extra: { service: { provider: 'dev' } },
      enter: async ({ jar, person }) => jar.keep({ head: `\r\nset-cookie: sid=person-${person}\r\n` }),
    },
    {
      name: 'node-oauth',
      about: '@node-oauth/oauth2-server 5.3 on Maps: signs nothing, asks nobody, no ID token',
      program: 'node-oauth.mjs',
      needs: '@node-oauth/oauth2-server',
      works: 'ABC',
      issues: { ...ALL, ...OPAQUE, id_token: 'none' },
      paths: { ...STANDARD, authorize: '/authorize' },
      enter: async ({ jar, person }) => jar.keep({ head: `\r\nset-cookie: sid=person-${person}\r\n` }),
    },
  ].map((target) => [target.name, target]),
)

/** Ours behind its other door; L alone measures it. */
export const FETCH = { ...TARGETS.vouchsafe, name: 'fetch', program: 'vouchsafe-fetch.mjs', needs: '@hono/node-server' }
