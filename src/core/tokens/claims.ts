import type { Context } from '../model/context.ts'
import type { UserinfoShape } from '../model/dialect.ts'
import type { Grant } from '../model/grant.ts'
import { splitScope } from '../model/scope.ts'
import type { User } from '../model/user.ts'

/** What the person's grant opens of what is known about them, under the dialect's names. @spec OIDC Core §5.4, OIDC Core §5.5 */
export function claimsOf(
  context: Context,
  user: User,
  grant: Grant,
  scope: string,
  { sub, fields }: UserinfoShape,
): Record<string, unknown> {
  const { email, email_verified = false, created_at } = user
  const known: Record<string, unknown> = { ...user.claims, email, email_verified, created_at, name: user.name ?? user.claims?.name }
  const open = new Set([...splitScope(scope).flatMap((word) => context.scopes[word]?.claims ?? []), ...(grant.claims ?? [])])
  const claims: Record<string, unknown> = sub ? { sub: user.sub } : {}
  const names = fields ? Object.entries(fields) : [...open].map((name) => [name, name] as const)
  for (const [theirs, ours] of names) if (open.has(ours) && isEntered(known[ours]) && ours !== 'sub') claims[theirs] = known[ours]
  return claims
}

/** What somebody has not filled in is left out, and not told as null or empty. @spec OIDC Core §5.3.2 */
function isEntered(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}
