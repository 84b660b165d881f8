import { randomName } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import type { Clock } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Store } from '../../core/model/store.ts'
import type { User } from '../../core/model/user.ts'
import { hashPassword } from './password.ts'

/** Characters of an email address. @spec RFC 5321 §4.5.3.1.3 */
const LONGEST_EMAIL = 254
const SHORTEST_PASSWORD = 8
const LONGEST_PASSWORD = 1024
const MOST_PASSWORD_BYTES = 4096

/** What a new person needs. */
export interface NewUser {
  email: string
  /** Somebody has made sure that it is theirs. */
  email_verified?: boolean
  password: string
  name?: string
  /** Further standard claims, as userinfo returns them. */
  claims?: Readonly<Record<string, unknown>>
}

/** Members of the record: among the further claims they would be a second truth, or none. */
const RESERVED: readonly string[] = [
  'sub',
  'email',
  'email_verified',
  'email_changed_at',
  'email_changes',
  'ended_at',
  'name',
  'claims',
  'password',
  'password_hash',
  'created_at',
  'disabled_at',
]

/**
 * Adds a person. Throws OAuthError `invalid_request` with one sentence that says what to change. `spend` uses up what they may come in by,
 * once there is nothing left that could keep them waiting; where that was used before nobody is added.
 */
export async function addUser(
  store: Store,
  { email, email_verified, password, name, claims = {} }: NewUser,
  clock: Clock,
  by?: Actor,
  spend?: () => Promise<boolean>,
): Promise<User> {
  const address = readEmail(email)
  checkPassword(password)
  const reserved = RESERVED.filter((member) => Object.hasOwn(claims, member))
  if (reserved.length > 0)
    throw new OAuthError('invalid_request', `The claims cannot hold ${reserved.join(', ')}: that is kept apart from them.`)
  const now = clock()
  const user: User = { sub: randomName(16), email: address, password_hash: await hashPassword(password), created_at: now }
  if (email_verified) user.email_verified = true
  if (name !== undefined && name.trim() !== '') user.name = name.trim()
  if (Object.keys(claims).length > 0) user.claims = claims
  if (spend && !(await spend())) throw new OAuthError('invalid_request', 'What they come in by was used before.', { reason: 'ended' })
  if ((await store.users.add(user, by)) === 'taken') throw new OAuthError('invalid_request', 'This email belongs to somebody already.')
  return user
}

/** The address as it is kept: trimmed, in lower case. Throws OAuthError `invalid_request`. */
export function readEmail(text: string): string {
  const email = normalEmail(text)
  if (email.length > LONGEST_EMAIL) throw new OAuthError('invalid_request', `The email is longer than ${LONGEST_EMAIL} characters.`)
  if (!isEmail(email)) throw new OAuthError('invalid_request', 'The email is not an address: it needs one @ and no spaces.')
  return email
}

/** Whether a text, as `normalEmail` left it, can be somebody's address. */
export function isEmail(email: string): boolean {
  return email.length <= LONGEST_EMAIL && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email)
}

/** How an address is looked up: as people type it, with a space behind it or a capital in front. */
export function normalEmail(text: string): string {
  return text.trim().toLowerCase()
}

/** Any characters will do, spaces included; only the length is asked for. Throws OAuthError `invalid_request`. */
export function checkPassword(password: string): void {
  const problem = passwordProblem(password)
  if (problem === 'short') throw new OAuthError('invalid_request', `The password has fewer than ${SHORTEST_PASSWORD} characters.`)
  if (problem === 'long') throw new OAuthError('invalid_request', `The password has more than ${LONGEST_PASSWORD} characters.`)
}

/** What is wrong with a new password; null where nothing is. */
export function passwordProblem(password: string): 'short' | 'long' | null {
  if (!isPasswordLength(password)) return 'long'
  return [...password].length < SHORTEST_PASSWORD ? 'short' : null
}

/** False for what is too long to be anybody's password, and so not worth hashing. */
export function isPasswordLength(password: string): boolean {
  return password.length <= LONGEST_PASSWORD && Buffer.byteLength(password) <= MOST_PASSWORD_BYTES
}
