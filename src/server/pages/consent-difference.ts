import { keptEnd, resourcesOf } from '../../core/model/consent.ts'
import { limitFor, withLimit } from '../../core/model/consent-policy.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { Interaction } from '../../core/model/interactions.ts'
import type { ShownClient, StoredReceipt } from '../../core/model/receipt.ts'
import { redirectHost } from '../../core/model/redirect-uri.ts'
import { hasScope, missingScope } from '../../core/model/scope.ts'
import { fingerprint } from '../accounts/consents.ts'
import { type Offer, type OfferedScope, silentScopes, titlesOf } from './consent-offer.ts'
import { isShown } from './receipt-shown.ts'
import type { Site } from './site.ts'

/** What is asked otherwise than a standing consent says. */
export interface Difference {
  /** The consent that it is a difference from, and a seal over all that it holds. */
  upon: Pick<Consent, 'request_id' | 'scope'>
  state: string
  since: number
  until?: number
  receipt_id?: string
  receipt_seq?: number
  added: OfferedScope[]
  claims: Offer['claims']
  /** It asks to keep its access while the person is away, and did not before. @spec OIDC Core §11 */
  offline: boolean
  /** Names of APIs that nothing was allowed at so far. */
  places: string[]
  changed: { what: ChangedPart; title: string; was: string; is: string }[]
  /** Titles of what is not asked for this time, and of what stays as it is. */
  gone: string[]
  kept: string[]
  kept_scope: string
  kept_claims: string[]
  /** Of the claims asked for, those that nothing was decided about. */
  new_claims: string[]
  /** How many new things there are to choose. */
  choices: number
}

export type ChangedPart = 'host' | 'name' | 'kind' | 'publisher' | 'logo' | 'site' | 'policy' | 'tos'

/** Null where there is nothing that a person would see. */
export async function differenceOf(site: Site, before: Consent, interaction: Interaction, offer: Offer): Promise<Difference | null> {
  const { request, client, dialect } = interaction
  const { used_at: _used, use: _use, ...stable } = before // an app in use must not undo the answer
  const { sub, request_id, scope, granted_at, scope_at, declined = '' } = before
  const until = keptEnd(before, withLimit(dialect.consent, limitFor(site.consent, client)), site.clock())
  const receipt = before.receipt_id === undefined ? null : await site.store.receipts.find(sub, before.receipt_id)
  const known = resourcesOf(request).flatMap((place) => scope_at[place] ?? [])
  const isHeld = (word: string) => hasScope(scope, word) && known.every((held) => hasScope(held, word))
  const added = offer.scopes.filter((one) => !isHeld(one.scope) && !hasScope(declined, one.scope))
  const decided = [...(before.claims ?? []), ...(before.declined_claims ?? [])]
  const names = offer.claims?.names.filter((name) => !decided.includes(name)) ?? []
  const claims = offer.claims && names.length > 0 ? { ...offer.claims, names } : null
  const places = offer.resources.filter(({ resource }) => scope_at[resource] === undefined).map(({ name }) => name)
  const changed = changedParts(site, before, receipt, interaction, offer)
  const kept_scopes = offer.scopes.filter((one) => isHeld(one.scope))
  if (added.length + places.length + changed.length === 0 && !claims) return null
  return {
    upon: { request_id, scope },
    state: fingerprint(JSON.stringify(stable)).slice(0, 22),
    since: granted_at,
    ...(until !== undefined && { until }),
    ...(receipt && { receipt_id: receipt.receipt_id, ...(receipt.seq !== undefined && { receipt_seq: receipt.seq }) }),
    added,
    claims,
    offline: offer.offline && !hasScope(scope, 'offline_access'),
    places,
    changed,
    gone: titlesOf(site, missingScope(scope, request.scope).join(' ')),
    kept: kept_scopes.map(({ title }) => title),
    kept_scope: [...silentScopes(site, request.scope), ...kept_scopes.map((one) => one.scope)].join(' '),
    kept_claims: (request.claims ?? []).filter((name) => before.claims?.includes(name)),
    new_claims: (request.claims ?? []).filter((name) => !decided.includes(name)),
    choices: added.length + (claims ? 1 : 0),
  }
}

/** What the app has changed since: by the last receipt, as far as that still says what was shown. */
function changedParts(
  site: Site,
  before: Consent,
  receipt: StoredReceipt | null,
  interaction: Interaction,
  offer: Offer,
): Difference['changed'] {
  const titles = site.words.again.parts
  const host = redirectHost(interaction.request.redirect_uri)
  const changed: Difference['changed'] = []
  if (!before.redirect_hosts.includes(host)) {
    changed.push({ what: 'host', title: titles.host, was: before.redirect_hosts.join(', '), is: offer.redirect_host })
  }
  const was: Partial<ShownClient> = receipt && isShown(receipt.shown) ? receipt.shown.client : {}
  const parts = [
    ['name', was.name, offer.client.name],
    ['kind', kindOf(site, was), kindOf(site, offer.client)],
    ['publisher', was.publisher, offer.client.publisher],
    ['logo', was.logo_uri, offer.client.logo_uri],
    ['site', was.client_uri, offer.client.client_uri],
    ['policy', was.policy_uri, offer.client.policy_uri],
    ['tos', was.tos_uri, offer.client.tos_uri],
  ] as const
  // of what was erased, or was never written down, nothing can be said
  if (was.name === undefined) return changed
  for (const [what, earlier = '', now = ''] of parts)
    if (earlier !== now) changed.push({ what, title: titles[what], was: earlier, is: now })
  return changed
}

const kindOf = ({ words }: Site, { ai_agent }: Partial<ShownClient>): string => (ai_agent ? words.consent.agent : '')
