import { isNativeRedirect, isPublic } from '../../core/model/client.ts'
import { standing } from '../../core/model/consent.ts'
import type { Duration } from '../../core/model/consent-policy.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { HttpRequest } from '../../core/model/http.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { idleOf } from '../../core/model/lifetimes.ts'
import { LONGEST_SHOWN, type Receipt, type Shown } from '../../core/model/receipt.ts'
import { splitScope } from '../../core/model/scope.ts'
import { deviceOf } from '../accounts/agent.ts'
import { fingerprint } from '../accounts/consents.ts'
import { type Difference, differenceOf } from './consent-difference.ts'
import { type Offer, offerOf, titleName } from './consent-offer.ts'
import { plainSentences, type Sentences, sentencesOf } from './consent-sentences.ts'
import type { Site } from './site.ts'

/** What a page asks: all that an app wants, or what is otherwise than before. */
export interface Question {
  title: string
  offer: Offer
  /** Where only the difference from a standing consent is to be shown. */
  difference: Difference | null
  /** All else that the page says. */
  sentences: Sentences
  /** The person lets the app rest: their yes lets it go on. */
  rests: boolean
  /** Of what the person has taken back so far: a page from before that brings nothing back. */
  epoch: number
}

/** What is to be asked of this person. Throws OAuthError where it is more than a receipt can hold. */
export async function questionOf(site: Site, sub: string, interaction: Interaction): Promise<Question> {
  const { client, dialect } = interaction
  const { consent: found, epoch } = await site.store.consents.find(sub, client.client_id)
  const stands = standing(found, site.clock(), idleOf(site, client))
  const before = dialect.consent.asked_again === 'growth' ? stands : null
  const offer = offerOf(site, interaction, before)
  if (JSON.stringify(offer).length > LONGEST_SHOWN / 2) throw new OAuthError('invalid_request', 'Too much is asked for at once.')
  const difference = before && mayShowDifference(interaction, before) ? await differenceOf(site, before, interaction, offer) : null
  const title = difference ? site.words.again.title(titleName(site, client), difference.choices) : offer.title
  const rests = stands?.paused_at !== undefined
  return { title, offer, difference, sentences: sentencesOf(site, { offer, difference, rests }), rests, epoch }
}

/** A native app is asked in full each time, and so is one that rests, for all of it would go on; so is whoever wants it so; and who comes back to their own answer sees the same page. */
function mayShowDifference({ client, request }: Interaction, before: Consent): boolean {
  if (before.paused_at !== undefined || (isPublic(client) && isNativeRedirect(request.redirect_uri))) return false
  return before.request_id !== request.request_id && !splitScope(request.prompt ?? '').includes('consent')
}

/** Stands for all that was on the page but what passes with time: an answer counts only for what was shown. The language in front says in what words. */
export function sealOf({ offer, difference, sentences, rests, epoch }: Question): string {
  const { durations, proposed: _, ...asked } = offer
  const said = plainSentences(sentences, 'lasting')
  const seen = [asked, durations.map(({ title }) => title), difference && { ...difference, until: null }, said, rests, epoch]
  return `${offer.language}.${fingerprint(JSON.stringify(seen)).slice(0, 22)}`
}

/** What the person chose. */
export interface Choice {
  /** The scopes that are on. */
  on: ReadonlySet<string>
  claims: boolean
  duration: Duration | 'as_before'
}

/** What stood on the page, and what of it was chosen: for the receipt. */
export function shownOf(
  site: Site,
  { title, offer, difference, sentences }: Question,
  { on, claims, duration }: Choice,
  { http, through }: { http: HttpRequest; through: Receipt['through'] },
): Shown {
  const { language, client, redirect_host, native, scopes, already } = offer
  const device = deviceOf(http)
  const chosen = offer.durations.find((one) => one.duration === duration)
  const shown = difference ? difference.added : scopes
  const asked = difference ? difference.claims : offer.claims
  const offline = difference ? difference.offline : offer.offline
  const resources = difference && difference.added.length + difference.places.length === 0 ? [] : offer.resources
  return {
    language,
    title,
    product: site.product.name,
    client,
    redirect_host,
    ...(native && { native }),
    ...(offline && { offline }),
    scopes: shown.map((scope) => ({ ...scope, on: on.has(scope.scope) })),
    ...(asked && { claims: { ...asked, on: claims } }),
    ...(resources.length > 0 && { resources }),
    ...(difference ? { already: difference.kept } : already.length > 0 && { already: [...already] }),
    ...(chosen && { duration: chosen.title, durations: durationsOf(offer, duration) }),
    ...(difference && { difference: shownDifference(difference) }),
    ...(device !== null && { device }),
    ...(through === 'page' && { said: plainSentences(sentences) }),
  }
}

function durationsOf({ durations }: Offer, chosen: Choice['duration']): NonNullable<Shown['durations']> {
  return durations.map(({ duration, title, note }) => ({ title, note, on: duration === chosen }))
}

function shownDifference({ receipt_id, changed, gone }: Difference): NonNullable<Shown['difference']> {
  return {
    ...(receipt_id !== undefined && { receipt_id }),
    changed: changed.map(({ title, was, is }) => ({ what: title, was, is })),
    gone,
  }
}
