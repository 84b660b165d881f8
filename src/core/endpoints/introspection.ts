import { authenticateApiKey } from '../client-auth/api-key.ts'
import { authenticateClient, claimsClient } from '../client-auth/index.ts'
import { readBearer } from '../http/bearer.ts'
import { readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import { type Caller, countRequest } from '../http/throttle.ts'
import { type Client, isPublic } from '../model/client.ts'
import { numericDate } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { bornAt, type Grant } from '../model/grant.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { type Params, requireParams } from '../model/params.ts'
import type { AccessTokenClaims } from '../model/token.ts'
import type { User } from '../model/user.ts'
import { verifyAccessToken } from '../tokens/verify.ts'

const INACTIVE = { active: false }

/** Who asks: a client, or the program of the person who manages it. */
type Asker = { client: Client } | { owner: User }

/** What is known of a token, for its own client and for the resource server that it was made for; to all others it is not active. @spec RFC 7662 §2 */
export async function introspection(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect)
  const asker = await findAsker(context, http, params, dialect)
  const { rate_limit, members } = dialect.introspection
  if (rate_limit) await countRequest(context, callerOf(asker), rate_limit)
  requireParams(params, ['token'])
  const known =
    (await describeRefreshToken(context, params.token!, asker, dialect)) ??
    (await describeAccessToken(context, params.token!, asker, dialect))
  return json(pickMembers(known, members))
}

/** Whoever authenticates as a client is one, even with a key in the header: some send theirs along with everything. */
async function findAsker(context: Context, http: HttpRequest, params: Params, dialect: Dialect): Promise<Asker> {
  const shown = readBearer(http)
  const { callers } = dialect.introspection
  if (callers.includes('api_key') && shown !== null && !claimsClient(context, http, params))
    return { owner: await authenticateApiKey(context, shown) }
  const client = await authenticateClient(context, http, params, dialect)
  if (isPublic(client)) throw new OAuthError('invalid_client', 'A public client may not introspect.') // §2.1
  return { client }
}

/** A client that is nothing but its client_id can be made by anybody, any number of times. */
function callerOf(asker: Asker): Caller {
  if ('owner' in asker) return { name: `introspect person ${asker.owner.sub}`, known: true }
  return { name: `introspect client ${asker.client.client_id}`, known: asker.client.sealed !== 'carried' }
}

async function describeAccessToken(context: Context, token: string, asker: Asker, dialect: Dialect): Promise<object> {
  try {
    const { claims, grant } = await verifyAccessToken(context, token)
    const own = (await isOwn(context, asker, claims.client_id, dialect)) && (grant === null || isOf(dialect, grant))
    if (!own && !('client' in asker && isAudience(context, asker.client, claims))) return INACTIVE
    if (grant && !own) context.usage.note(grant.sub, grant.client_id) // an API was shown it
    const { epoch: _ours, grant_id: _too, ...shown } = claims
    return { active: true, token_type: 'Bearer', ...shown }
  } catch (cause) {
    if (cause instanceof OAuthError && cause.error === 'invalid_token') return INACTIVE
    throw cause
  }
}

/** The client itself, or one that the person manages. */
async function isOwn(context: Context, asker: Asker, client_id: string, dialect: Dialect): Promise<boolean> {
  if ('client' in asker) return asker.client.client_id === client_id
  const client = await context.store.clients.find(client_id)
  return client?.owner === asker.owner.sub && client.dialect === dialect.name
}

/** What a client was given in another dialect is not told here; a resource server reads the tokens of all. */
function isOf(dialect: Dialect, grant: Grant): boolean {
  return (grant.dialect ?? 'standard') === dialect.name
}

/** The client that stands for an audience. */
function isAudience(context: Context, client: Client, { aud }: AccessTokenClaims): boolean {
  return [aud].flat().some((audience) => audience === client.client_id || context.resources[audience]?.client_id === client.client_id)
}

/** Null where it is not a refresh token of ours. */
async function describeRefreshToken(context: Context, token: string, asker: Asker, dialect: Dialect): Promise<object | null> {
  const shown = context.keys.refreshTokens.read(token)
  if (!shown) return null
  const grant = await context.store.grants.find(shown.grant_id)
  const stands =
    grant !== null &&
    (await isOwn(context, asker, grant.client_id, dialect)) &&
    isOf(dialect, grant) &&
    grant.generation === shown.generation &&
    grant.revoked_at === undefined &&
    !grant.paused &&
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
