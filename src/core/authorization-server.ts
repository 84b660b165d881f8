import { checks } from './authorize/checks/index.ts'
import { createInteractions } from './authorize/interactions.ts'
import { clientAuth } from './client-auth/index.ts'
import { randomReference } from './crypto/random.ts'
import { authorize } from './endpoints/authorize.ts'
import { discovery, metadata } from './endpoints/discovery.ts'
import { endSession } from './endpoints/end-session.ts'
import { introspection } from './endpoints/introspection.ts'
import { jwks } from './endpoints/jwks.ts'
import { revocation } from './endpoints/revocation.ts'
import { token } from './endpoints/token.ts'
import { userinfo } from './endpoints/userinfo.ts'
import { grants } from './grants/index.ts'
import { toFetch } from './http/fetch.ts'
import { challenge, jsonError } from './http/reply.ts'
import { Router } from './http/router.ts'
import { openKeyRing } from './keys/key-ring.ts'
import { SECOND, systemClock } from './model/clock.ts'
import type { Context, Endpoint, Lifetimes } from './model/context.ts'
import { type Dialect, standard } from './model/dialect.ts'
import { OAuthError } from './model/error.ts'
import { readForm } from './model/form.ts'
import type { HttpRequest, Reply } from './model/http.ts'
import type { Interactions } from './model/interactions.ts'
import type { Keys } from './model/keys.ts'
import { type Log, silentLog } from './model/log.ts'
import { standardScopes } from './model/scope.ts'

type Needed = 'issuer' | 'store' | 'session' | 'pages'
type Chosen =
  | 'clock'
  | 'dialects'
  | 'scopes'
  | 'resources'
  | 'default_resource'
  | 'sessions'
  | 'findUser'
  | 'grants'
  | 'clientAuth'
  | 'checks'

export { toFetch }

/** What an embedding product gives; everything but the four first has a default. */
export type Options = Pick<Context, Needed> &
  Partial<Pick<Context, Chosen>> & {
    /** The master secret, at least 32 random bytes as text; of several the first seals and all open. The store's own unless given. */
    secret?: string | readonly string[]
    /** Seconds. */
    lifetime?: Partial<Lifetimes>
    log?: Log
  }

export interface AuthorizationServer {
  /** The light shape: for hosts that have a door of their own. */
  handle(http: HttpRequest): Promise<Reply>
  /** The web-standard shape. `address` is the peer's, where the host knows it. */
  fetch(request: Request, address?: string): Promise<Response>
  interactions: Interactions
  keys: Keys
  /** Logs a refusal of the host's own pages as ours are, and names it for the person. */
  report(error: OAuthError, http: HttpRequest): string
  /** The discovery document of the standard dialect. @spec RFC 8414 §2 */
  metadata(): object
  /** What time asks for: keys are rotated, what is over is deleted. Requests see to it by themselves; a server that idles calls it every 10 s. */
  maintain(): Promise<void>
}

/** Seconds. */
export const defaultLifetimes: Lifetimes = {
  code: 60,
  ticket: 30 * 60,
  access_token: 10 * 60,
  refresh_token: 30 * 86_400,
  grant: 365 * 86_400,
  grace: 30,
}

const MAINTENANCE = 10 * SECOND
const SWEEP_BUDGET = 20 // milliseconds

/** An OAuth 2.0 and OpenID Connect server behind one function from request to reply. Throws where the options contradict each other. */
export async function createAuthorizationServer(options: Options): Promise<AuthorizationServer> {
  const context = await createContext(options)
  const router = routes(context)
  const maintain = createMaintenance(context)

  async function handle(http: HttpRequest): Promise<Reply> {
    maintain.soon()
    let route: Route | null = null
    try {
      route = router.find(http)
      if (!route) throw new OAuthError('invalid_request', 'There is nothing at this address.', { status: 404, reason: 'not_found' })
      return withCors(await route.endpoint(context, http, route.dialect), route, http)
    } catch (cause) {
      const error = OAuthError.from(cause)
      return withCors(await refuse(context, http, error, route ?? router.at(http.path) ?? null), route, http)
    }
  }
  return {
    handle,
    fetch: toFetch(handle),
    interactions: createInteractions(context),
    keys: context.keys,
    report: context.report,
    metadata: () => metadata(context, context.dialects[0]!),
    maintain: maintain.now,
  }
}

async function createContext(options: Options): Promise<Context> {
  const { secret, lifetime: chosen, log = silentLog, ...given } = options
  const issuer = readIssuer(given.issuer)
  const lifetime = { ...defaultLifetimes, ...chosen }
  const clock = given.clock ?? systemClock
  const resources = given.resources ?? {}
  const longest = Math.max(lifetime.access_token, ...Object.values(resources).map((resource) => resource.access_token_lifetime ?? 0))
  const keys = await openKeyRing({
    store: given.store.keys,
    issuer,
    clock,
    log,
    secrets: [secret ?? given.store.secret ?? []].flat(),
    protects: { access_token: longest * SECOND, grant: lifetime.grant * SECOND },
  })
  const under = (address: string) => (address.startsWith('/') ? issuer + address : address)
  return {
    dialects: [standard],
    default_resource: issuer,
    sessions: 'host',
    findUser: (sub) => given.store.users.find(sub),
    grants,
    clientAuth,
    checks,
    ...given,
    issuer,
    keys,
    clock,
    log,
    lifetime,
    resources,
    scopes: given.scopes ?? standardScopes,
    pages: {
      login: under(given.pages.login),
      consent: under(given.pages.consent),
      logout: given.pages.logout === undefined ? undefined : under(given.pages.logout),
      error: given.pages.error,
    },
    report: (error, http, client_id) => report(log, error, http, client_id),
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
    path: http.path,
    client_id,
  }
  if (error.error === 'server_error')
    log.error({ ...event, event: 'request.failed', cause: cause instanceof Error ? cause : String(cause) })
  else log.info(event)
  return reference
}

/** To whom a refusal is told: a person reads a page, a program JSON, the holder of a token a challenge. */
type Reader = 'person' | 'program' | 'holder'

interface Route {
  endpoint: Endpoint
  dialect: Dialect
  reader: Reader
  /** Read by scripts of any origin: no cookie is looked at there. */
  cors?: boolean
}

async function refuse(context: Context, http: HttpRequest, error: OAuthError, route: Route | null): Promise<Reply> {
  const dialect = route?.dialect ?? context.dialects[0]!
  const reference = context.report(error, http)
  if (route?.reader === 'holder')
    return challenge(error, dialect, reference, http.header('authorization') !== undefined || http.method === 'POST')
  if (route?.reader === 'program') return jsonError(error, dialect, reference)
  const client = error.error === 'server_error' ? null : await findShownClient(context, http)
  return context.pages.error(http, { error, reference, client })
}

/** The client whose doing the error is, so that the person is told its name: only one that is registered. */
async function findShownClient(context: Context, http: HttpRequest): ReturnType<Context['store']['clients']['find']> {
  try {
    const client_id = readForm(http.query).find(([name]) => name === 'client_id')?.[1]
    return client_id === undefined ? null : await context.store.clients.find(client_id)
  } catch {
    return null
  }
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

const preflight: Endpoint = async () => ({
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '7200',
  },
  body: '',
})

/** Every endpoint, once: its path is the dialect's. */
const ENDPOINTS: readonly (Omit<Route, 'dialect'> & { at: keyof Dialect['paths']; methods: readonly string[] })[] = [
  { at: 'authorize', methods: ['GET', 'POST'], endpoint: authorize, reader: 'person' },
  { at: 'token', methods: ['POST'], endpoint: token, reader: 'program', cors: true },
  { at: 'userinfo', methods: ['GET', 'POST'], endpoint: userinfo, reader: 'holder', cors: true },
  { at: 'introspect', methods: ['POST'], endpoint: introspection, reader: 'program' },
  { at: 'revoke', methods: ['POST'], endpoint: revocation, reader: 'program', cors: true },
  { at: 'jwks', methods: ['GET'], endpoint: jwks, reader: 'program', cors: true },
  { at: 'logout', methods: ['GET', 'POST'], endpoint: endSession, reader: 'person' },
]

function routes(context: Context): Router<Route> {
  const router = new Router<Route>()
  const base = basePath(context.issuer)
  function add(path: string, methods: readonly string[], route: Route): void {
    for (const method of methods) router.add(method, path, route)
    if (route.cors) router.add('OPTIONS', path, { ...route, endpoint: preflight })
  }
  for (const dialect of context.dialects) {
    for (const { at, methods, ...route } of ENDPOINTS) {
      const path = dialect.paths[at]
      if (path === undefined || (at === 'logout' && context.pages.logout === undefined)) continue
      add(base + path, methods, { ...route, dialect })
    }
    if (!dialect.discovery) continue
    for (const path of wellKnown(base)) add(path, ['GET'], { endpoint: discovery, dialect, reader: 'program', cors: true })
  }
  return router
}

/** The path of the issuer, as it stands there; '' where it has none. */
function basePath(issuer: string): string {
  const start = issuer.indexOf('/', issuer.indexOf('//') + 2)
  return start < 0 ? '' : issuer.slice(start)
}

/** Both names; with a path of the issuer in front of it and behind it. @spec RFC 8414 §3.1, RFC 8414 §5, OIDC Discovery §4.1 */
function wellKnown(base: string): string[] {
  const names = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  return [...new Set(names.flatMap((name) => [name + base, base + name]))]
}

/** At most one at a time, and not more often than every 10 s unless asked for. */
function createMaintenance(context: Context): { soon(): void; now(): Promise<void> } {
  let last = context.clock()
  let running: Promise<void> | null = null
  async function run(): Promise<void> {
    try {
      await context.keys.maintain()
      await context.store.sweep(context.clock(), SWEEP_BUDGET)
    } catch (cause) {
      context.log.error({ event: 'maintenance.failed', cause: cause instanceof Error ? cause : String(cause) })
    } finally {
      last = context.clock()
      running = null
    }
  }
  const now = () => (running ??= run())
  return {
    now,
    soon: () => {
      if (running === null && context.clock() - last >= MAINTENANCE) void now()
    },
  }
}
