import type { Dialect } from '../../core/model/dialect.ts'
import type { ResourceDefinition } from '../../core/model/scope.ts'
import type { Config } from '../config.ts'
import { dialectOf } from '../dialects/choose.ts'

/** Seconds that everything lives at least while it is measured: how long costs nothing, and what ran out would be an error. */
const SHORTEST = 900
const LASTING = ['access_token', 'refresh_token', 'grant', 'session']
/** Counted as the dialect says, and refused to nobody. */
const NO_LIMIT = 1e9

/** The dialect that is measured: the standard where it is on, otherwise the first. */
export function benchDialect({ dialects, own_dialects }: Pick<Config, 'dialects' | 'own_dialects'>): Dialect {
  const name = dialects.includes('standard') ? 'standard' : dialects[0]
  const dialect = name === undefined ? null : dialectOf(name, own_dialects)
  if (!dialect) throw new Error('No dialect is on.')
  return dialect
}

/** The configuration of the deployment, on a database that nobody needs, at a port of this computer. */
export function benchConfig(config: Config, database: string, port: number): Config {
  const { signer: _, metrics, resources, own_dialects = [], ...same } = config
  const issuer = `http://127.0.0.1:${port}${new URL(config.issuer).pathname.replace(/\/$/, '')}`
  const dialect = withoutEnd(benchDialect(config))
  const own = resources[config.issuer]
  return {
    ...same,
    issuer,
    host: '127.0.0.1',
    port,
    workers: 1,
    database,
    migrate: true,
    secrets: [Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')],
    // counting costs something; the configured port may be in use
    ...(metrics && { metrics: { host: '127.0.0.1', port: 0 } }),
    resources: withoutEnds(own ? { ...resources, [issuer]: own } : resources),
    default_resource: config.default_resource === config.issuer ? issuer : config.default_resource,
    lifetime: lasting(config.lifetime),
    own_dialects: [dialect, ...own_dialects.filter(({ name }) => name !== dialect.name)],
  }
}

/** In what the bench is not the deployment, one sentence each. */
export function differences(config: Config): string[] {
  const dialect = benchDialect(config)
  const { workers = 1, signer, dialects } = config
  const told: string[] = []
  if (dialects.length > 1) told.push(`Of the dialects that are on, ${dialect.name} was measured.`)
  if (workers > 1) told.push(`serve is set to ${workers} workers: this is one of them.`)
  if (signer) told.push('The signing keys were in the throwaway database: a token that signs (signer) is not in these figures.')
  if (!dialect.consent.remembered)
    told.push('The dialect asks for consent each time: here it was remembered, so that page is not in these figures.')
  return told
}

function withoutEnd(dialect: Dialect): Dialect {
  const { lifetime, consent, introspection } = dialect
  const { rate_limit } = introspection
  return {
    ...dialect,
    lifetime: lasting(lifetime),
    consent: { ...consent, remembered: true, ...(consent.longest !== undefined && { longest: Math.max(consent.longest, SHORTEST) }) },
    introspection: { ...introspection, ...(rate_limit && { rate_limit: { ...rate_limit, requests: NO_LIMIT } }) },
  }
}

function withoutEnds(resources: Readonly<Record<string, ResourceDefinition>>): Record<string, ResourceDefinition> {
  const entries = Object.entries(resources).map(([identifier, { access_token_lifetime, ...resource }]) => {
    const lives = access_token_lifetime === undefined ? {} : { access_token_lifetime: Math.max(access_token_lifetime, SHORTEST) }
    return [identifier, { ...resource, ...lives }]
  })
  return Object.fromEntries(entries)
}

function lasting<Lifetime extends object>(lifetime: Lifetime): Lifetime {
  const entries = Object.entries(lifetime).map(([name, seconds]) => [name, LASTING.includes(name) ? Math.max(seconds, SHORTEST) : seconds])
  return Object.fromEntries(entries) as Lifetime // the same members, none shorter
}
