import { createHash, randomBytes } from 'node:crypto'
import { type Dialect, type EndpointName, pathsOf } from '../../core/model/dialect.ts'
import type { Parameter } from '../../core/model/params.ts'
import { type Cast, REDIRECT_URI } from './cast.ts'
import { type Answer, type Connection, headerOf } from './connection.ts'

/** What a client keeps of a token response. */
export interface Tokens {
  access_token: string
  refresh_token?: string
}

/** What the client does, in the words of its dialect. Each throws where it is answered wrongly. */
export interface Flows {
  /** An authorization with a session and a remembered consent, and its code redeemed. */
  codeFlow(connection: Connection): Promise<Tokens>
  refresh(connection: Connection, refresh_token: string): Promise<Tokens>
  clientCredentials(connection: Connection): Promise<Tokens>
  /** Throws also where the token is told not to be active. */
  introspect(connection: Connection, token: string): Promise<void>
  /** One of its documents, in turn. */
  discover(connection: Connection): Promise<void>
}

type Words = Partial<Record<Parameter, string>>

/** PKCE is the client's work: done before, so that the one who measures does little. */
const PROOFS = Array.from({ length: 64 }, () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
})
const DOCUMENTS = { openid: '/.well-known/openid-configuration', authorization_server: '/.well-known/oauth-authorization-server' } as const

/** What an authorization request is sent with. `scope`, PKCE and the like only where the dialect has them. */
export function authorizationWords({ scope_parameter, scope_separator, pkce }: Dialect, { client_id, scope }: Cast, proof: number): Words {
  const { verifier, challenge } = PROOFS[proof % PROOFS.length]!
  const [method] = pkce.methods.includes('S256') ? ['S256'] : pkce.methods
  return {
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT_URI,
    state: `s${proof}`,
    nonce: `n${proof}`,
    ...(scope_parameter && { scope: scope.replaceAll(' ', scope_separator) }),
    ...(method !== undefined && { code_challenge: method === 'S256' ? challenge : verifier, code_challenge_method: method }),
  }
}

/** The documents that a dialect publishes and clients read: one of its discoveries, and its keys. */
export function documentsOf(dialect: Dialect): string[] {
  const document = (['openid', 'authorization_server'] as const).find((name) => dialect.discovery.includes(name))
  return [...(document === undefined ? [] : [dialect.base + DOCUMENTS[document]]), ...pathsOf(dialect, 'jwks').slice(0, 1)]
}

/** The flows of one client. `base` is the path of the issuer. */
export function createFlows(dialect: Dialect, cast: Cast, base: string): Flows {
  const post = createPost(dialect, cast, base)
  const write = createWriter(dialect)
  const authorize = base + pathsOf(dialect, 'authorize')[0]
  const documents = documentsOf(dialect)
  const pkce = dialect.pkce.methods.length > 0
  let turn = 0
  return {
    async codeFlow(connection) {
      const proof = ++turn
      const words = writeForm(write(authorizationWords(dialect, cast, proof)))
      const cookie = cast.cookies[proof % cast.cookies.length]!
      const answer = await connection.ask('GET', `${authorize}?${words}`, `cookie: ${cookie}\r\n`)
      const code = readCode(answer)
      const { verifier } = PROOFS[proof % PROOFS.length]!
      return readTokens(
        await post(connection, 'token', {
          grant_type: 'authorization_code',
          redirect_uri: REDIRECT_URI,
          code,
          ...(pkce && { code_verifier: verifier }),
        }),
      )
    },
    refresh: async (connection, refresh_token) =>
      readTokens(await post(connection, 'token', { grant_type: 'refresh_token', refresh_token })),
    clientCredentials: async (connection) => readTokens(await post(connection, 'token', { grant_type: 'client_credentials' })),
    async introspect(connection, token) {
      const answer = await post(connection, 'introspect', { token })
      if (answer.body.includes('"active":false')) throw refusal('introspect', answer)
    },
    async discover(connection) {
      const path = base + documents[++turn % documents.length]
      const answer = await connection.ask('GET', path, '')
      if (answer.status !== 200) throw refusal(path, answer)
    },
  }
}

/** A request at an endpoint, authenticated as the client is registered. Throws where it is refused. */
function createPost(dialect: Dialect, { client_id, client_secret = '', token_endpoint_auth_method }: Cast, base: string) {
  const write = createWriter(dialect)
  const json = !dialect.body.includes('form')
  const type = `content-type: application/${json ? 'json' : 'x-www-form-urlencoded'}\r\n`
  const basic = Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`).toString('base64')
  const lines = token_endpoint_auth_method === 'client_secret_basic' ? `authorization: Basic ${basic}\r\n${type}` : type
  const own: Record<string, Words> = { client_secret_post: { client_id, client_secret }, none: { client_id } }
  return async (connection: Connection, endpoint: EndpointName, words: Words): Promise<Answer> => {
    const sent = write({ ...words, ...own[token_endpoint_auth_method] })
    const body = json ? JSON.stringify(Object.fromEntries(sent)) : writeForm(sent)
    const answer = await connection.ask('POST', base + pathsOf(dialect, endpoint)[0], lines, body)
    if (answer.status !== 200) throw refusal(endpoint, answer)
    return answer
  }
}

/** Parameters under the dialect's own names. */
function createWriter({ aliases }: Dialect): (words: Words) => [name: string, value: string][] {
  const names = new Map(Object.entries(aliases).map(([word, name]): [string, string] => [name, word]))
  return (words) => Object.entries(words).map(([name, value]) => [names.get(name) ?? name, value])
}

function writeForm(words: readonly (readonly [name: string, value: string])[]): string {
  return words.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

function readCode(answer: Answer): string {
  const location = headerOf(answer, 'location')
  const code = location?.startsWith(REDIRECT_URI) ? new URL(location).searchParams.get('code') : null
  if (code === null) throw refusal('authorize', answer)
  return code
}

const readTokens = ({ body }: Answer): Tokens => JSON.parse(body) as Tokens // what our own server answers

/** What was answered instead, short enough for one line. */
function refusal(where: string, answer: Answer): Error {
  const text = headerOf(answer, 'location') ?? answer.body
  return new Error(`${where} was answered ${answer.status}: ${text.slice(0, 200)}`)
}
