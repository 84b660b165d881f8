import { checks } from './authorize/checks/index.ts'
import { createInteractions } from './authorize/interactions.ts'
import { clientAuth } from './client-auth/index.ts'
import { randomReference } from './crypto/random.ts'
import { metadata } from './endpoints/discovery.ts'
import { grants } from './grants/index.ts'
import { toFetch } from './http/fetch.ts'
import { isForm } from './http/params.ts'
import { challenge, jsonError } from './http/reply.ts'
import { destroyKey, rewrapKeys } from './keys/acts.ts'
import { openKeyRing } from './keys/key-ring.ts'
import type { Schedule } from './keys/schedule.ts'
import { opensKey } from './keys/wrap.ts'
import { createMaintenance } from './maintenance.ts'
import { SECOND, systemClock } from './model/clock.ts'
import { USUAL_POLICY } from './model/consent-policy.ts'
import type { Context } from './model/context.ts'
import { standard } from './model/dialect.ts'
import { OAuthError } from './model/error.ts'
import { readForm } from './model/form.ts'
import type { HttpRequest, Reply } from './model/http.ts'
import type { Interactions } from './model/interactions.ts'
import type { KeyHome, Keys } from './model/keys.ts'
import type { Lifetimes } from './model/lifetimes.ts'
import { type Log, silentLog } from './model/log.ts'
import type { Meter, Tally } from './model/meter.ts'
import { standardScopes } from './model/scope.ts'
import type { Store } from './model/store.ts'
import type { KeyUse } from './model/stored-key.ts'
import { withSealedClients } from './registration/sealed-clients.ts'
import { createRoutes, type Route, rootDialect } from './routes.ts'
import { createUsage } from './usage.ts'

type Needed = 'issuer' | 'store' | 'session' | 'pages'
type Chosen =
  | 'clock'
  | 'dialects'
  | 'scopes'
  | 'resources'
  | 'default_resource'
  | 'consent'
  | 'sessions'
  | 'standing'
  | 'findUser'
  | 'acr_values'
  | 'grants'
  | 'clientAuth'
  | 'checks'

export { destroyKey, opensKey, rewrapKeys, toFetch }

/** What an embedding product gives; everything but the four first has a default. */
export type Options = Pick<Context, Needed> &
  Partial<Pick<Context, Chosen>> & {
    /** The master secret, at least 32 random bytes as text; of several all open, and the first seals once `keys.rewrap` was called. The store's own unless given. */
    secret?: string | readonly string[]
    /** Where private signing keys live; in the database unless given. It stays open when the server is closed. */
    key_home?: KeyHome
    /** Other times of keys than the usual ones, in milliseconds. */
    key_schedule?: Partial<Record<KeyUse, Partial<Schedule>>>
    /** Seconds. */
    lifetime?: Partial<Lifetimes>
    log?: Log
    /** Told of every answer and refusal. */
    meter?: Meter
  }

export interface AuthorizationServer {
  /** The light shape: for hosts that have a door of their own. */
  handle(http: HttpRequest): Promise<Reply>
  /** The web-standard shape. `address` is the peer's, where the host knows it. */
  fetch(request: Request, address?: string): Promise<Response>
  interactions: Interactions
  keys: Keys
  /** The store with the clients that registered themselves: what a host's own pages should use. */
  store: Store
  /** Logs a refusal of the host's own pages as ours are, and names it for the person. */
  report(error: OAuthError, http: HttpRequest): string
  /** The discovery document at the host's root: the standard's, where it is on. @spec RFC 8414 §2 */
  metadata(): object
  /** What time asks for: keys are rotated, what is over is deleted. Requests see to it by themselves; a server that idles calls it every 10 s. */
  maintain(): Promise<void>
  /** Writes down what is in memory only, for who closes the store after it. */
  flush(): Promise<void>
}

/** Seconds. */
export const defaultLifetimes: Lifetimes = {
  code: 60,
  ticket: 30 * 60,
  consent_token: 10 * 60,
  access_token: 10 * 60,
  refresh_token: 30 * 86_400,
  grant: 365 * 86_400,
  grace: 30,
  consent_idle: 90 * 86_400,
}

/** An OAuth 2.0 and OpenID Connect server behind one function from request to reply. Throws where the options contradict each other. */
export async function createAuthorizationServer(options: Options): Promise<AuthorizationServer> {
  const context = await createContext(options)
  const router = createRoutes(context, options.meter)
  const nowhere = options.meter?.tally('', '', '')
  const maintain = createMaintenance(context)

  async function handle(http: HttpRequest): Promise<Reply> {
    maintain.soon()
    const began = performance.now()
    let route: Route | null = null
    try {
      const found = router.find(http)
      if (!found) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
      route = found.route
      return finish(await route.endpoint(context, http, route.dialect, found.item), route, http, began, route.tally)
    } catch (cause) {
      const error = OAuthError.from(cause)
      const near = route ?? router.at(http.path) ?? null
      return finish(await refuse(context, http, error, near), route, http, began, near ? near.tally : nowhere)
    }
  }
  return {
    handle,
    fetch: toFetch(handle),
    interactions: createInteractions(context),
    keys: context.keys,
    store: context.store,
    report: context.report,
    metadata: () => metadata(context, rootDialect(context.dialects)),
    maintain: maintain.now,
    flush: context.usage.flush,
  }
}

async function createContext(options: Options): Promise<Context> {
  const { secret, key_home, key_schedule, lifetime: chosen, log = silentLog, meter, ...given } = options
  const issuer = readIssuer(given.issuer)
  const lifetime = { ...defaultLifetimes, ...chosen }
  const clock = given.clock ?? systemClock
  const resources = given.resources ?? {}
  const common_scopes = given.scopes ?? standardScopes
  const dialects = given.dialects ?? [standard]
  const tokens = [
    ...Object.values(resources).map((resource) => resource.access_token_lifetime),
    ...dialects.map((dialect) => dialect.lifetime.access_token),
  ]
  const longest = Math.max(lifetime.access_token, ...tokens.map((seconds) => seconds ?? 0))
  const longest_grant = Math.max(lifetime.grant, ...dialects.map((dialect) => dialect.lifetime.grant ?? 0))
  // what the database says of its past can be held against what the log said at the time
  given.store.audit.follow(({ event, chain, seq, hash }) => log.info({ event: 'audit', decision: event, chain, seq, hash }))
  const keys = await openKeyRing({
    store: given.store.keys,
    issuer,
    clock,
    log,
    secrets: [secret ?? given.store.secret ?? []].flat(),
    protects: { access_token: longest * SECOND, grant: longest_grant * SECOND },
    home: key_home,
    schedule: key_schedule,
  })
  given.store.watch?.((notice) => {
    if (notice.keys) void keys.reload().catch((cause: Error) => log.error({ event: 'keys.unread', cause }))
  })
  const store = withSealedClients(given.store, keys, dialects)
  const under = (address: string) => (address.startsWith('/') ? issuer + address : address)
  return {
    default_resource: issuer,
    sessions: 'host',
    acr_values: [],
    consent: USUAL_POLICY,
    findUser: (sub) => given.store.users.find(sub),
    grants,
    clientAuth,
    checks,
    ...given,
    store,
    usage: createUsage({ store, clock, log }),
    dialects,
    issuer,
    keys,
    clock,
    log,
    lifetime,
    resources,
    scopes: Object.assign({}, ...dialects.map((dialect) => dialect.scopes), common_scopes), // the deployment's own texts win
    common_scopes,
    pages: {
      login: under(given.pages.login),
      consent: under(given.pages.consent),
      logout: given.pages.logout === undefined ? undefined : under(given.pages.logout),
      error: given.pages.error,
      ...(given.pages.languages && { languages: given.pages.languages }),
      ...(given.pages.embedded && { embedded: given.pages.embedded }),
    },
    report: (error, http, client_id) => {
      meter?.refused(error.error)
      return report(log, error, http, client_id)
    },
  }
}

/** An https address, or http on loopback, as it will stand in every token. @spec RFC 8414 §2, RFC 9207 §2 */
function readIssuer(issuer: string): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  const loopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback)))
    throw new Error('The issuer must be an https address, or http on a loopback address.')
  if (url.search || url.hash || url.username || issuer.includes('?') || issuer.includes('#'))
    throw new Error('The issuer must have no query, fragment or user part.')
  if (issuer.endsWith('/')) throw new Error('The issuer must not end with a slash.')
  return issuer
}

function report(log: Log, error: OAuthError, http: HttpRequest, client_id?: string): string {
  const reference = randomReference()
  const { cause, status } = error
  const event = {
    event: 'request.refused',
    reference,
    error: error.error,
    description: error.error_description,
    status,
    method: http.method,
    path: http.path.replaceAll(/[^/]{100,}/g, '…'), // what is so long is sealed: somebody's consent token, or a client_id
    client_id,
  }
  if (error.error === 'server_error')
    log.error({ ...event, event: 'request.failed', cause: cause instanceof Error ? cause : String(cause) })
  else if (cause !== undefined) log.warn({ ...event, cause: cause instanceof Error ? cause : String(cause) })
  else log.info(event)
  return reference
}

async function refuse(context: Context, http: HttpRequest, error: OAuthError, route: Route | null): Promise<Reply> {
  const dialect = route?.dialect ?? context.dialects[0]!
  const reference = context.report(error, http)
  if (route?.reader === 'holder')
    return challenge(error, dialect, reference, http.header('authorization') !== undefined || isForm(http, dialect))
  if (route?.reader === 'program') return jsonError(error, dialect, reference)
  const status = (error.reason && dialect.error_page.status[error.reason]) ?? error.status
  if (route && dialect.error_page.type === 'json') return { ...jsonError(error, dialect, reference), status }
  const client = error.error === 'server_error' ? null : await findShownClient(context, http)
  return { ...(await context.pages.error(http, { error, reference, client })), status }
}

/** The client whose doing the error is, so that the person is told its name: only one that is registered. */
async function findShownClient(context: Context, http: HttpRequest): ReturnType<Context['store']['clients']['find']> {
  try {
    const client_id = readForm(http.query).find(([name]) => name === 'client_id')?.[1]
    const client = client_id === undefined ? null : await context.store.clients.find(client_id)
    return client?.sealed === 'carried' ? null : client // anybody can make a name for such a one, and an address with it
  } catch {
    return null
  }
}

/** The last step of every answer. */
function finish(reply: Reply, route: Route | null, http: HttpRequest, began: number, tally: Tally | undefined): Reply {
  tally?.count(http.method, reply.status, performance.now() - began)
  return withCors(reply, route, http)
}

/** Any origin, never with cookies: who calls shows what it has in the request itself. @spec RFC 9700 §2.6 */
function withCors(reply: Reply, route: Route | null, http: HttpRequest): Reply {
  if (!route?.cors || http.header('origin') === undefined) return reply
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'www-authenticate, x-vouchsafe-reference, retry-after',
    },
  }
}
