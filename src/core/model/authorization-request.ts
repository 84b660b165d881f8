import type { Milliseconds } from './clock.ts'

/** How the answer travels back. @spec OAuth 2.0 Multiple Response Types §2.1 */
export const RESPONSE_MODES = ['query', 'fragment'] as const
export type ResponseMode = (typeof RESPONSE_MODES)[number]

/** The prompts that mean something here; others are passed over. @spec OIDC Core §3.1.2.1 */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const

/** A request that has passed every check. What travels sealed while the person signs in is exactly this. */
export interface AuthorizationRequest {
  /** Random: a consent that may not be remembered names the request that it answers. */
  request_id: string
  client_id: string
  redirect_uri: string
  /** The request named no redirect_uri, so the client's only one is meant. */
  redirect_defaulted?: boolean
  response_mode: ResponseMode
  /** What is asked for, defaults filled in; may be empty where the catalogue has no default. */
  scope: string
  state?: string
  nonce?: string
  prompt?: string
  /** Seconds. */
  max_age?: number
  login_hint?: string
  /** Of a valid id_token_hint, or of the claims: only this person will do. */
  hinted_sub?: string
  ui_locales?: string
  /** Claims asked for one by one at userinfo, by name; essential or not makes no difference to us. @spec OIDC Core §5.5 */
  claims?: string[]
  /** One of these must have been done. @spec OIDC Core §5.5.1.1 */
  essential_acr?: string[]
  /** One of these would be better, of those there are. @spec OIDC Core §3.1.2.1 */
  acr_values?: string[]
  /** The person who is signed in has no way that would be better. */
  no_stronger?: boolean
  resource?: string[]
  code_challenge?: string
  code_challenge_method?: string
  dialect: string
  created_at: Milliseconds
  expires_at: Milliseconds
  denied_at?: Milliseconds
  /** Hash of the cookie of the one browser that may go on with it; none while it is not bound yet. */
  browser?: string
  /** How often it began anew because its browser was another one. */
  restarts?: number
}

/** A request that waits for one person's decision through an API. Sealed it is a consent token: nothing is stored until it is decided. */
export interface ConsentRequest extends AuthorizationRequest {
  /** What is spent with the decision. */
  token_id: string
  token_expires_at: Milliseconds
  /** Who sat at the browser that asked: only they decide. */
  sub: string
  sid: string
  auth_time: Milliseconds
  selected_at?: Milliseconds
  acr?: string
  amr?: string[]
  /** How the app looked when the token was made. */
  looks: string
}
