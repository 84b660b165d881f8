import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { readJsonObject } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { findPerson } from '../accounts/sessions.ts'
import { isReply } from './account.ts'
import { type Again, type Answer, backToSignIn, decide } from './consent.ts'
import { readQuery } from './form.ts'
import { showInteraction } from './headless-view.ts'
import { chooseAccount, enterByPassword } from './login.ts'
import type { OwnPages, Site } from './site.ts'
import { speak } from './words.ts'

// The steps of our pages as JSON, for pages that a product draws itself: the same tickets, cookies and functions.

const MOST_SCOPES = 100
const LONGEST_LANG = 35 // @spec RFC 5646 §4.4.1

/** What a page would show. `account=other` asks for another account than the one that is signed in. */
export async function getInteraction(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, async () => {
    const fields = readQuery(http)
    return inInteraction(site, http, fields.get('ticket'), async (ticket, interaction) => {
      const person = await findPerson(site, http)
      const lang = fields.get('lang').slice(0, LONGEST_LANG)
      const spoken = await speak(site, http, `${lang} ${interaction.request.ui_locales ?? ''}`.trim())
      return json(200, await showInteraction(spoken, ticket, interaction, person, fields.get('account') === 'other'))
    })
  })
}

/** Proves who sits there by email and password. */
export async function postInteractionLogin(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, async () => {
    const body = await readBody(http, ['ticket', 'email', 'password'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      if (site.host_login) throw new OAuthError('access_denied', 'People sign in at the product.', { status: 403 })
      const before = await findPerson(site, http)
      const came = await enterByPassword(site, http, ticket, interaction, 'apps', before, textIn(body, 'email'), textIn(body, 'password'))
      if (isReply(came)) return goingOn(came)
      const wrong = { error: 'access_denied', error_description: 'The email or the password is wrong.' }
      if ('left' in came) return json(403, { ...wrong, tries_left: came.left })
      const seconds = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
      const paused = { error: 'temporarily_unavailable', error_description: 'There were too many tries.', retry_after: seconds }
      return json(429, paused, { 'retry-after': String(seconds) })
    })
  })
}

/** Goes on with the account that is signed in. */
export async function postInteractionAccount(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, async () => {
    const body = await readBody(http, ['ticket', 'sid'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      const chosen = await chooseAccount(site, http, ticket, interaction, textIn(body, 'sid'))
      return chosen ? goingOn(chosen) : showAgain('changed')
    })
  })
}

/** Writes down what a person allows, or that they deny. */
export async function postInteractionDecision(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, async () => {
    const body = await readBody(http, ['ticket', 'sid', 'looks', 'decision', 'scope', 'claims', 'duration'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      const person = await findPerson(site, http)
      if (!person) return { ...goingOn(await backToSignIn(site, http, ticket)), status: 409 }
      const decided = await decide(site, ticket, interaction, person, readAnswer(body))
      return typeof decided === 'string' ? showAgain(decided) : goingOn(decided)
    })
  })
}

/** Asked by a browser before it sends JSON from another origin. @spec Fetch §4.8 */
export async function preflight(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, async () => ({
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    },
    body: '',
  }))
}

/** Refusals as JSON, with what a person can read out. */
export function jsonRefusal(site: Site, http: HttpRequest, error: OAuthError, reference: string): Reply {
  const { error_description, reason, headers, status } = error
  const body = { error: error.error, error_description, ...(reason && { reason }), reference }
  const own = site.own_pages && isOurs(site, http) ? corsHeaders(site, http) : {}
  return json(status, body, { ...headers, ...own, 'x-vouchsafe-reference': reference })
}

/** Only pages of the product's own, and of ours, are answered, and only where there are any. */
async function answering(site: Site, http: HttpRequest, work: () => Promise<Reply>): Promise<Reply> {
  if (!site.own_pages) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
  if (!isOurs(site, http))
    throw new OAuthError('invalid_request', 'The request was not sent from a page that may.', { status: 403, reason: 'foreign_form' })
  const reply = await work()
  return { ...reply, headers: { ...reply.headers, ...corsHeaders(site, http) } }
}

/** By Origin, letter by letter; a request of the same origin, or of no browser, may have none. @spec RFC 6454 §7, Fetch Metadata §2.3 */
function isOurs({ issuer, own_pages }: Site, http: HttpRequest): boolean {
  const origin = http.header('origin')
  if (origin !== undefined) return origin === new URL(issuer).origin || originsOf(own_pages!).includes(origin)
  return ['same-origin', undefined].includes(http.header('sec-fetch-site'))
}

const originsOf = ({ login, consent }: OwnPages): string[] =>
  [login, consent].filter((address) => address !== undefined).map((address) => new URL(address).origin)

/** Cookies go along, so never to whoever asks: the one origin that was recognized. @spec Fetch §3.3.6 */
function corsHeaders(site: Site, http: HttpRequest): Reply['headers'] {
  const origin = http.header('origin')
  return {
    vary: 'origin, accept-language',
    ...(origin !== undefined &&
      origin !== new URL(site.issuer).origin && {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-vouchsafe-reference, retry-after',
      }),
  }
}

/** The request that waits, where it is this browser's own; else the browser begins it anew. */
async function inInteraction(
  site: Site,
  http: HttpRequest,
  ticket: string,
  work: (ticket: string, interaction: Interaction) => Promise<Reply>,
): Promise<Reply> {
  const interaction = await site.interactions.open(http, ticket)
  return interaction ? work(ticket, interaction) : { ...goingOn(site.interactions.restart(ticket)), status: 409 }
}

/** Where the browser is to go, which a page does by `location`: a redirect would be followed by `fetch` itself. */
function goingOn({ headers }: Reply): Reply {
  const { location, 'set-cookie': cookies } = headers
  return json(200, { next: location }, cookies === undefined ? {} : { 'set-cookie': cookies })
}

/** The question has changed meanwhile, or was not answered: the page reads it anew. */
function showAgain(why: Again): Reply {
  return json(409, { error: 'interaction_required', error_description: 'The person must be asked once more.', why })
}

function json(status: number, value: object, headers: Reply['headers'] = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
    body: JSON.stringify(value),
  }
}

type Body = Readonly<Record<string, unknown>>

/** Only JSON: a form could be sent from anywhere without asking first. */
async function readBody(http: HttpRequest, known: readonly string[]): Promise<Body> {
  const type = http.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new OAuthError('invalid_request', 'The body must be application/json.', { status: 415 })
  const body = readJsonObject(await http.text())
  if (Object.keys(body).some((name) => !known.includes(name)))
    throw new OAuthError('invalid_request', `The body has a member that is none of ${known.join(', ')}.`)
  return body
}

function textIn(body: Body, name: string): string {
  const value = body[name] ?? ''
  if (typeof value !== 'string') throw new OAuthError('invalid_request', `The member ${name} must be text.`)
  return value
}

function readAnswer(body: Body): Answer {
  const { scope = [], claims = false } = body
  if (!Array.isArray(scope) || scope.length > MOST_SCOPES || !scope.every((word) => typeof word === 'string'))
    throw new OAuthError('invalid_request', `The member scope must be a list of at most ${MOST_SCOPES} texts.`)
  if (typeof claims !== 'boolean') throw new OAuthError('invalid_request', 'The member claims must be true or false.')
  const [sid, looks, decision, duration] = [textIn(body, 'sid'), textIn(body, 'looks'), textIn(body, 'decision'), textIn(body, 'duration')]
  return { sid, looks, decision, duration, scope, claims }
}
