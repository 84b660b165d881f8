import { createHomeSigner, createJwtSigner, type Jwk, publicKey, type SignJwt, type VerificationKey } from '../crypto/jwt.ts'
import { importSecret, type SecretKey } from '../crypto/seal.ts'
import type { KeyHome, SigningAlg } from '../model/keys.ts'
import type { KeyUse, StoredKey } from '../model/stored-key.ts'
import { unwrap } from './wrap.ts'

/** A key of the ring, opened. Signing keys have `sign` and `verification`, the others `secret`. */
export interface OpenKey {
  stored: StoredKey
  secret?: SecretKey
  /** Not there where the private key lives in a home that this server was not given. */
  sign?: SignJwt
  verification?: VerificationKey
  published?: object
}

/** All keys as they stood at one moment. */
export interface Ring {
  byKid: ReadonlyMap<string, OpenKey>
  active: Readonly<Partial<Record<KeyUse, OpenKey>>>
  jwks: { keys: object[] }
  /** Kids that no master secret of ours opens. */
  unreadable: readonly string[]
}

/** A signing key whose private part lives elsewhere, as it stands sealed in the store. The public part is under the same seal. */
export interface HomedKey {
  home: string
  reference: string
  public_jwk: Jwk
}

/** The algorithm of a signing key; null for the others. */
export const algOf = (use: KeyUse): SigningAlg | null => (use.startsWith('sig-') ? (use.slice(4) as SigningAlg) : null)

/** Where a signing key lives, out of what was sealed; null where it is the private key itself. */
export function readHomed(text: string): HomedKey | null {
  const value = JSON.parse(text) as HomedKey | Jwk // sealed by us
  return 'home' in value ? (value as HomedKey) : null
}

/**
 * Opens what is not open yet; what stands open is kept, with its new status. Where the active key of a use cannot be read, the one that
 * was active before goes on while it is kept.
 */
export function openRing(stored: readonly StoredKey[], masters: readonly SecretKey[], home?: KeyHome, before?: Ring): Ring {
  const byKid = new Map<string, OpenKey>()
  const active: Partial<Record<KeyUse, OpenKey>> = {}
  const unreadable: string[] = []
  for (const row of stored) {
    const open = before?.byKid.get(row.kid) ?? openKey(row, masters, home)
    if (!open) unreadable.push(row.kid)
    else byKid.set(row.kid, { ...open, stored: row })
  }
  for (const { use, status, kid } of stored) {
    if (status === 'active') active[use] = byKid.get(kid) ?? byKid.get(before?.active[use]?.stored.kid ?? '')
  }
  const published = [...byKid.values()].flatMap((key) => key.published ?? [])
  return { byKid, active, jwks: { keys: published }, unreadable }
}

function openKey(row: StoredKey, masters: readonly SecretKey[], home?: KeyHome): OpenKey | null {
  const opened = unwrap(row, masters)
  if (!opened) return null
  const alg = algOf(row.use)
  if (!alg) return { stored: row, secret: importSecret(opened.text) }
  const homed = readHomed(opened.text)
  const { jwk, key } = publicKey(homed?.public_jwk ?? (JSON.parse(opened.text) as Jwk))
  const sign = homed ? homeSigner(homed, row.kid, alg, home) : createJwtSigner(JSON.parse(opened.text) as Jwk, row.kid, alg)
  return { stored: row, ...(sign && { sign }), verification: { alg, key }, published: { ...jwk, kid: row.kid, alg, use: 'sig' } }
}

function homeSigner({ home: name, reference }: HomedKey, kid: string, alg: SigningAlg, home?: KeyHome): SignJwt | undefined {
  return home?.name === name ? createHomeSigner((text) => home.sign(reference, alg, text), kid, alg) : undefined
}
