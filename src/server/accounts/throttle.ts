import { MINUTE, type Milliseconds } from '../../core/model/clock.ts'
import type { Accounts } from './accounts.ts'

/** How long attempts are counted together. */
const WINDOW = 15 * MINUTE
/** Attempts for one email, whoever makes them, and whether or not it is anybody's. */
export const TRIES_PER_ACCOUNT = 10
/** Attempts from one address: an office has many people behind one. */
export const TRIES_PER_ADDRESS = 100

/** A fixed number of counters, so that strangers cannot grow the table; two keys may share one, and none can be chosen to. */
const BUCKETS = 65_536

/** Where an attempt stands. `left`: how many more there are; null where it is one too many. */
export interface Attempt {
  left: number | null
  /** When counting begins anew. */
  ends_at: Milliseconds
}

/** Counts an attempt before anything is hashed, so that attempts side by side cannot slip through. */
export async function countAttempt(accounts: Accounts, email: string, address: string): Promise<Attempt> {
  const network = networkOf(address)
  if (network !== '') {
    const of_address = await count(accounts, 'address', network)
    // An address that is over its limit must not use up anybody's own attempts
    if (of_address.count > TRIES_PER_ADDRESS) return { left: null, ends_at: of_address.ends_at }
  }
  const { count: tries, ends_at } = await count(accounts, 'account', email)
  return { left: tries > TRIES_PER_ACCOUNT ? null : TRIES_PER_ACCOUNT - tries, ends_at }
}

/** The right password clears its account; of the address it takes back only its own attempt, or one account could cover for many. */
export async function forgiveAttempts(accounts: Accounts, email: string, address: string): Promise<void> {
  const network = networkOf(address)
  await Promise.all([
    accounts.store.throttles.forgive(bucketOf(accounts, 'account', email), 'all'),
    network === '' ? undefined : accounts.store.throttles.forgive(bucketOf(accounts, 'address', network), 'one'),
  ])
}

function count(accounts: Accounts, kind: 'account' | 'address', key: string) {
  return accounts.store.throttles.count(bucketOf(accounts, kind, key), WINDOW, accounts.clock())
}

function bucketOf(accounts: Accounts, kind: string, key: string): number {
  return Buffer.from(accounts.keys.mac('throttle', `${kind} ${key}`), 'base64url').readUInt32BE(0) % BUCKETS
}

/** What one customer of a network holds: one IPv4 address, or the first 64 bits of an IPv6 one. '' stays ''. @spec RFC 6177 §2 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0')
  const groups = [...first, ...gap, ...last].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
