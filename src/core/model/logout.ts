import type { Milliseconds } from './clock.ts'

/** A sign-out that an app, or the person, has asked for; sealed on its way to the page that asks. @spec OIDC RP-Initiated Logout §2 */
export interface LogoutRequest {
  client_id?: string
  post_logout_redirect_uri?: string
  state?: string
  /** The session and person of the id_token_hint. */
  sid?: string
  sub?: string
  expires_at: Milliseconds
  /** Hash of the cookie of the browser that asked. */
  browser: string
}
