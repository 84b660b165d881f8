import type { Client } from '../../core/model/client.ts'
import { DURATIONS, type Duration, standing, untouchedScope } from '../../core/model/consent.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { hasScope, splitScope } from '../../core/model/scope.ts'
import { findPerson, findSession, type Person } from '../accounts/sessions.ts'
import { type ConsentView, consentPage, type ShownScope } from './consent-view.ts'
import { readPost, readQuery } from './form.ts'
import type { Site } from './site.ts'
import { wear } from './theme.ts'
import { speak } from './words.ts'

/** Shows who asks, what for, where the answer goes and for how long. */
export async function showConsent(site: Site, http: HttpRequest): Promise<Reply> {
  const ticket = readQuery(http).get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  return show(site, http, ticket, interaction, person)
}

/** Nobody is there, or somebody who may not be there any more: their session ends, so that authorize sees it too. */
export async function backToSignIn(site: Site, http: HttpRequest, ticket: string): Promise<Reply> {
  const session = await findSession(site, http)
  if (session) await site.store.sessions.end(session.session_hash)
  return site.interactions.resume(ticket)
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedConsent(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  return show(site, http, ticket, interaction, person)
}

/** Writes the answer down and goes back to authorize, which draws the conclusion. */
export async function submitConsent(site: Site, http: HttpRequest): Promise<Reply> {
  const fields = await readPost(site.issuer, http)
  const ticket = fields.get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  const decided = await decide(site, ticket, interaction, person, {
    sid: fields.get('sid'),
    looks: fields.get('looks'),
    decision: fields.get('decision'),
    scope: fields.scope,
    claims: fields.get('claims') === 'on',
    duration: fields.get('duration'),
  })
  return typeof decided === 'string' ? show(site, http, ticket, interaction, person, decided === 'nothing_on') : decided
}

/** What a person answers, to which question. */
export interface Answer {
  /** The session to which it was shown. */
  sid: string
  /** How the app looked. */
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

/** Writes the answer down; where to go then, or why the person is asked again. */
export async function decide(site: Site, ticket: string, interaction: Interaction, person: Person, answer: Answer): Promise<Reply | Again> {
  // It was shown to somebody else, or before they signed in anew: the one who sits here now is asked
  // or the app has changed its looks since
  if (answer.sid !== person.session.sid || answer.looks !== interaction.looks) return 'changed'
  if (answer.decision === 'deny') return site.interactions.refuse(interaction.request)
  if (answer.decision !== 'allow') throw new OAuthError('invalid_request', 'The field decision must be allow or deny.')
  return allow(site, ticket, interaction, person, answer)
}

async function allow(site: Site, ticket: string, interaction: Interaction, person: Person, answer: Answer): Promise<Reply | Again> {
  const { request } = interaction
  const asked = splitScope(request.scope)
  const shown = shownScopes(site, interaction)
  const on = shown.filter(({ word, required }) => required || answer.scope.includes(word))
  const claims = mayInsistOnClaims(site, interaction) || answer.claims ? (request.claims ?? []) : []
  if (shown.length > 0 && on.length + claims.length === 0) return 'nothing_on'
  const silent = asked.filter((word) => isSilent(site, word))
  const written = await site.interactions.allow(interaction, {
    sub: person.user.sub,
    scope: [...silent, ...on.map(({ word }) => word)].join(' '),
    claims,
    duration: readDuration(answer.duration),
  })
  // it was taken back in another window at the same moment: which of the two is meant, only the person knows
  return written ? site.interactions.resume(ticket) : 'withdrawn'
}

/** In the language that the app asked for, where there is one. */
async function show(
  site: Site,
  http: HttpRequest,
  ticket: string,
  interaction: Interaction,
  person: Person,
  nothing_on = false,
): Promise<Reply> {
  const view = await viewConsent(site, ticket, interaction, person)
  return consentPage(wear(await speak(site, http, interaction.request.ui_locales), interaction.client), { ...view, nothing_on })
}

/** All that the page shows, by what is stored. */
export async function viewConsent(site: Site, ticket: string, interaction: Interaction, person: Person): Promise<ConsentView> {
  const { consent } = await site.store.consents.find(person.user.sub, interaction.client.client_id)
  const { asked_again } = interaction.dialect.consent
  const goes_on = asked_again === 'growth' ? standing(consent, site.clock()) : null
  const already = splitScope(untouchedScope(goes_on, interaction.request))
  return {
    ticket,
    interaction,
    person,
    shown: shownScopes(site, interaction),
    already: already.flatMap((word) => (site.scopes[word] && !isSilent(site, word) ? [site.scopes[word].title] : [])),
    insists_on_claims: mayInsistOnClaims(site, interaction),
    proposed: goes_on && goes_on.expires_at === undefined ? 'revoked' : '30d', // a shorter end than before is a choice, never a default
    nothing_on: false,
  }
}

/** What the person reads and decides, and what of it an app may insist on: nothing, until somebody has looked at it. */
function shownScopes(site: Site, { client, request }: Interaction): ShownScope[] {
  return splitScope(request.scope).flatMap((word) => {
    const definition = site.scopes[word]
    if (!definition || definition.silent) return []
    return [{ word, definition, required: isRequired(site, client, word) }]
  })
}

/** It may insist on details where it could insist on a scope that opens them all. */
function mayInsistOnClaims(site: Site, { client, request }: Interaction): boolean {
  const open = splitScope(client.scope)
    .filter((word) => isRequired(site, client, word))
    .flatMap((word) => site.scopes[word]?.claims ?? [])
  return (request.claims ?? []).every((claim) => open.includes(claim))
}

/** An app may insist on nothing, until somebody has looked at it. */
function isRequired(site: Site, client: Client, word: string): boolean {
  return client.reviewed === true && !site.scopes[word]?.optional && !hasScope(client.optional_scope ?? '', word)
}

function isSilent(site: Site, word: string): boolean {
  return site.scopes[word]?.silent === true
}

function readDuration(text: string): Duration {
  if (!Object.hasOwn(DURATIONS, text)) throw new OAuthError('invalid_request', 'The field duration is missing or unknown.')
  return text as Duration
}
