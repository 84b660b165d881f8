import { isNativeRedirect } from '../../core/model/client.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import type { Person } from '../accounts/sessions.ts'
import { viewConsent } from './consent.ts'
import { askedClaims, type ConsentView, endsOf, namedResources, type ShownScope } from './consent-view.ts'
import { viewLogin } from './login.ts'
import type { Site } from './site.ts'
import { clientName, linkTo, personName } from './text.ts'
import type { Words } from './words.ts'

/** All that our own pages would show of a request, for pages of the product's own. Texts are in the language of `site.words`. */
export async function showInteraction(site: Site, ticket: string, interaction: Interaction, person: Person | null, asks_other: boolean) {
  const { ask, email } = viewLogin(ticket, interaction, asks_other, person)
  return {
    lang: site.words.lang,
    dir: site.words.dir,
    product: { name: site.product.name },
    client: showClient(site, interaction),
    redirect: { host: hostOf(interaction.request.redirect_uri), native: isNativeRedirect(interaction.request.redirect_uri) },
    expires_at: iso(interaction.request.expires_at),
    login: { ask, email },
    account: person && { sid: person.session.sid, name: personName(person.user), email: person.user.email },
    consent: person && showConsent(site, await viewConsent(site, ticket, interaction, person)),
  }
}

/** Names that an app brings are cut and cleaned as on our pages; they are still text, to be escaped. */
function showClient({ words }: Site, { client }: Interaction) {
  return {
    client_id: client.client_id,
    client_name: clientName(client),
    reviewed: client.reviewed === true,
    policy_uri: linkTo(client.policy_uri),
    tos_uri: linkTo(client.tos_uri),
    title: words.consent.title(clientName(client)),
  }
}

function showConsent(site: Site, view: ConsentView) {
  const claims = askedClaims(site, view)
  return {
    looks: view.interaction.looks,
    scopes: view.shown.map((scope) => showScope(site.words, scope)),
    claims: claims.length > 0 ? { names: claims, required: view.insists_on_claims } : null,
    resources: namedResources(site, view.interaction).map((id) => ({ id, name: textOf(site.words, site.resources[id]!.name) })),
    already: view.already.map((title) => textOf(site.words, title)),
    durations: Object.entries(endsOf(site, view)).map(([duration, end]) => ({ duration, ends_at: end === null ? null : iso(end) })),
    proposed_duration: view.proposed,
  }
}

function showScope(words: Words, { word, definition, required }: ShownScope) {
  const { title, description, level } = definition
  return { scope: word, title: textOf(words, title), description: textOf(words, description), level, required }
}

const textOf = ({ lang }: Words, texts: Readonly<Record<string, string>>): string => texts[lang] ?? texts['en'] ?? ''
const iso = (at: number): string => new Date(at).toISOString()
