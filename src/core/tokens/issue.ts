import { randomToken } from '../crypto/random.ts'
import type { Client } from '../model/client.ts'
import { type Milliseconds, type NumericDate, numericDate, SECOND } from '../model/clock.ts'
import type { Context, Issue } from '../model/context.ts'
import { type Dialect, standard, type TokenResponseShape } from '../model/dialect.ts'
import type { Grant } from '../model/grant.ts'
import { accessTokenLifetime, findDefinition, grantedTokenLifetime } from '../model/resource.ts'
import { hasScope } from '../model/scope.ts'
import type { AccessTokenClaims, TokenResponse } from '../model/token.ts'

/** The only place where tokens are made, whatever proved the right to them. The body is in the dialect's shape. @spec RFC 6749 §5.1, RFC 9068 §2.2 */
export async function issueTokens(context: Context, client: Client, dialect: Dialect, issue: Issue): Promise<object> {
  const { grant, scope } = issue
  const now = context.clock()
  const iat = numericDate(now)
  const exp = grant
    ? Math.min(iat + grantedTokenLifetime(context, dialect, client, issue.resource), numericDate(grant.ends_at))
    : iat + accessTokenLifetime(context, dialect, issue.resource)
  const claims = accessTokenClaims(context, client, issue, iat, exp)
  const format = findDefinition(context, issue.resource)?.access_token_format ?? client.access_token_format ?? dialect.access_token_format
  const { signer, access_token, refreshTokens } = context.keys
  const response: TokenResponse = {
    access_token: format === 'opaque' ? access_token.seal(claims) : await signer.sign(claims, 'at+jwt', 'ES256'),
    token_type: 'Bearer',
    expires_in: exp - iat,
    scope,
  }
  if (grant && grant.generation > 0) response.refresh_token = refreshTokens.write(grant.grant_id, grant.generation)
  if (grant && dialect.id_tokens && hasScope(scope, 'openid')) {
    const id_token = idTokenClaims(context, client, grant, issue.nonce, iat, exp)
    response.id_token = await signer.sign(id_token, 'JWT', client.id_token_signed_response_alg)
  }
  return dialect.token_response === standard.token_response ? response : inShape(response, dialect.token_response, now)
}

/** The same answer as the vendor's clients read it. */
function inShape(response: TokenResponse, shape: TokenResponseShape, now: Milliseconds): object {
  const { token_type, expires_in, scope, ...rest } = response
  return {
    ...rest,
    ...(shape.token_type && { token_type }),
    ...(shape.expires === 'expires' ? { expires: now + expires_in * SECOND } : { expires_in }),
    ...(shape.scope === 'left_out' ? {} : { scope: shape.scope === 'null' ? null : scope }),
  }
}

function accessTokenClaims(
  context: Context,
  client: Client,
  { grant, scope, resource, epoch }: Issue,
  iat: NumericDate,
  exp: NumericDate,
): AccessTokenClaims {
  const audience = resource ?? [context.default_resource]
  return {
    iss: context.issuer,
    sub: grant?.sub ?? client.client_id,
    aud: audience.length === 1 ? audience[0]! : [...audience],
    client_id: client.client_id,
    scope,
    jti: randomToken(16),
    iat,
    exp,
    ...(grant
      ? { auth_time: numericDate(grant.auth_time), acr: grant.acr, amr: grant.amr, sid: grant.sid, grant_id: grant.grant_id }
      : { epoch }),
  }
}

/** @spec OIDC Core §2 */
function idTokenClaims(
  context: Context,
  client: Client,
  grant: Grant,
  nonce: string | undefined,
  iat: NumericDate,
  exp: NumericDate,
): object {
  const { sub, sid, acr, amr } = grant
  return { iss: context.issuer, sub, aud: client.client_id, iat, exp, auth_time: numericDate(grant.auth_time), nonce, acr, amr, sid }
}
