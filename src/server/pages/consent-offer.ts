import { type Client, isNativeRedirect } from '../../core/model/client.ts'
import { DAY, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { untouchedScope } from '../../core/model/consent.ts'
import { DURATIONS, type Duration, durationsFor, offeredDuration, withLimit } from '../../core/model/consent-policy.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import { idleOf } from '../../core/model/lifetimes.ts'
import type { Shown, ShownClient, ShownScope } from '../../core/model/receipt.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { hasScope, splitScope } from '../../core/model/scope.ts'
import { isAlike } from './alike.ts'
import { day } from './dates.ts'
import { html, plain } from './html.ts'
import type { Site } from './site.ts'
import { cleanText, clientName, linkTo } from './text.ts'
import { said } from './words.ts'

/** A scope as the page offers it. */
export type OfferedScope = Omit<ShownScope, 'on'>

export interface OfferedDuration {
  duration: Duration
  title: string
  /** When that is. */
  note: string
  ends_at: Milliseconds | null
}

/** All that a page says of what is asked, in its language: the page is drawn from it, and so is the receipt, so that they cannot differ. */
export interface Offer {
  language: string
  title: string
  client: ShownClient
  redirect_host: string
  /** The answer goes to a program on this computer. */
  native: boolean
  /** Its name is made to look like another, and nobody has looked at it. */
  alike: boolean
  /** It keeps its access while the person is away. @spec OIDC Core §11 */
  offline: boolean
  scopes: readonly OfferedScope[]
  /** Details asked for one by one, where no scope that is required opens them anyway. */
  claims: { names: string[]; title: string; required: boolean } | null
  /** Of all of those details, whether the app may insist. */
  insists_on_claims: boolean
  resources: NonNullable<Shown['resources']>
  /** Titles of what was allowed before and is not asked for now. */
  already: readonly string[]
  durations: readonly OfferedDuration[]
  /** The duration that is chosen already. */
  proposed: Duration
}

/** What is asked; `before` is what goes on of what was allowed so far. */
export function offerOf(site: Site, interaction: Interaction, before: Consent | null): Offer {
  const { client, request } = interaction
  const scopes = offeredScopes(site, interaction)
  return {
    language: site.words.lang,
    title: site.words.consent.title(titleName(site, client)),
    client: offeredClient(interaction),
    redirect_host: hostOf(request.redirect_uri),
    native: isNativeRedirect(request.redirect_uri),
    alike: isAlikeApp(site, client),
    offline: hasScope(request.scope, 'offline_access'),
    scopes,
    claims: offeredClaims(site, scopes, interaction),
    insists_on_claims: mayInsistOnClaims(site, interaction),
    resources: (request.resource ?? []).flatMap((resource) => {
      const { text: name, ...rest } = said(site.words, site.resources[resource]?.name ?? { en: '' })
      return name === '' ? [] : [{ resource, name, ...rest }]
    }),
    already: titlesOf(site, untouchedScope(before, request)),
    durations: offeredDurations(site, interaction),
    proposed: proposedDuration(site, client, before),
  }
}

/** The app in the words and addresses that people see of it. */
export function offeredClient({ client, looks }: Pick<Interaction, 'client' | 'looks'>): ShownClient {
  const [policy_uri, tos_uri, client_uri, logo_uri] = [client.policy_uri, client.tos_uri, client.client_uri, client.logo_uri].map(linkTo)
  return {
    name: clientName(client),
    reviewed: client.reviewed === true,
    looks,
    ...offeredPublisher(client),
    ...(client.ai_agent && { ai_agent: true }),
    ...(logo_uri && { logo_uri }),
    ...(client_uri && { client_uri }),
    ...(policy_uri && { policy_uri }),
    ...(tos_uri && { tos_uri }),
  }
}

/** Whoever was reviewed may be called as it likes. */
export function isAlikeApp({ product }: Site, client: Client): boolean {
  return client.reviewed !== true && isAlike(clientName(client), product.name)
}

/** For titles of pages: an agent is called one. */
export function titleName({ words }: Site, client: Client): string {
  const name = clientName(client)
  return client.ai_agent ? plain(words.consent.agentName(html`${name}`)) : name
}

/** What the deployment has found out; nothing of whom nobody has looked at. */
export function offeredPublisher({ reviewed, publisher }: Pick<Client, 'reviewed' | 'publisher'>): { publisher?: string } {
  return reviewed && publisher !== undefined ? { publisher: cleanText(publisher, 100) } : {}
}

/** What the person reads and decides, and what of it an app may insist on. */
function offeredScopes(site: Site, { client, request }: Interaction): OfferedScope[] {
  return splitScope(request.scope).flatMap((scope) => {
    const definition = site.scopes[scope]
    if (!definition || definition.silent) return []
    const title = said(site.words, definition.title)
    const text = said(site.words, definition.description)
    return [
      {
        scope,
        title: title.text,
        text: text.text,
        ...(title.lang !== undefined && { lang: title.lang }),
        ...(text.lang !== undefined && { text_lang: text.lang }),
        level: definition.level,
        required: isRequired(site, client, scope),
      },
    ]
  })
}

/** Titles of what of this is shown to people. */
export function titlesOf(site: Site, scope: string): string[] {
  return splitScope(scope).flatMap((word) => {
    const definition = site.scopes[word]
    return definition && !definition.silent ? [said(site.words, definition.title).text] : []
  })
}

/** Scopes that give nothing by themselves: they come with the rest, and nobody reads of them. */
export function silentScopes(site: Site, scope: string): string[] {
  return splitScope(scope).filter((word) => site.scopes[word]?.silent === true)
}

/** @spec OIDC Core §5.5 */
function offeredClaims(site: Site, scopes: readonly OfferedScope[], interaction: Interaction): Offer['claims'] {
  const opened = new Set(scopes.filter(({ required }) => required).flatMap(({ scope }) => site.scopes[scope]?.claims ?? []))
  const names = (interaction.request.claims ?? []).filter((name) => !opened.has(name) && !site.scopes['openid']?.claims?.includes(name))
  return names.length === 0 ? null : { names, title: site.words.consent.claims, required: mayInsistOnClaims(site, interaction) }
}

/** It may insist on details where it could insist on a scope that opens them all. */
function mayInsistOnClaims(site: Site, { client, request }: Interaction): boolean {
  const open = splitScope(client.scope)
    .filter((word) => isRequired(site, client, word))
    .flatMap((word) => site.scopes[word]?.claims ?? [])
  return (request.claims ?? []).every((claim) => open.includes(claim))
}

/** An app may insist on nothing, until somebody has looked at it. */
export function isRequired(site: Site, client: Client, word: string): boolean {
  return client.reviewed === true && !site.scopes[word]?.optional && !hasScope(client.optional_scope ?? '', word)
}

/** What deployment and client leave to choose. Dialect and deployment may have an end that a person cannot go beyond. */
function offeredDurations(site: Site, { client, dialect }: Interaction): OfferedDuration[] {
  const { once, onceNote, month, monthNote, revoked, revokedNote } = site.words.consent
  const longest = (withLimit(dialect.consent, site.consent).longest ?? Number.POSITIVE_INFINITY) * SECOND
  const endless = longest === Number.POSITIVE_INFINITY
  const now = site.clock()
  const endOf = (lasts: number) => now + Math.min(lasts, longest)
  const until = (lasts: number) => monthNote(day(endOf(lasts), now, site.words))
  const idle = Math.round((idleOf(site, client) * SECOND) / DAY)
  const unused = idle >= 1 ? revokedNote(idle) : ''
  const offered: Readonly<Record<Duration, Omit<OfferedDuration, 'duration'>>> = {
    once: { title: once, note: onceNote, ends_at: endOf(DURATIONS.once) },
    '30d': { title: month, note: until(DURATIONS['30d']), ends_at: endOf(DURATIONS['30d']) },
    '1y': { title: site.words.again.year, note: until(DURATIONS['1y']), ends_at: endOf(DURATIONS['1y']) },
    revoked: { title: revoked, note: endless ? unused : until(longest), ends_at: endless ? null : endOf(longest) },
  }
  return durationsFor(site.consent, client).map((duration) => ({ duration, ...offered[duration] }))
}

/** At most 30 days, where there is the choice; a shorter end than before is a choice of the person, never a default. */
function proposedDuration(site: Site, client: Client, before: Consent | null): Duration {
  return offeredDuration(durationsFor(site.consent, client), before && before.expires_at === undefined ? 'revoked' : '30d')
}
