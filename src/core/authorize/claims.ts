import type { Client } from '../model/client.ts'
import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import { splitScope } from '../model/scope.ts'
import { checkLength } from './limits.ts'

/** What the parameter `claims` asks for, as far as we keep it. */
export interface AskedClaims {
  /** At userinfo: those that a scope of the client's registration opens. A client cannot ask one by one for what it may not ask for at all. */
  userinfo: string[] | undefined
  /** The one person that will do. @spec OIDC Core §3.1.2.2 */
  sub: string | undefined
  /** The ways of authentication of which one must have been used. @spec OIDC Core §5.5.1.1 */
  essential_acr: string[] | undefined
  /** Those that would be better than others. */
  acr_values: string[] | undefined
}

/** Throws OAuthError `invalid_request` where the parameter is no JSON object of objects. @spec OIDC Core §5.5 */
export function readClaims(context: Context, claims: string | undefined, client: Client): AskedClaims {
  if (claims === undefined) return { userinfo: undefined, sub: undefined, essential_acr: undefined, acr_values: undefined }
  const asked = parse(checkLength('claims', claims))
  const open = new Set(splitScope(client.scope).flatMap((word) => context.scopes[word]?.claims ?? []))
  const names = Object.keys(memberOf(asked, 'userinfo')).filter((name) => open.has(name) && name !== 'sub')
  const id_token = memberOf(asked, 'id_token')
  const { value: sub } = memberOf(id_token, 'sub') as { value?: unknown }
  const acr = memberOf(id_token, 'acr') as { essential?: unknown; value?: unknown; values?: unknown }
  const values = [acr.value ?? acr.values ?? []].flat().filter((value) => typeof value === 'string')
  return {
    userinfo: names.length > 0 ? names : undefined,
    sub: typeof sub === 'string' ? sub : undefined,
    essential_acr: acr.essential === true && values.length > 0 ? values : undefined,
    acr_values: acr.essential !== true && values.length > 0 ? values : undefined,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OAuthError('invalid_request', 'The parameter claims is not JSON.')
  }
}

/** A member that is an object; null is not given. */
function memberOf(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OAuthError('invalid_request', 'The parameter claims must be a JSON object.')
  const member: unknown = (Object.hasOwn(value, name) ? value[name as keyof typeof value] : null) ?? {}
  if (typeof member !== 'object' || member === null || Array.isArray(member))
    throw new OAuthError('invalid_request', 'The members of claims must be JSON objects.')
  return member
}
