import { sha256 } from '../../core/crypto/hash.ts'
import { randomToken, timedId } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import type { Clock, Milliseconds } from '../../core/model/clock.ts'
import type { InitialAccessToken } from '../../core/model/initial-access-token.ts'
import type { Store } from '../../core/model/store.ts'

/** What a new token allows. */
export interface NewInitialAccessToken {
  dialect: string
  lasts: Milliseconds
  /** None named: as many as its holder likes. */
  uses?: number
  note?: string
  reviewed?: boolean
}

/** Makes a token by which clients are registered. Only its hash is kept: this is the only moment at which it can be shown. @spec RFC 7591 §1.2 */
export async function addInitialAccessToken(
  store: Store,
  { lasts, ...given }: NewInitialAccessToken,
  clock: Clock,
  by?: Actor,
): Promise<{ token: InitialAccessToken; initial_access_token: string }> {
  const now = clock()
  const initial_access_token = randomToken()
  const token = { ...given, token_id: timedId(now), token_hash: sha256(initial_access_token), created_at: now, expires_at: now + lasts }
  await store.initialAccessTokens.add(token, by)
  return { token, initial_access_token }
}
