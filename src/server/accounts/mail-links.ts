import { sha256 } from '../../core/crypto/hash.ts'
import { DAY, MINUTE, type Milliseconds } from '../../core/model/clock.ts'
import { withQuery } from '../../core/model/form.ts'
import type { MailLink } from '../../core/model/mail-link.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'

/** How long each link is good for. */
export const LINK_LIFETIME: Readonly<Record<MailLink['act'], Milliseconds>> = {
  verify: DAY,
  reset: 30 * MINUTE,
  change: DAY,
  undo: 7 * DAY,
  create: DAY,
}

/** Characters that an address with such a link has at most, far above what we make. */
const LONGEST = 2000

type Sealer = Pick<Accounts, 'issuer' | 'keys' | 'clock'>

/** The address of a link for a letter. It begins with the configured issuer, whatever the request said about our name. */
export function writeLink(accounts: Sealer, link: Omit<MailLink, 'expires_at'>): string {
  return withQuery(`${accounts.issuer}/link`, { token: sealLink(accounts, link) })
}

/** The sealed part of it alone. */
export function sealLink({ keys, clock }: Sealer, link: Omit<MailLink, 'expires_at'>): string {
  return keys.link.seal({ ...link, expires_at: clock() + LINK_LIFETIME[link.act] })
}

/** What a link says; null where it is not ours, or too old. Whether it still counts is asked of the account. */
export function openLink({ keys, clock }: Sealer, token: string): MailLink | null {
  const link = token.length > LONGEST ? null : keys.link.open(token)
  return link && link.expires_at > clock() ? link : null
}

/** Uses up a link that is about nobody yet, whose use changes nothing that it could be compared with later: true once. */
export function spendLink({ store }: Pick<Accounts, 'store'>, token: string, { act, expires_at }: MailLink): Promise<boolean> {
  return store.once.spend(`${act} ${sha256(token)}`, expires_at)
}

/** Changes with the password, with the email and with the end of their sessions: a link that carries another one is over. */
export function stateOf({ sub, email, password_hash = '', email_changed_at = 0, ended_at = 0 }: User): string {
  return sha256([sub, email, password_hash, email_changed_at, ...(ended_at > 0 ? [ended_at] : [])].join('\n'))
}

/** The person whom a link is about, where their account is still as it was when the link was made. */
export async function findHolder({ store }: Pick<Accounts, 'store'>, link: MailLink): Promise<User | null> {
  const user = await store.users.find(link.sub)
  return user && user.disabled_at === undefined && stateOf(user) === link.state ? user : null
}
