import type { Context } from './context.ts'
import type { Dialect } from './dialect.ts'
import { OAuthError } from './error.ts'
import { idleOf, lifetimeOf } from './lifetimes.ts'
import { type ResourceDefinition, splitScope } from './scope.ts'

const LONGEST = 512

type Unknown = Pick<Dialect, 'unknown_resource'>

/**
 * The resources that are meant, by the names of the catalogue; undefined where a dialect that passes over unknown ones knows none of them.
 * Throws OAuthError `invalid_target`. @spec RFC 8707 §2
 */
export function readResources(context: Context, asked: readonly string[], { unknown_resource }: Unknown): string[] | undefined {
  const found = new Set<string>()
  let length = 0
  for (const resource of asked) {
    const known = findResource(context, resource)
    if (known === null && unknown_resource === 'refuse') throw new OAuthError('invalid_target', 'A resource is not known here.')
    if (known === null) continue
    length += known.length
    if (length > LONGEST) throw new OAuthError('invalid_target', `The resources are longer than ${LONGEST} characters.`)
    found.add(known)
  }
  return found.size === 0 ? undefined : [...found]
}

/** One trailing slash on an empty path makes no difference: clients write both. */
function findResource(context: Context, resource: string): string | null {
  const other = resource.endsWith('/') ? resource.slice(0, -1) : `${resource}/`
  const known = (name: string) => Object.hasOwn(context.resources, name) || name === context.default_resource || name === context.issuer
  if (known(resource)) return resource
  return /^https?:\/\/[^/?#]+\/?$/.test(resource) && known(other) ? other : null
}

/** Every scope that is not about the person must make sense at one of the resources. */
export function checkResourceScope(context: Context, resources: readonly string[], scope: string): void {
  for (const resource of resources)
    if (findResource(context, resource) === null) throw new OAuthError('invalid_target', 'A resource is not known here any more.')
  const lists = resources.map((resource) => context.resources[resource]?.scopes)
  if (lists.includes(undefined)) return
  const allowed = new Set(lists.flatMap((list) => list!))
  if (splitScope(scope).some((word) => context.scopes[word]?.claims === undefined && !allowed.has(word))) {
    throw new OAuthError('invalid_scope', 'A scope does not belong to the resource.')
  }
}

/** What this answer is for: all that was authorized, or less of it. Where nothing was, only the default resource. @spec RFC 8707 §2.2 */
export function narrowResources(
  context: Context,
  granted: string[] | undefined,
  asked: readonly string[] | undefined,
  dialect: Unknown,
): string[] | undefined {
  const known = asked && readResources(context, asked, dialect)
  if (known === undefined) return granted
  const held = granted ?? [context.default_resource]
  if (!known.every((resource) => held.includes(resource))) throw new OAuthError('invalid_target', 'A resource was not authorized.')
  return known.length === granted?.length || granted === undefined ? granted : known
}

/** The definition that decides format and lifetime of an access token: of several resources the first's. */
export function findDefinition(context: Context, resource: readonly string[] | undefined): ResourceDefinition | undefined {
  return context.resources[resource?.[0] ?? context.default_resource]
}

/** Seconds that an access token for these resources lives. */
export function accessTokenLifetime(context: Context, dialect: Dialect, resource: readonly string[] | undefined): number {
  return findDefinition(context, resource)?.access_token_lifetime ?? lifetimeOf(context, dialect, 'access_token')
}

/** Of one that comes from what a person allowed: it is not good for longer than that is without use. */
export function grantedTokenLifetime(
  context: Context,
  dialect: Dialect,
  client: { consent_idle?: number },
  resource: readonly string[] | undefined,
): number {
  return Math.min(accessTokenLifetime(context, dialect, resource), idleOf(context, client))
}

/** Seconds that no access token of a dialect outlives, whatever it is for. */
export function longestAccessToken(context: Context, dialect: Dialect): number {
  let longest = lifetimeOf(context, dialect, 'access_token')
  for (const name in context.resources) longest = Math.max(longest, context.resources[name]!.access_token_lifetime ?? 0)
  return longest
}
