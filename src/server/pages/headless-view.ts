import { isNativeRedirect } from '../../core/model/client.ts'
import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import type { Person } from '../accounts/sessions.ts'
import type { Difference } from './consent-difference.ts'
import { isAlikeApp, type OfferedScope, offeredClient } from './consent-offer.ts'
import { type Question, questionOf, sealOf } from './consent-question.ts'
import { viewLogin } from './login.ts'
import type { Site } from './site.ts'
import { personName } from './text.ts'

/** All that our own pages would show of a request, for pages of the product's own. Texts are in the language of `site.words`. */
export async function showInteraction(
  site: Site,
  http: HttpRequest,
  asked: { ticket: string; interaction: Interaction; asks_other: boolean },
  person: Person | null,
) {
  const { ticket, interaction } = asked
  const { request } = interaction
  const { ask, email, others } = await viewLogin(site, http, asked, person)
  return {
    lang: site.words.lang,
    dir: site.words.dir,
    product: { name: site.product.name },
    client: { ...showClient(interaction), alike: isAlikeApp(site, interaction.client) },
    redirect: { host: hostOf(request.redirect_uri), native: isNativeRedirect(request.redirect_uri) },
    expires_at: iso(request.expires_at),
    login: { ask, email, ours: withQuery(`${site.issuer}/login`, { ticket, page: 'ours' }) },
    account: person && showAccount(person),
    others: others.map(showAccount),
    consent: person && showQuestion(site, await questionOf(site, person.user.sub, interaction)),
  }
}

/** Names that an app brings are cut and cleaned as on our pages; they are still text, to be escaped. */
function showClient(interaction: Interaction) {
  const {
    name,
    reviewed,
    publisher = null,
    ai_agent = false,
    client_uri = null,
    policy_uri = null,
    tos_uri = null,
  } = offeredClient(interaction)
  return { client_id: interaction.client.client_id, client_name: name, reviewed, publisher, ai_agent, client_uri, policy_uri, tos_uri }
}

function showAccount({ session, user }: Person) {
  return { sid: session.sid, name: personName(user), email: user.email }
}

/** What there is to choose is in the same places, whether all is asked or only what is otherwise than before. */
function showQuestion({ words }: Site, question: Question) {
  const { title, offer, difference, rests } = question
  const one = difference?.choices === 1 // then the button is the choice
  const { claims, offline } = difference ?? offer
  return {
    looks: sealOf(question),
    title,
    paused: rests ? words.apps.restsText : null,
    offline: offline ? words.consent.offline : null,
    scopes: (difference ? difference.added : offer.scopes).map((scope) => showScope(scope, one)),
    claims: claims && { ...claims, required: one || claims.required },
    resources: offer.resources,
    already: difference ? difference.kept : offer.already,
    durations: difference ? [] : offer.durations.map((one) => ({ ...one, ends_at: isoOrNull(one.ends_at) })),
    proposed_duration: difference ? null : offer.proposed,
    difference: difference && showDifference(difference),
  }
}

function showScope({ scope, title, lang, text, text_lang, level, required }: OfferedScope, one: boolean) {
  return {
    scope,
    title,
    description: text,
    ...(lang !== undefined && { title_lang: lang }),
    ...(text_lang !== undefined && { description_lang: text_lang }),
    level,
    required: one || required,
  }
}

function showDifference({ since, until, places, changed, gone, receipt_id }: Difference) {
  return { since: iso(since), until: isoOrNull(until ?? null), places, changed, gone, receipt_id: receipt_id ?? null }
}

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
