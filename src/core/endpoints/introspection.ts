import { authenticateClient } from '../client-auth/index.ts'
import { readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import { type Client, isPublic } from '../model/client.ts'
import { numericDate } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { bornAt } from '../model/grant.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { requireParams } from '../model/params.ts'
import type { AccessTokenClaims } from '../model/token.ts'
import { verifyAccessToken } from '../tokens/verify.ts'

const INACTIVE = { active: false }

/** What is known of a token, for its own client and for the resource server that it was made for; to all others it is not active. @spec RFC 7662 §2 */
export async function introspection(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect)
  const client = await authenticateClient(context, http, params, dialect)
  if (isPublic(client)) throw new OAuthError('invalid_client', 'A public client may not introspect.') // §2.1
  requireParams(params, ['token'])
  const known = (await describeRefreshToken(context, params.token!, client)) ?? (await describeAccessToken(context, params.token!, client))
  return json(pickMembers(known, dialect.introspection.members))
}

async function describeAccessToken(context: Context, token: string, client: Client): Promise<object> {
  try {
    const { claims } = await verifyAccessToken(context, token)
    if (!mayRead(context, client, claims)) return INACTIVE
    const { epoch: _ours, grant_id: _too, ...shown } = claims
    return { active: true, token_type: 'Bearer', ...shown }
  } catch (cause) {
    if (cause instanceof OAuthError && cause.error === 'invalid_token') return INACTIVE
    throw cause
  }
}

/** The client that it was issued to, or the one that stands for an audience. */
function mayRead(context: Context, client: Client, claims: AccessTokenClaims): boolean {
  if (claims.client_id === client.client_id) return true
  return [claims.aud]
    .flat()
    .some((audience) => audience === client.client_id || context.resources[audience]?.client_id === client.client_id)
}

/** Null where it is not a refresh token of ours. */
async function describeRefreshToken(context: Context, token: string, client: Client): Promise<object | null> {
  const shown = context.keys.refreshTokens.read(token)
  if (!shown) return null
  const grant = await context.store.grants.find(shown.grant_id)
  const stands =
    grant?.client_id === client.client_id &&
    grant.generation === shown.generation &&
    grant.revoked_at === undefined &&
    grant.expires_at > context.clock()
  if (!grant || !stands) return INACTIVE
  const { sub, scope, sid, client_id, expires_at, grant_id } = grant
  return {
    active: true,
    iss: context.issuer,
    sub,
    client_id,
    scope,
    sid,
    iat: numericDate(grant.rotated_at ?? bornAt(grant_id)),
    exp: numericDate(expires_at),
  }
}

/** What the dialect tells of it. */
function pickMembers(known: object, members: readonly string[] | null): object {
  return members === null ? known : Object.fromEntries(Object.entries(known).filter(([name]) => members.includes(name)))
}
