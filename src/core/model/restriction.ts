import type { Milliseconds } from './clock.ts'
import type { Consent, Restriction } from './grant.ts'
import type { Receipt, ReceiptDecision } from './receipt.ts'
import { commonScope, missingScope } from './scope.ts'

/** What is to be written down where a person takes something back of a consent that goes on. */
export interface Restricted {
  consent: Consent
  receipt: Receipt
  restriction: Restriction
}

/** How it is written down: as what it was shown, and when. */
export interface Noted {
  client_name: string
  at: Milliseconds
  receipt_id: string
  through: NonNullable<Receipt['through']>
}

/**
 * The consent without the words of `off`, and with an earlier end where one is given. What was taken back is not remembered as declined:
 * an app that asks for it again asks the person. Null where nothing changes. Pure.
 */
export function narrowed(consent: Consent, off: string, end: Milliseconds | undefined, noted: Noted): Restricted | null {
  const scope = commonScope(consent.scope, off)
  const ends_at = end !== undefined && end < (consent.expires_at ?? Number.POSITIVE_INFINITY) ? end : undefined
  if (scope === '' && ends_at === undefined) return null
  const scope_at: Record<string, string> = {}
  for (const [resource, held] of Object.entries(consent.scope_at)) scope_at[resource] = missingScope(held, scope).join(' ')
  const after: Consent = {
    ...consent,
    scope: missingScope(consent.scope, scope).join(' '),
    scope_at,
    ...(ends_at !== undefined && { expires_at: ends_at }),
  }
  return {
    consent: after,
    receipt: receiptOf(after, scope === '' ? 'limited' : 'narrowed', noted),
    restriction: { scope, ...(ends_at !== undefined && { ends_at }) },
  }
}

/** The consent at rest. Null where it rests already. Pure. */
export function paused(consent: Consent, noted: Noted): Restricted | null {
  if (consent.paused_at !== undefined) return null
  return { consent: { ...consent, paused_at: noted.at }, receipt: receiptOf(consent, 'paused', noted), restriction: 'pause' }
}

/** The consent as it was before it rested; the rest does not count as time without use. Null where it does not rest. Pure. */
export function resumed({ paused_at, ...consent }: Consent, noted: Noted): Restricted | null {
  if (paused_at === undefined) return null
  return { consent: { ...consent, used_at: noted.at }, receipt: receiptOf(consent, 'resumed', noted), restriction: 'resume' }
}

/** `scope` and the end are what is left. */
function receiptOf({ sub, client_id, scope, expires_at }: Consent, decision: ReceiptDecision, noted: Noted): Receipt {
  return { ...noted, sub, client_id, decision, scope, ...(expires_at !== undefined && { expires_at }) }
}
