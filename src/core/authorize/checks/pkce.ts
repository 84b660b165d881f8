import type { AuthorizationRequest } from '../../model/authorization-request.ts'
import { type Client, isPublic } from '../../model/client.ts'
import type { Dialect } from '../../model/dialect.ts'
import { OAuthError } from '../../model/error.ts'

/** @spec RFC 7636 §4.4.1, RFC 9700 §2.1.1 */
export function checkPkce(request: AuthorizationRequest, client: Client, { pkce }: Dialect): void {
  const { code_challenge, code_challenge_method } = request
  if (code_challenge === undefined) {
    if (code_challenge_method !== undefined || isChallengeRequired(client, pkce))
      throw new OAuthError('invalid_request', 'The parameter code_challenge is missing.')
    return
  }
  if (code_challenge_method === undefined && pkce.method_required)
    throw new OAuthError('invalid_request', 'The parameter code_challenge_method is missing.')
  if (!pkce.methods.some((method) => method === (code_challenge_method ?? 'plain'))) {
    throw new OAuthError('invalid_request', `code_challenge_method must be ${pkce.methods.join(' or ')}.`)
  }
  const shape = code_challenge_method === 'S256' ? /^[\w-]{43}$/ : /^[\w.~-]{43,128}$/
  if (!shape.test(code_challenge)) throw new OAuthError('invalid_request', 'The code_challenge is malformed.')
}

/** Always of a client that has no secret: nothing else would tie the code to it. */
export function isChallengeRequired(client: Client, pkce: Dialect['pkce']): boolean {
  if (isPublic(client) || pkce.required === 'always') return true
  if (pkce.required === 'unless_waived') return client.require_pkce !== false
  return pkce.required === 'if_registered' && client.require_pkce === true
}
