import type { AuthorizationRequest } from './authorization-request.ts'
import { type Milliseconds, SECOND } from './clock.ts'
import { DURATIONS, type Duration } from './consent-policy.ts'
import type { ConsentRules } from './dialect.ts'
import type { Consent } from './grant.ts'
import type { Receipt, Shown } from './receipt.ts'
import { redirectHost } from './redirect-uri.ts'
import { joinScope, missingScope } from './scope.ts'

/** What a person has answered to a request, on a page or through an API. */
export interface Decision {
  sub: string
  request: AuthorizationRequest
  /** Of what was asked, what was allowed. */
  scope: string
  /** Of the claims asked for one by one, what was allowed. */
  claims: readonly string[]
  /** 'as_before': the end of the consent that it changes stays. */
  duration: Duration | 'as_before'
  /** The consent that was shown to change: where another stands now, nothing is written. */
  upon?: Pick<Consent, 'request_id' | 'scope'>
  /** The client's name and addresses, as `identityOf` puts them. */
  identity?: string
  through?: Receipt['through']
  shown?: Shown
  /** As they were shown. */
  client_name: string
  redirect_host: string
  /** How the dialect of the request remembers. */
  rules: ConsentRules
  /** Seconds after which a consent without an end is over where it is not used. */
  idle: number
}

/** What a decision leaves behind. */
export interface Concluded {
  consent: Consent
  receipt: Receipt
  /** Something is allowed no longer: all that was given before ends. */
  withdraw: boolean
}

/** What of an earlier consent still holds at `now`. One that was for once held for its own request only. */
export function standing(consent: Consent | null, now: Milliseconds, idle: number): Consent | null {
  if (!consent || consent.once || isIdle(consent, now, idle)) return null
  return consent.expires_at !== undefined && consent.expires_at <= now ? null : consent
}

/** When a consent without an end is over for not being used; undefined where it is not. What rests is not unused. `idle` is in seconds. */
export function idleEnd({ expires_at, paused_at, used_at }: Consent, idle: number): Milliseconds | undefined {
  return expires_at === undefined && paused_at === undefined && used_at !== undefined ? used_at + idle * SECOND : undefined
}

export function isIdle(consent: Consent, now: Milliseconds, idle: number): boolean {
  return (idleEnd(consent, idle) ?? Number.POSITIVE_INFINITY) <= now
}

/** Of a standing consent, the scopes that this request does not ask for: they go on under the new decision. */
export function untouchedScope(consent: Consent | null, request: AuthorizationRequest): string {
  return consent ? missingScope(consent.scope, request.scope).join(' ') : ''
}

/** What is to be written down: what was asked now is replaced, what was allowed before and not asked now stays. Pure. */
export function conclude(found: Consent | null, decision: Decision, now: Milliseconds, receipt_id: string): Concluded {
  const { request, sub } = decision
  const before = decision.rules.asked_again === 'growth' ? standing(found, now, decision.idle) : null
  const consent = { ...consentAfter(before, decision, Math.max(now, request.created_at)), receipt_id }
  const receipt: Receipt = {
    receipt_id,
    sub,
    client_id: request.client_id,
    at: consent.granted_at,
    decision: 'allowed',
    scope: decision.scope,
    client_name: decision.client_name,
    redirect_host: decision.redirect_host,
    ...(request.resource && { resource: request.resource }),
    ...(consent.expires_at !== undefined && { expires_at: consent.expires_at }),
    ...(decision.through && { through: decision.through }),
    ...(decision.shown && { shown: decision.shown }),
  }
  return { consent, receipt, withdraw: found !== null && takesBack(found, consent, now) }
}

/**
 * Whether something that was allowed before is allowed no longer: it was shown and left off, or not asked for where a decision stands for
 * itself, or it ends earlier now. What was given before would reach further than what the person sees that they allow.
 */
function takesBack(before: Consent, after: Consent, now: Milliseconds): boolean {
  if (endOf(before) <= now) return false // and so is all that was given
  if (missingScope(before.scope, after.scope).length > 0) return true
  if (Object.entries(before.scope_at).some(([where, held]) => missingScope(held, after.scope_at[where] ?? '').length > 0)) return true
  if (before.claims?.some((claim) => !after.claims?.includes(claim))) return true
  return endOf(after) < endOf(before)
}

const endOf = ({ expires_at = Number.POSITIVE_INFINITY }: Consent): Milliseconds => expires_at

/** The resources of a request, as a consent names them. */
export function resourcesOf({ resource }: Pick<AuthorizationRequest, 'resource'>): readonly string[] {
  return resource ?? ['']
}

/** The consent that a decision leaves behind. Pure. */
export function consentAfter(before: Consent | null, decision: Decision, granted_at: Milliseconds): Consent {
  const { request, scope, duration, sub } = decision
  const declined = [...missingScope(before?.declined ?? '', request.scope), ...missingScope(request.scope, scope)].join(' ')
  const asked = request.claims ?? []
  const kept = before?.claims?.filter((name) => !asked.includes(name))
  const claims = union(kept, decision.claims)
  const declined_claims = union(before?.declined_claims, asked).filter((name) => !claims.includes(name))
  const expires_at = endAfter(before, decision, granted_at)
  return {
    sub,
    client_id: request.client_id,
    scope: joinScope(untouchedScope(before, request), scope),
    scope_at: scopeAt(before, decision),
    redirect_hosts: union(before?.redirect_hosts, [redirectHost(request.redirect_uri)]),
    granted_at,
    used_at: granted_at,
    request_id: request.request_id,
    ...(declined !== '' && { declined }),
    ...(claims.length > 0 && { claims }),
    ...(declined_claims.length > 0 && { declined_claims }),
    ...(expires_at !== undefined && { expires_at }),
    ...(duration === 'once' && { once: true }),
    ...(decision.identity !== undefined && { identity: decision.identity }),
  }
}

/** A scope is allowed where it was asked for, and nowhere else; what was left off now is allowed nowhere. */
function scopeAt(before: Consent | null, { request, scope }: Decision): Record<string, string> {
  const left_off = missingScope(request.scope, scope).join(' ')
  const after: Record<string, string> = {}
  for (const [resource, held] of Object.entries(before?.scope_at ?? {})) after[resource] = missingScope(held, left_off).join(' ')
  for (const resource of resourcesOf(request)) after[resource] = joinScope(after[resource] ?? '', scope)
  return after
}

function endAfter(before: Consent | null, { duration, rules }: Decision, granted_at: Milliseconds): Milliseconds | undefined {
  if (duration === 'as_before') return keptEnd(before, rules, granted_at)
  const lasts = Math.min(DURATIONS[duration] ?? Number.POSITIVE_INFINITY, longestOf(rules))
  return lasts === Number.POSITIVE_INFINITY ? undefined : granted_at + lasts
}

/** The end of what stays as it was: what was allowed under an older policy ends by the present one. */
export function keptEnd(
  before: Pick<Consent, 'expires_at'> | null,
  rules: { longest?: number },
  granted_at: Milliseconds,
): Milliseconds | undefined {
  const end = Math.min(before?.expires_at ?? Number.POSITIVE_INFINITY, granted_at + longestOf(rules))
  return end === Number.POSITIVE_INFINITY ? undefined : end
}

const longestOf = ({ longest }: { longest?: number }): Milliseconds => (longest ?? Number.POSITIVE_INFINITY) * SECOND

/** The receipt of a consent that is taken back. Pure. */
export function withdrawalOf(
  { sub, client_id, scope }: Consent,
  client_name: string,
  at: Milliseconds,
  receipt_id: string,
  through?: Receipt['through'],
): Receipt {
  return { receipt_id, sub, client_id, at, decision: 'withdrawn', scope, client_name, ...(through && { through }) }
}

function union(one: readonly string[] = [], other: readonly string[] = []): string[] {
  return [...new Set([...one, ...other])]
}
