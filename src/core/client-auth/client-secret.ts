import { sameText, sha256 } from '../crypto/hash.ts'
import type { Client } from '../model/client.ts'
import type { ClientAuthMethod, Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import { formDecode } from '../model/form.ts'
import type { HttpRequest } from '../model/http.ts'

/** HTTP Basic with both parts form-encoded. @spec RFC 6749 §2.3.1 */
export const clientSecretBasic: ClientAuthMethod = {
  claim: (http) => readBasic(http)?.client_id,
  prove: (context, http, _params, client) => holds(context, client, readBasic(http)?.client_secret),
}

/** Both in the body. @spec RFC 6749 §2.3.1 */
export const clientSecretPost: ClientAuthMethod = {
  claim: (_http, params) => (params.client_secret === undefined ? undefined : (params.client_id ?? '')),
  prove: (context, _http, params, client) => holds(context, client, params.client_secret),
}

/** What a Basic header says; null where there is none. Throws OAuthError `invalid_client` where it is malformed. */
function readBasic(http: HttpRequest): { client_id: string; client_secret: string } | null {
  const header = http.header('authorization')
  if (header === undefined || !/^basic(?: |$)/i.test(header)) return null
  const text = decodeBase64(header.slice(6))
  const colon = text?.indexOf(':') ?? -1
  const client_id = colon < 0 ? null : formDecode(text!.slice(0, colon))
  const client_secret = colon < 0 ? null : formDecode(text!.slice(colon + 1))
  if (!client_id || !client_secret) throw new OAuthError('invalid_client', 'The Authorization header is malformed.')
  return { client_id, client_secret }
}

/** Strict: one spelling, and UTF-8. @spec RFC 7617 §2 */
function decodeBase64(base64: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  const binary = Buffer.from(base64, 'base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(binary)
  } catch {
    return null
  }
}

/** Whether this is one of the client's live secrets. */
function holds({ clock }: Context, client: Client, secret: string | undefined): boolean {
  if (secret === undefined) return false
  const shown = sha256(secret)
  let found = false
  for (const { hash, expires_at } of client.client_secrets) {
    if (sameText(shown, hash) && (expires_at === undefined || expires_at > clock())) found = true
  }
  return found
}
