import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { drawBytes } from './random.ts'

/** Always a KeyObject, never bytes: on Node 24 each use of a key in bytes costs 9 µs more. */
export type SecretKey = KeyObject

/** Seals and opens texts for one purpose; `open` is null for whatever was not sealed here, every character of it. */
export interface Box {
  seal(text: string): string
  open(sealed: string): string | null
}

const IV = 12
const TAG = 16

/** AES-256-GCM under a key of its own; `about` names the purpose and is bound to every text without being in it. @spec NIST SP 800-38D §8.2.2, RFC 5869 §2 */
export function createBox(secret: SecretKey, about: string): Box {
  const key = deriveKey(secret, about)
  const bound = Buffer.from(about)
  return {
    seal: (text) => {
      const iv = drawBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      cipher.setAAD(bound)
      const sealed = cipher.update(text, 'utf8')
      cipher.final()
      return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < IV + TAG || bytes.toString('base64url') !== sealed) return null // one text, one spelling
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG })
      decipher.setAAD(bound)
      decipher.setAuthTag(bytes.subarray(-TAG))
      const text = decipher.update(bytes.subarray(IV, -TAG))
      try {
        decipher.final()
      } catch {
        return null
      }
      return text.toString()
    },
  }
}

/** HMAC-SHA-256, 192 bits of it, base64url. @spec RFC 2104 §5 */
export function mac(key: SecretKey, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 32)
}

/** A key for one use, out of a secret that has many. @spec RFC 5869 §3.2 */
export function deriveKey(secret: SecretKey, use: string): SecretKey {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', use, 32)))
}

/** Any text with enough entropy as a key to derive others from. */
export function importSecret(text: string): SecretKey {
  return createSecretKey(text, 'utf8')
}
