import type { Milliseconds } from './clock.ts'

/** A key by which a person's own programs act for that person. What is kept of it opens nothing. */
export interface ApiKey {
  /** Names it in lists and where it is revoked. */
  key_id: string
  /** SHA-256, base64url: of 256 random bits, so a slow hash would add nothing. */
  key_hash: string
  /** Whose it is. It is worth nothing while that person is disabled. */
  sub: string
  /** What its owner calls it. */
  label?: string
  /** Its last four characters, so that its owner can tell it from another. */
  hint: string
  created_at: Milliseconds
}

/** How every key begins, so that people and scanners of leaked secrets know one when they see it. */
export const API_KEY_PREFIX = 'vsk_'
/** The prefix and 256 bits, all of it unreserved characters. @spec RFC 3986 §2.3 */
export const API_KEY = /^vsk_[\w-]{43}$/
