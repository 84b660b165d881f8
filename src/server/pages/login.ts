import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope } from '../../core/model/scope.ts'
import { openPending } from '../accounts/pending-link.ts'
import { findPerson, type Person } from '../accounts/sessions.ts'
import { findOthers, switchTo } from '../accounts/several.ts'
import { type SignIn, signIn } from '../accounts/sign-in.ts'
import { normalEmail } from '../accounts/users.ts'
import { isReply, roomPath } from './account.ts'
import { afterFirstFactor, askSecond, type Errand, momentOf, onErrand, readErrand, readFormErrand } from './arrive.ts'
import { askBetter } from './better.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import { askHost } from './host-login.ts'
import { seeOther, withCookies } from './layout.ts'
import { type LoginView, loginPage, otherAccount } from './login-view.ts'
import { missingProof } from './proof.ts'
import type { Site } from './site.ts'
import { wear } from './theme.ts'
import { speak } from './words.ts'

/** Asks who sits there, and says where the journey goes on. */
export async function showLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = readQuery(http)
  const errand = await readErrand(site, http, fields)
  if (isReply(errand)) return errand
  const { ticket, interaction, room } = errand
  const person = await findPerson(site, http)
  if (!interaction) {
    const wants_proof = fields.get('account') === 'again'
    const missing = wants_proof && person ? await missingProof(site, person) : null
    if (person && missing === 'factor') return askSecond(site, http, { ...person, amr: person.session.amr ?? [] }, errand)
    const again = wants_proof && (!person || missing !== null)
    if (person && !again && fields.get('account') !== 'other') return seeOther(roomPath(site, room))
    const also = again ? 'login' : person ? 'select_account' : null
    if (site.host_login) return askHost(site, http, site.host_login.login, room, null, also)
    return loginPage(site, { ticket, next: room, interaction, ...(await standaloneView(site, http, fields, person)) })
  }
  const asks_other = fields.get('account') === 'other'
  if (site.host_login) return askHost(site, http, site.host_login.login, ticket, interaction, asks_other ? 'select_account' : null)
  const view = await viewLogin(site, http, { ticket, interaction, asks_other }, person)
  const better = view.ask === 'choose' && person ? await askBetter(site, http, person, errand) : null
  if (better) return better
  const own = site.own_pages?.login
  // what is to be linked is said on our page alone
  if (own !== undefined && fields.get('page') !== 'ours' && !view.waiting)
    return seeOther(withQuery(own, { ticket, ...(asks_other && { account: 'other' }) }))
  return loginPage(await speakTo(site, http, interaction), view)
}

type Shown = Pick<LoginView, 'ask' | 'person' | 'email' | 'others' | 'waiting'>

/** Where nothing waits but a room of the account: the same person once more, where the room wants that, or anybody. */
async function standaloneView(site: Site, http: HttpRequest, fields: Fields, person: Person | null): Promise<Shown> {
  const waiting = openPending(site, http)
  return fields.get('account') === 'again' && person
    ? { ask: 'again', person, email: person.user.email, others: [], waiting }
    : { ask: 'anybody', person: null, email: '', others: await findOthers(site, http, person), waiting }
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedLogin(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  // the cookie of the ticket and those of what comes then are set by two answers
  if (site.host_login || site.own_pages?.login !== undefined) return seeOther(withQuery(`${site.base}/login`, { ticket }))
  const person = await findPerson(site, http)
  const view = await viewLogin(site, http, { ticket, interaction, asks_other: false }, person)
  const better = view.ask === 'choose' && person ? await askBetter(site, http, person, { ticket, interaction, room: 'apps' }) : null
  return better ?? loginPage(await speakTo(site, http, interaction), view)
}

/** In the language that the app asked for, where there is one, and as it looks for that app. */
const speakTo = async (site: Site, http: HttpRequest, { request, client }: Interaction): Promise<Site> =>
  wear(await speak(site, http, request.ui_locales), client)

/** Proves who sits there and goes back to authorize, or to the account where nothing waits. */
export async function submitLogin(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const errand = await readFormErrand(site, http, fields)
  if (isReply(errand)) return errand
  const { ticket, interaction, room } = errand
  // passwords of ours are no second door beside the product's
  if (site.host_login) return seeOther(onErrand(site, '/login', errand))
  const person = await findPerson(site, http)
  const email = fields.get('email')
  const came = await enterByPassword(site, http, { email, password: fields.get('password') }, person, errand).catch(stayFor)
  if (isReply(came)) return came
  const view = interaction
    ? await viewLogin(site, http, { ticket, interaction, asks_other: fields.get('account') === 'other' }, person)
    : { ticket, next: room, interaction, ...(await standaloneView(site, http, fields, person)) }
  return refuse(interaction ? await speakTo(site, http, interaction) : site, http, { ...view, email }, came)
}

/** What cannot be done at this moment is told on the page itself, which keeps what was typed and what waits. */
function stayFor(cause: unknown): { away: OAuthError } {
  const away = OAuthError.from(cause)
  if (away.status !== 503) throw away
  return { away }
}

/** An attempt that brought nobody in. */
type NotIn = Exclude<SignIn, { user: unknown }>

/** Where to go for whoever proved who they are, which is for another factor first where they have one; why not, else. */
export async function enterByPassword(
  site: Site,
  http: HttpRequest,
  { email, password }: { email: string; password: string },
  before: Person | null,
  errand: Errand,
): Promise<Reply | NotIn> {
  const came = await signIn(site, email, password, http.address)
  return 'user' in came ? afterFirstFactor(site, http, came, before, errand) : came
}

function refuse(site: Site, http: HttpRequest, view: LoginView, came: NotIn | { away: OAuthError }): Reply {
  if ('away' in came) return stay(site, http, view, came.away)
  if ('left' in came) return loginPage(site, { ...view, left: came.left })
  const retry_after = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
  const reply = loginPage(site, { ...view, paused_until: came.paused_until })
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retry_after) } }
}

function stay(site: Site, http: HttpRequest, view: LoginView, error: OAuthError): Reply {
  const reference = site.report(error, http)
  const reply = loginPage(site, { ...view, away: { error, reference } })
  return { ...reply, headers: { ...reply.headers, ...error.headers, 'x-vouchsafe-reference': reference } }
}

/** What to ask of whoever sits there, by comparing times as authorize does. */
export async function viewLogin(
  site: Site,
  http: HttpRequest,
  { ticket, interaction, asks_other }: { ticket: string; interaction: Interaction; asks_other: boolean },
  person: Person | null,
): Promise<LoginView> {
  const { request } = interaction
  const asked = { ticket, interaction, email: request.login_hint ?? '', waiting: openPending(site, http) }
  const others = await choosable(site, http, interaction, person)
  const other = asks_other || (request.hinted_sub !== undefined && request.hinted_sub !== person?.user.sub)
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
  const errand = await readFormErrand(site, http, fields)
  if (isReply(errand)) return errand
  return (await chooseAccount(site, http, errand, fields.get('account'))) ?? seeOther(otherAccount(site, errand.ticket))
}

/** Where to go once one of the accounts that are signed in here was chosen, by the sid of its session; null where it is none of them. */
export async function chooseAccount(site: Site, http: HttpRequest, errand: Errand, sid: string): Promise<Reply | null> {
  const { ticket, interaction, room } = errand
  const at = momentOf(site, errand)
  const go = (ticket: string | null) => (ticket ? site.interactions.resume(ticket) : seeOther(roomPath(site, room)))
  const person = await findPerson(site, http)
  if (person && sid === person.session.sid) {
    await site.store.sessions.select(person.session.session_hash, at)
    return go(ticket)
  }
  const cookies = sid === '' ? null : await switchTo(site, http, sid, at)
  if (!cookies) return null
  // another person: what was open in this browser is foreign from now on
  const renewed = site.interactions.renew(interaction?.request ?? null)
  return withCookies(go(renewed.ticket), ...cookies, renewed.cookie)
}
