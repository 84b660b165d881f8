import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import type { UpstreamFlow } from '../../core/model/upstream.ts'
import type { TheirPerson, Upstream } from '../accounts/elsewhere.ts'
import { type Arrival, admit } from '../accounts/identities.ts'
import { keepPending, openPending } from '../accounts/pending-link.ts'
import { findPerson, type Person } from '../accounts/sessions.ts'
import { beginFlow, endFlow, finishFlow, openFlow, type Waiting } from '../accounts/upstream-flow.ts'
import { isRoom, roomPath } from './account.ts'
import { afterFirstFactor, roomOf } from './arrive.ts'
import { readPost, readQuery } from './form.ts'
import { seeOther, withCookies } from './layout.ts'
import { linkPath } from './login-view.ts'
import type { Site } from './site.ts'

/** Sends a browser to an upstream, with what waits here sealed into its cookies. Only a form of ours begins it, so that no other site can. */
export async function beginUpstream(site: Site, http: HttpRequest, id: string): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  const interaction = ticket === '' ? null : await site.interactions.open(http, ticket)
  if (ticket !== '' && !interaction) return site.interactions.restart(ticket)
  const demands = interaction ? demandsOf(interaction) : fields.get('account') === 'again' ? { hints: ANEW } : {}
  // whoever signs in to prove an account to link with must do so anew
  const proving = openPending(site, http)?.pending
  const waiting: Waiting = {
    ticket,
    ...(ticket === '' && { next: roomOf(fields) }),
    ...demands,
    ...(proving && { not_before: proving.created_at, hints: { ...demands.hints, ...ANEW } }),
  }
  return leaveTo(site, findUpstream(site, id), waiting)
}

/** They shall sign in there once more, and be told when that was. A time before stays what it is, and a room asks again. @spec OIDC Core §3.1.2.1 */
const ANEW = { prompt: 'login', max_age: 0 } as const

/** The way there, with the cookies that are asked for on the way back. */
export async function leaveTo(site: Site, upstream: Upstream, waiting: Waiting): Promise<Reply> {
  const { location, cookies } = await beginFlow(site, upstream, waiting).catch((cause: unknown) => {
    throw OAuthError.from(cause).with({ back: whereFrom(site, waiting, waiting.ticket) })
  })
  return withCookies(seeOther(location), ...cookies)
}

/** What an app demands of the sign-in, handed on, and to be proved by what comes back. @spec OIDC Core §3.1.2.1 */
function demandsOf({ request }: Interaction): Pick<Waiting, 'not_before' | 'hints'> {
  const { created_at, max_age, login_hint } = request
  const anew = hasScope(request.prompt ?? '', 'login')
  const oldest = anew ? 0 : max_age
  return {
    hints: {
      ...(login_hint !== undefined && { login_hint }),
      ...(anew && { prompt: 'login' as const }),
      ...(oldest !== undefined && { max_age: oldest }),
    },
    ...(oldest !== undefined && { not_before: created_at - oldest * SECOND }),
  }
}

/** Somebody comes back from an upstream: who they are there is proved, and then who they are here. */
export async function returnFromUpstream(site: Site, http: HttpRequest, id: string): Promise<Reply> {
  const upstream = findUpstream(site, id)
  const opened = openFlow(site, http, upstream, readQuery(http).get('state'))
  if (!opened) throw new OAuthError('invalid_request', 'This sign-in has ended.', { reason: 'ended', back: `${site.base}/login` })
  const { flow, ticket } = opened
  const interaction = ticket === '' ? null : await site.interactions.open(http, ticket)
  if (ticket !== '' && !interaction) return withCookies(site.interactions.restart(ticket), ...endFlow(site))
  try {
    const their = await finishFlow(site, http, upstream, flow)
    const came = { upstream, flow, ticket, interaction }
    const next = their === 'denied' ? seeOther(whereFrom(site, flow, ticket)) : await arrive(site, http, { ...came, their })
    return withCookies(next, ...endFlow(site))
  } catch (cause) {
    throw forgetting(site, OAuthError.from(cause)).with({ back: whereFrom(site, flow, ticket) })
  }
}

/** What was refused cannot be tried again; what did not answer can. The first of the cookies holds what the others are good for. */
function forgetting(site: Site, error: OAuthError): OAuthError {
  if (error.status >= 500 || error.status === 429) return error
  return error.with({ headers: { 'set-cookie': endFlow(site)[0]! } })
}

/** The page that the way began at: whoever said no there, or came to nothing, may say how else. */
function whereFrom(site: Site, { next = '', sub }: Pick<UpstreamFlow, 'next' | 'sub'>, ticket: string): string {
  if (sub !== undefined) return roomPath(site, 'identities')
  return withQuery(`${site.base}/login`, ticket === '' ? { next } : { ticket })
}

interface Return {
  upstream: Upstream
  flow: UpstreamFlow
  ticket: string
  interaction: Interaction | null
  their: TheirPerson
}

async function arrive(site: Site, http: HttpRequest, came: Return): Promise<Reply> {
  const { upstream, flow, ticket, interaction, their } = came
  const before = await findPerson(site, http)
  const next = flow.next ?? ''
  const room = isRoom(next) ? next : 'apps'
  if (flow.sub !== undefined) return bring(site, before, came, flow.sub)
  const arrival = await admit(site, their, upstream.joining)
  if ('refused' in arrival) {
    if (arrival.refused !== 'known' || !upstream.linking) throw refusal(arrival.refused)
    const login = withQuery(`${site.base}/login`, { ...(ticket === '' ? { next: room } : { ticket }), account: 'other' })
    const { holder } = arrival
    return withCookies(seeOther(login), keepPending(site, upstream, their, holder === undefined ? {} : { holder }))
  }
  const { user, added } = arrival
  site.log.info({ event: added ? 'user.joined' : 'user.arrived', sub: user.sub, upstream: upstream.id })
  // a clock that is a little behind ours does not make the sign-in older than the app demanded
  const auth_time = Math.max(Math.min(their.auth_time ?? site.clock(), site.clock()), flow.not_before ?? 0)
  return afterFirstFactor(site, http, { user, amr: ['fed'], auth_time }, before, { ticket, interaction, room })
}

/** Something to link with the account that is open here: its person is asked to prove that it is theirs, and then whether they want it. */
async function bring(site: Site, person: Person | null, { upstream, their }: Return, sub: string): Promise<Reply> {
  if (person?.user.sub !== sub)
    throw new OAuthError('access_denied', 'Somebody else is signed in by now.', { status: 403, reason: 'ended' })
  const known = await site.store.identities.find(their.issuer, their.subject)
  if (known && known.sub !== sub) throw taken(site)
  if (known) return seeOther(roomPath(site, 'identities'))
  return withCookies(seeOther(linkPath(site, '', 'identities')), keepPending(site, upstream, their, { sub }))
}

/** What was to be linked belongs to somebody, or its place is not free. */
export function taken(site: Site): OAuthError {
  const back = roomPath(site, 'identities')
  return new OAuthError('access_denied', 'The identity is linked already.', { status: 403, reason: 'upstream_taken', back })
}

const REASONS = { known: 'upstream_unknown', address: 'upstream_address', unknown: 'upstream_unknown', disabled: 'disabled' } as const

function refusal(why: Extract<Arrival, { refused: unknown }>['refused']): OAuthError {
  return new OAuthError('access_denied', 'The provider proved somebody who has no account here.', { status: 403, reason: REASONS[why] })
}

function findUpstream(site: Site, id: string): Upstream {
  const upstream = site.upstreams.get(id)
  if (!upstream) throw new OAuthError('invalid_request', 'There is no such provider.', { status: 404, reason: 'not_found' })
  return upstream
}
