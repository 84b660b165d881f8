import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import type { Grant } from '../model/grant.ts'
import { commonScope } from '../model/scope.ts'
import type { AccessTokenClaims } from '../model/token.ts'

/** An access token that was accepted, and the grant that it comes from; null where a client acts for itself. */
export interface VerifiedToken {
  claims: AccessTokenClaims
  grant: Grant | null
}

const LONGEST_TOKEN = 8192

/** An access token that is genuine, in time, and whose grant still stands, with the scope that is left of it; otherwise OAuthError `invalid_token`. @spec RFC 6750 §3.1, RFC 9068 §4 */
export async function verifyAccessToken(context: Context, token: string): Promise<VerifiedToken> {
  const claims = await readAccessToken(context, token)
  const now = context.clock()
  if (!claims || claims.exp * SECOND <= now) throw new OAuthError('invalid_token', 'The access token is not valid.')
  const client = await context.store.clients.find(claims.client_id)
  if (!client || client.disabled_at !== undefined) throw new OAuthError('invalid_token', 'The access token was revoked.')
  if (claims.grant_id === undefined) {
    const { epoch, revoked } = await context.store.tokens.standing(claims.client_id, claims.jti)
    if (revoked || epoch !== claims.epoch) throw new OAuthError('invalid_token', 'The access token was revoked.')
    return { claims, grant: null }
  }
  const grant = await context.store.grants.find(claims.grant_id)
  if (!grant || grant.revoked_at !== undefined || grant.ends_at <= now)
    throw new OAuthError('invalid_token', 'The access token was revoked.')
  if (grant.paused) throw new OAuthError('invalid_token', 'The person lets this access rest.')
  return { claims: grant.narrowed === undefined ? claims : { ...claims, scope: commonScope(claims.scope, grant.scope) }, grant }
}

/** The claims of an access token of ours, whatever has become of it since; null for everything else. */
export async function readAccessToken(context: Context, token: string): Promise<AccessTokenClaims | null> {
  if (token.length > LONGEST_TOKEN) return null
  if (token.split('.', 4).length !== 3) return context.keys.access_token.open(token)
  const claims = await context.keys.signer.verify(token, 'at+jwt', { expired: true }).catch(() => null)
  return claims as AccessTokenClaims | null // our own signature: our own claims
}
