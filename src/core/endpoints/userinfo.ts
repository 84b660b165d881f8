import { isForm, readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { hasScope } from '../model/scope.ts'
import { claimsOf } from '../tokens/claims.ts'
import { verifyAccessToken } from '../tokens/verify.ts'

/** @spec OIDC Core §5.3 */
export async function userinfo(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { claims, grant } = await verifyAccessToken(context, await readBearer(http, dialect))
  // RFC 9068 §4: an API that was shown a token must not be able to ask here with it
  if (![claims.aud].flat().some((audience) => audience === context.issuer || audience === context.default_resource)) {
    throw new OAuthError('invalid_token', 'The access token was made for another audience.')
  }
  const { required_scope } = dialect.userinfo
  if (grant && (grant.dialect ?? 'standard') !== dialect.name)
    throw new OAuthError('invalid_token', 'The access token belongs to another endpoint.')
  if (!grant || (required_scope !== null && !hasScope(claims.scope, required_scope))) {
    throw new OAuthError('insufficient_scope', required_scope === null ? 'A person is needed.' : `The scope ${required_scope} is needed.`)
  }
  const user = await context.findUser(grant.sub)
  if (!user || user.disabled_at !== undefined) throw new OAuthError('invalid_token', 'The person is gone.')
  context.usage.note(grant.sub, grant.client_id, http.address)
  return json(claimsOf(context, user, grant, claims.scope, dialect.userinfo))
}

/** In the header, or in the form of a POST; in one of them. Any other body is not looked at: clients send empty ones under all names. @spec RFC 6750 §2 */
async function readBearer(http: HttpRequest, dialect: Dialect): Promise<string> {
  const header = http.header('authorization')
  const shown = header === undefined ? undefined : /^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1]
  const posted = http.method === 'POST' && isForm(http, dialect) ? (await readParams(http, dialect, ['form'])).access_token : undefined
  if (shown !== undefined && posted !== undefined) throw new OAuthError('invalid_request', 'The access token is sent in two ways.')
  const token = shown ?? posted
  if (token === undefined) throw new OAuthError('invalid_token', 'An access token is needed.')
  return token
}
