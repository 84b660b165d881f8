import type { Milliseconds } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import type { StoredSession, User } from '../../core/model/user.ts'
import { PASSWORD } from '../accounts/acr.ts'
import { hasFactor } from '../accounts/factors.ts'
import { forgetPending, isFor, openPending } from '../accounts/pending-link.ts'
import { openSession, type Person, type Shown } from '../accounts/sessions.ts'
import { makeRoom } from '../accounts/several.ts'
import { bindBrowser, passwordMark, sealStep, unbindBrowser } from '../accounts/steps.ts'
import { isRoom, type RoomName, roomPath } from './account.ts'
import type { Fields } from './form.ts'
import { seeOther, withCookies } from './layout.ts'
import { linkPath } from './login-view.ts'
import type { Site } from './site.ts'

/** Where somebody goes who has signed in: back to a request that waits, or into a room of their account. */
export interface Errand {
  /** '' where nothing waits. */
  ticket: string
  interaction: Interaction | null
  room: RoomName
}

/** The errand of an address or a form; a reply where its ticket is another browser's. Throws OAuthError where it is broken or too old. */
export async function readErrand(site: Site, http: HttpRequest, fields: Fields): Promise<Errand | Reply> {
  const ticket = fields.get('ticket')
  const room = roomOf(fields)
  if (ticket === '') return { ticket, interaction: null, room }
  const interaction = await site.interactions.open(http, ticket)
  return interaction ? { ticket, interaction, room } : site.interactions.restart(ticket)
}

/** The same of a form, which must have one. */
export async function readFormErrand(site: Site, http: HttpRequest, fields: Fields): Promise<Errand | Reply> {
  if (fields.get('ticket') === '' && !isRoom(fields.get('next')))
    throw new OAuthError('invalid_request', 'The parameter ticket is missing.', { reason: 'ended', back: `${site.base}/login` })
  return readErrand(site, http, fields)
}

/** The room of the account to go to where nothing else waits. */
export function roomOf(fields: Fields): RoomName {
  const next = fields.get('next')
  return isRoom(next) ? next : 'apps'
}

/** A page of the sign-in on the same errand. */
export function onErrand(site: Site, path: string, { ticket, room }: Errand, fields: Readonly<Record<string, string>> = {}): string {
  return withQuery(site.base + path, { ...(ticket === '' ? { next: room } : { ticket }), ...fields })
}

/** What somebody has shown first, by which they may be asked for another factor. */
export interface First {
  user: User
  /** A password unless given. */
  amr?: readonly string[]
  /** When it was shown, where that was not just now. */
  auth_time?: Milliseconds
  /** The session that has shown it, where it was not just now. */
  session?: StoredSession
}

/**
 * Goes on with whoever has shown one factor: to the question for another one, where they have set one up, else to where they were going.
 * Every way of signing in with one factor ends here, so that none can forget the other.
 */
export async function afterFirstFactor(site: Site, http: HttpRequest, first: First, before: Person | null, errand: Errand): Promise<Reply> {
  if (site.host_login) return seeOther(onErrand(site, '/login', errand)) // no second door beside the product's
  if (hasFactor(await site.store.factors.find(first.user.sub))) return askSecond(site, http, first, errand)
  const shown = { auth_time: first.auth_time ?? momentOf(site, errand), ...(first.amr && { amr: first.amr }) }
  const arrived = await arrive(site, http, first.user, shown, before, errand)
  return site.second_factor === 'required' ? toRequired(site, arrived, errand) : arrived
}

/** Whoever needs a factor and has none sets one up first; the request waits in the address, where it stood in the answer. */
function toRequired(site: Site, arrived: Reply, { ticket }: Errand): Reply {
  const { location } = arrived.headers
  const waiting = ticket === '' ? null : new URL(String(location), site.issuer).searchParams.get('ticket')
  const to = withQuery(`${site.base}/account/security/required`, { ...(waiting !== null && { ticket: waiting }) })
  return { ...arrived, headers: { ...arrived.headers, location: to } }
}

/** To the page that asks for another factor; how far they have come travels sealed, and good in this browser only. */
export function askSecond(site: Site, http: HttpRequest, { user, amr = [PASSWORD], session }: First, errand: Errand): Reply {
  const { binding, cookies } = bindBrowser(site, http)
  const state = sealStep(site, {
    kind: 'sign_in',
    binding,
    sub: user.sub,
    password_mark: passwordMark(site, user),
    amr: [...amr],
    ...(session && { auth_time: session.auth_time, value: session.sid }),
  })
  return withCookies(seeOther(onErrand(site, '/login/factor', errand, { state })), ...cookies)
}

/** When somebody proves something for a request: never before it began. */
export function momentOf(site: Site, { interaction }: Errand): number {
  return Math.max(site.clock(), interaction?.request.created_at ?? 0)
}

/**
 * A new session under a new id. Who sat here before stays signed in beside it, but the requests that they left open in this browser are
 * theirs no more.
 */
export async function arrive(
  site: Site,
  http: HttpRequest,
  user: User,
  shown: Shown,
  before: Person | null,
  errand: Errand,
): Promise<Reply> {
  let { ticket } = errand
  const made = await makeRoom(site, http, user, before)
  const cookies = [await openSession(site, user, shown, made.replaces), ...unbindBrowser(site, http)]
  if (made.cookie !== null) cookies.push(made.cookie)
  if (before && before.user.sub !== user.sub) {
    const renewed = site.interactions.renew(errand.interaction?.request ?? null)
    cookies.push(renewed.cookie)
    ticket = renewed.ticket ?? ''
  }
  // who proved an account because something is to be linked with it is asked about that first; what somebody else began ends
  const pending = openPending(site, http)?.pending
  if (pending && isFor(pending, user.sub)) return withCookies(seeOther(linkPath(site, ticket, errand.room)), ...cookies)
  if (pending) cookies.push(forgetPending(site))
  const next = ticket === '' ? seeOther(roomPath(site, errand.room)) : site.interactions.resume(ticket)
  return withCookies(next, ...cookies)
}
