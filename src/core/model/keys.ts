import type { Actor } from './audit.ts'
import type { AuthorizationRequest, ConsentRequest } from './authorization-request.ts'
import type { Registration } from './client.ts'
import type { Milliseconds } from './clock.ts'
import type { FactorStep, TotpSecret } from './factor.ts'
import type { AuthorizationCode } from './grant.ts'
import type { LogoutRequest } from './logout.ts'
import type { MailLink } from './mail-link.ts'
import type { KeyUse } from './stored-key.ts'
import type { AccessTokenClaims } from './token.ts'
import type { PendingLink, UpstreamFlow } from './upstream.ts'

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
  /** Throws where nothing can be signed now; asked before something is used up for a token. */
  ready?(): Promise<void>
}

/**
 * Where private signing keys live that are not kept in the database: an HSM, a KMS. A key never leaves it; what is stored is a reference.
 * What cannot be done now, because it does not answer, is OAuthError `temporarily_unavailable`, after seconds at most.
 */
export interface KeyHome {
  /** Stands in each reference, sealed with it: a home is never shown another one's. At most 100 characters. */
  name: string
  /** False where it only serves the keys that it has: then new ones are made in the database. */
  makes: boolean
  /** Makes a key and says how it is found again. */
  make(alg: SigningAlg): Promise<{ reference: string; public_jwk: JsonWebKey }>
  /** The signature over this ASCII text as a JWS has it, in base64url. @spec RFC 7518 §3.3, RFC 7518 §3.4 */
  sign(reference: string, alg: SigningAlg, text: string): Promise<string>
  /** Nothing happens where it is gone already. */
  destroy(reference: string): Promise<void>
  /** Resolves where it can sign now. Costs nothing while it does. */
  ready(): Promise<void>
  close(): Promise<void>
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
  link: Seal<MailLink>
  upstream: Seal<UpstreamFlow>
  pending_link: Seal<PendingLink>
  access_token: Seal<AccessTokenClaims>
  client: SealedClients
  /** What people show besides a password: secrets that stay in the store, and steps that travel. */
  factors: { totp: Seal<TotpSecret>; step: Seal<FactorStep> }
  refreshTokens: RefreshTokens
  /** A secret value of this deployment for a text of the host's own: CSRF values, throttle buckets. `use` separates them. */
  mac(use: string, text: string): string
  /** Makes, promotes, retires and destroys keys as their time comes, and notices what other processes did. */
  maintain(): Promise<void>
  /** Prepares a successor for each key of these uses at once; it becomes active as soon as it has been published for long enough. */
  rotate(uses?: readonly KeyUse[], by?: Actor): Promise<void>
  /** Notices what other processes did. One small read, and nothing more where nothing was done. */
  reload(): Promise<void>
  /** Seals all keys under the first master secret; `left` are those that none of ours opens. */
  rewrap(by?: Actor): Promise<{ rewrapped: string[]; left: string[] }>
  /** Ends a key at once, and all that it protects; a successor takes over. False where there is no such key. */
  destroy(kid: string, by?: Actor): Promise<boolean>
  list(): { kid: string; use: KeyUse; status: string; created_at: Milliseconds; active_at?: Milliseconds; retired_at?: Milliseconds }[]
}
