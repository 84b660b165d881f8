import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { sha256 } from '../../src/core/crypto/hash.ts'

type Claims = Record<string, unknown>

/** What a provider may do wrong. */
export interface Lie {
  /** Laid over the claims of the ID token; undefined takes one away. */
  id_token?: Claims
  /** In place of the whole ID token, made from the honest one. */
  forge?: (jwt: string, claims: Claims) => Promise<string> | string
  /** In place of the parameters of the callback; undefined takes one away. */
  callback?: Record<string, string | undefined>
  userinfo?: Claims
  /** The answer of the token endpoint comes byte by byte, without an end. */
  drops?: boolean
  /** Another answer of the token endpoint. */
  token?: { status: number; body: string; type?: string }
}

/** An OpenID provider that tells whatever a test wants, truths included. */
export interface Provider {
  issuer: string
  /** What of it was asked, by path. */
  asked: string[]
  /** Where the browser is sent back from this authorization request, by this person. */
  answer(location: string, claims: Claims, lie?: Lie): string
  /** Laid over its metadata. */
  metadata: Claims
  /** It takes every request, and answers none. */
  silent: boolean
  /** What its clock shows, where that is not the time. */
  date: Date | undefined
  close(): Promise<void>
}

export const PROVIDER_SECRET = 'their-secret-'.padEnd(43, 's')

export async function openProvider(now: () => number): Promise<Provider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const codes = new Map<string, { challenge: string; redirect_uri: string; claims: Claims; lie: Lie }>()
  const tokens = new Map<string, Claims>()
  let made = 0
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', issuer).pathname
    provider.asked.push(path)
    let body = ''
    for await (const part of request) body += part
    if (provider.silent) return
    const answer = (status: number, text: string, type = 'application/json') => {
      const date = provider.date && { date: provider.date.toUTCString() }
      response.writeHead(status, { 'content-type': type, connection: 'close', ...date }).end(text)
    }
    if (path === '/.well-known/openid-configuration') return answer(200, JSON.stringify(metadata()))
    if (path === '/jwks') return answer(200, JSON.stringify({ keys: [jwk] }))
    if (path === '/userinfo') return answer(200, JSON.stringify(tokens.get(request.headers.authorization?.slice(7) ?? '') ?? {}))
    if (path === '/token' && codes.get(new URLSearchParams(body).get('code') ?? '')?.lie.drops) return drip(response)
    if (path === '/token') return redeem(new URLSearchParams(body), request.headers.authorization ?? '', answer)
    answer(404, '{}')
  }

  const metadata = (): Claims => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
    ...provider.metadata,
  })

  async function redeem(form: URLSearchParams, authorization: string, answer: (status: number, text: string, type?: string) => void) {
    const code = form.get('code') ?? ''
    const held = codes.get(code)
    codes.delete(code)
    const known = decodeURIComponent(Buffer.from(authorization.slice(6), 'base64').toString()) === `us:${PROVIDER_SECRET}`
    const fits = held?.challenge === sha256(form.get('code_verifier') ?? '') && held.redirect_uri === form.get('redirect_uri')
    if (!known) return answer(401, '{"error":"invalid_client"}')
    if (!held || !fits) return answer(400, '{"error":"invalid_grant"}')
    const { lie } = held
    if (lie.token) return answer(lie.token.status, lie.token.body, lie.token.type)
    const access_token = `at-${++made}`
    tokens.set(access_token, lie.userinfo ?? { sub: held.claims['sub'] })
    const honest = await sign(held.claims, privateKey)
    const id_token = lie.forge ? await lie.forge(honest, held.claims) : honest
    answer(200, JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 60, id_token }))
  }

  const provider: Provider = {
    issuer,
    asked: [],
    metadata: {},
    silent: false,
    date: undefined,
    answer: (location, person, lie = {}) => {
      const asked = new URL(location).searchParams
      const iat = Math.floor(now() / 1000)
      const own = { iss: issuer, aud: 'us', iat, exp: iat + 60, nonce: asked.get('nonce') ?? undefined }
      const code = `code-${++made}`
      const redirect_uri = asked.get('redirect_uri') ?? ''
      codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirect_uri, claims: { ...own, ...person, ...lie.id_token }, lie })
      const params = { code, state: asked.get('state') ?? '', iss: issuer, ...lie.callback }
      return `${redirect_uri}?${new URLSearchParams(Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined))}`
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return provider
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 200)
  response.on('close', () => clearInterval(timer))
}

/** A compact JWS over these claims as they are. */
export function sign(claims: Claims, key: CryptoKey | Uint8Array, header = { alg: 'ES256', kid: 'k1' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key)
}
