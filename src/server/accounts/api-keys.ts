import { sha256 } from '../../core/crypto/hash.ts'
import { randomName, timedId } from '../../core/crypto/random.ts'
import { API_KEY_PREFIX, type ApiKey } from '../../core/model/api-key.ts'
import type { Actor } from '../../core/model/audit.ts'
import type { Clock } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Store } from '../../core/model/store.ts'

const LONGEST_LABEL = 100

/** A new key of this person, in clear: the only moment at which it can be shown. Throws OAuthError `invalid_request`. */
export async function addApiKey(
  store: Store,
  { sub, label }: { sub: string; label?: string },
  clock: Clock,
  by?: Actor,
): Promise<{ api_key: string; kept: ApiKey }> {
  if (label !== undefined && (label.trim() === '' || label.length > LONGEST_LABEL))
    throw new OAuthError('invalid_request', `The label must have 1 to ${LONGEST_LABEL} characters.`)
  const now = clock()
  const api_key = API_KEY_PREFIX + randomName(32)
  const kept: ApiKey = {
    key_id: timedId(now),
    key_hash: sha256(api_key),
    sub,
    ...(label !== undefined && { label }),
    hint: api_key.slice(-4),
    created_at: now,
  }
  await store.apiKeys.add(kept, by)
  return { api_key, kept }
}
