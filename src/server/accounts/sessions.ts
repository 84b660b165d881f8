import { sameText, sha256 } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Standing } from '../../core/model/grant.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { Session, StoredSession, User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { acrOf, addAmr } from './acr.ts'
import { hasFactor } from './factors.ts'

/** The cookie of the present account's session. */
export const SESSION_COOKIE = 'session'

/** Who sits at a browser, and by which session. */
export interface Person {
  session: StoredSession
  user: User
}

type Seeker = Pick<Accounts, 'issuer' | 'store' | 'clock' | 'second_factor' | 'sign_in'>

/** The session of this browser's cookie, while it lasts; null also where the deployment needs more than it was opened with. */
export async function findSession(seeker: Seeker, http: HttpRequest): Promise<StoredSession | null> {
  const session = await findAnySession(seeker, http)
  return session && isEnough(seeker, session) ? session : null
}

/** The same whatever it was opened with: to end it. */
export async function findAnySession({ issuer, store, clock }: Seeker, http: HttpRequest): Promise<StoredSession | null> {
  const session_hash = shownHash({ issuer }, http)
  return session_hash ? store.sessions.find(session_hash, clock()) : null
}

/** What stands for the session of this browser's cookie, whether that still lasts or not. */
export function shownHash({ issuer }: Pick<Accounts, 'issuer'>, http: HttpRequest): string | null {
  const secret = readCookie(http, cookieName(issuer, SESSION_COOKIE))
  return secret ? sha256(secret) : null
}

/** Whether it was opened where people sign in, and as much was shown as the deployment needs. What somebody showed at another provider is one factor, whatever it was. */
function isEnough(seeker: Pick<Accounts, 'second_factor' | 'sign_in'>, session: StoredSession): boolean {
  return isOfHere(seeker, session) && (seeker.second_factor !== 'required' || hasShownFactor(session))
}

/** A session from before the deployment changed where people sign in is as strong as the way that was closed. */
function isOfHere({ sign_in }: Pick<Accounts, 'sign_in'>, { handed_over }: StoredSession): boolean {
  return (handed_over === true) === (sign_in === 'host')
}

/** Whether it was opened with more than one factor, here. */
export function hasShownFactor({ amr = [] }: Pick<Session, 'amr'>): boolean {
  return !['1fa', undefined].includes(acrOf(amr))
}

/** The same, and what its person has allowed this client. */
export async function findStanding(seeker: Seeker, http: HttpRequest, client_id: string): Promise<Standing | null> {
  const session_hash = shownHash(seeker, http)
  const standing = session_hash ? await seeker.store.sessions.standing(session_hash, client_id, seeker.clock()) : null
  return standing && isEnough(seeker, standing.session) ? standing : null
}

/** The session with its person; null also where that person is gone or has been disabled since. */
export async function findPerson(accounts: Accounts, http: HttpRequest): Promise<Person | null> {
  return withUser(accounts, await findSession(accounts, http))
}

async function withUser(accounts: Accounts, session: StoredSession | null): Promise<Person | null> {
  const user = session && (await accounts.store.users.find(session.sub))
  return user && user.disabled_at === undefined ? { session, user } : null
}

/** The same where the deployment needs a second factor and the person has none yet: all that they may do is set one up. */
export async function findBeginner(accounts: Accounts, http: HttpRequest): Promise<Person | null> {
  if (accounts.second_factor !== 'required') return null
  const person = await withUser(accounts, await findAnySession(accounts, http))
  if (!person || !isOfHere(accounts, person.session) || isEnough(accounts, person.session)) return null
  return hasFactor(await accounts.store.factors.find(person.user.sub)) ? null : person
}

/** A person has just set up their first factor, and so has shown it: they sit in a session that says so, with its cookie. */
export async function strengthen(
  accounts: Accounts,
  person: Person,
  amr: readonly string[],
): Promise<{ person: Person; cookies: string[] }> {
  const { session: before, user } = person
  if (hasShownFactor(before)) return { person, cookies: [] }
  const shown: Shown = { auth_time: before.auth_time, amr: addAmr(before.amr ?? [], amr) }
  const { session, cookie } = await beginSession(accounts, user, shown, before)
  return { person: { session, user }, cookies: [cookie] }
}

/** What a person has shown, and when. */
export interface Shown {
  /** When that was proved. @spec OIDC Core §2 */
  auth_time: Milliseconds
  /** A password alone unless given. @spec RFC 8176 §2 */
  amr?: readonly string[]
  /** As the ways say unless given; null where whoever proved it did not tell, in words that are not ours. */
  acr?: string | null
  /** When the account was chosen; with the proof unless given. */
  selected_at?: Milliseconds | undefined
  /** The product proved it. */
  handed_over?: true
}

/** Opens a session under a new id, in place of the one that this browser had, and returns the line that sets its cookie. */
export async function openSession(accounts: Accounts, user: User, shown: Shown, replaces: StoredSession | null): Promise<string> {
  return (await beginSession(accounts, user, shown, replaces)).cookie
}

async function beginSession(
  accounts: Accounts,
  user: User,
  { auth_time, amr = ['pwd'], acr = acrOf(amr), selected_at = auth_time, handed_over }: Shown,
  replaces: StoredSession | null,
): Promise<{ session: StoredSession; cookie: string }> {
  const secret = randomToken()
  const session: StoredSession = {
    session_hash: sha256(secret),
    sid: randomToken(16),
    sub: user.sub,
    auth_time,
    selected_at: Math.max(selected_at, auth_time),
    ...(acr && { acr }),
    ...(amr.length > 0 && { amr: [...amr] }),
    expires_at: accounts.clock() + accounts.session_lifetime * SECOND,
    ...(handed_over && { handed_over }),
  }
  if (accounts.agent) session.agent = accounts.agent
  await accounts.store.sessions.open(session, replaces?.session_hash)
  // while it was being proved the person may have been disabled, or have changed it, got their email back, or ended all sessions: that reached all but this one
  const now = await accounts.store.users.find(user.sub)
  const changed =
    now?.password_hash !== user.password_hash || now?.email_changed_at !== user.email_changed_at || now?.ended_at !== user.ended_at
  if (!now || now.disabled_at !== undefined || changed) {
    await accounts.store.sessions.end(session.session_hash)
    throw new OAuthError('access_denied', 'The account was changed during the sign-in.', { status: 403, reason: 'ended' })
  }
  return { session, cookie: writeCookie(accounts.issuer, SESSION_COOKIE, secret, accounts.session_lifetime) }
}

/** For so long after a proof a person may change how they sign in. */
const RECENTLY = 10 * MINUTE

/** Whether the person proved who they are a moment ago. */
export function isRecent({ clock }: Pick<Accounts, 'clock'>, { auth_time }: StoredSession): boolean {
  return auth_time >= clock() - RECENTLY
}

/** Ends a session in the database first, so that the cookie is worth nothing even where it stays; returns the line that takes it away. By its sid, as another tab may just have given it another secret. */
export async function endSession(accounts: Accounts, { sub, sid }: StoredSession): Promise<string> {
  await accounts.store.sessions.endOne(sub, sid)
  return dropSession(accounts)
}

/** The line that takes the cookie of a session away that has ended already. */
export function dropSession({ issuer }: Pick<Accounts, 'issuer'>): string {
  return writeCookie(issuer, SESSION_COOKIE, '', 0)
}

/** What a form on an account page carries, so that only a page made for this session can send it. */
export function sessionMac(accounts: Accounts, session: StoredSession): string {
  return accounts.keys.mac('csrf', session.session_hash)
}

/** Whether a form was made for this session. */
export function isSessionMac(accounts: Accounts, session: StoredSession, shown: string): boolean {
  return sameText(sessionMac(accounts, session), shown)
}

/** Whether this is our MAC over a text, for this use. */
export function isMacOf({ keys }: Pick<Accounts, 'keys'>, use: string, text: string, shown: string): boolean {
  return sameText(keys.mac(use, text), shown)
}
