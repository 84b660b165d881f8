import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import { checkLength } from './limits.ts'

/** The claims that are asked for at userinfo, as far as the catalogue has them. @spec OIDC Core §5.5 */
export function readClaims(context: Context, claims: string): string[] | undefined {
  const known = new Set(Object.values(context.scopes).flatMap((scope) => scope.claims ?? []))
  const asked = Object.keys(memberOf(parse(checkLength('claims', claims)), 'userinfo')).filter((name) => known.has(name) && name !== 'sub')
  return asked.length > 0 ? asked : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OAuthError('invalid_request', 'The parameter claims is not JSON.')
  }
}

function memberOf(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OAuthError('invalid_request', 'The parameter claims must be a JSON object.')
  const member: unknown = Object.hasOwn(value, name) ? value[name as keyof typeof value] : {}
  if (typeof member !== 'object' || member === null || Array.isArray(member))
    throw new OAuthError('invalid_request', 'The members of claims must be JSON objects.')
  return member
}
