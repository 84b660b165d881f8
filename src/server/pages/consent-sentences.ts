import type { ShownClient } from '../../core/model/receipt.ts'
import type { Difference } from './consent-difference.ts'
import type { Offer, OfferedScope } from './consent-offer.ts'
import { dayOf } from './dates.ts'
import { type Html, html, plain } from './html.ts'
import type { Site } from './site.ts'
import { slot } from './slots.ts'
import { bdi } from './text.ts'

/** What a page says besides titles, texts, names and addresses, by names of ours. */
type Name =
  | 'heading'
  | 'since'
  | 'standing'
  | 'standing_text'
  | 'alike'
  | 'alike_text'
  | 'here'
  | 'here_text'
  | 'sent_to'
  | 'papers'
  | 'papers_text'
  | 'rests'
  | 'rests_text'
  | 'what'
  | 'explain'
  | `level_${1 | 2 | 3}`
  | `note_${1 | 2 | 3}`
  | `added_${1 | 2 | 3}`
  | 'required'
  | 'where'
  | 'place'
  | 'changed'
  | 'is_now'
  | 'none'
  | 'gone'
  | 'gone_text'
  | 'stays'
  | 'until'
  | 'earlier'
  | 'already'
  | 'already_text'
  | 'how_long'
  | 'offline'
  | 'will_not'
  | 'will_not_text'
  | 'next'
  | 'own'
  | 'deny'
  | 'allow'

/** The page draws them, and the receipt holds them, so that it needs no catalogue of a later day. */
export type Sentences = { readonly [Each in Name]?: Html | string }

/** What is asked, as far as sentences depend on it. */
interface Said {
  offer: Offer
  difference: Difference | null
  rests: boolean
}

/** Of the page that asks all, or of the one that shows the difference from a standing consent. */
export function sentencesOf(site: Site, { offer, difference, rests }: Said): Sentences {
  return { ...ofBoth(site, offer, rests), ...(difference ? ofDifference(site, offer, difference) : ofAll(site, offer)) }
}

/** What passes with time and is no reason to ask once more. */
const PASSING: ReadonlySet<string> = new Set<Name>(['since', 'until'])

/** As texts, for a record; without what passes with time for a seal. */
export function plainSentences(sentences: Sentences, which: 'all' | 'lasting' = 'all'): Record<string, string> {
  const kept = Object.entries(sentences).filter(([name]) => which === 'all' || !PASSING.has(name))
  return Object.fromEntries(kept.map(([name, text]) => [name, plain(text)]))
}

function ofBoth(site: Site, offer: Offer, rests: boolean): Sentences {
  const { consent, apps } = site.words
  const name = bdi(offer.client.name)
  return {
    ...standingOf(site, offer.client),
    ...(offer.alike && { alike: consent.alike, alike_text: consent.alikeText(site.product.name) }),
    ...(offer.native && { here: consent.here, here_text: consent.hereText(name, offer.redirect_host) }),
    ...(rests && { rests: apps.paused, rests_text: apps.restsText }),
  }
}

/** Whether anybody has looked at this app: we say so, not the app. */
function standingOf(site: Site, { name, reviewed, publisher }: ShownClient): Sentences {
  const { consent } = site.words
  if (publisher !== undefined) return { standing: consent.verified, standing_text: consent.verifiedText(bdi(publisher), site.product.name) }
  if (reviewed) return { standing: consent.reviewed, standing_text: consent.reviewedText(site.product.name) }
  return { standing: consent.unverified, standing_text: consent.unverifiedText(bdi(name), site.product.name) }
}

function ofAll(site: Site, offer: Offer): Sentences {
  const { consent } = site.words
  const name = bdi(offer.client.name)
  const apps = `${site.base}/account/apps`
  const own = slot(site, 'consent')
  return {
    heading: offer.client.ai_agent ? consent.agentHeading(name) : consent.heading(name, site.product.name),
    sent_to: consent.sentTo,
    ...papersOf(site, offer.client),
    what: offer.client.ai_agent ? consent.agentWhat(name) : consent.what(name),
    explain: explain(site, offer, name),
    ...levelsOf(site, levelsIn(offer.scopes, offer.claims)),
    ...(hasRequired(offer.scopes, offer.claims) && { required: consent.required }),
    ...(offer.resources.length > 0 && { where: consent.where }),
    ...(offer.already.length > 0 && { already: consent.already(name), already_text: consent.alreadyText }),
    how_long: consent.howLong,
    ...(offer.offline && { offline: consent.offline }),
    will_not: consent.willNot(name),
    will_not_text: consent.willNotText,
    next: offer.native ? consent.nextHere(name, apps) : consent.next(name, offer.redirect_host, apps),
    ...(own && { own }),
    deny: consent.deny,
    allow: consent.allow,
  }
}

const LEVELS = [1, 2, 3] as const
type Level = (typeof LEVELS)[number]

/** Those of which something is asked; details asked for one by one are about the person. */
function levelsIn(scopes: readonly OfferedScope[], claims: Offer['claims']): Level[] {
  return LEVELS.filter((level) => scopes.some((scope) => scope.level === level) || (level === 1 && claims !== null))
}

function levelsOf({ words: { consent } }: Site, levels: readonly Level[]): Sentences {
  const of = (level: Level) => ({ [`level_${level}`]: consent.levels[level].title, [`note_${level}`]: consent.levels[level].note })
  return Object.assign({}, ...levels.map(of)) as Sentences
}

function hasRequired(scopes: readonly OfferedScope[], claims: Offer['claims']): boolean {
  return claims?.required === true || scopes.some(({ required }) => required)
}

function papersOf(site: Site, { policy_uri: policy, tos_uri: tos }: ShownClient): Sentences {
  if (policy === undefined && tos === undefined) return {}
  const { consent } = site.words
  const both = policy !== undefined && tos !== undefined
  const policyLink = policy && html`<a href="${policy}" id="consent-policy" rel="noopener noreferrer">${consent.policy}</a>`
  const tosLink = tos && html`<a href="${tos}" id="consent-tos" rel="noopener noreferrer">${both ? consent.tos : consent.tosAlone}</a>`
  return { papers: consent.papers, papers_text: consent.ownSite(html`${policyLink}${both && ` ${consent.and} `}${tosLink}`) }
}

function explain(site: Site, { scopes, claims, client }: Offer, name: Html): Html | string {
  const { consent } = site.words
  if (scopes.length === 0 && !claims) return consent.whatNothing(name)
  if (!hasRequired(scopes, claims)) return client.reviewed ? consent.whatOptional : consent.whatUnreviewed(name)
  return scopes.every((scope) => scope.required) && claims?.required !== false ? consent.whatRequired : consent.whatMixed
}

function ofDifference(site: Site, { client, resources }: Offer, difference: Difference): Sentences {
  const { again, consent } = site.words
  const name = bdi(client.name)
  const { choices, since, added, claims, changed, gone, kept, places, until, offline, receipt_seq } = difference
  const levels = new Set<Level>([...levelsIn(added, claims), ...(offline ? [2 as const] : [])])
  return {
    heading: again.heading(client.ai_agent ? consent.agentName(name) : name, choices),
    since: again.since(name, dayOf(since, site.clock(), site.words)),
    what: again.what,
    ...(Object.fromEntries([...levels].map((level) => [`added_${level}`, again.added[level]])) as Sentences),
    ...(choices > 1 && hasRequired(added, claims) && { required: consent.required }),
    ...(offline && { offline: consent.offline }),
    ...(places.length > 0 && { place: again.place }),
    ...(places.length > 0 && resources.length > 0 && { where: consent.where }),
    ...(changed.length > 0 && { changed: again.changed, is_now: again.isNow, none: again.none }),
    ...(gone.length > 0 && { gone: again.gone, gone_text: again.goneText }),
    stays: again.stays(kept.length),
    until: until === undefined ? again.untilRevoked : again.until(dayOf(until, site.clock(), site.words)),
    ...(receipt_seq !== undefined && { earlier: site.words.receipts.number(receipt_seq) }),
    next: again.next(name),
    deny: again.keep,
    allow: again.allow,
  }
}
