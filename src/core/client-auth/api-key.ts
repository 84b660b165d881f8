import { sha256 } from '../crypto/hash.ts'
import { API_KEY } from '../model/api-key.ts'
import type { Actor } from '../model/audit.ts'
import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import type { User } from '../model/user.ts'

/** The person whose program calls, and as who they decide, by the API key that it shows; otherwise OAuthError `invalid_token` with a challenge. @spec RFC 6750 §2.1, RFC 6750 §3 */
export async function authenticateApiKey(context: Context, shown: string | null): Promise<User & { by: Actor }> {
  if (shown === null) throw refused('An API key is needed, as a Bearer in the Authorization header.', false)
  const key = API_KEY.test(shown) ? await context.store.apiKeys.find(sha256(shown)) : null
  const user = key && (await context.findUser(key.sub))
  // one answer for a key that never was, was revoked, or whose person is disabled: it tells nothing of people
  if (!user || user.disabled_at !== undefined) throw refused('The API key is not valid.', true)
  return { ...user, by: { type: 'user', id: user.sub, via: key.key_id } }
}

/** With its own challenge: at an endpoint that takes clients too, the answer would else name their scheme only. Where nothing was shown, nothing is said. */
function refused(why: string, shown: boolean): OAuthError {
  const error = shown ? `, error="invalid_token", error_description="${why}"` : ''
  return new OAuthError('invalid_token', why, { headers: { 'www-authenticate': `Bearer realm="oauth"${error}` } })
}
