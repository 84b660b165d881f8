import type { Client } from '../../core/model/client.ts'
import { DAY, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { idleEnd, isIdle } from '../../core/model/consent.ts'
import type { Consent } from '../../core/model/grant.ts'
import { idleOf } from '../../core/model/lifetimes.ts'
import { type ScopeDefinition, splitScope } from '../../core/model/scope.ts'
import { isRequired, offeredPublisher } from './consent-offer.ts'
import { comma, day, dayOf, daysAgo, figures } from './dates.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Site } from './site.ts'
import { bdi } from './text.ts'
import { inWords, type Words } from './words.ts'

/** What one person has allowed one app that still exists. */
export interface Connected {
  consent: Consent
  client: Client
}

/** Earlier ends that a person may choose, in days. */
export const EARLIER_ENDS: readonly number[] = [30, 7]
/** So near an end is told. */
const SOON = 14 * DAY
const DAYS = 30

/** Whether it still holds. */
export function holds(site: Site, { consent, client }: Connected): boolean {
  const now = site.clock()
  return (consent.expires_at ?? now + 1) > now && !isIdle(consent, now, idleOf(site, client))
}

/** What a person has allowed an app, while it holds. */
export async function findHolding(site: Site, sub: string, client: Client): Promise<Consent | null> {
  const { consent } = await site.store.consents.find(sub, client.client_id)
  return consent && holds(site, { consent, client }) ? consent : null
}

/** A scope as the page of an app shows it. */
export interface Held {
  word: string
  definition: ScopeDefinition
  /** It is required of the app, and goes only with all of it. */
  locked: boolean
}

/** What the consent allows that a page shows; what weighs most comes first. */
export function heldScopes(site: Site, { consent, client }: Connected): Held[] {
  return splitScope(consent.scope)
    .flatMap((word) => {
      const definition = site.scopes[word]
      if (!definition || definition.silent) return []
      return [{ word, definition, locked: isRequired(site, client, word) }]
    })
    .sort((a, b) => b.definition.level - a.definition.level)
}

/** The same as a list to read; where only silent scopes were allowed, it may at least recognise the person. */
export function mayItems(site: Site, one: Connected): Html[] {
  const held = heldScopes(site, one)
  if (held.length === 0) return [html`<li>${site.words.apps.recognise}</li>`]
  return held.map(
    ({ definition }) => html`<li${definition.level === 3 && html` class="acts"`}>${inWords(site.words, definition.title)}</li>`,
  )
}

/** What the deployment says of the app, and how things stand with it. */
export function badges(site: Site, { consent, client }: Connected): Html[] {
  const words = site.words.apps
  const ends_at = endOf(site, { consent, client })
  const soon = consent.paused_at === undefined && ends_at !== undefined && ends_at - site.clock() < SOON
  return [
    ...(consent.paused_at === undefined ? [] : [html`<span class="badge">${icon('pause')}${words.paused}</span>`]),
    ...(client.ai_agent ? [html`<span class="badge badge-info">${site.words.consent.agent}</span>`] : []),
    standing(site, client),
    ...(soon ? [html`<span class="badge badge-caution">${icon('clock')}${words.endsSoon}</span>`] : []),
  ]
}

function standing(site: Site, client: Client): Html {
  if (client.disabled_at !== undefined) return html`<span class="badge badge-danger">${icon('no')}${site.words.apps.stopped}</span>`
  if (client.reviewed) {
    const what = client.publisher === undefined ? site.words.apps.reviewed : site.words.consent.verified
    return html`<span class="badge badge-good">${icon('seal')}${what}</span>`
  }
  return html`<span class="badge badge-caution">${site.words.apps.notReviewed}</span>`
}

/** When it ends, set or for not being used. */
function endOf(site: Site, { consent, client }: Connected): Milliseconds | undefined {
  return consent.expires_at ?? idleEnd(consent, idleOf(site, client))
}

/** When it ends, in words. */
export function endWords(site: Site, { consent, client }: Connected): Html {
  const { words } = site
  const now = site.clock()
  if (consent.expires_at !== undefined) return dayOf(consent.expires_at, now, words)
  const idle = idleOf(site, client)
  const ends_at = idleEnd(consent, idle)
  if (ends_at !== undefined && ends_at - now < SOON) return words.apps.unused(dayOf(ends_at, now, words))
  return html`${words.apps.untilUnused(Math.floor((idle * SECOND) / DAY))}`
}

/** How often on each of the last thirty days, today last. */
export function usesByDay({ use }: Consent, now: Milliseconds): number[] {
  const today = Math.floor(now / DAY)
  return Array.from({ length: DAYS }, (_, i) => {
    const ago = (use?.day ?? today) - (today - (DAYS - 1 - i))
    return use?.counts[ago] ?? 0
  })
}

/** When it was last of use, as far as anybody counted: null where it was not. */
export function lastUse({ use }: Consent): Milliseconds | null {
  return use ? use.day * DAY : null
}

/** "yesterday". */
export function lastUseDay(site: Site, consent: Consent): Html {
  const last = lastUse(consent)
  if (last === null) return html`${consent.used_at === undefined ? site.words.apps.notCounted : site.words.apps.notYet}`
  return daysAgo(last, site.clock(), site.words)
}

/** How often in the last thirty days. */
export function useInMonth(site: Site, consent: Consent): number {
  return usesByDay(consent, site.clock()).reduce((sum, uses) => sum + uses, 0)
}

/** "yesterday, 12 times in 30 days". */
export function lastUseWords(site: Site, consent: Consent): Html {
  const count = useInMonth(site, consent)
  const when = lastUseDay(site, consent)
  return count === 0 ? when : site.words.apps.lastUse(when, count, figures(count, site.words))
}

/** An API that looks at signatures alone learns of it when the token is over: that is said, and of others nothing. */
export function lateWords({ words }: Site, { access_token_format }: Pick<Client, 'access_token_format'>): string {
  return access_token_format === 'opaque' ? '' : ` ${words.apps.late}`
}

/** Who publishes it, where the deployment has said so and looked at it. */
export function publisherOf(site: Site, client: Client): Html | null {
  const { publisher } = offeredPublisher(client)
  return publisher === undefined ? null : html`<p class="small muted">${site.words.apps.by(bdi(publisher))}</p>`
}

/** The networks where it was of use last, the newest first; `near` is that of who looks. */
export function fromWords(site: Site, { use }: Consent, near: string): Html | null {
  const from = use?.from ?? []
  if (from.length === 0) return null
  const shown = from.map(
    (network) =>
      html`<bdi class="host" dir="ltr">${network.replace(/\.0\/24$/, '.*').replace(/::\/48$/, ':*')}</bdi>${network === near && html` (${site.words.apps.near})`}`,
  )
  return html`<div><dt>${site.words.apps.from}</dt><dd>${listed(shown, site.words)}</dd></div>`
}

/** Where it may do so, by the names of the resources. */
export function placesOf(site: Site, consent: Consent): Html[] {
  return Object.keys(consent.scope_at).flatMap((name) => (site.resources[name] ? [inWords(site.words, site.resources[name].name)] : []))
}

/** "12 May 2027", for a list to choose from. */
export const plainDay = (site: Site, at: Milliseconds): string => day(at, site.clock(), site.words)

/** "0121": a person's receipts are counted from one. */
export function receiptNumber(seq: number): string {
  return String(seq).padStart(4, '0')
}

/** Names with a comma between them. */
export function listed(names: readonly Html[], words: Words): Html {
  return html`${names.map((name, i) => html`${i > 0 && comma(words)}${name}`)}`
}
