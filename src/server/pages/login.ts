import { SECOND } from '../../core/model/clock.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import { findPerson, isRecent, type Person } from '../accounts/sessions.ts'
import { type SignIn, signIn } from '../accounts/sign-in.ts'
import { isReply, roomPath } from './account.ts'
import { afterFirstFactor, readErrand, readFormErrand } from './arrive.ts'
import { askBetter } from './better.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { seeOther } from './layout.ts'
import { type LoginView, loginPage, otherAccount } from './login-view.ts'
import type { Site } from './site.ts'
import { speak } from './words.ts'

/** Asks who sits there, and says where the journey goes on. */
export async function showLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const errand = await readErrand(site, http, fields)
  if (isReply(errand)) return errand
  const { ticket, interaction, room } = errand
  const person = await findPerson(site, http)
  if (!interaction) {
    const again = fields.get('again') !== '' && person !== null && !isRecent(site, person.session)
    if (person && !again && fields.get('account') !== 'other') return seeOther(roomPath(site, room))
    const asked =
      again && fields.get('account') !== 'other' ? ({ ask: 'again', person } as const) : ({ ask: 'anybody', person: null } as const)
    return loginPage(site, { ticket, next: room, interaction, ...asked, email: asked.person?.user.email ?? '' })
  }
  const view = viewOf(ticket, interaction, fields, person)
  const better = view.ask === 'choose' && person ? await askBetter(site, http, person, errand) : null
  return better ?? loginPage(await speakTo(site, http, interaction), view)
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedLogin(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  const person = await findPerson(site, http)
  const view = viewOf(ticket, interaction, NOTHING, person)
  const better = view.ask === 'choose' && person ? await askBetter(site, http, person, { ticket, interaction, room: 'apps' }) : null
  return better ?? loginPage(await speakTo(site, http, interaction), view)
}

/** In the language that the app asked for, where there is one. */
const speakTo = (site: Site, http: HttpRequest, { request }: Interaction): Promise<Site> => speak(site, http, request.ui_locales)

const NOTHING: Fields = { get: () => '', scope: [] }

/** Proves who sits there and goes back to authorize, or to the account where nothing waits. */
export async function submitLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const errand = await readFormErrand(site, http, fields)
  if (isReply(errand)) return errand
  const { ticket, interaction, room } = errand
  const person = await findPerson(site, http)
  const email = fields.get('email')
  const came = await signIn(site, email, fields.get('password'), http.address)
  if ('user' in came) return afterFirstFactor(site, http, came, person, errand)
  const view = interaction
    ? viewOf(ticket, interaction, fields, person)
    : ({ ticket, next: room, interaction, ask: 'anybody', person: null, email } as const)
  return refuse(interaction ? await speakTo(site, http, interaction) : site, { ...view, email }, came)
}

function refuse(site: Site, view: LoginView, came: Exclude<SignIn, { user: unknown }>): Reply {
  if ('left' in came) return loginPage(site, { ...view, left: came.left })
  const retry_after = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
  const reply = loginPage(site, { ...view, paused_until: came.paused_until })
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retry_after) } }
}

/** What to ask of whoever sits there, by comparing times as authorize does. */
function viewOf(ticket: string, interaction: Interaction, fields: Fields, person: Person | null): LoginView {
  const { request } = interaction
  const other = fields.get('account') === 'other' || (request.hinted_sub !== undefined && request.hinted_sub !== person?.user.sub)
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
  const person = await findPerson(site, http)
  if (!person || fields.get('account') !== person.session.sid) return seeOther(otherAccount(site, ticket))
  await site.store.sessions.select(person.session.session_hash, Math.max(site.clock(), interaction.request.created_at))
  return site.interactions.resume(ticket)
}
