import { withQuery } from '../../core/model/form.ts'
import type { HttpRequest, Reply } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { findPerson, findSession } from '../accounts/sessions.ts'
import { findOthers } from '../accounts/several.ts'
import { consentAgainPage } from './consent-again-view.ts'
import { type Asked, decide } from './consent-decision.ts'
import { questionOf } from './consent-question.ts'
import { consentPage } from './consent-view.ts'
import { readPost, readQuery } from './form.ts'
import { seeOther } from './layout.ts'
import type { Site } from './site.ts'
import { wear } from './theme.ts'
import { speak } from './words.ts'

/** Shows who asks, what for, where the answer goes and for how long; where that was allowed before, only what is otherwise now. */
export async function showConsent(site: Site, http: HttpRequest): Promise<Reply> {
  const ticket = readQuery(http).get('ticket')
  const interaction = await site.interactions.open(http, ticket)
  if (!interaction) return site.interactions.restart(ticket)
  return embedConsent(site, http, interaction, ticket)
}

/** The same where the dialect shows it on the authorize address itself. */
export async function embedConsent(site: Site, http: HttpRequest, interaction: Interaction, ticket: string): Promise<Reply> {
  const own = site.own_pages?.consent
  if (own !== undefined) return seeOther(withQuery(own, { ticket }))
  const person = await findPerson(site, http)
  if (!person) return backToSignIn(site, http, ticket)
  return show(site, http, { ticket, interaction, person })
}

/** Nobody is there, or somebody who may not be there any more: their session ends, so that authorize sees it too. */
export async function backToSignIn(site: Site, http: HttpRequest, ticket: string): Promise<Reply> {
  const session = await findSession(site, http)
  if (session) await site.store.sessions.end(session.session_hash)
  return site.interactions.resume(ticket)
}

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
  const answer = {
    sid: fields.get('sid'),
    looks: fields.get('looks'),
    decision: fields.get('decision'),
    scope: fields.scope,
    claims: fields.get('claims') === 'on',
    duration: fields.get('duration'),
  }
  const decided = await decide(site, http, asked, answer, 'page')
  return typeof decided === 'string' ? show(site, http, asked, decided === 'nothing_on') : decided
}
