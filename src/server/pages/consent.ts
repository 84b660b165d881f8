import { DURATIONS, type Duration } from '../../core/model/consent-policy.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { findPerson, findSession } from '../accounts/sessions.ts'
import { findOthers } from '../accounts/several.ts'
import { consentAgainPage } from './consent-again-view.ts'
import { silentScopes } from './consent-offer.ts'
import { type Choice, type Question, questionOf, sealOf, shownOf } from './consent-question.ts'
import { type ConsentView, consentPage } from './consent-view.ts'
import { type Fields, readPost, readQuery } from './form.ts'
import type { Site } from './site.ts'
import { wear } from './theme.ts'
import { LANGUAGES, speak, wordsIn } from './words.ts'

/** Shows who asks, what for, where the answer goes and for how long; where that was allowed before, only what is otherwise now. */
export async function showConsent(site: Site, http: HttpRequest): Promise<Reply> {
  const ticket = readQuery(http).get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  return embedConsent(site, http, interaction, ticket)
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedConsent(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  return show(site, http, { ticket, interaction, person })
}

/** Nobody is there, or somebody who may not be there any more: their session ends, so that authorize sees it too. */
async function backToSignIn(site: Site, http: HttpRequest, ticket: string): Promise<Reply> {
  const session = await findSession(site, http)
  if (session) await site.store.sessions.end(session.session_hash)
  return site.interactions.resume(ticket)
}

type Asked = Omit<ConsentView, 'others' | 'question' | 'nothing_on'>

/** In the language that the app asked for, where there is one. */
async function show(site: Site, http: HttpRequest, asked: Asked, nothing_on = false): Promise<Reply> {
  const spoken = wear(await speak(site, http, asked.interaction.request.ui_locales), asked.interaction.client)
  const question = await questionOf(spoken, asked.person.user.sub, asked.interaction)
  const view = { ...asked, others: await findOthers(site, http, asked.person), question, nothing_on }
  return question.difference ? consentAgainPage(spoken, view, question.difference) : consentPage(spoken, view)
}

/** Writes the answer down and goes back to authorize, which draws the conclusion. */
export async function submitConsent(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  const asked = { ticket, interaction, person }
  const spoken = await speakAsShown(site, http, fields, interaction)
  const question = await questionOf(spoken, person.user.sub, interaction)
  // it was shown to somebody else, or before they signed in anew, or it is not what would be shown now
  if (fields.get('sid') !== person.session.sid) return show(site, http, asked)
  if (fields.get('looks') !== sealOf(question)) {
    const answered = await isAnswered(site, person.user.sub, interaction)
    return answered ? site.interactions.resume(ticket) : show(site, http, asked)
  }
  const decision = fields.get('decision')
  if (decision === 'deny') return site.interactions.refuse(interaction.request)
  if (decision !== 'allow') throw new OAuthError('invalid_request', 'The field decision must be allow or deny.')
  return allow(spoken, http, asked, question, fields)
}

/** In the language of the page that was answered, so that the receipt holds its very words. */
async function speakAsShown(site: Site, http: HttpRequest, fields: Fields, { request }: Interaction): Promise<Site> {
  const [lang = ''] = fields.get('looks').split('.', 1)
  return LANGUAGES.includes(lang) ? { ...site, words: await wordsIn(lang) } : speak(site, http, request.ui_locales)
}

/** The same form was sent before, and its answer stands. */
async function isAnswered(site: Site, sub: string, { client, request }: Interaction): Promise<boolean> {
  const { consent } = await site.store.consents.find(sub, client.client_id)
  return consent?.request_id === request.request_id
}

async function allow(site: Site, http: HttpRequest, asked: Asked, question: Question, fields: Fields): Promise<Reply> {
  const { interaction, ticket, person } = asked
  const { request } = interaction
  const answer = question.difference ? changeOf(question, fields) : choiceOf(question, fields)
  if (answer === null) return show(site, http, asked, true)
  const { kept_scope = '', kept_claims = [], new_claims = request.claims ?? [] } = question.difference ?? {}
  const kept = question.difference ? kept_scope.split(' ') : silentScopes(site, request.scope)
  const written = await site.interactions.allow(interaction, {
    sub: person.user.sub,
    scope: [...kept, ...answer.on].filter(Boolean).join(' '),
    claims: question.offer.insists_on_claims || answer.claims ? [...kept_claims, ...new_claims] : kept_claims,
    duration: answer.duration,
    ...(question.difference && { upon: question.difference.upon }),
    shown: shownOf(site, question, answer, http),
  })
  // it was taken back in another window at the same moment: which of the two is meant, only the person knows
  if (!written) return show(site, http, asked)
  return site.interactions.resume(ticket)
}

/** Null where everything was left off. */
function choiceOf({ offer }: Question, fields: Fields): Choice | null {
  const on = offer.scopes.filter(({ scope, required }) => required || fields.scope.includes(scope)).map(({ scope }) => scope)
  const claims = fields.get('claims') === 'on'
  const some = on.length > 0 || claims || (offer.insists_on_claims && offer.claims !== null)
  if (offer.scopes.length > 0 && !some) return null
  return { on: new Set(on), claims: claims || offer.claims?.required === true, duration: readDuration(fields.get('duration'), offer) }
}

/** Of one new thing the button is the choice. Null where several are new, nothing else is, and all were left off. */
function changeOf({ difference }: Question, fields: Fields): Choice | null {
  const { added, claims: asked, choices, changed, places } = difference!
  const on = added.filter(({ scope, required }) => choices === 1 || required || fields.scope.includes(scope)).map(({ scope }) => scope)
  const claims = asked !== null && (choices === 1 || asked.required || fields.get('claims') === 'on')
  if (choices > 1 && on.length === 0 && !claims && changed.length + places.length === 0) return null
  return { on: new Set(on), claims, duration: 'as_before' }
}

function readDuration(text: string, { durations }: Question['offer']): Duration {
  if (!Object.hasOwn(DURATIONS, text) || !durations.some(({ duration }) => duration === text))
    throw new OAuthError('invalid_request', 'The field duration is missing or unknown.')
  return text as Duration
}
