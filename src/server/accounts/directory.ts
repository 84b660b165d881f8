import type { Actor } from '../../core/model/audit.ts'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import type { Directory } from './elsewhere.ts'
import { admit, newIdentity } from './identities.ts'
import type { Person } from './sessions.ts'
import { countAttempt, forgiveAttempts } from './throttle.ts'
import { isEmail, isPasswordLength } from './users.ts'

/** Whether this person's password is looked up in the directory. */
export async function isOfDirectory({ directory, store }: Pick<Accounts, 'directory' | 'store'>, { sub }: User): Promise<boolean> {
  return directory !== undefined && (await store.identities.list(sub)).some(({ issuer }) => issuer === directory.issuer)
}

/** Whether somebody has a password that is kept here and looked at. */
export async function hasOwnPassword(accounts: Pick<Accounts, 'directory' | 'store'>, user: User): Promise<boolean> {
  return user.password_hash !== undefined && !accounts.directory?.only && !(await isOfDirectory(accounts, user))
}

/**
 * Whose password this is by the directory; null where it is nobody's there; 'not asked' where this person's password is kept here. Somebody
 * who is here without the directory never becomes its person by having the same address.
 */
export async function proveByDirectory(
  accounts: Accounts,
  user: User | null,
  email: string,
  password: string,
): Promise<User | null | 'not asked'> {
  const { directory, store } = accounts
  if (!directory) return 'not asked'
  const linked = user !== null && (await isOfDirectory(accounts, user))
  if (user && !linked && !directory.only) return 'not asked'
  const their = isEmail(email) ? await directory.prove(email, password) : null
  if (!their) return null
  const arrival = await admit(accounts, their, directory.joining)
  // an address may have gone to another entry than the one whose person had it here
  if ('refused' in arrival || (user && user.sub !== arrival.user.sub)) return null
  if (user || arrival.added || their.email !== email) return arrival.user
  const moved: User = { ...arrival.user, email, email_verified: their.email_verified }
  if (await store.users.update(moved, { replaces: arrival.user, by: { type: 'server' } })) return moved
  // changed meanwhile: brought up to date by another sign-in of theirs, or disabled
  const now = await store.users.find(moved.sub)
  return now?.disabled_at === undefined ? now : null
}

/**
 * Links somebody who sits at their account with the entry of the directory that has their email, by its password: so both were proved.
 * 'taken' where that entry is another person's here, or the session has ended meanwhile. Attempts are those of the sign-in. Throws OAuthError `temporarily_unavailable`.
 */
export async function linkDirectory(
  accounts: Accounts & { directory: Directory },
  { user: { sub, email }, session }: Person,
  password: string,
  address: string,
): Promise<'linked' | 'wrong' | 'taken' | { paused_until: Milliseconds }> {
  const attempt = await countAttempt(accounts, { sub }, address)
  if (attempt.left === null) return { paused_until: attempt.ends_at }
  const asked = isEmail(email) && isPasswordLength(password)
  const their = asked ? await accounts.directory.prove(email, password).catch(giveBack) : null
  if (!their) return attempt.left === 0 ? { paused_until: attempt.ends_at } : 'wrong'
  await forgiveAttempts(accounts, { sub }, address, 'all')
  const by: Actor = { type: 'user', id: sub }
  const identity = newIdentity(their, sub, accounts.clock())
  return (await accounts.store.identities.add(identity, { session: session.session_hash, by })) === 'added' ? 'linked' : 'taken'

  /** What could not be asked was no attempt. */
  async function giveBack(cause: unknown): Promise<never> {
    await forgiveAttempts(accounts, { sub }, address, 'one')
    throw cause
  }
}
