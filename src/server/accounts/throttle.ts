import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { networkOf, siteOf } from '../../core/model/network.ts'
import type { Accounts } from './accounts.ts'

/** How long attempts are counted together. */
const WINDOW = 15 * MINUTE
/** Attempts for one email, whoever makes them, and whether or not it is anybody's. */
export const TRIES_PER_ACCOUNT = 10
/** Attempts from one address: an office has many people behind one. */
export const TRIES_PER_ADDRESS = 100

/** Attempts from one site, which may hold 65,536 networks of IPv6. */
export const TRIES_PER_SITE = 1000

/**
 * Counters for what strangers name lie in a table of fixed size, so that they cannot grow it: one half for emails that are nobody's, one for
 * addresses. Two keys may share one, and none can be chosen to. Each person there is has a counter of their own beyond them, which no flood
 * of other names can reach.
 */
const HALF = 32_768
const PEOPLE = 2 ** 32

/** Who is being tried: a person, or an email that is nobody's. */
export type Target = { sub: string } | { email: string }

/** Where an attempt stands. `left`: how many more there are; null where it is one too many. */
export interface Attempt {
  left: number | null
  /** When counting begins anew. */
  ends_at: Milliseconds
}

/** Counts an attempt before anything is hashed, so that attempts side by side cannot slip through. */
export async function countAttempt(accounts: Accounts, target: Target, address: string): Promise<Attempt> {
  // an address that is over its limit must not use up anybody's own attempts
  const over = await overLimit(accounts, address)
  if (over !== null) return { left: null, ends_at: over }
  const { count, ends_at } = await accounts.store.throttles.count(bucketOf(accounts, target), WINDOW, accounts.clock())
  return { left: count > TRIES_PER_ACCOUNT ? null : TRIES_PER_ACCOUNT - count, ends_at }
}

/** Counts an attempt of this address alone, where nobody was named. Throws OAuthError where it had too many. */
export async function countAddress(accounts: Accounts, address: string): Promise<void> {
  const over = await overLimit(accounts, address)
  if (over === null) return
  const retry_after = Math.max(1, Math.ceil((over - accounts.clock()) / SECOND))
  throw new OAuthError('temporarily_unavailable', 'There were too many sign-ins from this address.', {
    status: 429,
    reason: 'too_many',
    retry_after,
  })
}

/** Takes such an attempt back, as it was a right one. */
export async function forgiveAddress(accounts: Accounts, address: string): Promise<void> {
  for (const { bucket } of addressBuckets(accounts, address)) await accounts.store.throttles.forgive(bucket, 'one')
}

/** Counts for the address; when the count begins anew where it is over its limit, else null. */
async function overLimit(accounts: Accounts, address: string): Promise<Milliseconds | null> {
  for (const { bucket, most } of addressBuckets(accounts, address)) {
    const { count, ends_at } = await accounts.store.throttles.count(bucket, WINDOW, accounts.clock())
    if (count > most) return ends_at
  }
  return null
}

/**
 * The right password clears its account; of the address it takes back only its own attempt, or one account could cover for many.
 * `one`: the attempt was not looked at, so it was none.
 */
export async function forgiveAttempts(accounts: Accounts, target: Target, address: string, how: 'all' | 'one'): Promise<void> {
  const { throttles } = accounts.store
  await throttles.forgive(bucketOf(accounts, target), how)
  await forgiveAddress(accounts, address)
}

function bucketOf(accounts: Accounts, target: Target): number {
  return 'sub' in target ? PEOPLE + hashOf(accounts, `person ${target.sub}`, PEOPLE) : hashOf(accounts, `email ${target.email}`, HALF)
}

function addressBuckets(accounts: Accounts, address: string): { bucket: number; most: number }[] {
  const network = networkOf(address)
  if (network === '') return []
  const own = { bucket: HALF + hashOf(accounts, `address ${network}`, HALF), most: TRIES_PER_ADDRESS }
  const site = siteOf(network)
  return site === null ? [own] : [own, { bucket: HALF + hashOf(accounts, `site ${site}`, HALF), most: TRIES_PER_SITE }]
}

function hashOf(accounts: Accounts, text: string, below: number): number {
  return Buffer.from(accounts.keys.mac('throttle', text), 'base64url').readUInt32BE(0) % below
}
