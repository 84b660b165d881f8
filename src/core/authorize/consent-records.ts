import { sha256 } from '../crypto/hash.ts'
import { timedId } from '../crypto/random.ts'
import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { conclude, type Decision, standing, withdrawalOf } from '../model/consent.ts'
import { durationsFor, limitFor, offeredDuration, withLimit } from '../model/consent-policy.ts'
import type { Context } from '../model/context.ts'
import type { Consent } from '../model/grant.ts'
import { identityOf } from './looks.ts'

/** Writes down an answer that was given on a page or through an API, with its receipt. False where the consent was taken back or changed at the same moment. */
export async function writeDecision(context: Context, client: Client, given: Omit<Decision, 'identity'>, by: Actor): Promise<boolean> {
  const decision = underPolicy(context, client, given)
  const found = await context.store.consents.find(decision.sub, decision.request.client_id)
  const { upon } = decision
  const now = context.clock()
  const before = standing(found.consent, now, decision.idle) // it may be over since the page was made: then there is no end to keep
  if (upon && (before?.request_id !== upon.request_id || before.scope !== upon.scope)) return false
  const { consent, receipt, withdraw } = conclude(found.consent, decision, now, timedId(now))
  return context.store.consents.decide(consent, receipt, { withdraw, epoch: found.epoch, registered: true, by })
}

/** However it was asked and answered, it lasts no longer than the deployment lets it; and it is for the app as it is named now. */
function underPolicy({ consent: policy }: Context, client: Client, decision: Omit<Decision, 'identity'>): Decision {
  const { duration, rules } = decision
  return {
    ...decision,
    duration: duration === 'as_before' ? duration : offeredDuration(durationsFor(policy, client), duration),
    rules: withLimit(rules, limitFor(policy, client)),
    identity: identityOf(client),
  }
}

/** Takes a consent back, with a receipt; all that came from it ends, codes under way included. False where there was none. */
export async function withdrawConsent(context: Context, consent: Consent, client_name: string, by: Actor): Promise<boolean> {
  const at = context.clock()
  return context.store.consents.withdraw(consent.sub, consent.client_id, withdrawalOf(consent, client_name, at, timedId(at), 'api'), by)
}

/** A name for what one person allowed one client, always the same, without a row of its own. It opens nothing. @spec RFC 9562 §5.8 */
export function consentId(issuer: string, { sub, client_id }: Pick<Consent, 'sub' | 'client_id'>): string {
  let hex = ''
  for (const byte of Buffer.from(sha256(`consent ${issuer} ${sub} ${client_id}`), 'base64url').subarray(0, 16)) {
    hex += byte.toString(16).padStart(2, '0')
  }
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
