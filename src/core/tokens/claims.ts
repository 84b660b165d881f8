import type { Context } from '../model/context.ts'
import type { Grant } from '../model/grant.ts'
import { splitScope } from '../model/scope.ts'
import type { User } from '../model/user.ts'

/** What the person's grant opens of what is known about them. @spec OIDC Core §5.4, OIDC Core §5.5 */
export function claimsOf(context: Context, user: User, grant: Grant, scope: string): Record<string, unknown> {
  const known: Record<string, unknown> = {
    ...user.claims,
    email: user.email,
    email_verified: user.email_verified ?? false,
    name: user.name ?? user.claims?.name,
  }
  const open = new Set([...splitScope(scope).flatMap((word) => context.scopes[word]?.claims ?? []), ...(grant.claims ?? [])])
  const claims: Record<string, unknown> = { sub: user.sub }
  for (const name of open) if (known[name] !== undefined && name !== 'sub') claims[name] = known[name]
  return claims
}
