import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import type { User } from '../../core/model/user.ts'
import { findPerson, openSession, type Person, type Proof } from '../accounts/sessions.ts'
import { type SignIn, signIn } from '../accounts/sign-in.ts'
import { isReply, isRoom, type RoomName, roomPath } from './account.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { askHost } from './host-login.ts'
import { seeOther, withCookies } from './layout.ts'
import { type LoginView, loginPage, otherAccount } from './login-view.ts'
import type { Site } from './site.ts'
import { wear } from './theme.ts'
import { speak } from './words.ts'

/** Asks who sits there, and says where the journey goes on. */
export async function showLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const ticket = fields.get('ticket')
  const person = await findPerson(site, http)
  if (ticket === '') {
    const next = nextOf(fields)
    if (person && fields.get('account') !== 'other') return seeOther(roomPath(site, next))
    if (site.host_login) return askHost(site, http, site.host_login.login, next, null, person !== null)
    return loginPage(site, { ticket, next, interaction: null, ask: 'anybody', person: null, email: '' })
  }
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  const other = fields.get('account') === 'other'
  const own = site.own_pages?.login
  if (own !== undefined) return seeOther(withQuery(own, { ticket, ...(other && { account: 'other' }) }))
  if (site.host_login) return askHost(site, http, site.host_login.login, ticket, interaction, other)
  return loginPage(await speakTo(site, http, interaction), viewLogin(ticket, interaction, other, person))
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedLogin(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  // the cookie of the ticket and that of the hand-over are set by two answers
  if (site.host_login) return seeOther(withQuery(`${site.base}/login`, { ticket }))
  return loginPage(await speakTo(site, http, interaction), viewLogin(ticket, interaction, false, await findPerson(site, http)))
}

/** In the language that the app asked for, where there is one, and as it looks for that app. */
const speakTo = async (site: Site, http: HttpRequest, { request, client }: Interaction): Promise<Site> =>
  wear(await speak(site, http, request.ui_locales), client)

/** Proves who sits there and goes back to authorize, or to the account where nothing waits. */
export async function submitLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  if (ticket === '' && !isRoom(fields.get('next')))
    throw new OAuthError('invalid_request', 'The parameter ticket is missing.', { reason: 'ended' })
  const interaction = ticket === '' ? null : await site.interactions.open(http, ticket)
  if (ticket !== '' && !interaction) return site.interactions.restart(ticket)
  // passwords of ours are no second door beside the product's
  if (site.host_login) return seeOther(withQuery(`${site.base}/login`, ticket === '' ? { next: nextOf(fields) } : { ticket }))
  const person = await findPerson(site, http)
  const email = fields.get('email')
  const came = await enterByPassword(site, http, ticket, interaction, nextOf(fields), person, email, fields.get('password'))
  if (isReply(came)) return came
  const view = interaction
    ? viewLogin(ticket, interaction, fields.get('account') === 'other', person)
    : ({ ticket, next: nextOf(fields), interaction, ask: 'anybody', person: null, email } as const)
  return refuse(interaction ? await speakTo(site, http, interaction) : site, { ...view, email }, came)
}

/** Where to go for whoever proved who they are; why not, else. `before` is who sat here until now. */
export async function enterByPassword(
  site: Site,
  http: HttpRequest,
  ticket: string,
  interaction: Interaction | null,
  room: RoomName,
  before: Person | null,
  email: string,
  password: string,
): Promise<Reply | NotIn> {
  const came = await signIn(site, email, password, http.address)
  return 'user' in came ? goOn(site, came.user, before, ticket, interaction, room) : came
}

/** An attempt that brought nobody in. */
type NotIn = Exclude<SignIn, { user: User }>

/** A new session under a new id. Where somebody else sat here before, what they left open in this browser is theirs no more. */
export async function goOn(
  site: Site,
  user: User,
  before: Person | null,
  ticket: string,
  interaction: Interaction | null,
  room: RoomName,
  proof: Proof & { auth_time?: Milliseconds } = {},
): Promise<Reply> {
  const { auth_time = Math.max(site.clock(), interaction?.request.created_at ?? 0), ...how } = proof
  const cookies = [await openSession(site, user, auth_time, before?.session ?? null, how)]
  if (before && before.user.sub !== user.sub) {
    const renewed = site.interactions.renew(interaction?.request ?? null)
    cookies.push(renewed.cookie)
    ticket = renewed.ticket ?? ''
  }
  const next = ticket === '' ? seeOther(roomPath(site, room)) : site.interactions.resume(ticket)
  return withCookies(next, ...cookies)
}

/** The room of the account to go to where nothing else waits. */
function nextOf(fields: Fields): RoomName {
  const next = fields.get('next')
  return isRoom(next) ? next : 'apps'
}

function refuse(site: Site, view: LoginView, came: NotIn): Reply {
  if ('left' in came) return loginPage(site, { ...view, left: came.left })
  const retry_after = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
  const reply = loginPage(site, { ...view, paused_until: came.paused_until })
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retry_after) } }
}

/** What to ask of whoever sits there, by comparing times as authorize does. */
export function viewLogin(ticket: string, interaction: Interaction, asks_other: boolean, person: Person | null): LoginView {
  const { request } = interaction
  const other = asks_other || (request.hinted_sub !== undefined && request.hinted_sub !== person?.user.sub)
  if (!person || other) return { ticket, interaction, ask: other ? 'other' : 'anybody', person: null, email: request.login_hint ?? '' }
  const { auth_time } = person.session
  const stale =
    (hasScope(request.prompt ?? '', 'login') && auth_time < request.created_at) ||
    (request.max_age !== undefined && auth_time < request.created_at - request.max_age * SECOND)
  return stale
    ? { ticket, interaction, ask: 'again', person, email: person.user.email }
    : { ticket, interaction, ask: 'choose', person, email: request.login_hint ?? '' }
}

/** Goes on with the account that is signed in, or asks for another one. */
export async function selectAccount(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  const chosen = await chooseAccount(site, http, ticket, interaction, fields.get('account'))
  return chosen ?? seeOther(otherAccount(site, ticket))
}

/** Where to go once the account that is signed in was chosen, by the sid of its session; null where it is another one. */
export async function chooseAccount(
  site: Site,
  http: HttpRequest,
  ticket: string,
  interaction: Interaction,
  sid: string,
): Promise<Reply | null> {
  const person = await findPerson(site, http)
  if (!person || sid !== person.session.sid) return null
  await site.store.sessions.select(person.session.session_hash, Math.max(site.clock(), interaction.request.created_at))
  return site.interactions.resume(ticket)
}
