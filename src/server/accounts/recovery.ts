import type { MailLink } from '../../core/model/mail-link.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { hasOwnPassword } from './directory.ts'
import { findHolder, stateOf, writeLink } from './mail-links.ts'
import { hashPassword } from './password.ts'
import { checkPassword } from './users.ts'

/** What ends with a new password: sessions always, and what was given to apps where the person says so. */
export type Ending = 'sessions' | 'everything'

/** Who may be sent a link for a new password: whoever has one that is looked at. A way to sign in is never added to those that a person has chosen. */
export async function findForgetful(accounts: Pick<Accounts, 'store' | 'directory'>, email: string): Promise<User | null> {
  const user = await accounts.store.users.findByEmail(email)
  return user && user.disabled_at === undefined && (await hasOwnPassword(accounts, user)) ? user : null
}

/** The link for a new password. It ends with the password that was forgotten, and so with its own first use. */
export function resetLink(accounts: Pick<Accounts, 'issuer' | 'keys' | 'clock'>, user: User): string {
  return writeLink(accounts, { act: 'reset', email: user.email, sub: user.sub, state: stateOf(user) })
}

/**
 * Sets a new password. Whoever holds the link reads the mail of that address, so it is verified too. Null where the link is over: of many
 * uses at one moment one comes true. Nobody is signed in by it, so that a second factor is asked for as ever. Throws OAuthError where the
 * password cannot be one.
 */
export async function resetPassword(accounts: Accounts, link: MailLink, password: string, end: Ending): Promise<User | null> {
  checkPassword(password)
  const user = link.act === 'reset' ? await findHolder(accounts, link) : null
  if (!user) return null
  return replacePassword(accounts, { ...user, email_verified: true }, user, password, end)
}

/** Writes the person with a new password; null where they were changed while it was hashed. */
export async function replacePassword(accounts: Accounts, after: User, before: User, password: string, end: Ending): Promise<User | null> {
  const user = { ...after, password_hash: await hashPassword(password) }
  const by = { type: 'user', id: user.sub } as const
  return (await accounts.store.users.update(user, { end, replaces: before, by })) ? user : null
}
