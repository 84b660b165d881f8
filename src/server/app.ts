import { setTimeout } from 'node:timers/promises'
import { type AuthorizationServer, createAuthorizationServer, type Options, toFetch } from '../core/authorization-server.ts'
import { type Clock, systemClock } from '../core/model/clock.ts'
import { USUAL_POLICY } from '../core/model/consent-policy.ts'
import { type Dialect, type EndpointName, pathsOf } from '../core/model/dialect.ts'
import { OAuthError } from '../core/model/error.ts'
import type { HttpRequest, Reply } from '../core/model/http.ts'
import type { KeyHome } from '../core/model/keys.ts'
import { type Log, silentLog } from '../core/model/log.ts'
import type { Meter } from '../core/model/meter.ts'
import type { ScopeDefinition } from '../core/model/scope.ts'
import type { Store } from '../core/model/store.ts'
import { ACR_VALUES } from './accounts/acr.ts'
import { agentOf } from './accounts/agent.ts'
import type { Outbox } from './accounts/mail.ts'
import { findSession, findStanding } from './accounts/sessions.ts'
import type { Config } from './config.ts'
import { dialectOf } from './dialects/choose.ts'
import { createHealth, HEALTH_PATHS, type Health } from './health.ts'
import type { Metrics } from './metrics.ts'
import { embed } from './pages/embed.ts'
import { errorPage, signedInElsewhere } from './pages/error.ts'
import type { FirstRun } from './pages/first-run.ts'
import { type PageRoute, pageRoutes, upstreamRoutes } from './pages/routes.ts'
import type { Site } from './pages/site.ts'
import { readSheet } from './pages/style.ts'
import { createLooks, wear } from './pages/theme.ts'
import { english, LANGUAGES, speak } from './pages/words.ts'
import { openSigner } from './signer.ts'
import type { Traces } from './traces.ts'
import { openElsewhere } from './upstreams.ts'

export interface AppOptions {
  config: Config
  store: Store
  clock?: Clock
  log?: Log
  /** What the page at the root tells where the server is tried out on one computer. */
  first_run?: FirstRun
  /** Where requests, refusals and sweeps are counted; nowhere unless given. */
  metrics?: Metrics
  /** Who traces requests; nobody unless given. */
  traces?: Traces
  /** Takes letters to people; the app closes it. Without one nothing that needs letters is offered. */
  outbox?: Outbox | undefined
  /** Other times of keys than the usual ones. */
  key_schedule?: Options['key_schedule']
}

/** The standalone server behind one function: the core, and the pages that people see. */
export interface App {
  handle(http: HttpRequest): Promise<Reply>
  /** The web-standard shape. `address` is the peer's, where the host knows it. */
  fetch(request: Request, address?: string): Promise<Response>
  /** What time asks for; to be called every 10 s. */
  maintain(): Promise<void>
  server: AuthorizationServer
  health: Health
  /** Closes the store. Requests must have come to their end. */
  close(): Promise<void>
}

type Page = (http: HttpRequest) => Promise<Reply>

/** Joins the core with the pages and accounts. Throws where the settings contradict each other. */
export async function createApp(options: AppOptions): Promise<App> {
  const { clock = systemClock, log = silentLog, metrics, traces } = options
  const counted = metrics ? metrics.watch(options.store) : options.store
  const store = traces ? traces.watch(counted) : counted
  const meter = traces ? traces.meter(metrics) : metrics
  const wrap = traces ? traces.wrap : (page: Page) => page
  const key_home = options.config.signer ? await openSigner(options.config.signer, log) : undefined
  const { server, site } = await createSite({ ...options, store, meter }, key_home).catch(async (cause: unknown) => {
    await key_home?.close()
    throw cause
  })
  const health = createHealth({ store, clock, log, signer: server.keys.signer })
  const routes = new Map<string, Page>()
  const pages = { ...pageRoutes, ...upstreamRoutes(site.upstreams.keys()) }
  for (const [path, route] of Object.entries(pages)) routes.set(site.base + path, wrap(createPage(server, site, path, route, meter)))
  const home = routes.get(`${site.base}/`)
  if (site.base !== '' && home) routes.set(site.base, home)
  for (const path of HEALTH_PATHS) {
    const answer = (http: HttpRequest) => health.answer(http)!
    routes.set(path, answer)
    routes.set(site.base + path, answer)
  }

  const core = wrap(server.handle)
  const account = `${site.base}/account/`
  /** Below the account a page may be one of many, whose name is the last part of its path. */
  const pageAt = (path: string): Page | undefined =>
    routes.get(path) ?? (path.startsWith(account) ? routes.get(`${path.slice(0, path.lastIndexOf('/'))}/*`) : undefined)
  const handle = (http: HttpRequest): Promise<Reply> => (pageAt(http.path) ?? core)(http)
  async function close(): Promise<void> {
    await within(LAST_WRITES, server.flush())
    await options.outbox?.close()
    await key_home?.close()
    await store.close()
  }
  return { handle, fetch: toFetch(handle), maintain: server.maintain, server, health, close }
}

/** What is counted in memory is written at the end, within so many milliseconds: a database that cannot be reached holds nobody up. */
const LAST_WRITES = 1_000

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const waited = new AbortController()
  await Promise.race([work, setTimeout(milliseconds, undefined, { signal: waited.signal }).catch(() => undefined)])
  waited.abort()
}

async function createSite(
  {
    config,
    store,
    clock = systemClock,
    log = silentLog,
    first_run,
    meter,
    outbox,
    key_schedule,
  }: AppOptions & { meter: Meter | undefined },
  key_home: KeyHome | undefined,
): Promise<{ server: AuthorizationServer; site: Site }> {
  const { issuer, product, scopes, resources, default_resource, consent = USUAL_POLICY, lifetime, host_login, second_factor } = config
  const sign_in = host_login ? 'host' : undefined
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const looks = await createLooks(await readSheet(), base, config.themes ?? { named: {} })
  const frame = {
    issuer,
    base,
    product,
    look: looks.own,
    looks,
    words: english,
    clock,
    ...(config.slots && { slots: config.slots }),
    ...(host_login && { host_login }),
  }
  const on = config.dialects.map((name) => findDialect(name, config))
  const dialectScopes: Record<string, ScopeDefinition> = Object.assign({}, ...on.map((dialect) => dialect.scopes))
  const server = await createAuthorizationServer({
    issuer,
    store,
    clock,
    log,
    scopes,
    resources,
    default_resource,
    consent,
    lifetime,
    sessions: 'ours',
    acr_values: config.host_login ? [] : ACR_VALUES, // the product's are its own
    dialects: on,
    session: (http) => findSession({ issuer, store, clock, second_factor, sign_in }, http),
    standing: (http, client_id) => findStanding({ issuer, store, clock, second_factor, sign_in }, http, client_id),
    pages: {
      login: '/login',
      consent: config.own_pages?.consent ?? '/consent',
      logout: '/logout/confirm',
      languages: LANGUAGES,
      error: async (http, view) => errorPage(wear(await speak(frame, http), view.client), http, view),
      embedded: (http, step, interaction, ticket) => embed(site, http, step, interaction, ticket),
    },
    ...(config.secrets.length > 0 && { secret: config.secrets }),
    ...(meter && { meter }),
    ...(key_home && { key_home }),
    ...(key_schedule && { key_schedule }),
  })
  const { interactions, keys } = server
  const site: Site = {
    ...frame,
    store: server.store,
    log,
    report: server.report,
    interactions,
    keys,
    scopes: { ...dialectScopes, ...scopes },
    resources,
    consent,
    lifetime,
    session_lifetime: lifetime.session,
    ...(await openElsewhere(config, clock)),
    second_factor,
    sign_in,
    ...(config.own_pages && { own_pages: config.own_pages }),
    first_run,
    outbox,
    registration: config.registration,
  }
  return { server, site }
}

function findDialect(name: string, { own_dialects }: Config): Dialect {
  const dialect = dialectOf(name, own_dialects)
  if (!dialect) throw new Error(`There is no dialect ${name}.`)
  checkPages(dialect)
  return dialect
}

/** A page would stand in front of such an endpoint, and nobody would ever get there. */
function checkPages(dialect: Dialect): void {
  for (const endpoint of Object.keys(dialect.paths) as EndpointName[]) {
    const page = pathsOf(dialect, endpoint).find((path) => isPage(path) || HEALTH_PATHS.some((taken) => taken === path))
    if (page !== undefined) throw new Error(`The dialect ${dialect.name} has ${endpoint} at ${page}, where a page is: change its path.`)
  }
}

function isPage(path: string): boolean {
  return Object.hasOwn(pageRoutes, path) || Object.hasOwn(pageRoutes, `${path.slice(0, path.lastIndexOf('/'))}/*`)
}

/** A page at its path, which is counted under that path. */
function createPage(server: AuthorizationServer, site: Site, path: string, route: PageRoute, meter: Meter | undefined): Page {
  const tally = meter?.tally(path, '', site.base + path)
  if (!tally) return (http) => visit(server, site, http, route)
  return async (http) => {
    const began = performance.now()
    const reply = await visit(server, site, http, route)
    tally.count(http.method, reply.status, performance.now() - began)
    return reply
  }
}

/** One page. What goes wrong there is told to the person, and to the log under the same reference. */
async function visit(server: AuthorizationServer, site: Site, http: HttpRequest, route: PageRoute): Promise<Reply> {
  try {
    const handler =
      http.method === 'POST'
        ? route.POST
        : http.method === 'GET' || http.method === 'HEAD'
          ? route.GET
          : http.method === 'OPTIONS'
            ? route.OPTIONS
            : undefined
    if (!handler) throw wrongMethod(route)
    if (route.own_sign_in && site.host_login) throw signedInElsewhere()
    const reply = await handler({ ...(await speak(site, http)), agent: agentOf(http) }, http)
    return http.method === 'HEAD' ? { ...reply, body: '' } : reply
  } catch (cause) {
    return refuse(server, site, http, OAuthError.from(cause), route)
  }
}

function wrongMethod(route: PageRoute): OAuthError {
  const allow = route.GET ? ['GET', 'HEAD', ...(route.POST ? ['POST'] : [])] : ['POST']
  return new OAuthError('invalid_request', 'This address does not answer that method.', {
    status: 405,
    headers: { allow: allow.join(', ') },
  })
}

async function refuse(server: AuthorizationServer, site: Site, http: HttpRequest, error: OAuthError, route: PageRoute): Promise<Reply> {
  const reference = server.report(error, http)
  const reply =
    (await route.refuse?.(site, http, error, reference)) ?? errorPage(await speak(site, http), http, { error, reference, client: null })
  return http.method === 'HEAD' ? { ...reply, body: '' } : reply
}
