import { AsyncLocalStorage } from 'node:async_hooks'
import * as oidc from 'openid-client'

/** What must come back unchanged, or fit, when the browser returns. */
export interface Flow {
  state: string
  nonce: string
  code_verifier: string
}

export interface Tokens {
  access_token: string
  refresh_token?: string
  id_token: string
  scope: string
  /** Seconds. */
  expires_in: number
  /** Those of the ID token, checked. */
  claims: Record<string, unknown>
  /** What userinfo says of the same person. */
  person: Record<string, unknown>
}

/** One question and its answer, shortened so that nothing shown can be used. */
export interface Exchange {
  /** Through the browser, or from server to server. */
  channel: 'front' | 'back'
  title: string
  method: string
  url: string
  sent: Record<string, string>
  status?: number
  received: Record<string, string>
}

/** What the API answered. */
export interface ApiResult {
  request: string
  status: number
  challenge: string | null
  body: unknown
}

/** The issuer said no, in the words of the standard. */
export class Refused extends Error {
  readonly error: string

  constructor(error: string, message: string) {
    super(message)
    this.error = error
  }
}

export interface ConnectionOptions {
  issuer: string
  client_id: string
  client_secret: string
  redirect_uri: string
  post_logout_redirect_uri: string
  scope: string
  /** The API that the tokens are for. @spec RFC 8707 §2 */
  resource: string
}

export type Connection = ReturnType<typeof createConnection>

/** Tallyboat's way to its issuer, which is asked for its metadata when it is first needed. Every refusal is thrown as `Refused`. */
export function createConnection(options: ConnectionOptions) {
  const { issuer, resource, redirect_uri } = options
  let configuration: Promise<oidc.Configuration> | null = null
  const configure = () => {
    configuration ??= discover(options).catch((cause: unknown) => {
      configuration = null
      throw cause
    })
    return configuration
  }
  return {
    /** The address to send the browser to, and what to keep until it comes back. @spec OIDC Core §3.1.2.1, RFC 7636 §4.3 */
    async begin(prompt?: 'consent'): Promise<{ url: string; flow: Flow }> {
      const config = await configure()
      const flow = { state: oidc.randomState(), nonce: oidc.randomNonce(), code_verifier: oidc.randomPKCECodeVerifier() }
      const code_challenge = await oidc.calculatePKCECodeChallenge(flow.code_verifier)
      const question = new URLSearchParams({
        redirect_uri,
        scope: options.scope,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge,
        code_challenge_method: 'S256',
        ...(prompt && { prompt }),
      })
      // the API, and the issuer itself for what it knows of the person: a token for one is of no use at the other
      for (const audience of [resource, issuer]) question.append('resource', audience)
      return { url: oidc.buildAuthorizationUrl(config, question).href, flow }
    },
    /**
     * The tokens for what the browser brought back; state, iss, nonce and the ID token's signature are checked. The first access token is for
     * userinfo, the one that is kept for the API. @spec RFC 9207 §2.4, RFC 8707 §2.2
     */
    async finish(url: URL, flow: Flow): Promise<{ tokens: Tokens; wire: Exchange[] }> {
      const checks = { expectedState: flow.state, expectedNonce: flow.nonce, pkceCodeVerifier: flow.code_verifier, idTokenExpected: true }
      return listen('The code is redeemed', async () => {
        const config = await configure()
        const first = readTokens(await oidc.authorizationCodeGrant(config, url, checks, { resource: issuer }))
        const person = await oidc.fetchUserInfo(config, first.access_token, String(first.claims['sub']))
        entitle('A token for the API is asked for')
        const tokens = readTokens(await oidc.refreshTokenGrant(config, first.refresh_token ?? '', { resource }), first)
        return { ...tokens, id_token: first.id_token, claims: first.claims, person }
      })
    },
    /** @spec RFC 6749 §6 */
    async refresh(tokens: Tokens): Promise<{ tokens: Tokens; wire: Exchange[] }> {
      return listen('The tokens are refreshed', async () =>
        readTokens(await oidc.refreshTokenGrant(await configure(), tokens.refresh_token ?? '', { resource }), tokens),
      )
    },
    /** @spec OIDC RP-Initiated Logout §2 */
    async signOut(tokens: Tokens): Promise<{ url: string; state: string }> {
      const state = oidc.randomState()
      const { post_logout_redirect_uri } = options
      const url = oidc.buildEndSessionUrl(await configure(), { id_token_hint: tokens.id_token, post_logout_redirect_uri, state })
      return { url: url.href, state }
    },
    issuer,
  }
}

/** Calls an API as anybody would: a bearer token in the header, and the challenge read where it is refused. @spec RFC 6750 §2.1 */
export async function callApi(method: string, url: string, access_token: string): Promise<ApiResult> {
  const headers = { authorization: `Bearer ${access_token}`, accept: 'application/json' }
  const response = await fetch(url, { method, headers, redirect: 'error', signal: AbortSignal.timeout(5000) })
  const body: unknown = await response.json()
  return {
    request: `${method} ${new URL(url).pathname}`,
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body,
  }
}

async function discover({ issuer, client_id, client_secret }: ConnectionOptions): Promise<oidc.Configuration> {
  const plain = issuer.startsWith('http:')
  const metadata = { client_secret, id_token_signed_response_alg: 'ES256' }
  // without TLS nothing but its signature says whose an ID token is
  const execute = plain ? [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] : [oidc.enableNonRepudiationChecks]
  const auth = oidc.ClientSecretBasic(client_secret)
  return oidc.discovery(new URL(issuer), client_id, metadata, auth, { execute, timeout: 5, [oidc.customFetch]: overhear })
}

type TokenAnswer = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

/** A refresh need not repeat the ID token: then the one before still stands. @spec OIDC Core §12.2 */
function readTokens(answer: TokenAnswer, before?: Tokens): Tokens {
  const refresh_token = answer.refresh_token ?? before?.refresh_token
  return {
    access_token: answer.access_token,
    ...(refresh_token !== undefined && { refresh_token }),
    id_token: answer.id_token ?? before?.id_token ?? '',
    scope: answer.scope ?? before?.scope ?? '',
    expires_in: answer.expires_in ?? 0,
    claims: { ...(answer.claims() ?? before?.claims) },
    person: before?.person ?? {},
  }
}

const ear = new AsyncLocalStorage<{ title: string; wire: Exchange[] }>()

async function listen(title: string, work: () => Promise<Tokens>): Promise<{ tokens: Tokens; wire: Exchange[] }> {
  const wire: Exchange[] = []
  try {
    return { tokens: await ear.run({ title, wire }, work), wire }
  } catch (cause) {
    if (cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError) {
      throw new Refused(cause.error, cause.error_description ?? 'No reason was given.')
    }
    throw cause
  }
}

/** What the next request to the token endpoint is for. */
function entitle(title: string): void {
  const heard = ear.getStore()
  if (heard) heard.title = title
}

/** Passes a request on, and writes it down where it carries something of this flow: what is published for all is left out. */
async function overhear(url: string, init: oidc.CustomFetchOptions): Promise<Response> {
  // openid-client names the body by types of its own; both sides are those of fetch
  const response = await fetch(url, init as RequestInit)
  const authorization = new Headers(init.headers).get('authorization')
  const heard = ear.getStore()
  if (!heard || authorization === null) return response
  const sent = shorten({ authorization, ...Object.fromEntries(new URLSearchParams(String(init.body ?? ''))) })
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  const title = init.method === 'POST' ? heard.title : 'Userinfo is read'
  heard.wire.push({ channel: 'back', title, method: init.method, url, sent, status: response.status, received: shorten(answer) })
  return response
}

const SECRET = new Set([
  'authorization',
  'client_secret',
  'code',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'ticket',
  'token',
  'registration_access_token',
  'initial_access_token',
  'consent_token',
  'api_key',
])

/** The fields of a message as text; of what could be used only the beginning. */
export function shorten(message: unknown): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(message ?? {})) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    fields[name] = SECRET.has(name) && text.length > 14 ? `${text.slice(0, 12)}… (${text.length} characters)` : text
  }
  return fields
}
