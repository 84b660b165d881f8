import { authenticateClient } from '../client-auth/index.ts'
import { readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { requireParams } from '../model/params.ts'
import { issueTokens } from '../tokens/issue.ts'

/** The token endpoint: who are you, what do you show, here is what it buys. @spec RFC 6749 §3.2 */
export async function token(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect)
  requireParams(params, ['grant_type'])
  const client = await authenticateClient(context, http, params, dialect)
  const offered = Object.hasOwn(context.grants, params.grant_type!) && (dialect.grant_types?.includes(params.grant_type!) ?? true)
  const prove = offered ? context.grants[params.grant_type!] : undefined
  if (!prove) throw new OAuthError('unsupported_grant_type', 'There is no such grant_type here.')
  if (!client.grant_types.includes(params.grant_type!))
    throw new OAuthError('unauthorized_client', 'This client may not use that grant_type.')
  await context.keys.signer.ready?.() // before a code is used up for a token that nobody could sign
  const issue = await prove(context, params, client, dialect)
  if (issue.grant) context.usage.note(issue.grant.sub, client.client_id, http.address)
  return json(await issueTokens(context, client, dialect, issue))
}
