import { randomName, timedId } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import type { Identity } from '../../core/model/identity.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import type { Joining, TheirPerson } from './elsewhere.ts'

/**
 * Who of our people somebody from elsewhere is. 'known': the account of `holder` has the address already, and only who proves it may link.
 * 'address': none was told, or nobody vouches for it. 'unknown': new people are not made. 'disabled': the account was stopped.
 */
export type Arrival = { user: User; added: boolean } | { refused: 'known' | 'address' | 'unknown' | 'disabled'; holder?: string }

/** Finds the person that is linked, or makes one. An address alone is never enough to become somebody who is here already. */
export async function admit(accounts: Pick<Accounts, 'store' | 'clock'>, their: TheirPerson, joining: Joining): Promise<Arrival> {
  const linked = await findLinked(accounts, their)
  if (linked) return linked
  const { email } = their
  if (email === '' || (joining !== 'any' && !their.email_verified)) return { refused: 'address' }
  const holder = await accounts.store.users.findByEmail(email)
  if (holder) return { refused: 'known', holder: holder.sub }
  if (joining === 'none') return { refused: 'unknown' }
  const now = accounts.clock() // one for both: it tells the identity that the account came with
  const user = newPerson(their, now)
  const by: Actor = { type: 'user', id: user.sub }
  if ((await accounts.store.identities.add(newIdentity(their, user.sub, now), { user, by })) === 'added') return { user, added: true }
  // somebody was quicker: the same person in another tab, or another one with this address
  return (await findLinked(accounts, their)) ?? { refused: 'known' }
}

async function findLinked({ store }: Pick<Accounts, 'store'>, { issuer, subject }: TheirPerson): Promise<Arrival | null> {
  const identity = await store.identities.find(issuer, subject)
  if (!identity) return null
  const user = await store.users.find(identity.sub)
  // the person as they were while it was linked: what ended together with the link shows in them when a session is opened
  if ((await store.identities.find(issuer, subject))?.identity_id !== identity.identity_id) return null
  return user && user.disabled_at === undefined ? { user, added: false } : { refused: 'disabled' }
}

function newPerson({ email, email_verified, name, claims }: TheirPerson, now: number): User {
  const user: User = { sub: randomName(16), email, created_at: now }
  if (email_verified) user.email_verified = true
  if (name !== undefined && name.trim() !== '') user.name = name.trim()
  if (claims && Object.keys(claims).length > 0) user.claims = claims
  return user
}

/** An identity that is about to be somebody's. */
export function newIdentity(
  { issuer, subject, email }: Pick<TheirPerson, 'issuer' | 'subject' | 'email'>,
  sub: string,
  now: number,
): Identity {
  return { identity_id: timedId(now), issuer, subject, sub, ...(email !== '' && { email }), created_at: now }
}

/** Takes a way to sign in away; false where there is no such, or the person would have no other. */
export async function removeIdentity(
  { store, directory }: Pick<Accounts, 'store' | 'directory'>,
  user: User,
  identity_id: string,
  by: Actor,
): Promise<boolean> {
  return store.identities.remove(user.sub, identity_id, { keep_one: !wouldHavePassword({ directory }, user), by })
}

/** Whether a password of theirs would open the account if nothing were linked with it. */
export function wouldHavePassword({ directory }: Pick<Accounts, 'directory'>, { password_hash }: User): boolean {
  return password_hash !== undefined && !directory?.only
}
