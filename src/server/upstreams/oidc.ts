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
  const metadata = createMetadata(() => discover(settings, clock), clock)
  let running = 0
  return {
    id,
    issuer,
    label,
    joining,
    linking,
    begin: async ({ code_verifier, max_age, ...question }) => {
      const config = await inTime(metadata())
      return oidc.buildAuthorizationUrl(config, {
        ...question,
        ...(max_age !== undefined && { max_age: String(max_age) }),
        scope: settings.scope,
        code_challenge: await oidc.calculatePKCECodeChallenge(code_verifier),
        code_challenge_method: 'S256',
      }).href
    },
    finish: async (url, question) => {
      if (running >= MOST_AT_ONCE) throw away()
      running += 1
      try {
        return await inTime(metadata().then((config) => redeem(config, url, question, settings)))
      } finally {
        running -= 1
      }
    },
  }
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

async function discover({ issuer, client_id, client_secret, token_endpoint_auth_method }: UpstreamSettings, clock: Clock) {
  const plain = issuer.startsWith('http:')
  const auth =
    token_endpoint_auth_method === 'client_secret_post' ? oidc.ClientSecretPost(client_secret) : oidc.ClientSecretBasic(client_secret)
  const metadata = {
    [oidc.clockTolerance]: SKEW / SECOND,
    [oidc.clockSkew]: Math.round((clock() - Date.now()) / SECOND),
  }
  // also behind TLS: an ID token proves itself by its signature
  const execute = plain ? [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] : [oidc.enableNonRepudiationChecks]
  return oidc
    .discovery(new URL(issuer), client_id, metadata, auth, { execute, timeout: REQUEST, [oidc.customFetch]: boundedFetch })
    .catch((cause: unknown) => {
      throw away(cause)
    })
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
    reason: 'upstream_failed',
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
