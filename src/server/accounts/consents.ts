import { timedId } from '../../core/crypto/random.ts'
import type { AuthorizationRequest } from '../../core/model/authorization-request.ts'
import { DAY, HOUR, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import type { ConsentRules } from '../../core/model/dialect.ts'
import type { Consent, Receipt } from '../../core/model/grant.ts'
import { joinScope, missingScope, splitScope } from '../../core/model/scope.ts'
import type { Accounts } from './accounts.ts'

/** For how long something may be allowed: by the value of the form's field. */
export const DURATIONS = { once: HOUR, '30d': 30 * DAY, revoked: null } as const
export type Duration = keyof typeof DURATIONS

/** What a person has answered to a request. */
export interface Decision {
  sub: string
  request: AuthorizationRequest
  /** Of what was asked, what was allowed. */
  scope: string
  /** Of the claims asked for one by one, what was allowed. */
  claims: readonly string[]
  duration: Duration
  /** As they were shown. */
  client_name: string
  redirect_host: string
  /** How the dialect of the request remembers. */
  rules: ConsentRules
}

/** What of an earlier consent still holds at `now`. One that was for once held for its own request only. */
export function standing(consent: Consent | null, now: Milliseconds): Consent | null {
  if (!consent || consent.once) return null
  return consent.expires_at !== undefined && consent.expires_at <= now ? null : consent
}

/** Of a standing consent, the scopes that this request does not ask for: they go on under the new decision. */
export function untouchedScope(consent: Consent | null, request: AuthorizationRequest): string {
  return consent ? missingScope(consent.scope, request.scope).join(' ') : ''
}

/**
 * Writes down an answer: what was asked now is replaced, what was allowed before and not asked now stays.
 * Where something is allowed no longer, all that was given before ends.
 */
export async function decide(accounts: Accounts, decision: Decision): Promise<void> {
  const { request, sub } = decision
  const found = await accounts.store.consents.find(sub, request.client_id)
  const now = accounts.clock()
  const before = decision.rules.asked_again === 'growth' ? standing(found.consent, now) : null
  const consent = consentAfter(before, decision, Math.max(now, request.created_at))
  const receipt: Receipt = {
    receipt_id: timedId(now),
    sub,
    client_id: request.client_id,
    at: consent.granted_at,
    decision: 'allowed',
    scope: decision.scope,
    client_name: decision.client_name,
    redirect_host: decision.redirect_host,
    ...(request.resource && { resource: request.resource }),
    ...(consent.expires_at !== undefined && { expires_at: consent.expires_at }),
  }
  await accounts.store.consents.decide(consent, receipt, { withdraw: found.consent !== null && takesBack(found.consent, decision) })
}

/** Whether something that was allowed before was shown now and left off. */
function takesBack(before: Consent, { request, scope }: Decision): boolean {
  const left_off = missingScope(request.scope, scope)
  const held = new Set(splitScope(before.scope))
  return left_off.some((word) => held.has(word))
}

/** The consent that a decision leaves behind. Pure. */
export function consentAfter(before: Consent | null, decision: Decision, granted_at: Milliseconds): Consent {
  const { request, scope, duration, sub } = decision
  const consent: Consent = {
    sub,
    client_id: request.client_id,
    scope: joinScope(untouchedScope(before, request), scope),
    granted_at,
    request_id: request.request_id,
  }
  const declined = [...missingScope(before?.declined ?? '', request.scope), ...missingScope(request.scope, scope)].join(' ')
  const resource = union(before?.resource, request.resource)
  const asked = request.claims ?? []
  const claims = union(
    before?.claims?.filter((name) => !asked.includes(name)),
    decision.claims,
  )
  const declined_claims = union(before?.declined_claims, asked).filter((name) => !claims.includes(name))
  if (declined !== '') consent.declined = declined
  if (resource.length > 0) consent.resource = resource
  if (claims.length > 0) consent.claims = claims
  if (declined_claims.length > 0) consent.declined_claims = declined_claims
  const longest = decision.rules.longest === undefined ? Number.POSITIVE_INFINITY : decision.rules.longest * SECOND
  const lasts = Math.min(DURATIONS[duration] ?? Number.POSITIVE_INFINITY, longest)
  if (lasts !== Number.POSITIVE_INFINITY) consent.expires_at = granted_at + lasts
  if (duration === 'once') consent.once = true
  return consent
}

/** Takes a consent back, with a receipt; all that came from it ends. False where there was none. */
export async function withdraw(accounts: Pick<Accounts, 'store' | 'clock'>, consent: Consent, client_name: string): Promise<boolean> {
  const at = accounts.clock()
  const { sub, client_id, scope } = consent
  return accounts.store.consents.withdraw(sub, client_id, {
    receipt_id: timedId(at),
    sub,
    client_id,
    at,
    decision: 'withdrawn',
    scope,
    client_name,
  })
}

/** The consents of a person that hold at this moment, in the order of their clients. */
export async function listConsents(accounts: Pick<Accounts, 'store' | 'clock'>, sub: string): Promise<Consent[]> {
  const now = accounts.clock()
  const consents: Consent[] = []
  let after = ''
  for (;;) {
    const part = await accounts.store.consents.list(sub, { after, limit: 200 })
    consents.push(...part)
    if (part.length < 200) break
    after = part.at(-1)!.client_id
  }
  return consents.filter(({ expires_at }) => expires_at === undefined || expires_at > now)
}

function union(one: readonly string[] = [], other: readonly string[] = []): string[] {
  return [...new Set([...one, ...other])]
}
