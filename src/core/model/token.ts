import type { NumericDate } from './clock.ts'

/** The claims of an access token, signed or sealed. @spec RFC 9068 §2.2, RFC 7662 §2.2 */
export interface AccessTokenClaims {
  iss: string
  sub: string
  aud: string | string[]
  client_id: string
  scope: string
  jti: string
  iat: NumericDate
  exp: NumericDate
  auth_time?: NumericDate
  acr?: string
  amr?: string[]
  sid?: string
  /** None where a client acts for itself: there is no row that could be revoked. */
  grant_id?: string
  /** Where there is no grant: the state of `withdrawals` for the client when it was issued. */
  epoch?: number
}

/** The success body of the token endpoint. @spec RFC 6749 §5.1 */
export interface TokenResponse {
  access_token: string
  token_type: 'Bearer'
  expires_in: number
  scope: string
  refresh_token?: string
  id_token?: string
}
