import type { Milliseconds } from './clock.ts'
import type { Session } from './user.ts'

/** What one person has allowed one client, until it ends or is withdrawn. */
export interface Consent {
  sub: string
  client_id: string
  /** What was allowed, through all decisions. */
  scope: string
  /** What was shown and left off: it is not asked for again unless the client insists by prompt=consent. */
  declined?: string
  /** What was allowed at each resource; '' stands for a request that named none. */
  scope_at: Readonly<Record<string, string>>
  /** Where the answer goes: another host of the client is asked again. */
  redirect_hosts: readonly string[]
  /** Claims asked for one by one that were allowed, and those that were left off. */
  claims?: string[]
  declined_claims?: string[]
  granted_at: Milliseconds
  expires_at?: Milliseconds
  /** The request that this decision answered: all that a consent for a native app, or "just once", is good for. */
  request_id: string
  once?: boolean
  /** Stands for the client's name and addresses as they were shown: where they are others, the person is asked again. */
  identity?: string
  /** The receipt of this decision. */
  receipt_id?: string
  /** Since when the client gets nothing, until the person lets it go on. */
  paused_at?: Milliseconds
  /** When it was last of use, to the hour; what was decided before anybody counted lacks it. */
  used_at?: Milliseconds
  /** How often on each of the last 30 days, for who looks at it: no guard depends on it, and deciding leaves it as it is. */
  use?: DailyUse
}

/** Uses on the day `day` (days since 1970, UTC), on the one before, and so on. */
export interface DailyUse {
  day: number
  counts: readonly number[]
  /** The last networks where the app asked from, as `regionOf` puts them, the newest first: three at most. */
  from?: readonly string[]
}

/**
 * What a person takes back of a consent without ending it: some words of the scope, and the time after an earlier end; or all of it for a
 * while. It holds for all that was given before, at once.
 */
export type Restriction = 'pause' | 'resume' | { scope: string; ends_at?: Milliseconds }

/** Who sits at a browser, what they have allowed one client, and the epoch that a code issued upon it must carry. */
export interface Standing<Who = Session> {
  session: Who
  consent: Consent | null
  epoch: number
}

/** One authorization, one row. Every token descends from it and dies with it. */
export interface Grant {
  /** Milliseconds first, so that the table grows at its end; made when the code was. */
  grant_id: string
  client_id: string
  sub: string
  sid: string
  /** As it holds now: what the person has taken back since is no longer in it. */
  scope: string
  /** What it held once and was taken back. Read from `withdrawals`, never written. */
  narrowed?: string
  /** The person lets it rest: it gives nothing until they let it go on. Read from `withdrawals`, never written. */
  paused?: true
  resource?: string[]
  claims?: string[]
  auth_time: Milliseconds
  acr?: string
  amr?: string[]
  dialect?: string
  /** When its code was redeemed, where a replay may be a retry. */
  redeemed_at?: Milliseconds
  /** The state of `withdrawals` when the person's decision was read: any later withdrawal ends this. */
  epoch: number
  /** The turn of the refresh token that is good now; 0 where none was issued. */
  generation: number
  rotated_at?: Milliseconds
  /** What the last rotation was for, where it asked for less than the grant: only the same may be retried. */
  rotated_for?: string
  /** When it ends if it is not used; never after `ends_at`. */
  expires_at: Milliseconds
  /** The end that no rotation can pass. */
  ends_at: Milliseconds
  revoked_at?: Milliseconds
}

/** What a code carries, sealed. Nothing is stored until it is redeemed. Its age stands in its grant_id. @spec RFC 6749 §4.1.2 */
export interface AuthorizationCode {
  grant_id: string
  client_id: string
  sub: string
  sid: string
  scope: string
  /** Hash of the redirect URI: the code has no room for long ones. */
  redirect_hash: string
  auth_time: Milliseconds
  epoch: number
  dialect?: string
  code_challenge?: string
  code_challenge_method?: string
  nonce?: string
  resource?: string[]
  claims?: string[]
  acr?: string
  amr?: string[]
  /** The consent's end, where it has one. */
  ends_at?: Milliseconds
}

/** The part of a grant_id that is a time. */
const TIME_DIGITS = 9

/** When the code was made that this grant came from. */
export function bornAt(grant_id: string): Milliseconds {
  return Number.parseInt(grant_id.slice(0, TIME_DIGITS), 36)
}
