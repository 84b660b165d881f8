import { authorize } from './endpoints/authorize.ts'
import { clientConfiguration } from './endpoints/client-configuration.ts'
import { createClient, deleteClient, listClients, showClient, updateClient } from './endpoints/client-management.ts'
import { decideConsentRequest, showConsentRequest } from './endpoints/consents.ts'
import { discovery, protectedResource } from './endpoints/discovery.ts'
import { endSession } from './endpoints/end-session.ts'
import { deleteGrant, listGrants, showGrant } from './endpoints/grant-management.ts'
import { introspection } from './endpoints/introspection.ts'
import { jwks } from './endpoints/jwks.ts'
import { registration } from './endpoints/registration.ts'
import { revocation } from './endpoints/revocation.ts'
import { token } from './endpoints/token.ts'
import { userinfo } from './endpoints/userinfo.ts'
import { withdrawn } from './endpoints/withdrawn.ts'
import { Router } from './http/router.ts'
import type { Context, Endpoint } from './model/context.ts'
import { type Dialect, type EndpointName, pathsOf } from './model/dialect.ts'
import type { Meter, Tally } from './model/meter.ts'

/** To whom a refusal is told: a person reads a page, a program JSON, the holder of a token a challenge. */
export type Reader = 'person' | 'program' | 'holder'

export interface Route {
  endpoint: Endpoint
  dialect: Dialect
  reader: Reader
  /** Read by scripts of any origin: no cookie is looked at there. */
  cors?: boolean
  /** Where somebody counts. */
  tally?: Tally | undefined
}

type Line = Omit<Route, 'dialect' | 'tally'> & { at: EndpointName; methods(dialect: Dialect): readonly string[]; item?: boolean }
const on =
  (...methods: string[]) =>
  () =>
    methods

/** Nobody finds an endpoint where nobody may register. */
const registering =
  (...methods: string[]) =>
  ({ registration }: Dialect) =>
    registration.policy === 'closed' ? [] : methods
const managing =
  (...methods: string[]) =>
  (dialect: Dialect) =>
    dialect.registration.manageable ? registering(...methods)(dialect) : []

/** Every endpoint, once: its path is the dialect's. */
const ENDPOINTS: readonly Line[] = [
  { at: 'authorize', methods: on('GET', 'POST'), endpoint: authorize, reader: 'person' },
  { at: 'token', methods: on('POST'), endpoint: token, reader: 'program', cors: true },
  { at: 'userinfo', methods: (dialect) => dialect.userinfo.methods, endpoint: userinfo, reader: 'holder', cors: true },
  { at: 'introspect', methods: on('POST'), endpoint: introspection, reader: 'program' },
  { at: 'revoke', methods: on('POST'), endpoint: revocation, reader: 'program', cors: true },
  { at: 'withdrawn', methods: on('POST'), endpoint: withdrawn, reader: 'program' },
  { at: 'jwks', methods: on('GET'), endpoint: jwks, reader: 'program', cors: true },
  { at: 'logout', methods: on('GET', 'POST'), endpoint: endSession, reader: 'person' },
  { at: 'register', methods: registering('POST'), endpoint: registration, reader: 'holder', cors: true },
  { at: 'register', item: true, methods: managing('GET', 'PUT', 'DELETE'), endpoint: clientConfiguration, reader: 'holder', cors: true },
  { at: 'consents', item: true, methods: on('GET'), endpoint: showConsentRequest, reader: 'holder' },
  { at: 'decide', methods: on('POST'), endpoint: decideConsentRequest, reader: 'holder' },
  { at: 'clients', methods: on('GET'), endpoint: listClients, reader: 'holder' },
  { at: 'clients', methods: on('POST'), endpoint: createClient, reader: 'holder' },
  { at: 'clients', item: true, methods: on('GET'), endpoint: showClient, reader: 'holder' },
  { at: 'clients', item: true, methods: on('PUT'), endpoint: updateClient, reader: 'holder' },
  { at: 'clients', item: true, methods: on('DELETE'), endpoint: deleteClient, reader: 'holder' },
  { at: 'grants', methods: on('GET'), endpoint: listGrants, reader: 'holder' },
  { at: 'grants', item: true, methods: on('GET'), endpoint: showGrant, reader: 'holder' },
  { at: 'grants', item: true, methods: on('DELETE'), endpoint: deleteGrant, reader: 'holder' },
]

/** The routes of all dialects that are on. Throws where two of them claim one method and path. */
export function createRoutes(context: Context, meter?: Meter): Router<Route> {
  const router = new Router<Route>()
  const base = basePath(context.issuer)
  function add(path: string, methods: readonly string[], route: Route): void {
    for (const method of methods) router.add(method, path, route)
    if (route.cors && methods.length > 0) router.add('OPTIONS', path, { ...route, endpoint: preflight })
  }
  for (const dialect of context.dialects) {
    checkManagement(dialect)
    for (const { at, methods, item, ...route } of ENDPOINTS) {
      if (at === 'logout' && context.pages.logout === undefined) continue
      for (const path of pathsOf(dialect, at)) {
        const place = base + path + (item ? '/*' : '')
        add(place, methods(dialect), { ...route, dialect, tally: meter?.tally(at, dialect.name, place) })
      }
    }
  }
  for (const [path, route] of wellKnown(context.dialects, base))
    add(path, ['GET'], { ...route, tally: meter?.tally('discovery', route.dialect.name, path) })
  return router
}

/** What has paths to manage things, or sends people to a page of a first party, must also say what things are called there. */
function checkManagement(dialect: Dialect): void {
  const { name, management, consent_page } = dialect
  const managed = (['consents', 'decide', 'clients', 'grants'] as const).filter((endpoint) => dialect.paths[endpoint] !== undefined)
  if (management === null && (managed.length > 0 || consent_page !== null))
    throw new Error(`The dialect ${name} has ${managed[0] ?? 'consent_page'}, so it needs management too.`)
}

const DOCUMENTS = {
  authorization_server: { name: '/.well-known/oauth-authorization-server', endpoint: discovery },
  openid: { name: '/.well-known/openid-configuration', endpoint: discovery },
  protected_resource: { name: '/.well-known/oauth-protected-resource', endpoint: protectedResource },
} as const

/** Who speaks for the host's root, the first first: dialects without a base of their own. */
const inRootOrder = (dialects: readonly Dialect[]): Dialect[] =>
  [...dialects].sort((one, other) => Number(one.base !== '') - Number(other.base !== ''))

/** The dialect whose metadata stand at the host's root; the first where none has any. @spec RFC 8414 §3.1 */
export function rootDialect(dialects: readonly Dialect[]): Dialect {
  const told = inRootOrder(dialects).find(({ discovery }) => discovery.some((document) => document !== 'protected_resource'))
  return told ?? dialects[0]!
}

/**
 * Each dialect's documents below its own base; at the host's root the standard's, and where it is off, those of the first that has them.
 * With a path of the issuer the name stands in front of it and behind it. @spec RFC 8414 §3.1, RFC 8414 §5, OIDC Discovery §4.1, RFC 9728 §3.1
 */
function wellKnown(dialects: readonly Dialect[], base: string): Map<string, Route> {
  const routes = new Map<string, Route>()
  for (const dialect of inRootOrder(dialects)) {
    for (const document of dialect.discovery) {
      const { name, endpoint } = DOCUMENTS[document]
      const own = document === 'protected_resource' ? [name + base + dialect.base] : []
      for (const path of [base + dialect.base + name, ...own, base + name, name + base]) {
        if (!routes.has(path)) routes.set(path, { endpoint, dialect, reader: 'program', cors: true })
      }
    }
  }
  return routes
}

/** The path of the issuer, as it stands there; '' where it has none. */
function basePath(issuer: string): string {
  const start = issuer.indexOf('/', issuer.indexOf('//') + 2)
  return start < 0 ? '' : issuer.slice(start)
}

const preflight: Endpoint = async () => ({
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, PUT, DELETE',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '7200',
  },
  body: '',
})
