import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import { DAY, type Milliseconds } from '../../src/core/model/clock.ts'
import { cookieName, type HttpRequest, type Reply } from '../../src/core/model/http.ts'
import { standardScopes } from '../../src/core/model/scope.ts'
import type { Store } from '../../src/core/model/store.ts'
import { createApp } from '../../src/server/app.ts'
import { type Config, DEFAULT_LIFETIME } from '../../src/server/config.ts'
import type { Made } from './generate.ts'

/** One of the two alone, or one after the other. */
export type Kind = 'code' | 'refresh' | 'both'

/** Clients at work on a generated database, without sockets: what is measured is the server. */
export interface Load {
  /** A whole code flow of somebody who has consented before, and the refresh of an old grant from anywhere in the table. */
  flow(): Promise<void>
  /** So many of a kind at once for so long; how many came to their end. */
  run(kind: Kind, lanes: number, milliseconds: Milliseconds): Promise<number>
  maintain(): Promise<void>
}

const ISSUER = 'https://id.harbourbooks.example'
const SECRET = 'a secret of 43 characters, as a node has it'
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
  product: { name: 'Harbour Books', home: 'https://harbourbooks.example/', help: 'https://harbourbooks.example/help' },
  scopes: {
    ...standardScopes,
    'invoices.read': { title: { en: 'See invoices' }, description: { en: 'All of them.' }, level: 2 },
    'invoices.send': { title: { en: 'Send invoices' }, description: { en: 'All of them.' }, level: 2 },
    'bank.read': { title: { en: 'See bank movements' }, description: { en: 'All of them.' }, level: 2 },
  },
  resources: {},
  default_resource: ISSUER,
  lifetime: DEFAULT_LIFETIME,
  dialects: ['standard'],
}

/** The server on this store, and some of its people signed in. */
export async function openLoad(store: Store, made: Made, clock: () => Milliseconds): Promise<Load> {
  const app = await createApp({ config, store: { ...store, secret: SECRET }, clock })
  const people = await signIn(store, made, clock())
  const old = made.samples.map(({ grant_id, client_id, generation }) => ({ grant_id, client_id, generation }))
  for (let i = old.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    ;[old[i], old[other]] = [old[other]!, old[i]!]
  }
  let turn = 0
  let refreshed = 0

  async function code(): Promise<void> {
    const { client_id, cookie } = people[turn++ % people.length]!
    const asked = await app.handle(ask(client_id, cookie))
    const code = new URL(String(asked.headers['location'])).searchParams.get('code')
    if (code === null) throw new Error(`No code: ${asked.status} ${asked.headers['location']}`)
    const words = { grant_type: 'authorization_code', code, client_id, redirect_uri: REDIRECT, code_verifier: VERIFIER }
    must(await app.handle(post(words)))
  }

  async function refresh(): Promise<void> {
    const grant = old[refreshed++ % old.length]!
    const refresh_token = app.server.keys.refreshTokens.write(grant.grant_id, grant.generation)
    must(await app.handle(post({ grant_type: 'refresh_token', refresh_token, client_id: grant.client_id })))
    grant.generation += 1
  }

  async function flow(): Promise<void> {
    await code()
    await refresh()
  }

  async function run(kind: Kind, lanes: number, milliseconds: Milliseconds): Promise<number> {
    const one = { code, refresh, both: flow }[kind]
    const end = performance.now() + milliseconds
    let done = 0
    const lane = async () => {
      for (; performance.now() < end; done++) {
        await one()
        await new Promise(setImmediate) // as between two answers on a socket
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return done
  }
  return { flow, run, maintain: app.maintain }
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

function ask(client_id: string, cookie: string): HttpRequest {
  const words = { client_id, redirect_uri: REDIRECT, response_type: 'code', scope: SCOPE, state: 's1', code_challenge: sha256(VERIFIER) }
  const query = new URLSearchParams({ ...words, code_challenge_method: 'S256' }).toString()
  return request('GET', '/authorize', query, { cookie, 'sec-fetch-site': 'cross-site' }, '')
}

const post = (words: Record<string, string>): HttpRequest =>
  request('POST', '/token', '', { 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams(words).toString())

function request(method: string, path: string, query: string, headers: Record<string, string>, body: string): HttpRequest {
  return { method, path, query, address: '203.0.113.7', header: (name) => headers[name], text: async () => body }
}

function must({ status, body }: Reply): void {
  if (status !== 200) throw new Error(`It was answered ${status}: ${body}`)
}
