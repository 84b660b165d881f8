import { setTimeout } from 'node:timers/promises'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { proveByDirectory } from './directory.ts'
import { NOBODYS_HASH, verifyPassword } from './password.ts'
import { countAttempt, forgiveAttempts, type Target } from './throttle.ts'
import { isPasswordLength, normalEmail } from './users.ts'

/** What came of an attempt: a person, a wrong pair with the tries that are left, or a pause. */
export type SignIn = { user: User } | { left: number } | { paused_until: Milliseconds }

/** Where passwords are proved in two places, a wrong one is answered after this time, so that it does not tell which place was asked. */
const EVEN: Milliseconds = 200

/**
 * Proves who somebody is by email and password. An email that nobody has, a person who is disabled and a wrong password
 * are answered alike, after the same work. Throws OAuthError `temporarily_unavailable` where too many wait.
 */
export async function signIn(accounts: Accounts, email: string, password: string, address: string): Promise<SignIn> {
  const key = normalEmail(email)
  const user = await accounts.store.users.findByEmail(key)
  const target: Target = user ? { sub: user.sub } : { email: key }
  const attempt = await countAttempt(accounts, target, address)
  if (attempt.left === null) return { paused_until: attempt.ends_at }
  const even = accounts.directory ? setTimeout(EVEN, undefined, { ref: false }) : null
  const proved = isPasswordLength(password) ? await prove(accounts, user, key, password, target, address) : null
  if (!proved) {
    await even
    return attempt.left === 0 ? { paused_until: attempt.ends_at } : { left: attempt.left }
  }
  await forgiveAttempts(accounts, target, address, 'all')
  return { user: proved }
}

/** Whose password this is; an attempt that finds no turn to be compared is given back. */
async function prove(
  accounts: Accounts,
  user: User | null,
  email: string,
  password: string,
  target: Target,
  address: string,
): Promise<User | null> {
  try {
    const there = await proveByDirectory(accounts, user, email, password)
    if (there !== 'not asked') return there
    // where there is no password to compare with, the time must not tell
    const matches = await verifyPassword(password, user?.password_hash ?? NOBODYS_HASH)
    return matches && user?.password_hash !== undefined && user.disabled_at === undefined ? user : null
  } catch (cause) {
    await forgiveAttempts(accounts, target, address, 'one')
    throw cause
  }
}
