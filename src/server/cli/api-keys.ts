import type { ApiKey } from '../../core/model/api-key.ts'
import { numericDate } from '../../core/model/clock.ts'

// What the commands on API keys have in common.

/** The key as an operator sees it: without its hash. Moments in seconds. */
export function showKey({ key_hash: _, created_at, ...key }: ApiKey): Record<string, unknown> {
  return { ...key, created_at: numericDate(created_at) }
}
