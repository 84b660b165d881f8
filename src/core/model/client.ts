import type { Milliseconds } from './clock.ts'
import type { Duration } from './consent-policy.ts'

/** Characters of a client_id, whoever made it: one that carries its registration is long. Room for a person beside it in a key of a table. */
export const LONGEST_CLIENT_ID = 2048

/** A live secret of a client. Only its hash is kept. */
export interface ClientSecret {
  /** SHA-256, base64url. A secret of ours has 256 random bits, so a slow hash would add nothing. */
  hash: string
  /** Its last four characters, so that its owner can tell it from another. */
  hint: string
  created_at: Milliseconds
  expires_at?: Milliseconds
}

/** What a client says of itself, by the names of the registry. @spec RFC 7591 §2, OIDC Registration §2 */
export interface ClientMetadata {
  redirect_uris: string[]
  token_endpoint_auth_method: string
  grant_types: string[]
  response_types: string[]
  client_name: string
  client_uri?: string
  logo_uri?: string
  /** The scopes it may ask for. */
  scope: string
  contacts?: string[]
  tos_uri?: string
  policy_uri?: string
  software_id?: string
  software_version?: string
  application_type: 'web' | 'native'
  id_token_signed_response_alg: 'RS256' | 'ES256'
  post_logout_redirect_uris?: string[]
  default_max_age?: number
  require_auth_time?: boolean
  /** Ours: S256 is asked of a confidential client too, unless false. */
  require_pkce?: boolean
  /** Ours: what its access tokens look like; signed unless said. */
  access_token_format?: 'jwt' | 'opaque'
  /** Ours: what it gets when it asks for no scope. */
  default_scope?: string
  /** Ours: of its scopes, those a person may leave off although the catalogue requires them. */
  optional_scope?: string
  /** Ours: of the durations that the deployment offers for a consent, those that are offered for this client. */
  consent_durations?: Duration[]
  /** Ours: seconds for which a used refresh token may be shown again, 0 to 300. */
  refresh_token_grace?: number
  /** Ours: seconds after which a consent "until I revoke it" that is not used is over. */
  consent_idle?: number
  /** Ours: the name of the theme that pages wear for it. */
  theme?: string
  /** Ours: who publishes it, as the deployment has found out. People are told so once it was reviewed. */
  publisher?: string
  /** Ours: it is an AI agent, which acts by itself. People read that wherever they read of it. */
  ai_agent?: boolean
  /** Ours: the one dialect in which it speaks. */
  dialect: string
}

/** What a client_id carries, sealed, where its client registered itself. @spec RFC 7591 §3.2.1 */
export interface Registration extends ClientMetadata {
  created_at: Milliseconds
}

/** A registered client. */
export interface Client extends ClientMetadata {
  client_id: string
  client_secrets: ClientSecret[]
  created_at: Milliseconds
  /** When its owner last changed it. */
  updated_at?: Milliseconds
  /** The person who manages it through an API; none for those of the deployment. */
  owner?: string
  /** Somebody of the deployment has looked at it: only then may it require scopes. */
  reviewed?: boolean
  disabled_at?: Milliseconds
  /** It registered itself, so that its client_id carries its registration: nothing else is known of it, or it came into use and is a row. */
  sealed?: 'carried' | 'kept'
  /** SHA-256 of the token by which it may read, change and delete itself. @spec RFC 7592 §3 */
  registration_token_hash?: string
}

/** A client that cannot keep a secret. @spec RFC 6749 §2.1 */
export function isPublic(client: Client): boolean {
  return client.token_endpoint_auth_method === 'none'
}

/** Exact comparison of the text as it came; only the port of a loopback address may differ. @spec RFC 9700 §4.1.3, RFC 8252 §7.3 */
export function isRegisteredRedirect(client: Client, redirect_uri: string): boolean {
  if (client.redirect_uris.includes(redirect_uri)) return true
  const asked = withoutLoopbackPort(redirect_uri)
  return asked !== null && client.redirect_uris.some((uri) => withoutLoopbackPort(uri) === asked)
}

/** Where a native app waits: another program on the machine could wait there too. @spec RFC 8252 §8.6 */
export function isNativeRedirect(redirect_uri: string): boolean {
  return !redirect_uri.startsWith('https:')
}

/** By its letters alone, never normalised: `127.1`, `[::ffff:127.0.0.1]` or a user part are no loopback here. */
function withoutLoopbackPort(uri: string): string | null {
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?(\/[^\\]*)?$/.exec(uri)
  if (!match || Number(match[2] ?? 0) > 65_535) return null
  return `http://${match[1]}${match[3] ?? ''}`
}
