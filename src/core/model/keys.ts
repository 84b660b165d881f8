import type { AuthorizationRequest, ConsentRequest } from './authorization-request.ts'
import type { Registration } from './client.ts'
import type { Milliseconds } from './clock.ts'
import type { AuthorizationCode } from './grant.ts'
import type { LogoutRequest } from './logout.ts'
import type { KeyUse } from './stored-key.ts'
import type { AccessTokenClaims } from './token.ts'

/** Writes a record so that only this server can read it, and only where it is meant to be read. */
export interface Seal<Record> {
  seal(record: Record): string
  /** Null for whatever was not sealed by us, for this purpose and issuer, whole. Expiry is the record's own affair. */
  open(text: string): Record | null
}

export type SigningAlg = 'ES256' | 'RS256'

/** Signs and publishes; where the private key lives is its own affair. */
export interface Signer {
  /** The compact JWS. `typ` is explicit, so that no token passes for one of another kind. @spec RFC 8725 §3.11 */
  sign(claims: object, typ: string, alg: SigningAlg): string | Promise<string>
  /** The claims of a JWS of ours of this `typ` and issuer; throws where it is not. Expiry is checked unless `expired` is allowed. */
  verify(jwt: string, typ: string, options?: { expired?: boolean }): Promise<Record<string, unknown>>
  jwks(): { keys: object[] }
  algs: readonly SigningAlg[]
}

/** A refresh token names a grant and a turn of its rotation; nothing of it is stored. */
export interface RefreshTokens {
  write(grant_id: string, generation: number): string
  /** Null for whatever does not carry our MAC. */
  read(refresh_token: string): { grant_id: string; generation: number } | null
}

/** A client that registered itself: its client_id is its registration, and what proves it is computed from that. Nothing is stored. */
export interface SealedClients extends Seal<Registration> {
  /** What only the owner of this client_id has been told; null where the key that sealed it is gone. */
  proof(use: 'secret' | 'registration_access_token', sealed: string): string | null
}

/** All that the server does with a secret. */
export interface Keys {
  signer: Signer
  code: Seal<AuthorizationCode>
  ticket: Seal<AuthorizationRequest>
  consent: Seal<ConsentRequest>
  logout: Seal<LogoutRequest>
  access_token: Seal<AccessTokenClaims>
  client: SealedClients
  refreshTokens: RefreshTokens
  /** A secret value of this deployment for a text of the host's own: CSRF values, throttle buckets. `use` separates them. */
  mac(use: string, text: string): string
  /** Makes, promotes, retires and destroys keys as their time comes, and notices what other processes did. */
  maintain(): Promise<void>
  /** Prepares a successor for each key of these uses at once; it becomes active as soon as it has been published for long enough. */
  rotate(uses?: readonly KeyUse[]): Promise<void>
  list(): { kid: string; use: KeyUse; status: string; created_at: Milliseconds; active_at?: Milliseconds; retired_at?: Milliseconds }[]
}
