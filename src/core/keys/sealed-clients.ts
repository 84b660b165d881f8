import { deriveKey, mac, type SecretKey } from '../crypto/seal.ts'
import type { Clock } from '../model/clock.ts'
import type { SealedClients } from '../model/keys.ts'
import { createSeal, FIELDS, KID_LENGTH, type SealingKeys } from './seal.ts'

/**
 * Registrations that travel as client_ids. The secret of such a client is a MAC over its client_id under a key from the same root, so that
 * both are forgotten together. @spec RFC 7591 §3.2.1
 */
export function createSealedClients(keys: SealingKeys, issuer: string, clock: Clock): SealedClients {
  const derived = new WeakMap<SecretKey, Map<string, SecretKey>>()

  function keyOf(secret: SecretKey, use: string): SecretKey {
    let known = derived.get(secret)
    if (!known) derived.set(secret, (known = new Map()))
    let key = known.get(use)
    if (!key) known.set(use, (key = deriveKey(secret, `v1 client ${use} ${issuer}`)))
    return key
  }

  return {
    ...createSeal(keys, 'client', FIELDS.client, issuer, clock),
    proof: (use, sealed) => {
      const secret = keys.secret(sealed.slice(0, KID_LENGTH))
      return secret ? mac(keyOf(secret, use), sealed) : null
    },
  }
}
