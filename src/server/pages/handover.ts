import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import {
  endSessionsOf,
  type Handover,
  type HostLogin,
  readHandover,
  readLogout,
  receivePerson,
  refusal,
  TOLERANCE,
} from '../accounts/handover.ts'
import { isWaiting, stopWaiting, wasAskedFor } from '../accounts/handover-nonce.ts'
import { findPerson } from '../accounts/sessions.ts'
import { isRoom } from './account.ts'
import { arrive } from './arrive.ts'
import { type Fields, readForeignPost, readQuery } from './form.ts'
import { seeOther, withCookies } from './layout.ts'
import type { Site } from './site.ts'

/**
 * A form of the product. Where the browser leaves our cookies out, as it does between sites, it comes again with them, by GET; the product
 * may also send it that way at once.
 */
export async function postHandover(site: Site, http: HttpRequest): Promise<Reply> {
  const host = hostOf(site)
  const fields = await readForeignPost(http)
  if (isWaiting(site, http)) return receive(site, http, host, fields)
  return seeOther(withQuery(`${site.base}/session/handover`, { state: fields.get('state'), handover: fields.get('handover') }))
}

export async function showHandover(site: Site, http: HttpRequest): Promise<Reply> {
  return receive(site, http, hostOf(site), readQuery(http))
}

/** Opens a session of ours for the person whom the product names: once, in the browser that asked for it, for what it asked for. */
async function receive(site: Site, http: HttpRequest, host: HostLogin, fields: Fields): Promise<Reply> {
  const state = fields.get('state')
  const handover = await readHandover(site, host, fields.get('handover'))
  // shown in a wrong place it is used up as well: whoever finds it in an address, and planted its nonce, comes too late
  if (!(await site.store.once.spend(handover.id, handover.expires_at))) throw refusal('It was used before.')
  const waits = isRoom(state) ? null : await site.interactions.open(http, state)
  if (!isRoom(state) && (!waits || !isWaiting(site, http))) return site.interactions.restart(state)
  if (!isWaiting(site, http)) throw new OAuthError('invalid_request', 'The browser keeps no cookies.', { reason: 'no_cookies' })
  if (!wasAskedFor(site, http, state, handover.nonce)) throw refusal('The nonce is of another browser or errand.')
  const auth_time = waits ? proofTime(waits, handover) : handover.auth_time
  const user = await receivePerson(site, host, handover)
  const { amr, acr = null } = handover // its amr are the product's words: nothing is concluded from them
  const selected_at = Math.max(site.clock(), waits?.request.created_at ?? 0)
  const proof = { auth_time, selected_at, amr, acr, handed_over: true } as const
  const errand = { ticket: waits ? state : '', interaction: waits, room: isRoom(state) ? state : 'apps' } as const
  // what the product asks for besides a password is its own affair
  const next = await arrive(site, http, user, proof, await findPerson(site, http), errand)
  return withCookies(next, stopWaiting(site))
}

/**
 * When the person proved to be there, as authorize will compare it. What would not do is refused here: authorize would send the browser back
 * to the product for ever.
 */
function proofTime({ request }: Interaction, { sub, auth_time, acr }: Handover): number {
  const { created_at, prompt, max_age, hinted_sub, essential_acr } = request
  if (hinted_sub !== undefined && hinted_sub !== sub) throw refusal('Another person is signed in than the id_token_hint names.')
  if (essential_acr && !essential_acr.includes(acr ?? '')) throw refusal('The acr is none of those that the client needs.')
  const earliest = hasScope(prompt ?? '', 'login') ? created_at : max_age === undefined ? 0 : created_at - max_age * SECOND
  // NumericDate has whole seconds, and the clock of the product is its own
  if (auth_time + TOLERANCE * SECOND < earliest) throw refusal('The auth_time is older than prompt or max_age allow.')
  return Math.max(auth_time, earliest)
}

/** The product says, from server to server, that a person signed out of it. @spec OIDC Back-Channel §2.5, OIDC Back-Channel §2.8 */
export async function postHostLogout(site: Site, http: HttpRequest): Promise<Reply> {
  const headers = { 'cache-control': 'no-store', 'content-type': 'application/json' }
  try {
    const fields = await readForeignPost(http)
    const logout = await readLogout(site, hostOf(site), fields.get('logout_token'))
    if (!(await site.store.once.spend(logout.id, logout.expires_at))) throw refusal('It was used before.')
    await endSessionsOf(site, logout)
    return { status: 200, headers, body: '{}' }
  } catch (cause) {
    const { error, error_description, reason, status } = OAuthError.from(cause)
    if (reason !== 'handover') throw cause
    site.log.info({ event: 'host.logout_refused', cause: String((cause as Error).cause) })
    const body = JSON.stringify({ error: 'invalid_request', error_description })
    return { status: error === 'access_denied' ? 400 : status, headers, body }
  }
}

function hostOf({ host_login }: Site): HostLogin {
  if (!host_login) throw new OAuthError('invalid_request', 'There is no page at this address.', { status: 404, reason: 'not_found' })
  return host_login
}
