import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(8192)
let used = pool.length

/** Where so many bytes lie that were drawn and not given out; whoever takes them wipes them. Throws RangeError above 8192. */
function take(size: number): number {
  if (used + size > pool.length) {
    if (size > pool.length) throw new RangeError('More random bytes than are drawn at once.')
    randomFillSync(pool)
    used = 0
  }
  used += size
  return used - size
}

/** Bytes no one can guess. Drawn from the system in bulk, wiped from the pool as they are given out. Throws RangeError above 8192. @spec RFC 6749 §10.10 */
export function drawBytes(size: number): Buffer {
  const start = take(size)
  const bytes = Buffer.from(pool.subarray(start, used)) // in Node's own pool: memory of their own is slower to get than the bytes
  pool.fill(0, start, used)
  return bytes
}

/** So many random bytes as base64url; 256 bits unless said. Throws RangeError above 8192. */
export function randomToken(bytes = 32): string {
  const start = take(bytes)
  const text = pool.toString('base64url', start, used)
  pool.fill(0, start, used)
  return text
}

/** A random name that can be told on a command line: neither it nor its last four characters begin like a flag. */
export function randomName(bytes: number): string {
  let name = randomToken(bytes)
  while (name.startsWith('-') || name.at(-4) === '-') name = randomToken(bytes)
  return name
}

/** A name that sorts by its birth, so that a table of them grows at its end: nine digits of milliseconds, then 80 random bits. */
export function timedId(now: number): string {
  return now.toString(36).padStart(9, '0') + randomToken(10)
}

const READABLE = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A reference that a person can read out: ten characters without look-alikes, 50 random bits. */
export function randomReference(): string {
  let text = ''
  for (const byte of drawBytes(10)) text += READABLE[byte & 31]
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`
}
