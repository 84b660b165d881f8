import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'

/** Where the counters of callers begin, beyond those of sign-in: neither can use up the other's. */
const FIRST = 2 ** 33
/** So many for callers of whom nothing is stored: they cannot grow the table. */
const STRANGERS = 32_768
const KNOWN = 2 ** 32

/** Who calls: by what it proved, and whether a row stands behind it. */
export interface Caller {
  name: string
  known: boolean
}

/** Counts a request of this caller, and refuses what is beyond the limit. @spec RFC 6585 §4 */
export async function countRequest(context: Context, caller: Caller, limit: { requests: number; seconds: number }): Promise<void> {
  const now = context.clock()
  const { count, ends_at } = await context.store.throttles.count(bucketOf(context, caller), limit.seconds * SECOND, now)
  if (count <= limit.requests) return
  const retry_after = Math.max(1, Math.ceil((ends_at - now) / SECOND))
  throw new OAuthError('temporarily_unavailable', 'Too many requests: wait a moment.', { status: 429, retry_after })
}

/** Nobody can choose whom to share a counter with: the place is a MAC. */
function bucketOf(context: Context, { name, known }: Caller): number {
  const bytes = Buffer.from(context.keys.mac('throttle', `caller ${name}`), 'base64url')
  const place = bytes.subarray(0, 4).reduce((sum, byte) => sum * 256 + byte, 0)
  return known ? FIRST + KNOWN + place : FIRST + (place % STRANGERS)
}
