import { sameText, sha256 } from '../crypto/hash.ts'
import { randomToken } from '../crypto/random.ts'
import type { AuthorizationRequest } from '../model/authorization-request.ts'
import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { cookieName, type HttpRequest, type Reply, readCookie, writeCookie } from '../model/http.ts'
import { lifetimeOf } from '../model/lifetimes.ts'
import { LONGEST_TICKET, ROOM_FOR_ANSWER } from './limits.ts'

const BROWSER = 'browser'
const MOST_RESTARTS = 3

/** The name of the browser by its cookie; null where it has none that we could have given. */
export function browserOf(context: Context, http: HttpRequest): string | null {
  const name = readCookie(http, cookieName(context.issuer, BROWSER))
  return name !== null && /^[\w-]{43}$/.test(name) ? name : null
}

/** A new name for a browser, and the cookie that gives it. Tickets bound to its old name are foreign from then on. */
export function nameBrowser(context: Context): { browser: string; cookie: string } {
  const browser = randomToken()
  return { browser, cookie: writeCookie(context.issuer, BROWSER, browser) }
}

/** The request on its way through sign-in and consent: sealed, in the page's address, good in this browser only. */
export function sealTicket(
  context: Context,
  http: HttpRequest,
  request: AuthorizationRequest,
): { ticket: string; headers: Reply['headers'] } {
  const known = browserOf(context, http)
  const { browser, cookie } = known === null ? nameBrowser(context) : { browser: known, cookie: null }
  return { ticket: bindTicket(context, request, browser), headers: cookie === null ? {} : { 'set-cookie': cookie } }
}

export function bindTicket(context: Context, request: AuthorizationRequest, browser: string): string {
  return seal(context, { ...request, browser: sha256(browser) })
}

/** A request that has not met its browser yet: a cross-site POST carries no cookie that could tell. */
export function sealUnbound(context: Context, request: AuthorizationRequest): string {
  const { browser: _unknown, ...unbound } = request
  return seal(context, unbound)
}

function seal(context: Context, request: AuthorizationRequest): string {
  const ticket = context.keys.ticket.seal(request)
  if (ticket.length > LONGEST_TICKET) throw new OAuthError('invalid_request', 'The request is too long.')
  return ticket
}

/** The request, and whether it is this browser's own. Throws where it is not ours or has ended. */
export function openTicket(context: Context, http: HttpRequest, ticket: string): { request: AuthorizationRequest; ours: boolean } {
  const request = ticket.length > LONGEST_TICKET + ROOM_FOR_ANSWER ? null : context.keys.ticket.open(ticket)
  if (!request || request.expires_at <= context.clock())
    throw new OAuthError('invalid_request', 'This request has ended.', { reason: 'ended' })
  const browser = browserOf(context, http)
  return { request, ours: request.browser !== undefined && browser !== null && sameText(sha256(browser), request.browser) }
}

/** The same question asked anew: whatever was answered in the other browser does not count here. */
export function restarted(context: Context, request: AuthorizationRequest, dialect: Dialect): AuthorizationRequest {
  const { browser, denied_at: _dropped, no_stronger: _theirs, ...asked } = request
  const restarts = (request.restarts ?? 0) + (browser === undefined ? 0 : 1)
  if (restarts > MOST_RESTARTS) throw new OAuthError('invalid_request', 'The browser keeps no cookies.', { reason: 'no_cookies' })
  const now = context.clock()
  return {
    ...asked,
    restarts,
    request_id: randomToken(16),
    created_at: now,
    expires_at: now + lifetimeOf(context, dialect, 'ticket') * SECOND,
  }
}
