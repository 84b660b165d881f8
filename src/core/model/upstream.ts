import type { Milliseconds } from './clock.ts'

/** A sign-in at an upstream provider that is under way: sealed into a cookie of its browser, so that nothing is stored. */
export interface UpstreamFlow {
  expires_at: Milliseconds
  begun_at: Milliseconds
  /** The id of the provider that the browser was sent to. */
  upstream: string
  /** Comes back unchanged. @spec RFC 6749 §10.12 */
  state: string
  nonce: string
  code_verifier: string
  /** The hash of the ticket that waits; where none does, the room of the account that is next. */
  ticket_hash?: string
  next?: string
  /** The person must have signed in there since then: the app asked for that. */
  not_before?: Milliseconds
  /** Who is signed in here and wants to link what comes back. */
  sub?: string
}

/** An identity that has been proved, and belongs to nobody here yet: its person has to prove which account is theirs. Sealed into a cookie. */
export interface PendingLink {
  expires_at: Milliseconds
  created_at: Milliseconds
  upstream: string
  issuer: string
  subject: string
  email?: string
  /** Whose account it is to be linked to, where they said so before. */
  sub?: string
  /** Whose account has its address: whoever else signs in next in this browser is not asked. */
  holder?: string
}
