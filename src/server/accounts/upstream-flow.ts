import { sameText, sha256 } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { UpstreamFlow } from '../../core/model/upstream.ts'
import type { Accounts } from './accounts.ts'
import type { TheirPerson, Upstream, UpstreamQuestion } from './elsewhere.ts'
import { forgiveAddress, requireAddress } from './throttle.ts'

/** How long somebody may take at their provider. */
const PATIENCE = 10 * MINUTE
/** By how much the clock of a provider may be behind ours. */
export const SKEW = 30 * SECOND

const COOKIE = 'upstream'
/** A ticket has up to 7,100 characters and a cookie 4,096 bytes, its name and attributes included. */
const PART = 3_600
const PARTS = 3

/** What waits for whoever is sent to an upstream. */
export interface Waiting {
  /** '' where none does. */
  ticket: string
  /** The room of the account that is next where no ticket waits. */
  next?: string
  /** Who is signed in and wants to link what comes back. */
  sub?: string
  not_before?: Milliseconds
  hints?: Pick<UpstreamQuestion, 'login_hint' | 'prompt' | 'max_age'>
}

/**
 * Sends a browser to an upstream: the address, and the cookies that hold what must fit when it comes back. One sign-in of this kind is
 * under way in a browser: a later one takes the place of the one before. @spec OIDC Core §3.1.2.1, RFC 7636 §4.1
 */
export async function beginFlow(
  accounts: Accounts,
  upstream: Upstream,
  waiting: Waiting,
): Promise<{ location: string; cookies: string[] }> {
  const now = accounts.clock()
  const { ticket, next, sub, not_before, hints } = waiting
  const question = { state: randomToken(), nonce: randomToken(), code_verifier: randomToken() }
  const flow: UpstreamFlow = {
    ...question,
    expires_at: now + PATIENCE,
    begun_at: now,
    upstream: upstream.id,
    ...(ticket !== '' && { ticket_hash: sha256(ticket) }),
    ...(next !== undefined && { next }),
    ...(sub !== undefined && { sub }),
    ...(not_before !== undefined && { not_before }),
  }
  const location = await upstream.begin({ ...question, ...hints, redirect_uri: callbackOf(accounts, upstream) })
  return { location, cookies: writeParts(accounts, `${accounts.keys.upstream.seal(flow)}~${ticket}`) }
}

/** Where an upstream sends people back: an address for each, so that no answer passes for another's. @spec RFC 9700 §4.4.2.2 */
function callbackOf({ issuer }: Pick<Accounts, 'issuer'>, { id }: Pick<Upstream, 'id'>): string {
  return `${issuer}/login/upstream/${id}/callback`
}

/** The sign-in that this browser began at this upstream, by the state that came back; null where there is none, or it is over. */
export function openFlow(
  accounts: Accounts,
  http: HttpRequest,
  upstream: Upstream,
  state: string,
): { flow: UpstreamFlow; ticket: string } | null {
  const [sealed = '', ticket = ''] = readParts(accounts, http).split('~', 2)
  const flow = accounts.keys.upstream.open(sealed)
  if (!flow || flow.expires_at <= accounts.clock() || flow.upstream !== upstream.id) return null
  if (state === '' || !sameText(flow.state, state)) return null
  const whole = ticket === '' ? flow.ticket_hash === undefined : flow.ticket_hash === sha256(ticket)
  return whole ? { flow, ticket } : null
}

/**
 * Who came back. The state is spent with it, so that nothing that was overheard can be sent again. Throws OAuthError where anything does
 * not fit. @spec OIDC Core §3.1.3.7, RFC 9207 §2.4
 */
export async function finishFlow(
  accounts: Accounts,
  http: HttpRequest,
  upstream: Upstream,
  flow: UpstreamFlow,
): Promise<TheirPerson | 'denied'> {
  await requireAddress(accounts, http.address)
  const their = await upstream.finish(new URL(`${callbackOf(accounts, upstream)}?${http.query}`), flow)
  if (their === 'denied') return their
  if (flow.not_before !== undefined && (their.auth_time === undefined || their.auth_time < flow.not_before - SKEW))
    throw refused('The provider did not make sure anew that the person is there.')
  if (!(await accounts.store.once.spend(`upstream ${sha256(flow.state)}`, flow.expires_at)))
    throw new OAuthError('invalid_request', 'This sign-in has ended.', { reason: 'ended' })
  await forgiveAddress(accounts, http.address)
  return their
}

/** An upstream's answer that cannot be accepted; `cause` is for the log. */
export function refused(error_description: string, cause?: unknown): OAuthError {
  return new OAuthError('access_denied', error_description, {
    status: 403,
    reason: 'upstream_failed',
    ...(cause !== undefined && { cause }),
  })
}

/** The lines that take the cookies of a flow away. */
export function endFlow(accounts: Accounts): string[] {
  return writeParts(accounts, '')
}

function writeParts({ issuer }: Accounts, text: string): string[] {
  return Array.from({ length: PARTS }, (_, i) => {
    const part = text.slice(i * PART, (i + 1) * PART)
    return writeCookie(issuer, partName(i), part, part === '' ? 0 : PATIENCE / SECOND)
  })
}

function readParts({ issuer }: Accounts, http: HttpRequest): string {
  return Array.from({ length: PARTS }, (_, i) => readCookie(http, cookieName(issuer, partName(i))) ?? '').join('')
}

const partName = (i: number): string => (i === 0 ? COOKIE : `${COOKIE}-${i + 1}`)
