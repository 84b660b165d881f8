import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpRequest, Reply } from '../core/model/http.ts'
import type { Meter } from '../core/model/meter.ts'
import type { Store } from '../core/model/store.ts'
import type { Config } from './config.ts'
import { sqliteFile } from './store.ts'

type Handle = (http: HttpRequest) => Promise<Reply>

/** Spans for whoever runs an SDK of OpenTelemetry in this process. */
export interface Traces {
  /** The same, with a span for each request. */
  wrap(handle: Handle): Handle
  /** Names the span of a request by its route, and its refusal by its code; tells the other meter too, where there is one. */
  meter(other: Meter | undefined): Meter
  /** The same store, each verb of a request a span below it. */
  watch(store: Store): Store
}

// What we use of the package, which need not be there
type Context = object
interface Span {
  setAttribute(name: string, value: string | number): void
  setStatus(status: { code: number }): void
  updateName(name: string): void
  end(): void
}
interface Tracer {
  startSpan(name: string, options: { kind: number; attributes: Readonly<Record<string, string>> }, parent: Context): Span
}
interface Getter {
  get(http: HttpRequest, name: string): string | undefined
  keys(): string[]
}
interface Api {
  trace: {
    getTracerProvider(): { getTracer(name: string): Tracer; getDelegateTracer?(name: string): Tracer | undefined }
    getSpan(context: Context): Span | undefined
    setSpan(context: Context, span: Span): Context
  }
  context: { active(): Context; with<T>(context: Context, work: () => T): T }
  propagation: { extract(context: Context, http: HttpRequest, getter: Getter): Context }
  SpanKind: { SERVER: number; CLIENT: number }
  SpanStatusCode: { ERROR: number }
}

interface Tracing {
  api: Api
  tracer: Tracer
  /** The request that is under way. */
  here: AsyncLocalStorage<{ span: Span; context: Context }>
}

const NAME = 'vouchsafe'
/** The methods that have a name of their own in spans. @see OpenTelemetry, Semantic conventions for HTTP spans */
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'QUERY']
const HEADERS: Getter = { get: (http, name) => http.header(name), keys: () => [] }

/** Null where nobody has registered a tracer: then nothing is wrapped, and a request costs nothing more. */
export async function openTraces({ issuer, database }: Pick<Config, 'issuer' | 'database'>): Promise<Traces | null> {
  const api = await findApi()
  const provider = api?.trace.getTracerProvider()
  const tracer = provider?.getDelegateTracer ? provider.getDelegateTracer(NAME) : provider?.getTracer(NAME)
  if (!api || !tracer) return null
  const tracing: Tracing = { api, tracer, here: new AsyncLocalStorage() }
  const scheme = issuer.startsWith('https:') ? 'https' : 'http'
  const system = sqliteFile(database) === null ? 'postgresql' : 'sqlite'
  return {
    wrap: (handle) => (http) => traceRequest(tracing, scheme, handle, http),
    meter: (other) => createMeter(tracing, other),
    watch: (store) => watchStore(tracing, system, store),
  }
}

/** The API, once an SDK has left its mark on the process, and where the package can be found from here. */
async function findApi(): Promise<Api | null> {
  const marked = Object.getOwnPropertySymbols(globalThis).some(({ description }) => description?.startsWith('opentelemetry.js.api.'))
  if (!marked) return null
  try {
    return (await import('@opentelemetry/api' as string)) as Api // as what it is known to be in every version that is allowed
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null
    throw cause
  }
}

/** No path and no query stand in a span: tokens, codes and people could be in them. */
function traceRequest({ api, tracer, here }: Tracing, scheme: string, handle: Handle, http: HttpRequest): Promise<Reply> {
  const known = METHODS.includes(http.method)
  const attributes = { 'http.request.method': known ? http.method : '_OTHER', 'url.scheme': scheme }
  const active = api.context.active()
  // whoever traces node:http has read the header already
  const parent = api.trace.getSpan(active) ? active : api.propagation.extract(active, http, HEADERS)
  const span = tracer.startSpan(known ? http.method : 'HTTP', { kind: api.SpanKind.SERVER, attributes }, parent)
  const context = api.trace.setSpan(parent, span)
  return api.context.with(context, () =>
    here.run({ span, context }, async () => {
      try {
        const reply = await handle(http)
        span.setAttribute('http.response.status_code', reply.status)
        if (reply.status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
        return reply
      } catch (cause) {
        fail(api, span, cause)
        throw cause
      } finally {
        span.end()
      }
    }),
  )
}

function createMeter({ here }: Tracing, other: Meter | undefined): Meter {
  return {
    tally: (endpoint, dialect, route) => {
      const tally = other?.tally(endpoint, dialect, route)
      return {
        count(method, status, milliseconds) {
          tally?.count(method, status, milliseconds)
          const span = here.getStore()?.span
          if (!span || route === '') return
          span.updateName(`${METHODS.includes(method) ? method : 'HTTP'} ${route}`)
          span.setAttribute('http.route', route)
          if (dialect !== '') span.setAttribute('vouchsafe.dialect', dialect)
        },
      }
    },
    refused: (error) => {
      other?.refused(error)
      here.getStore()?.span.setAttribute('error.type', error)
    },
  }
}

type Verbs = Record<string, (...values: unknown[]) => Promise<unknown>>

function watchStore(tracing: Tracing, system: string, store: Store): Store {
  const watched = Object.entries(store).map(([name, member]: [string, unknown]) => {
    const verbs = typeof member === 'object' && member !== null ? (member as Verbs) : null // the members of a store are verbs, or groups of them
    return [name, verbs ? watchVerbs(tracing, system, name, verbs) : member]
  })
  return Object.fromEntries(watched) as Store // the same members
}

function watchVerbs(tracing: Tracing, system: string, group: string, verbs: Verbs): Verbs {
  const watched = Object.keys(verbs).map((verb): [string, Verbs[string]] => {
    return [verb, (...values) => traceVerb(tracing, system, `${group}.${verb}`, () => verbs[verb]!(...values))]
  })
  return Object.fromEntries(watched)
}

/** What time asks for belongs to no request, and is not traced. */
async function traceVerb({ api, tracer, here }: Tracing, system: string, name: string, run: () => Promise<unknown>): Promise<unknown> {
  const around = here.getStore()
  if (!around) return run()
  const attributes = { 'db.system.name': system, 'db.operation.name': name }
  const span = tracer.startSpan(name, { kind: api.SpanKind.CLIENT, attributes }, around.context)
  try {
    return await run()
  } catch (cause) {
    fail(api, span, cause)
    throw cause
  } finally {
    span.end()
  }
}

/** Its kind alone: what an error says could hold anything. */
function fail(api: Api, span: Span, cause: unknown): void {
  span.setAttribute('error.type', cause instanceof Error ? cause.name : 'Error')
  span.setStatus({ code: api.SpanStatusCode.ERROR })
}
