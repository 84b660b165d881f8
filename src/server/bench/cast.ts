import type { AuthorizationServer } from '../../core/authorization-server.ts'
import type { Actor } from '../../core/model/audit.ts'
import type { AuthorizationRequest } from '../../core/model/authorization-request.ts'
import { readClientMetadata } from '../../core/model/client-metadata.ts'
import { MINUTE, type Milliseconds, systemClock } from '../../core/model/clock.ts'
import { conclude, type Decision } from '../../core/model/consent.ts'
import type { Dialect } from '../../core/model/dialect.ts'
import { hostOf } from '../../core/model/redirect-uri.ts'
import { standardScopes } from '../../core/model/scope.ts'
import type { User } from '../../core/model/user.ts'
import { registerClient } from '../accounts/clients.ts'
import { openSession } from '../accounts/sessions.ts'
import { type Config, DEFAULT_LIFETIME } from '../config.ts'

/** Who takes part in a bench: one client, and people who are signed in and have consented. */
export interface Cast {
  client_id: string
  client_secret?: string
  token_endpoint_auth_method: string
  grant_types: string[]
  /** What is asked for. */
  scope: string
  /** What its ID tokens are signed by: that of a client that says nothing. */
  id_token_signed_response_alg: string
  /** Of each person's browser, as it sends it. */
  cookies: string[]
}

/** An address that nobody goes to: the generator reads the code out of it. */
export const REDIRECT_URI = 'https://app.bench.invalid/callback'
const CLIENT_NAME = 'Bench'
const PEOPLE = 64
const MOST_SCOPES = 3
/** Nobody else is there. */
const SERVER: Actor = { type: 'server' }

/** Registers the client and lets the people sign in and consent, by the store's own verbs: pages and passwords are not what is measured. */
export async function fillStore({ store, keys }: AuthorizationServer, config: Config, dialect: Dialect): Promise<Cast> {
  const clock = systemClock
  const scope = chooseScope(config, dialect)
  const token_endpoint_auth_method = chooseAuthMethod(dialect)
  const grant_types = ['authorization_code', 'refresh_token', 'client_credentials'].filter((type) => isOffered(dialect, type))
  const metadata = readClientMetadata(
    { client_name: CLIENT_NAME, redirect_uris: [REDIRECT_URI], dialect: dialect.name, scope, token_endpoint_auth_method, grant_types },
    [dialect.name],
    { defaults: dialect.registration.defaults },
  )
  const client_id = `bench${dialect.client_id_suffix}`
  const added = await registerClient(store, metadata, { client_id, reviewed: true, by: SERVER }, clock)
  const accounts = { issuer: config.issuer, store, clock, keys, session_lifetime: config.lifetime.session, upstreams: new Map() }
  const enter = async (_: unknown, person: number): Promise<string> => {
    const user: User = { sub: `person-${person}`, email: `person-${person}@bench.invalid`, created_at: clock() }
    await store.users.add(user, SERVER)
    const { consent, receipt } = allow(user.sub, client_id, scope, dialect, clock())
    await store.consents.decide(consent, receipt, { by: SERVER })
    const [cookie = ''] = (await openSession(accounts, user, { auth_time: clock() }, null)).split(';')
    return cookie
  }
  const cookies = await Promise.all(Array.from({ length: PEOPLE }, enter))
  const client_secret = added?.client_secret
  const { id_token_signed_response_alg } = metadata
  return {
    client_id,
    token_endpoint_auth_method,
    grant_types,
    scope,
    id_token_signed_response_alg,
    cookies,
    ...(client_secret !== undefined && { client_secret }),
  }
}

/** What the consent page would write down. */
function allow(sub: string, client_id: string, scope: string, { name: dialect, consent: rules }: Dialect, now: Milliseconds) {
  const request: AuthorizationRequest = {
    request_id: crypto.randomUUID(),
    client_id,
    redirect_uri: REDIRECT_URI,
    response_mode: 'query',
    scope,
    dialect,
    created_at: now,
    expires_at: now + MINUTE,
  }
  const shown = { client_name: CLIENT_NAME, redirect_host: hostOf(REDIRECT_URI) }
  const decision: Decision = { sub, request, scope, claims: [], duration: 'revoked', ...shown, rules, idle: DEFAULT_LIFETIME.consent_idle }
  return conclude(null, decision, now, crypto.randomUUID())
}

/** `openid` where there are ID tokens, and a few of what dialect and deployment have of their own; where they have nothing, of the standard's. */
function chooseScope({ scopes }: Pick<Config, 'scopes'>, dialect: Dialect): string {
  const isStandard = (name: string) => Object.hasOwn(standardScopes, name)
  const own = Object.keys({ ...dialect.scopes, ...scopes }).filter((name) => !isStandard(name))
  const usual = Object.keys(scopes).filter((name) => isStandard(name) && !scopes[name]!.silent)
  return [...(dialect.id_tokens ? ['openid'] : []), ...(own.length > 0 ? own : usual).slice(0, MOST_SCOPES)].join(' ')
}

/** What a client gets that says nothing, or the first that the dialect has; one with a secret where there is one. */
function chooseAuthMethod({ client_auth }: Dialect): string {
  if (client_auth === 'registered') return 'client_secret_basic'
  return client_auth.find((method) => method !== 'none') ?? 'none'
}

function isOffered({ grant_types, refresh_tokens, client_auth }: Dialect, type: string): boolean {
  if (type === 'refresh_token' && refresh_tokens === 'never') return false
  if (type === 'client_credentials' && client_auth !== 'registered' && client_auth.every((method) => method === 'none')) return false
  return grant_types?.includes(type) ?? true
}
