import { sha256 } from '../../core/crypto/hash.ts'
import { timedId } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import { withdrawalOf } from '../../core/model/consent.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { Receipt } from '../../core/model/receipt.ts'
import type { Noted, Restricted } from '../../core/model/restriction.ts'
import type { Accounts } from './accounts.ts'

/** Takes a consent back, with a receipt; all that came from it ends. False where there was none. */
export async function withdraw(
  accounts: Pick<Accounts, 'store' | 'clock'>,
  consent: Consent,
  client_name: string,
  by?: Actor,
  through: Receipt['through'] = 'page',
): Promise<boolean> {
  const at = accounts.clock()
  const receipt = withdrawalOf(consent, client_name, at, timedId(at), through)
  return accounts.store.consents.withdraw(consent.sub, consent.client_id, receipt, by)
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

/** Stands for a text in a form or a record. */
export function fingerprint(text: string): string {
  return sha256(text)
}

/** How often somebody else may have decided about the same app at the same moment. */
const TRIES = 5

/**
 * Takes something back of a consent that goes on, or lets it go on, with a receipt: `change` says what comes of the consent as it is found.
 * Null where there is none, or nothing changes. Throws OAuthError `temporarily_unavailable` where others were first each time.
 */
export async function restrict(
  accounts: Pick<Accounts, 'store' | 'clock'>,
  { sub, client_id, client_name }: { sub: string; client_id: string; client_name: string },
  change: (consent: Consent, noted: Noted) => Restricted | null,
  by?: Actor,
): Promise<Restricted | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { consent, epoch } = await accounts.store.consents.find(sub, client_id)
    const at = accounts.clock()
    const made = consent && change(consent, { client_name, at, receipt_id: timedId(at), through: 'page' })
    if (!made) return null
    const { restriction, receipt } = made
    if (await accounts.store.consents.restrict(made.consent, receipt, restriction, { epoch, ...(by && { by }) })) return made
  }
  throw new OAuthError('temporarily_unavailable', 'Others decide about the same app at this moment.', { retry_after: 1 })
}
