import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import { networkOf, siteOf } from '../../core/model/network.ts'
import type { Accounts } from './accounts.ts'

/** How long attempts are counted together. */
const WINDOW = 15 * MINUTE
/** Attempts for one email, whoever makes them, and whether or not it is anybody's. */
export const TRIES_PER_ACCOUNT = 10
/** Codes for one person whose password was right. Of a million codes three are good at any moment. @spec RFC 6238 §5.2 */
export const TRIES_PER_FACTOR = 5
/** Attempts from one address: an office has many people behind one. */
export const TRIES_PER_ADDRESS = 100

/** Attempts from one site, which may hold 65,536 networks of IPv6. */
export const TRIES_PER_SITE = 1000

/**
 * Counters for what strangers name lie in a table of fixed size, so that they cannot grow it: one part for emails that are nobody's, one for
 * addresses, one for letters. Two keys may share one, and none can be chosen to. Each person there is has a counter of their own beyond them, which no flood
 * of other names can reach.
 */
const HALF = 32_768
const PEOPLE = 2 ** 32

/** Who is being tried: a person, an email that is nobody's, or the second factor of a person. The right password does not clear that one. */
export type Target = { sub: string } | { email: string } | { factor: string }

/** Where an attempt stands. `left`: how many more there are; null where it is one too many. */
export interface Attempt {
  left: number | null
  /** When counting begins anew. */
  ends_at: Milliseconds
}

/** Counts an attempt before anything is hashed, so that attempts side by side cannot slip through. */
export async function countAttempt(accounts: Accounts, target: Target, address: string): Promise<Attempt> {
  // an address that is over its limit must not use up anybody's own attempts
  const over = await countAddress(accounts, address)
  if (over) return over
  const { count, ends_at } = await accounts.store.throttles.count(bucketOf(accounts, target), WINDOW, accounts.clock())
  const most = 'factor' in target ? TRIES_PER_FACTOR : TRIES_PER_ACCOUNT
  return { left: count > most ? null : most - count, ends_at }
}

/** Counts an attempt of this address alone, where nobody was named. Throws OAuthError where it had too many. */
export async function requireAddress(accounts: Accounts, address: string): Promise<void> {
  const over = await countAddress(accounts, address)
  if (!over) return
  const retry_after = Math.max(1, Math.ceil((over.ends_at - accounts.clock()) / SECOND))
  throw new OAuthError('temporarily_unavailable', 'There were too many sign-ins from this address.', {
    status: 429,
    reason: 'too_many',
    retry_after,
  })
}

/** Counts an attempt from an address alone; null while there are some left. */
export async function countAddress(accounts: Accounts, address: string): Promise<Attempt | null> {
  for (const { bucket, most } of addressBuckets(accounts, address)) {
    const { count, ends_at } = await accounts.store.throttles.count(bucket, WINDOW, accounts.clock())
    if (count > most) return { left: null, ends_at }
  }
  return null
}

/** Takes such an attempt back, as it was a right one. */
export async function forgiveAddress(accounts: Accounts, address: string): Promise<void> {
  for (const { bucket } of addressBuckets(accounts, address)) await accounts.store.throttles.forgive(bucket, 'one')
}

/**
 * The right password clears its account; of the address it takes back only its own attempt, or one account could cover for many.
 * `one`: the attempt was not looked at, so it was none.
 */
export async function forgiveAttempts(accounts: Accounts, target: Target, address: string, how: 'all' | 'one'): Promise<void> {
  await accounts.store.throttles.forgive(bucketOf(accounts, target), how)
  await forgiveAddress(accounts, address)
}

/**
 * Letters of one kind to one address, whoever asks for them; letters that one person, or one network, asks for. Kinds are counted apart:
 * a stranger who asks for letters of one kind must not use up what somebody needs another one for.
 */
export const LETTERS_PER_EMAIL = 3
const LETTERS_PER_PERSON = 6
export const LETTERS_PER_ADDRESS = 20

/** What the link in a letter that was asked for is for. */
export type LetterKind = Exclude<MailLink['act'], 'undo'>

/** Whether one more letter may go out. `email`: that one has had enough, which nobody is told. `asker`: whoever asks has. */
export async function countLetter(
  accounts: Accounts,
  { email, kind, address, sub }: { email: string; kind: LetterKind; address: string; sub?: string },
): Promise<'may' | 'email' | 'asker'> {
  const count = async (text: string): Promise<number> => {
    const bucket = 2 * HALF + hashOf(accounts, `letter ${text}`, HALF)
    return (await accounts.store.throttles.count(bucket, WINDOW, accounts.clock())).count
  }
  const network = networkOf(address)
  if (network !== '' && (await count(`address ${network}`)) > LETTERS_PER_ADDRESS) return 'asker'
  if (sub !== undefined && (await count(`person ${sub}`)) > LETTERS_PER_PERSON) return 'asker'
  return (await count(`${kind} ${email}`)) > LETTERS_PER_EMAIL ? 'email' : 'may'
}

function bucketOf(accounts: Accounts, target: Target): number {
  if ('factor' in target) return PEOPLE + hashOf(accounts, `factor ${target.factor}`, PEOPLE)
  return 'sub' in target ? PEOPLE + hashOf(accounts, `person ${target.sub}`, PEOPLE) : hashOf(accounts, `email ${fold(target.email)}`, HALF)
}

/**
 * All the ways to write a login that a directory may take for the same: it leaves out what is not seen, and width, case or accents may not
 * matter to it. Each way with a counter of its own would make the tries endless. @spec RFC 4518 §2.2, RFC 4518 §2.3
 */
function fold(email: string): string {
  const plain = email.normalize('NFKD').replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
  return plain.toUpperCase().toLowerCase()
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
