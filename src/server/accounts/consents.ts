import { sha256 } from '../../core/crypto/hash.ts'
import { timedId } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import { withdrawalOf } from '../../core/model/consent.ts'
import type { Consent } from '../../core/model/grant.ts'
import type { Receipt } from '../../core/model/receipt.ts'
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
