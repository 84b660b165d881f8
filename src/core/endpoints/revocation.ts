import { authenticateClient } from '../client-auth/index.ts'
import { readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { requireParams } from '../model/params.ts'
import { readAccessToken } from '../tokens/verify.ts'

/** Ends the grant of any token of it; a token without a grant ends alone. What is not a token of ours is over already. @spec RFC 7009 §2.1, RFC 7009 §2.2 */
export async function revocation(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect)
  const client = await authenticateClient(context, http, params, dialect)
  requireParams(params, ['token'])
  const token = params.token!
  const grant_id = context.keys.refreshTokens.read(token)?.grant_id
  if (grant_id !== undefined) await revokeGrant(context, grant_id, client)
  else await revokeAccessToken(context, token, client)
  return json({})
}

async function revokeGrant(context: Context, grant_id: string, client: Client): Promise<void> {
  const grant = await context.store.grants.find(grant_id)
  if (!grant) return
  checkOwner(grant.client_id, client)
  await context.store.grants.revoke(grant_id, context.clock(), { type: 'client', id: client.client_id })
}

async function revokeAccessToken(context: Context, token: string, client: Client): Promise<void> {
  const claims = await readAccessToken(context, token)
  if (!claims) return
  checkOwner(claims.client_id, client)
  const by: Actor = { type: 'client', id: client.client_id }
  if (claims.grant_id !== undefined) return context.store.grants.revoke(claims.grant_id, context.clock(), by)
  // a client that nobody vouches for can get tokens for itself without end, and give them back
  if (claims.exp * SECOND > context.clock()) await context.store.tokens.revoke(claims.jti, claims.exp * SECOND, client.sealed ? null : by)
}

function checkOwner(client_id: string, client: Client): void {
  if (client_id !== client.client_id) throw new OAuthError('invalid_grant', 'The token was issued to another client.')
}
