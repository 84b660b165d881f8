import { published } from '../http/reply.ts'
import type { Context } from '../model/context.ts'
import type { Reply } from '../model/http.ts'

/** The public keys, those to come and those that were included. @spec RFC 7517 §5 */
export async function jwks(context: Context): Promise<Reply> {
  return published(context.keys.signer.jwks())
}
