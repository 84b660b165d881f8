import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import type { Client } from '../../src/core/model/client.ts'
import { cookieName } from '../../src/core/model/http.ts'
import type { StoredSession, User } from '../../src/core/model/user.ts'
import type { Config } from '../../src/server/config.ts'
import { listen } from '../../src/server/node.ts'
import { type Browser, openBrowser, type Visit } from './browser.ts'
import { openSite, type TestSite } from './site.ts'

export type Door = 'fetch' | 'node'
export type Words = Record<string, string>

/** What a token endpoint, or another one for programs, answers. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export const code_verifier = 'v'.repeat(43)
export const code_challenge = sha256(code_verifier)
export const CLIENT_SECRET = 'secret-'.padEnd(43, 's')
export const REDIRECT = 'https://app.example/cb'

/** A whole server, one client and one person, and the roads through them. */
export interface World extends TestSite {
  issuer: string
  client: Client
  /** Sends one request through the door of this world. */
  send(request: Request): Promise<Response>
  /** A browser in which this person is signed in: as if by password, without the time that a hash takes. */
  person(user?: User, session?: Partial<StoredSession>): Promise<Browser>
  /** An authorization request. Words that are '' are left out. */
  ask(words?: Words): string
  /** Asks, consents where asked, and stands at the answer to the client. */
  authorize(browser: Browser, words?: Words, consent?: Record<string, string | string[]>): Promise<URL>
  /** The code of a whole authorization by a new person's browser, or by this one. */
  code(words?: Words, browser?: Browser): Promise<string>
  post(path: string, form: Words | string, headers?: Words): Promise<Answer>
  get(path: string, headers?: Words): Promise<Answer>
  redeem(code: string, words?: Words): Promise<Answer>
  /** The tokens of a whole flow. */
  tokens(words?: Words): Promise<Words & { expires_in: number }>
  refresh(refresh_token: string, words?: Words): Promise<Answer>
  userinfo(access_token: string): Promise<Answer>
  /** As its own client. */
  introspect(token: string): Promise<Answer>
  revoke(token: string): Promise<Answer>
}

export interface Given {
  door?: Door
  client?: Partial<Client>
  config?: Partial<Config>
  /** Another node of this one's, on the same database; to be closed before it. */
  beside?: World
}

const confidential: Partial<Client> = {
  client_name: 'App',
  redirect_uris: [REDIRECT],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  client_secrets: [{ hash: sha256(CLIENT_SECRET), hint: 'ssss', created_at: 0 }],
  scope: 'openid profile email offline_access invoices.read bank.read invoices.send',
}

export async function openWorld({ door = 'fetch', client: shape, config, beside }: Given = {}): Promise<World> {
  const site = await openSite({ ...(config && { config }), ...(beside && { beside }) })
  const issuer = site.config.issuer
  const { origin } = new URL(issuer)
  const node = door === 'node' ? await listen(site.app.handle, { port: 0, host: '127.0.0.1' }) : null
  const send = node ? through(issuer, node.port) : (request: Request) => site.app.fetch(request, '203.0.113.7')
  const client = await site.addClient({ client_id: 'c1', ...confidential, ...shape })
  const own = (words: Words): Words => ({
    client_id: client.client_id,
    ...(client.token_endpoint_auth_method === 'client_secret_post' && { client_secret: CLIENT_SECRET }),
    ...words,
  })

  const world: World = {
    ...site,
    issuer,
    client,
    send,
    browser: (address) => openBrowser(send, address),
    person: async (user = site.mara, session = {}) => {
      const browser = openBrowser(send)
      const secret = randomToken()
      const now = site.time.now
      const stored = {
        session_hash: sha256(secret),
        sid: randomToken(16),
        sub: user.sub,
        auth_time: now,
        amr: ['pwd'],
        expires_at: now + 86_400_000,
        ...session,
      }
      await site.store.sessions.open(stored)
      browser.jar.set(cookieName(issuer, 'session'), secret)
      return browser
    },
    ask: (words = {}) => {
      const all = {
        client_id: client.client_id,
        redirect_uri: client.redirect_uris[0]!,
        response_type: 'code',
        scope: 'openid invoices.read',
        state: 's1',
        code_challenge,
        code_challenge_method: 'S256',
        ...words,
      }
      return `${issuer}/authorize?${new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))}`
    },
    authorize: async (browser, words, consent = {}) => {
      let page: Visit = await browser.follow(await browser.get(world.ask(words)), origin)
      if (page.html.includes('id="consent-allow"'))
        page = await browser.follow(await browser.submit(page, consent, 'consent-allow'), origin)
      if (page.location === '') throw new Error(`The road ends at ${page.url} with ${page.status}.`)
      return new URL(page.location)
    },
    code: async (words, browser) => {
      const url = await world.authorize(browser ?? (await world.person()), words)
      const code = url.searchParams.get('code')
      if (code === null) throw new Error(`No code: ${url.searchParams}`)
      return code
    },
    post: async (path, form, headers = {}) => {
      const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
      return read(
        await send(
          new Request(issuer + path, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
            body,
          }),
        ),
      )
    },
    get: async (path, headers = {}) => read(await send(new Request(path.startsWith('http') ? path : issuer + path, { headers }))),
    redeem: (code, words = {}) =>
      world.post(
        '/token',
        given(own({ grant_type: 'authorization_code', code, code_verifier, redirect_uri: client.redirect_uris[0]!, ...words })),
      ),
    tokens: async (words) => {
      const { status, body } = await world.redeem(await world.code(words))
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body
    },
    refresh: (refresh_token, words = {}) => world.post('/token', given(own({ grant_type: 'refresh_token', refresh_token, ...words }))),
    userinfo: (access_token) => world.get('/userinfo', { authorization: `Bearer ${access_token}` }),
    introspect: (token) => world.post('/introspect', own({ token })),
    revoke: (token) => world.post('/revoke', own({ token })),
    close: async () => {
      await node?.close(0)
      await site.close()
    },
  }
  return world
}

const given = (words: Words): Words => Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''))

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** The same requests over a socket. */
function through(issuer: string, port: number): World['send'] {
  return async (request) => {
    const { url, method, headers } = request
    const body = method === 'POST' ? await request.text() : null
    return fetch(`http://127.0.0.1:${port}${url.slice(new URL(issuer).origin.length)}`, {
      method,
      headers: [...headers, ['connection', 'close']],
      body,
      redirect: 'manual',
    })
  }
}

/** Runs a test in a world of its own, which goes away with it. */
export function inWorld(given: Given, run: (world: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = await openWorld(given)
    try {
      await run(world)
    } finally {
      await world.close()
    }
  }
}
