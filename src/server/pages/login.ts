import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import type { User } from '../../core/model/user.ts'
import { findPerson, openSession, type Person } from '../accounts/sessions.ts'
import { findOthers, makeRoom, switchTo } from '../accounts/several.ts'
import { type SignIn, signIn } from '../accounts/sign-in.ts'
import { normalEmail } from '../accounts/users.ts'
import { isRoom, type RoomName, roomPath } from './account.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { seeOther, withCookies } from './layout.ts'
import { type LoginView, loginPage, otherAccount } from './login-view.ts'
import type { Site } from './site.ts'
import { speak } from './words.ts'

/** Asks who sits there, and says where the journey goes on. */
export async function showLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const ticket = fields.get('ticket')
  const person = await findPerson(site, http)
  if (ticket === '') {
    const next = nextOf(fields)
    const asked = fields.get('account')
    if (person && asked !== 'other' && asked !== 'again') return seeOther(roomPath(site, next))
    return loginPage(site, { ticket, next, interaction: null, ...(await standaloneView(site, http, fields, person)) })
  }
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  return loginPage(await speakTo(site, http, interaction), await viewOf(site, http, ticket, interaction, fields, person))
}

type Shown = Pick<LoginView, 'ask' | 'person' | 'email' | 'others'>

/** Where nothing waits but a room of the account: the same person once more, where the room wants that, or anybody. */
async function standaloneView(site: Site, http: HttpRequest, fields: Fields, person: Person | null): Promise<Shown> {
  return fields.get('account') === 'again' && person
    ? { ask: 'again', person, email: person.user.email, others: [] }
    : { ask: 'anybody', person: null, email: '', others: await findOthers(site, http, person) }
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedLogin(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  const view = await viewOf(site, http, ticket, interaction, NOTHING, await findPerson(site, http))
  return loginPage(await speakTo(site, http, interaction), view)
}

/** In the language that the app asked for, where there is one. */
const speakTo = (site: Site, http: HttpRequest, { request }: Interaction): Promise<Site> => speak(site, http, request.ui_locales)

const NOTHING: Fields = { get: () => '', scope: [] }

/** Proves who sits there and goes back to authorize, or to the account where nothing waits. */
export async function submitLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  if (ticket === '' && !isRoom(fields.get('next')))
    throw new OAuthError('invalid_request', 'The parameter ticket is missing.', { reason: 'ended' })
  const interaction = ticket === '' ? null : await site.interactions.open(http, ticket)
  if (ticket !== '' && !interaction) return site.interactions.restart(ticket)
  const person = await findPerson(site, http)
  const email = fields.get('email')
  const came = await signIn(site, email, fields.get('password'), http.address)
  if ('user' in came) return goOn(site, http, came.user, person, ticket, interaction, nextOf(fields))
  const view = interaction
    ? await viewOf(site, http, ticket, interaction, fields, person)
    : { ticket, next: nextOf(fields), interaction, ...(await standaloneView(site, http, fields, person)) }
  return refuse(interaction ? await speakTo(site, http, interaction) : site, { ...view, email }, came)
}

/**
 * A new session under a new id. Who sat here before stays signed in beside it, but the requests that they left open in this browser are
 * theirs no more.
 */
async function goOn(
  site: Site,
  http: HttpRequest,
  user: User,
  before: Person | null,
  ticket: string,
  interaction: Interaction | null,
  room: RoomName,
): Promise<Reply> {
  const auth_time = Math.max(site.clock(), interaction?.request.created_at ?? 0)
  const room_for = await makeRoom(site, http, user, before)
  const cookies = [await openSession(site, user, auth_time, room_for.replaces)]
  if (room_for.cookie !== null) cookies.push(room_for.cookie)
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

function refuse(site: Site, view: LoginView, came: Exclude<SignIn, { user: User }>): Reply {
  if ('left' in came) return loginPage(site, { ...view, left: came.left })
  const retry_after = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
  const reply = loginPage(site, { ...view, paused_until: came.paused_until })
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retry_after) } }
}

/** What to ask of whoever sits there, by comparing times as authorize does. */
async function viewOf(
  site: Site,
  http: HttpRequest,
  ticket: string,
  interaction: Interaction,
  fields: Fields,
  person: Person | null,
): Promise<LoginView> {
  const { request } = interaction
  const asked = { ticket, interaction, email: request.login_hint ?? '' }
  const others = await choosable(site, http, interaction, person)
  const other = fields.get('account') === 'other' || (request.hinted_sub !== undefined && request.hinted_sub !== person?.user.sub)
  if (!person || other) return { ...asked, ask: other ? 'other' : 'anybody', person: null, others }
  const { auth_time } = person.session
  const stale =
    (hasScope(request.prompt ?? '', 'login') && auth_time < request.created_at) ||
    (request.max_age !== undefined && auth_time < request.created_at - request.max_age * SECOND)
  return stale ? { ...asked, ask: 'again', person, email: person.user.email, others: [] } : { ...asked, ask: 'choose', person, others }
}

/** The other accounts of this browser: the one that the app names alone, or first. @spec OIDC Core §3.1.2.1 */
async function choosable(site: Site, http: HttpRequest, { request }: Interaction, person: Person | null): Promise<Person[]> {
  const others = await findOthers(site, http, person)
  if (request.hinted_sub !== undefined) return others.filter(({ user }) => user.sub === request.hinted_sub)
  const hinted = request.login_hint === undefined ? '' : normalEmail(request.login_hint)
  return others.sort((one, another) => Number(another.user.email === hinted) - Number(one.user.email === hinted))
}

/** Goes on with one of the accounts that are signed in here, or asks for another one. */
export async function selectAccount(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const [ticket, account] = [fields.get('ticket'), fields.get('account')]
  const toRoom = ticket === '' && isRoom(fields.get('next'))
  const interaction = toRoom ? null : await site.interactions.open(http, ticket)
  if (!toRoom && !interaction) return site.interactions.restart(ticket)
  const at = Math.max(site.clock(), interaction?.request.created_at ?? 0)
  const go = (ticket: string | null) => (ticket ? site.interactions.resume(ticket) : seeOther(roomPath(site, nextOf(fields))))
  const person = await findPerson(site, http)
  if (person && account === person.session.sid) {
    await site.store.sessions.select(person.session.session_hash, at)
    return go(ticket)
  }
  const cookies = account === '' ? null : await switchTo(site, http, account, at)
  if (!cookies) return seeOther(otherAccount(site, ticket))
  // another person: what was open in this browser is foreign from now on
  const renewed = site.interactions.renew(interaction?.request ?? null)
  return withCookies(go(renewed.ticket), ...cookies, renewed.cookie)
}
