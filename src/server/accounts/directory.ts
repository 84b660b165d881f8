import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { admit } from './identities.ts'
import { isEmail } from './users.ts'

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
  const linked = user !== null && (await store.identities.list(user.sub)).some(({ issuer }) => issuer === directory.issuer)
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
