import { randomName } from '../crypto/random.ts'

/** A name for a new client: 22 characters that say nothing, and what stands behind all of its dialect. */
export function makeClientId(suffix: string): string {
  return randomName(16) + suffix
}
