import type { Milliseconds } from './clock.ts'

/** What lets its holder register clients in one dialect, so many times and so long. Only its hash is kept. @spec RFC 7591 §1.2 */
export interface InitialAccessToken {
  token_id: string
  token_hash: string
  dialect: string
  /** What it is for, in the words of whoever made it. */
  note?: string
  /** The deployment vouches for what is registered with it. */
  reviewed?: boolean
  /** Registrations that are left; none named: as many as it likes. */
  uses?: number
  created_at: Milliseconds
  expires_at: Milliseconds
}
