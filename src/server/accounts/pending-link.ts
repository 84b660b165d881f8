import type { Actor } from '../../core/model/audit.ts'
import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { PendingLink } from '../../core/model/upstream.ts'
import type { Accounts } from './accounts.ts'
import type { TheirPerson, Upstream } from './elsewhere.ts'
import { newIdentity } from './identities.ts'
import type { Person } from './sessions.ts'

const COOKIE = 'link'
/** How long somebody may take to prove which account is theirs. */
const PATIENCE = 10 * MINUTE

/** The cookie that remembers an identity until its person has proved their account. `whose` is the account, by what is known of it. */
export function keepPending(
  accounts: Accounts,
  { id }: Upstream,
  { issuer, subject, email }: TheirPerson,
  whose: Pick<PendingLink, 'sub' | 'holder'>,
): string {
  const now = accounts.clock()
  const pending: PendingLink = {
    expires_at: now + PATIENCE,
    created_at: now,
    upstream: id,
    issuer,
    subject,
    ...(email !== '' && { email }),
    ...whose,
  }
  return writeCookie(accounts.issuer, COOKIE, accounts.keys.pending_link.seal(pending), PATIENCE / SECOND)
}

/** What waits in this browser to be linked, with its provider; null where nothing does. */
export function openPending(accounts: Accounts, http: HttpRequest): { pending: PendingLink; upstream: Upstream } | null {
  const sealed = readCookie(http, cookieName(accounts.issuer, COOKIE))
  const pending = sealed ? accounts.keys.pending_link.open(sealed) : null
  const upstream = pending && accounts.upstreams.get(pending.upstream)
  return upstream && pending.expires_at > accounts.clock() ? { pending, upstream } : null
}

/** The line that forgets it. */
export function forgetPending({ issuer }: Accounts): string {
  return writeCookie(issuer, COOKIE, '', 0)
}

/** The same where there is anything to forget: what waits is nothing for whoever comes next in this browser. */
export function leavePending(accounts: Accounts, http: HttpRequest): string[] {
  return openPending(accounts, http) ? [forgetPending(accounts)] : []
}

/** Whether this is the account that it may be linked with. */
export function isFor({ sub, holder }: PendingLink, own: string): boolean {
  return (sub ?? holder ?? own) === own
}

/** Whether this person has proved, since the identity was, that the account is theirs. */
export function mayLink(pending: PendingLink, auth_time: Milliseconds, own: string): boolean {
  return auth_time >= pending.created_at && isFor(pending, own)
}

/** Links; false where the identity is somebody's by now, this person has another one of the same provider, or their session has ended. */
export async function linkPending(accounts: Accounts, pending: PendingLink, { user, session }: Person): Promise<boolean> {
  const { issuer, subject, email = '' } = pending
  const identity = newIdentity({ issuer, subject, email }, user.sub, accounts.clock())
  const by: Actor = { type: 'user', id: user.sub }
  return (await accounts.store.identities.add(identity, { session: session.session_hash, by })) === 'added'
}
