import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import { DAY, type Milliseconds } from '../../src/core/model/clock.ts'
import { cookieName, type HttpRequest } from '../../src/core/model/http.ts'
import { standardScopes } from '../../src/core/model/scope.ts'
import type { Store } from '../../src/core/model/store.ts'
import { createApp } from '../../src/server/app.ts'
import { type Config, DEFAULT_LIFETIME } from '../../src/server/config.ts'
import type { Made } from './generate.ts'
import type { Answer } from './keep-alive.ts'

/** What a client sends; `cookie` is that of somebody's browser. */
export interface Asked {
  method: 'GET' | 'POST'
  path: string
  query: string
  cookie?: string
  body: string
}

/** To a server, wherever it is. */
export type Ask = (asked: Asked) => Promise<Answer>

/** The clients of a generated database, and people of it who are signed in. */
export interface Clients {
  /** A whole code flow of somebody who has consented before. Throws where it is not answered with tokens. */
  code(ask: Ask): Promise<void>
  /** The refresh of an old grant from anywhere in the table, each time of another one. Throws where it is refused. */
  refresh(ask: Ask): Promise<void>
}

/** Clients at work within this process, whose clock may be any. */
export interface Load {
  /** A code flow, and then a refresh. */
  flow(): Promise<void>
  maintain(): Promise<void>
}

export const ISSUER = 'https://id.harbourbooks.example'
export const SECRET = 'of-43-characters-as-a-node-has-it-123456789'
/** What stands in the configuration file of a server on a generated database. */
export const SETTINGS = {
  product: { name: 'Harbour Books', home: 'https://harbourbooks.example/', help: 'https://harbourbooks.example/help' },
  scopes: {
    'invoices.read': { title: { en: 'See invoices' }, description: { en: 'All of them.' }, level: 2 },
    'invoices.send': { title: { en: 'Send invoices' }, description: { en: 'All of them.' }, level: 2 },
    'bank.read': { title: { en: 'See bank movements' }, description: { en: 'All of them.' }, level: 2 },
  },
} as const
const REDIRECT = 'https://app.example.com/cb'
const VERIFIER = 'v'.repeat(43)
const SCOPE = 'openid profile email offline_access'
const SIGNED_IN = 500

const config: Config = {
  issuer: ISSUER,
  host: '127.0.0.1',
  port: 0,
  database: 'sqlite::memory:',
  trusted_proxies: [],
  secrets: [],
  product: SETTINGS.product,
  scopes: { ...standardScopes, ...SETTINGS.scopes },
  resources: {},
  default_resource: ISSUER,
  lifetime: DEFAULT_LIFETIME,
  dialects: ['standard'],
}

/** Signs people in, and knows the tokens that the old grants would have. */
export async function openClients(store: Store, made: Made, now: Milliseconds): Promise<Clients> {
  const { server } = await createApp({ config, store: { ...store, secret: SECRET }, clock: () => now })
  const people = await signIn(store, made, now)
  const old = made.samples.map(({ grant_id, client_id, generation }) => ({ grant_id, client_id, generation }))
  for (let i = old.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    ;[old[i], old[other]] = [old[other]!, old[i]!]
  }
  let turn = 0
  let refreshed = 0
  return {
    code: async (ask) => {
      const { client_id, cookie } = people[turn++ % people.length]!
      const { status, location } = await ask(authorization(client_id, cookie))
      const code = URL.canParse(location) ? new URL(location).searchParams.get('code') : null
      if (code === null) throw new Error(`No code: ${status} ${location}`)
      const words = { grant_type: 'authorization_code', code, client_id, redirect_uri: REDIRECT, code_verifier: VERIFIER }
      must(await ask(post(words)))
    },
    refresh: async (ask) => {
      const grant = old[refreshed++ % old.length]!
      const refresh_token = server.keys.refreshTokens.write(grant.grant_id, grant.generation)
      must(await ask(post({ grant_type: 'refresh_token', refresh_token, client_id: grant.client_id })))
      grant.generation += 1
    },
  }
}

/** The server on this store, without sockets. */
export async function openLoad(store: Store, clients: Clients, clock: () => Milliseconds): Promise<Load> {
  const app = await createApp({ config, store: { ...store, secret: SECRET }, clock })
  const ask: Ask = async (asked) => {
    const { status, headers, body } = await app.handle(requestOf(asked))
    return { status, location: String(headers['location'] ?? ''), body: body as string }
  }
  const flow = async () => {
    await clients.code(ask)
    await clients.refresh(ask)
  }
  return { flow, maintain: app.maintain }
}

async function signIn(store: Store, { allowed }: Made, now: Milliseconds): Promise<{ client_id: string; cookie: string }[]> {
  const every = Math.max(1, Math.floor(allowed.length / SIGNED_IN))
  const chosen = allowed.filter((_, i) => i % every === 0)
  return Promise.all(
    chosen.map(async ({ sub, client_id }) => {
      const secret = randomToken()
      const session = { session_hash: sha256(secret), sid: randomToken(16), sub, auth_time: now, amr: ['pwd'], expires_at: now + DAY }
      await store.sessions.open(session)
      return { client_id, cookie: `${cookieName(ISSUER, 'session')}=${secret}` }
    }),
  )
}

function authorization(client_id: string, cookie: string): Asked {
  const words = { client_id, redirect_uri: REDIRECT, response_type: 'code', scope: SCOPE, state: 's1', code_challenge: sha256(VERIFIER) }
  const query = new URLSearchParams({ ...words, code_challenge_method: 'S256' }).toString()
  return { method: 'GET', path: '/authorize', query, cookie, body: '' }
}

const post = (words: Record<string, string>): Asked => ({
  method: 'POST',
  path: '/token',
  query: '',
  body: new URLSearchParams(words).toString(),
})

/** The headers that a browser and a client would send. */
export function headersOf({ method, cookie }: Asked): Record<string, string> {
  if (method === 'POST') return { 'content-type': 'application/x-www-form-urlencoded' }
  return { cookie: cookie ?? '', 'sec-fetch-site': 'cross-site' }
}

function requestOf(asked: Asked): HttpRequest {
  const headers = headersOf(asked)
  const { method, path, query, body } = asked
  return { method, path, query, address: '203.0.113.7', header: (name) => headers[name], text: async () => body }
}

function must({ status, body }: Answer): void {
  if (status !== 200) throw new Error(`It was answered ${status}: ${body}`)
}
