import type { Clock } from '../core/model/clock.ts'
import type { Directory, Upstream } from './accounts/elsewhere.ts'
import type { Config } from './config.ts'

/** Where people may sign in beside this server. What speaks to it is only loaded where there is any. */
export async function openElsewhere(
  { upstreams = [], ldap }: Pick<Config, 'upstreams' | 'ldap'>,
  clock: Clock,
): Promise<{ upstreams: ReadonlyMap<string, Upstream>; directory?: Directory }> {
  const byId = new Map<string, Upstream>()
  if (upstreams.length > 0) {
    const { createUpstream } = await import('./upstreams/oidc.ts')
    for (const settings of upstreams) byId.set(settings.id, createUpstream(settings, clock))
  }
  if (!ldap) return { upstreams: byId }
  const { createDirectory } = await import('./upstreams/ldap.ts')
  return { upstreams: byId, directory: createDirectory(ldap) }
}
