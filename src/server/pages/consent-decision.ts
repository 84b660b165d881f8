import { DURATIONS, type Duration } from '../../core/model/consent-policy.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import type { Receipt } from '../../core/model/receipt.ts'
import type { Person } from '../accounts/sessions.ts'
import { silentScopes } from './consent-offer.ts'
import { type Choice, type Question, questionOf, sealOf, shownOf } from './consent-question.ts'
import type { Site } from './site.ts'
import { LANGUAGES, speak, wordsIn } from './words.ts'

/** Whom a request asks, in the browser that it came with. */
export interface Asked {
  ticket: string
  interaction: Interaction
  person: Person
}

/** What a person answers, to which question. */
export interface Answer {
  /** The session to which it was shown. */
  sid: string
  /** The seal over what was shown. */
  looks: string
  decision: string
  /** The scopes that were switched on. */
  scope: readonly string[]
  /** Whether the details asked for one by one were. */
  claims: boolean
  duration: string
}

/** Why the question is put once more: it was another one, every switch was off, or the person took it back at the same moment. */
export type Again = 'changed' | 'nothing_on' | 'withdrawn'

/**
 * Writes an answer down with its receipt: where to go then, or why the person is asked again. Every page that puts the question ends here,
 * ours and the product's. Throws OAuthError where the answer is none.
 */
export async function decide(
  site: Site,
  http: HttpRequest,
  asked: Asked,
  answer: Answer,
  through: NonNullable<Receipt['through']>,
): Promise<Reply | Again> {
  const { ticket, interaction, person } = asked
  // it was shown to somebody else, or before they signed in anew
  if (answer.sid !== person.session.sid) return 'changed'
  const spoken = await speakAsShown(site, http, answer, interaction)
  const question = await questionOf(spoken, person.user.sub, interaction)
  // it is not what would be shown now
  if (answer.looks !== sealOf(question)) {
    return (await isAnswered(site, person.user.sub, interaction)) ? site.interactions.resume(ticket) : 'changed'
  }
  if (answer.decision === 'deny') return site.interactions.refuse(interaction.request)
  if (answer.decision !== 'allow') throw new OAuthError('invalid_request', 'The field decision must be allow or deny.')
  const choice = question.difference ? changeOf(question, answer) : choiceOf(question, answer)
  if (choice === null) return 'nothing_on'
  // it was taken back in another window at the same moment: which of the two is meant, only the person knows
  return (await allow(spoken, http, asked, question, choice, through)) ? site.interactions.resume(ticket) : 'withdrawn'
}

/** In the language of the page that was answered, so that the receipt holds its very words. */
async function speakAsShown(site: Site, http: HttpRequest, { looks }: Answer, { request }: Interaction): Promise<Site> {
  const [lang = ''] = looks.split('.', 1)
  return LANGUAGES.includes(lang) ? { ...site, words: await wordsIn(lang) } : speak(site, http, request.ui_locales)
}

/** The same answer was sent before, and it stands. */
async function isAnswered(site: Site, sub: string, { client, request }: Interaction): Promise<boolean> {
  const { consent } = await site.store.consents.find(sub, client.client_id)
  return consent?.request_id === request.request_id
}

async function allow(
  site: Site,
  http: HttpRequest,
  { interaction, person }: Asked,
  question: Question,
  choice: Choice,
  through: NonNullable<Receipt['through']>,
): Promise<boolean> {
  const { request } = interaction
  const { difference, offer } = question
  const { kept_scope = '', kept_claims = [], new_claims = request.claims ?? [] } = difference ?? {}
  const kept = difference ? kept_scope.split(' ') : silentScopes(site, request.scope)
  return site.interactions.allow(interaction, {
    sub: person.user.sub,
    scope: [...kept, ...choice.on].filter(Boolean).join(' '),
    claims: offer.insists_on_claims || choice.claims ? [...kept_claims, ...new_claims] : kept_claims,
    duration: choice.duration,
    ...(difference && { upon: difference.upon }),
    shown: shownOf(site, question, choice, { http, through }),
    through,
  })
}

/** Null where everything was left off. */
function choiceOf({ offer }: Question, answer: Answer): Choice | null {
  const on = offer.scopes.filter(({ scope, required }) => required || answer.scope.includes(scope)).map(({ scope }) => scope)
  const some = on.length > 0 || answer.claims || (offer.insists_on_claims && offer.claims !== null)
  if (offer.scopes.length > 0 && !some) return null
  return { on: new Set(on), claims: answer.claims || offer.claims?.required === true, duration: readDuration(answer.duration, offer) }
}

/** Of one new thing the button is the choice. Null where several are new, nothing else is, and all were left off. */
function changeOf({ difference }: Question, answer: Answer): Choice | null {
  const { added, claims: asked, choices, changed, places } = difference!
  const on = added.filter(({ scope, required }) => choices === 1 || required || answer.scope.includes(scope)).map(({ scope }) => scope)
  const claims = asked !== null && (choices === 1 || asked.required || answer.claims)
  if (choices > 1 && on.length === 0 && !claims && changed.length + places.length === 0) return null
  return { on: new Set(on), claims, duration: 'as_before' }
}

function readDuration(text: string, { durations }: Question['offer']): Duration {
  if (!Object.hasOwn(DURATIONS, text) || !durations.some(({ duration }) => duration === text))
    throw new OAuthError('invalid_request', 'The field duration is missing or unknown.')
  return text as Duration
}
