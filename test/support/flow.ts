import { sha256 } from '../../src/core/crypto/hash.ts'
import type { Browser } from './browser.ts'
import type { TestServer } from './server.ts'

type Words = Record<string, string>

interface Tokens {
  status: number
  headers: Headers
  body: { access_token?: string; refresh_token?: string; error?: string }
}

/** One client of a real server, and one person who uses it, over HTTP. */
export interface Flow {
  client_id: string
  browser: Browser
  ask(words?: Words): string
  /** Consents where asked. */
  code(words?: Words): Promise<string>
  redeem(code: string, words?: Words): Promise<Tokens>
  refresh(refresh_token: string): Promise<Tokens>
  revoke(token: string): Promise<number>
  clientCredentials(): Promise<Tokens>
  userinfo(access_token: string): Promise<number>
  /** The same client, somewhere else than at the server that it was made at. */
  at(send: Send): Pick<Flow, 'redeem' | 'refresh'>
}

type Send = (request: Request) => Promise<Response>

const code_verifier = 'v'.repeat(43)
const redirect_uri = 'https://app.example/cb'

export async function openFlow(server: TestServer): Promise<Flow> {
  const metadata = {
    client_name: 'App',
    redirect_uris: [redirect_uri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'ES256',
    scope: 'openid email',
  }
  const { client_id, client_secret } = server.run('client', 'add', '--metadata', JSON.stringify(metadata)) as Words
  const browser = await server.person()
  const own = { client_id: client_id!, client_secret: client_secret! }
  const post = async (path: string, words: Words, send: Send = server.send): Promise<Tokens> => {
    const response = await send(new Request(server.issuer + path, { method: 'POST', body: new URLSearchParams({ ...own, ...words }) }))
    return { status: response.status, headers: response.headers, body: (await response.json()) as Tokens['body'] }
  }
  const flowAt = (send?: Send): Pick<Flow, 'redeem' | 'refresh'> => ({
    redeem: (code, words = {}) => post('/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri, ...words }, send),
    refresh: (refresh_token) => post('/token', { grant_type: 'refresh_token', refresh_token }, send),
  })
  const flow: Flow = {
    client_id: client_id!,
    browser,
    ask: (words = {}) =>
      `${server.issuer}/authorize?${new URLSearchParams({ client_id: client_id!, redirect_uri, response_type: 'code', scope: 'openid email', state: 's', code_challenge: sha256(code_verifier), code_challenge_method: 'S256', ...words })}`,
    code: async (words) => {
      const url = await server.authorize(browser, flow.ask(words))
      const code = url.searchParams.get('code')
      if (code === null) throw new Error(`No code: ${url.searchParams}`)
      return code
    },
    ...flowAt(),
    revoke: async (token) => (await post('/revoke', { token })).status,
    clientCredentials: () => post('/token', { grant_type: 'client_credentials', scope: 'email' }),
    userinfo: async (access_token) => {
      const response = await server.send(new Request(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } }))
      await response.arrayBuffer()
      return response.status
    },
    at: flowAt,
  }
  return flow
}
