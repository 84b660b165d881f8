import { sameText } from '../../core/crypto/hash.ts'
import { hotp } from '../../core/crypto/otp.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { type Milliseconds, SECOND } from '../../core/model/clock.ts'

/** How long a code is shown. @spec RFC 6238 §5.2 */
const PERIOD = 30 * SECOND
/** 160 bits, as long as the hash. @spec RFC 4226 §4 */
const SECRET_BYTES = 20
/** Steps by which the person's clock may differ, and the time that typing takes. @spec RFC 6238 §5.2 */
const WINDOW = 1
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new shared secret, base64url. */
export function newTotpSecret(): string {
  return randomToken(SECRET_BYTES)
}

/** The step that a moment lies in. @spec RFC 6238 §4.2 */
export function stepAt(at: Milliseconds): number {
  return Math.floor(at / PERIOD)
}

/** The step whose code this is, the newest within the window; null where it is none. All are compared, so that the time tells nothing. @spec RFC 6238 §4.2 */
export function matchStep(secret: string, code: string, now: Milliseconds): number | null {
  const key = Buffer.from(secret, 'base64url')
  let found: number | null = null
  for (let step = stepAt(now) - WINDOW; step <= stepAt(now) + WINDOW; step++) if (sameText(hotp(key, step), code)) found = step
  return found
}

/** A secret as apps take it from a keyboard. @spec RFC 4648 §6 */
export function toBase32(secret: string): string {
  let text = ''
  let [bits, held] = [0, 0]
  for (const byte of Buffer.from(secret, 'base64url')) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text
}

/** The address that an app makes an entry from. What it leaves out is what all apps take: SHA-1, six digits, 30 seconds. */
export function otpauthUri(product: string, email: string, secret: string): string {
  const [issuer, account] = [product.replaceAll(':', ' '), email].map(encodeURIComponent)
  return `otpauth://totp/${issuer}:${account}?secret=${toBase32(secret)}&issuer=${issuer}`
}
