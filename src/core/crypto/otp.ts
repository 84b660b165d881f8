import { createHmac, createSecretKey } from 'node:crypto'

const DIGITS = 6

/** The one-time password of a secret at a counter: six digits. @spec RFC 4226 §5.3 */
export function hotp(secret: Uint8Array, counter: number): string {
  const moving = Buffer.alloc(8)
  for (let i = 7, rest = counter; i >= 0; i--, rest = Math.floor(rest / 256)) moving[i] = rest % 256
  const mac = createHmac('sha1', createSecretKey(secret)).update(moving).digest()
  const at = mac[19]! & 15
  const number = ((mac[at]! & 127) << 24) | (mac[at + 1]! << 16) | (mac[at + 2]! << 8) | mac[at + 3]!
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}
