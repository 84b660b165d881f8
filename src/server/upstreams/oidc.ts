import * as oidc from 'openid-client'
import { type Clock, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { TheirPerson, Upstream, UpstreamQuestion } from '../accounts/elsewhere.ts'
import { refused, SKEW } from '../accounts/upstream-flow.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { createMetadata } from './metadata.ts'
import { readTheirs } from './their-person.ts'
import type { UpstreamSettings } from './upstream-settings.ts'

/** Seconds that one request may take. */
const REQUEST = 3
/** What a person waits for at most, whatever it takes. */
const STEP: Milliseconds = 6 * SECOND
/** Sign-ins whose code is being redeemed at one moment. */
const MOST_AT_ONCE = 50

/** An OpenID provider, spoken to by openid-client. Its metadata is read when somebody first goes there. @spec OIDC Core §3.1, OIDC Discovery §4 */
export function createUpstream(settings: UpstreamSettings, clock: Clock): Upstream {
  const { id, issuer, label, joining, linking } = settings
  const metadata = createMetadata(() => discover(settings), clock)
  let jwks: oidc.ExportedJWKSCache | undefined
  let running = 0
  async function configure(): Promise<oidc.Configuration> {
    const config = createConfiguration(await metadata(), settings, clock)
    if (jwks) oidc.setJwksCache(config, jwks)
    return config
  }
  return {
    id,
    issuer,
    label,
    joining,
    linking,
    begin: async (question) => inTime(configure().then((config) => buildUrl(config, settings, question))),
    knowsUs: async (redirect_uri) => inTime(configure().then((config) => isKnown(config, redirect_uri))),
    finish: async (url, question) => {
      if (running >= MOST_AT_ONCE) throw away()
      running += 1
      try {
        const config = await inTime(configure())
        const their = await inTime(redeem(config, url, question, settings))
        jwks = oidc.getJwksCache(config)
        return their
      } finally {
        running -= 1
      }
    },
  }
}

/** Throws where the browser would be sent to something else than a page of the web. */
async function buildUrl(config: oidc.Configuration, { issuer, scope }: UpstreamSettings, question: UpstreamQuestion): Promise<string> {
  const { code_verifier, max_age, ...more } = question
  const code_challenge = await oidc.calculatePKCECodeChallenge(code_verifier)
  try {
    const url = oidc.buildAuthorizationUrl(config, {
      ...more,
      ...(max_age !== undefined && { max_age: String(max_age) }),
      scope,
      code_challenge,
      code_challenge_method: 'S256',
    })
    if (url.protocol === 'https:' || url.protocol === new URL(issuer).protocol) return url.href
  } catch (cause) {
    throw away(cause)
  }
  throw away(new Error('The authorization endpoint is no page of the web.'))
}

/** The ID token is checked by the library: signature, issuer, audience, nonce, times; so are state and iss. @spec OIDC Core §3.1.3.7, RFC 9207 §2.4 */
async function redeem(
  config: oidc.Configuration,
  url: URL,
  { state, nonce, code_verifier }: Pick<UpstreamQuestion, 'state' | 'nonce' | 'code_verifier'>,
  settings: UpstreamSettings,
): Promise<TheirPerson | 'denied'> {
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: code_verifier, idTokenExpected: true }
  try {
    const answer = await oidc.authorizationCodeGrant(config, url, checks)
    const claims = answer.claims()
    if (!claims) throw refused('The provider sent no ID token.')
    const more = config.serverMetadata().userinfo_endpoint !== undefined && typeof claims.email !== 'string'
    const userinfo = more ? await oidc.fetchUserInfo(config, answer.access_token, claims.sub) : {}
    return readTheirs(settings, claims, userinfo)
  } catch (cause) {
    if (cause instanceof oidc.AuthorizationResponseError && cause.error === 'access_denied') return 'denied'
    throw told(cause)
  }
}

/** A wrong secret is told before a wrong code. @spec RFC 6749 §5.2 */
async function isKnown(config: oidc.Configuration, redirect_uri: string): Promise<boolean> {
  try {
    await oidc.genericGrantRequest(config, 'authorization_code', { code: 'doctor', redirect_uri, code_verifier: 'd'.repeat(43) })
    return true
  } catch (cause) {
    if (cause instanceof oidc.ResponseBodyError) return cause.error !== 'invalid_client' && cause.error !== 'unauthorized_client'
    if (cause instanceof oidc.WWWAuthenticateChallengeError) return false
    throw told(cause)
  }
}

async function discover({ issuer, client_id }: UpstreamSettings): Promise<oidc.ServerMetadata> {
  const execute = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []
  const options = { execute, timeout: REQUEST, [oidc.customFetch]: boundedFetch }
  const config = await oidc.discovery(new URL(issuer), client_id, {}, oidc.None(), options).catch((cause: unknown) => {
    throw away(cause)
  })
  return config.serverMetadata()
}

/** How one sign-in speaks to it, by our clock. */
function createConfiguration(server: oidc.ServerMetadata, settings: UpstreamSettings, clock: Clock): oidc.Configuration {
  const { client_id, client_secret, token_endpoint_auth_method: method, issuer } = settings
  const auth = method === 'client_secret_post' ? oidc.ClientSecretPost(client_secret) : oidc.ClientSecretBasic(client_secret)
  const skew = Math.round((clock() - Date.now()) / SECOND)
  const config = new oidc.Configuration(server, client_id, { [oidc.clockTolerance]: SKEW / SECOND, [oidc.clockSkew]: skew }, auth)
  config.timeout = REQUEST
  config[oidc.customFetch] = boundedFetch
  if (issuer.startsWith('http:')) oidc.allowInsecureRequests(config)
  // also behind TLS an ID token proves itself by its signature
  oidc.enableNonRepudiationChecks(config)
  return config
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(away()), STEP)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** What went wrong at the provider's, or in what it answered. */
function told(cause: unknown): OAuthError {
  if (cause instanceof OAuthError) return cause
  const busy = cause instanceof oidc.AuthorizationResponseError && /^(server_error|temporarily_unavailable)$/.test(cause.error)
  const unreached = cause instanceof TypeError || (cause instanceof oidc.ClientError && cause.code === 'OAUTH_TIMEOUT')
  return busy || unreached ? away(cause) : refused('The provider gave an answer that cannot be accepted.', plainly(cause))
}

function away(cause?: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The provider does not answer.', {
    status: 502,
    reason: 'upstream_away',
    retry_after: 60,
    cause: plainly(cause),
  })
}

/** What the log may hold of an error of the library: its causes carry codes, tokens and claims. */
function plainly(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined
  const { error, cause: inner } = cause as { error?: unknown; cause?: unknown }
  const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : ''
  return new Error(`${cause.message}${code}${inner instanceof Error ? `: ${inner.message}` : ''}`)
}
