import { SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import { readJsonObject } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { findPerson } from '../accounts/sessions.ts'
import { isReply } from './account.ts'
import { backToSignIn } from './consent.ts'
import { type Again, type Answer, decide } from './consent-decision.ts'
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
  return answering(site, http, 'any', async () => {
    const fields = readQuery(http)
    return inInteraction(site, http, fields.get('ticket'), async (ticket, interaction) => {
      const person = await findPerson(site, http)
      const lang = fields.get('lang').slice(0, LONGEST_LANG)
      const spoken = await speak(site, http, `${lang} ${interaction.request.ui_locales ?? ''}`.trim())
      const asked = { ticket, interaction, asks_other: fields.get('account') === 'other' }
      return json(200, await showInteraction(spoken, http, asked, person))
    })
  })
}

/** Proves who sits there by email and password; whoever has another factor is sent to our page that asks for it. */
export async function postInteractionLogin(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, 'login', async () => {
    const body = await readBody(http, ['ticket', 'email', 'password'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      const given = { email: textIn(body, 'email'), password: textIn(body, 'password') }
      const came = await enterByPassword(site, http, given, await findPerson(site, http), { ticket, interaction, room: 'apps' })
      if (isReply(came)) return goingOn(site, came)
      const wrong = { error: 'access_denied', error_description: 'The email or the password is wrong.' }
      if ('left' in came) return json(403, { ...wrong, tries_left: came.left })
      const seconds = Math.max(1, Math.ceil((came.paused_until - site.clock()) / SECOND))
      const paused = { error: 'temporarily_unavailable', error_description: 'There were too many tries.', retry_after: seconds }
      return json(429, paused, { 'retry-after': String(seconds) })
    })
  })
}

/** Goes on with one of the accounts that are signed in here. */
export async function postInteractionAccount(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, 'any', async () => {
    const body = await readBody(http, ['ticket', 'sid'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      const chosen = await chooseAccount(site, http, { ticket, interaction, room: 'apps' }, textIn(body, 'sid'))
      return chosen ? goingOn(site, chosen) : showAgain('changed')
    })
  })
}

/** Writes down what a person allows, or that they deny. */
export async function postInteractionDecision(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, 'consent', async () => {
    const body = await readBody(http, ['ticket', 'sid', 'looks', 'decision', 'scope', 'claims', 'duration'])
    return inInteraction(site, http, textIn(body, 'ticket'), async (ticket, interaction) => {
      const person = await findPerson(site, http)
      if (!person) return { ...goingOn(site, await backToSignIn(site, http, ticket)), status: 409 }
      const decided = await decide(site, http, { ticket, interaction, person }, readAnswer(body), 'product')
      return typeof decided === 'string' ? showAgain(decided) : goingOn(site, decided)
    })
  })
}

/** Asked by a browser before it sends JSON from another origin. @spec Fetch §4.8 */
export async function preflight(site: Site, http: HttpRequest): Promise<Reply> {
  return answering(site, http, 'any', async () => ({
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
  const own = site.own_pages && isOurs(site, http, 'any') ? corsHeaders(site, http) : {}
  return json(status, body, { ...headers, ...own, 'x-vouchsafe-reference': reference })
}

/** Of which of the product's pages something is taken. */
type Which = keyof OwnPages | 'any'

/** Only pages of the product's own, and of ours, are answered, and only where there are any. What a page is not named for, it cannot do. */
async function answering(site: Site, http: HttpRequest, which: Which, work: () => Promise<Reply>): Promise<Reply> {
  if (!site.own_pages) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
  if (!isOurs(site, http, which))
    throw new OAuthError('invalid_request', 'The request was not sent from a page that may.', { status: 403, reason: 'foreign_form' })
  if (addressesOf(site.own_pages, which).length === 0)
    throw new OAuthError('access_denied', `own_pages has no ${which}: that page is not drawn by the product.`, { status: 403 })
  const reply = await work()
  return { ...reply, headers: { ...reply.headers, ...corsHeaders(site, http) } }
}

/** By Origin, letter by letter; a request of the same origin, or of no browser, may have none. @spec RFC 6454 §7, Fetch Metadata §2.3 */
function isOurs({ issuer, own_pages }: Site, http: HttpRequest, which: Which): boolean {
  const origin = http.header('origin')
  if (origin !== undefined) return [issuer, ...addressesOf(own_pages!, which)].some((address) => new URL(address).origin === origin)
  return ['same-origin', undefined].includes(http.header('sec-fetch-site'))
}

function addressesOf({ login, consent }: OwnPages, which: Which): string[] {
  const given = which === 'any' ? [login, consent] : which === 'login' ? [login] : [consent]
  return given.filter((address) => address !== undefined)
}

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
  return interaction ? work(ticket, interaction) : { ...goingOn(site, site.interactions.restart(ticket)), status: 409 }
}

/** Where the browser is to go, which a page does by `location`: a redirect would be followed by `fetch` itself. */
function goingOn({ issuer }: Site, { headers }: Reply): Reply {
  const { location, 'set-cookie': cookies } = headers
  return json(200, { next: new URL(String(location), issuer).href }, cookies === undefined ? {} : { 'set-cookie': cookies })
}

/** The question has changed meanwhile, or was not answered: the page reads it anew. */
function showAgain(why: Again): Reply {
  return json(409, { error: 'interaction_required', error_description: 'The person must be asked once more.', why })
}

function json(status: number, value: object, headers: Reply['headers'] = {}): Reply {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      ...headers,
    },
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
