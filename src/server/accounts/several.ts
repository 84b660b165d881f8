import { sha256 } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { StoredSession, User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { findPerson, type Person, SESSION_COOKIE } from './sessions.ts'

/** Accounts that one browser may be signed in to beside the present one. */
const MOST_OTHERS = 4
const COOKIE = 'others'

/** An account of this browser that is not the present one, and the secret of its session. */
interface Other extends Person {
  secret: string
}

/** The accounts beside the present one that somebody has signed in to in this browser, the last one first. Only pages that show them ask. */
export async function findOthers(accounts: Accounts, http: HttpRequest, present: Person | null): Promise<Other[]> {
  const secrets = (readCookie(http, cookieName(accounts.issuer, COOKIE)) ?? '').split('.', MOST_OTHERS)
  const others: Other[] = []
  for (const secret of secrets) {
    if (!/^[\w-]{43}$/.test(secret)) continue
    const session = await accounts.store.sessions.find(sha256(secret), accounts.clock())
    const user = session && (await accounts.store.users.find(session.sub))
    const known = user && (user.sub === present?.user.sub || others.some((other) => other.user.sub === user.sub))
    if (session && user && !known && user.disabled_at === undefined) others.push({ session, user, secret })
  }
  return others
}

/**
 * What becomes of the others when somebody signs in: who sat here before stays signed in beside them, and a session that the same person
 * had here is replaced. The line that sets the cookie; null where it stays.
 */
export async function makeRoom(
  accounts: Accounts,
  http: HttpRequest,
  user: User,
  before: Person | null,
): Promise<{ replaces: StoredSession | null; cookie: string | null }> {
  const others = await findOthers(accounts, http, before)
  if (before?.user.sub === user.sub) return { replaces: before.session, cookie: null }
  const same = others.find((other) => other.user.sub === user.sub)
  const kept = others.filter((other) => other !== same)
  const shelf = [...presentSecret(accounts, http, before), ...kept.map(({ secret }) => secret)]
  for (const secret of shelf.splice(MOST_OTHERS)) await accounts.store.sessions.end(sha256(secret))
  const changes = shelf.length > 0 || same !== undefined
  return { replaces: same?.session ?? null, cookie: changes ? writeOthers(accounts, shelf) : null }
}

/**
 * Makes one of the other accounts the present one, under a new secret: whoever has seen the old one has nothing. The lines that set the
 * cookies; null where this browser is not signed in to that account.
 */
export async function switchTo(accounts: Accounts, http: HttpRequest, sid: string, at: Milliseconds): Promise<string[] | null> {
  const present = await findPerson(accounts, http)
  const others = await findOthers(accounts, http, present)
  const chosen = others.find(({ session }) => session.sid === sid)
  if (!chosen) return null
  const secret = randomToken()
  if (!(await accounts.store.sessions.renew(chosen.session.session_hash, sha256(secret), at))) return null
  const kept = others.filter((other) => other !== chosen).map((other) => other.secret)
  const seconds = Math.max(1, Math.ceil((chosen.session.expires_at - accounts.clock()) / SECOND))
  return [
    writeCookie(accounts.issuer, SESSION_COOKIE, secret, seconds),
    writeOthers(accounts, [...presentSecret(accounts, http, present), ...kept]),
  ]
}

/** Ends the other accounts of this browser, and takes their cookie away. By their sids, as another tab may just have given one another secret. */
export async function endOthers(accounts: Accounts, http: HttpRequest): Promise<string> {
  for (const { session } of await findOthers(accounts, http, null)) await accounts.store.sessions.endOne(session.sub, session.sid)
  return writeOthers(accounts, [])
}

function presentSecret(accounts: Accounts, http: HttpRequest, present: Person | null): string[] {
  const secret = readCookie(http, cookieName(accounts.issuer, SESSION_COOKIE))
  return present && secret !== null ? [secret] : []
}

function writeOthers({ issuer, session_lifetime }: Accounts, secrets: readonly string[]): string {
  return writeCookie(issuer, COOKIE, secrets.join('.'), secrets.length === 0 ? 0 : session_lifetime)
}
