import { randomToken } from '../../core/crypto/random.ts'
import { DAY, type Milliseconds } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import type { Store } from '../../core/model/store.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { findHolder, LINK_LIFETIME, stateOf, writeLink } from './mail-links.ts'

/** Changes of the email that may be open to an undo at once; an older one cannot be pushed out by newer ones. */
const MOST_CHANGES = 10

/** An undo also takes away what was added to the ways of signing in from so long before the change on. */
const NEWCOMERS = DAY

/** What came of using a link. 'over': it was used, or the account is another by now. 'taken': the address is somebody else's. */
export type LinkOutcome = { user: User; before: User } | 'over' | 'taken'

/** The link by which somebody shows that they read the mail of an address: the one they have, or the one they want. */
export function emailLink(accounts: Pick<Accounts, 'issuer' | 'keys' | 'clock'>, user: User, email: string): string {
  return writeLink(accounts, { act: email === user.email ? 'verify' : 'change', email, sub: user.sub, state: stateOf(user) })
}

/** Notes that the address is theirs. */
export async function verifyEmail(accounts: Accounts, link: MailLink): Promise<LinkOutcome> {
  const before = await findHolder(accounts, link)
  if (!before || before.email !== link.email || before.email_verified) return 'over'
  return write(accounts.store, { ...before, email_verified: true }, before)
}

/** The new address counts from now on. */
export async function changeEmail(accounts: Accounts, link: MailLink): Promise<LinkOutcome> {
  const before = await findHolder(accounts, link)
  if (!before) return 'over'
  const now = Math.max(accounts.clock(), (before.email_changed_at ?? 0) + 1)
  const open = (before.email_changes ?? []).filter((at) => at > now - LINK_LIFETIME.undo)
  if (open.length >= MOST_CHANGES)
    throw new OAuthError('access_denied', 'The email was changed too often.', { reason: 'too_many', status: 429 })
  const user = { ...before, email: link.email, email_verified: true, email_changed_at: now, email_changes: [...open, now] }
  return write(accounts.store, user, before)
}

/** The link by which the old address takes a change back. */
export function undoLink(accounts: Accounts, { user, before }: { user: User; before: User }): string {
  return writeLink(accounts, { act: 'undo', email: before.email, sub: user.sub, state: String(user.email_changed_at) })
}

/**
 * Gives the account back to the address that it had before a change: whoever did that, and every change after it, may have been somebody
 * else. So the password is good no more, everything ends, and the undo of no later change counts.
 */
export async function undoEmail(accounts: Accounts, link: MailLink): Promise<LinkOutcome> {
  const before = await accounts.store.users.find(link.sub)
  const changes = before?.email_changes ?? []
  if (!before || before.disabled_at !== undefined || !changes.includes(Number(link.state))) return 'over'
  const user: User = {
    ...before,
    email: link.email,
    email_verified: true,
    email_changed_at: Math.max(accounts.clock(), (before.email_changed_at ?? 0) + 1),
    email_changes: changes.filter((at) => at < Number(link.state)),
    // no hash at all: nothing matches it, and another one can be asked for by mail
    ...(before.password_hash !== undefined && { password_hash: `!${randomToken()}` }),
  }
  // before, so that a crash leaves a link that still counts, and after, when no session is left that could add any
  await removeNewcomers(accounts.store, user, Number(link.state) - NEWCOMERS)
  const outcome = await write(accounts.store, user, before, 'everything')
  if (typeof outcome === 'object') await removeNewcomers(accounts.store, user, Number(link.state) - NEWCOMERS)
  return outcome
}

/** Whether somebody has taken a change back, and has not chosen the new password yet. */
export function hasNoPasswordYet({ password_hash }: User): boolean {
  return password_hash?.startsWith('!') === true
}

/**
 * Ways to sign in that were added since then: they may be a thief's. Older ones stay, or whoever reads an old mailbox could do without them.
 * Of recovery codes nobody knows how old they are, so all of them go.
 */
async function removeNewcomers({ factors, identities }: Store, { sub, created_at: joined }: User, since: Milliseconds): Promise<void> {
  const by = { type: 'user', id: sub } as const
  const { totp, passkeys, recovery_codes } = await factors.find(sub)
  if (recovery_codes > 0) await factors.setRecoveryCodes(sub, [], { by })
  if (totp && totp.created_at >= since) await factors.removeTotp(sub, { by })
  for (const { passkey_id, created_at } of passkeys) if (created_at >= since) await factors.removePasskey(sub, passkey_id, { by })
  for (const { identity_id, created_at } of await identities.list(sub))
    if (created_at >= since && created_at > joined) await identities.remove(sub, identity_id, { by }) // not the one that they came with
}

/** 'over' where the account has changed meanwhile: of many uses at one moment one comes true. */
async function write(store: Store, user: User, before: User, end?: 'everything'): Promise<LinkOutcome> {
  try {
    const by = { type: 'user', id: user.sub } as const
    return (await store.users.update(user, { replaces: before, by, ...(end && { end }) })) ? { user, before } : 'over'
  } catch (cause) {
    const holder = await store.users.findByEmail(user.email)
    if (holder && holder.sub !== user.sub) return 'taken'
    throw cause
  }
}
