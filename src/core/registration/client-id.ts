import { randomToken } from '../crypto/random.ts'

/** A name for a new client: 22 characters that say nothing, and what stands behind all of its dialect. */
export function makeClientId(suffix: string): string {
  let name = randomToken(16)
  while (name.startsWith('-')) name = randomToken(16) // or command lines take it for a flag
  return name + suffix
}
