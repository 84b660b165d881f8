import type { Context } from './context.ts'
import { OAuthError } from './error.ts'
import { splitScope } from './scope.ts'

const LONGEST = 512

/** The resources that are meant, by the names of the catalogue. Throws OAuthError `invalid_target`. @spec RFC 8707 §2 */
export function readResources(context: Context, asked: readonly string[]): string[] {
  const found = new Set<string>()
  let length = 0
  for (const resource of asked) {
    length += resource.length
    const known = length > LONGEST ? null : findResource(context, resource)
    if (known === null) throw new OAuthError('invalid_target', 'A resource is not known here.')
    found.add(known)
  }
  return [...found]
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
): string[] | undefined {
  if (asked === undefined) return granted
  const known = readResources(context, asked)
  const held = granted ?? [context.default_resource]
  if (!known.every((resource) => held.includes(resource))) throw new OAuthError('invalid_target', 'A resource was not authorized.')
  return known.length === granted?.length || granted === undefined ? granted : known
}
