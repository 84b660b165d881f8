import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, BlockList, isIP } from 'node:net'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { OAuthError } from '../core/model/error.ts'
import type { HttpRequest, Reply } from '../core/model/http.ts'
import { type Log, silentLog } from '../core/model/log.ts'

// an import of it reads each of its exports, and one of those loads a whole client for fetch: 20 ms of a start, and some megabytes
const { createServer } = process.getBuiltinModule('node:http')

/** What one connection may cost. Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** All header lines together. */
  headers: number
  body: number
  /** Until the last header line is there. */
  headers_time: number
  /** Until the last byte of the body is there. */
  request_time: number
  /** How often the two are looked after: they may be passed by this much. */
  checking_interval: number
  keep_alive: number
  /** Requests on one connection. */
  requests: number
  /** Until a connection on which nothing moves is cut. */
  idle: number
  /** At once; who comes beyond them is turned away. */
  connections: number
}

const LIMITS: Limits = {
  headers: 16 * 1024,
  body: 64 * 1024,
  headers_time: 15_000,
  request_time: 25_000,
  checking_interval: 2_000,
  keep_alive: 65_000, // longer than a proxy keeps an idle connection
  requests: 10_000,
  idle: 75_000,
  connections: 16_384,
}

/** Sent bodies are read this many times further than they may be. */
const PATIENCE = 16
/** How long a socket that was told what is wrong may take to close. Milliseconds. */
const LAST_WORDS = 1_000

export interface DoorOptions {
  port: number
  host?: string
  /** Other processes listen there too, and the kernel deals the connections out. */
  shared?: boolean
  log?: Log
  /** Addresses or CIDR ranges whose X-Forwarded-For counts. */
  trusted_proxies?: readonly string[]
  /** A proxy that nobody named stands in front: its address is nobody's, so none is told. */
  unnamed_proxy?: boolean
  limits?: Partial<Limits>
}

export interface RunningServer {
  readonly port: number
  /** Takes no more connections, ends the idle ones, and waits for the others at most `patience` milliseconds (10 s unless said). */
  close(patience?: number): Promise<void>
}

/**
 * The door of node:http, straight onto our records: web Request and Response cost more than the protocol does.
 * Ready when the promise is kept; rejects where the port cannot be had.
 */
export function listen(handle: (http: HttpRequest) => Promise<Reply>, options: DoorOptions): Promise<RunningServer> {
  const limits = { ...LIMITS, ...options.limits }
  const door: Door = {
    handle,
    limits,
    log: options.log ?? silentLog,
    proxies: options.trusted_proxies?.length ? readProxies(options.trusted_proxies) : options.unnamed_proxy ? 'unnamed' : null,
    draining: false,
  }
  const server = openServer(door)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const { port, host = '127.0.0.1', shared = false } = options
    server.listen({ port, host, ...(shared && { reusePort: true }) }, () => {
      server.off('error', reject)
      // a server that listens on TCP has an address and a port
      const address = server.address() as AddressInfo
      resolve({ port: address.port, close: (patience = 10_000) => drain(server, door, patience) })
    })
  })
}

interface Door {
  handle(http: HttpRequest): Promise<Reply>
  limits: Limits
  log: Log
  /** Null: who connects is who asks. 'unnamed': who connects is a proxy, and who asks is not known. */
  proxies: BlockList | 'unnamed' | null
  /** True once the server is closing: each answer is then the last of its connection. */
  draining: boolean
}

function openServer(door: Door): Server {
  const { limits } = door
  const server = createServer(
    {
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headers_time,
      requestTimeout: limits.request_time,
      connectionsCheckingInterval: limits.checking_interval,
      keepAliveTimeout: limits.keep_alive,
      noDelay: true,
      optimizeEmptyRequests: true, // who sends no body need not have a stream for it: a tenth of an answer to a bare GET
    },
    openTurnstile(door),
  )
  server.maxRequestsPerSocket = limits.requests
  server.timeout = limits.idle // a peer that reads nothing of its answer keeps what it holds no longer than this
  server.maxConnections = limits.connections
  server.maxHeadersCount = 0 // what is over the limit would be dropped in silence; the size of all is limit enough
  // who has gone already has no address, and would pass by every limit that counts by it; from here on the address is kept
  server.on('connection', (socket) => socket.remoteAddress === undefined && socket.destroy())
  server.on('clientError', answerBroken)
  server.on('connect', (_incoming, socket) => hangUp(socket, '405 Method Not Allowed'))
  return server
}

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/**
 * What arrives in one turn of the event loop is read, then worked on, then sent, each for all requests at once: the same code runs many
 * times in a row, and who waits at the other end is woken once. That halves what a request costs under load
 * ([decision 0036](../../docs/decisions/0036-what-a-flow-costs.md)).
 */
function openTurnstile(door: Door): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const sendLater = atEndOfTurn((answer: Exchange & { reply: Reply }) => {
    try {
      send(door, answer, answer.reply)
    } catch (cause) {
      fail(door, answer, cause)
    }
  })
  const serveLater = atEndOfTurn(async ({ incoming, outgoing }: Exchange) => {
    const reply = await answer(door, incoming)
    sendLater({ incoming, outgoing, reply })
  })
  return (incoming, outgoing) => serveLater({ incoming, outgoing })
}

/** Collects what comes in one turn of the event loop, and works on it at the end of the turn. */
function atEndOfTurn<Item>(work: (item: Item) => unknown): (item: Item) => void {
  let waiting: Item[] = []
  function workOnAll(): void {
    const items = waiting
    waiting = []
    for (const item of items) work(item)
  }
  return (item) => {
    if (waiting.push(item) === 1) setImmediate(workOnAll)
  }
}

/** Never rejects. */
async function answer(door: Door, incoming: IncomingMessage): Promise<Reply> {
  try {
    // RFC 9112 §3.2: we are an origin, never a proxy; whatever is not a path in ASCII is somebody's trick
    const url = incoming.url ?? ''
    if (!/^\/[!-"$-~]*$/.test(url)) return MALFORMED
    return await door.handle(new DoorRequest(door, incoming, url))
  } catch (cause) {
    return failure(door, cause)
  }
}

const MALFORMED: Reply = { status: 400, headers: { 'content-type': 'text/plain' }, body: 'The request target is not well-formed.\n' }

/** The last catch: what nobody below has answered is our own fault. */
function failure(door: Door, cause: unknown): Reply {
  const reference = crypto.randomUUID()
  door.log.error({ event: 'http.failed', reference, error: cause instanceof Error ? cause : new Error(String(cause)) })
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-vouchsafe-reference': reference }
  const body = { error: 'server_error', error_description: 'The server could not complete the request.', reference }
  return { status: 500, headers, body: JSON.stringify(body) }
}

/** What could not be sent as it was. */
function fail(door: Door, exchange: Exchange, cause: unknown): void {
  const reply = failure(door, cause)
  if (exchange.outgoing.headersSent) exchange.outgoing.destroy()
  else send(door, exchange, reply)
}

/**
 * A class, and not a literal with a getter: each such literal has a shape of its own, so that nothing that reads it is ever fast, and
 * the shapes are garbage that outlives its request.
 */
class DoorRequest implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #door: Door
  readonly #incoming: IncomingMessage
  #body: Promise<string> | undefined

  constructor(door: Door, incoming: IncomingMessage, url: string) {
    const mark = url.indexOf('?')
    this.method = incoming.method ?? ''
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = mark < 0 ? '' : url.slice(mark + 1)
    this.#door = door
    this.#incoming = incoming
  }

  get address(): string {
    return findAddress(this.#incoming, this.#door.proxies)
  }

  header(name: string): string | undefined {
    return findHeader(this.#incoming.rawHeaders, name)
  }

  text(): Promise<string> {
    return (this.#body ??= readBody(this.#incoming, this.#door.limits.body))
  }
}

/** The first header of this name, in lower case; `incoming.headers` would copy them all. */
function findHeader(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const shown = rawHeaders[i]
    if (shown?.length === name.length && shown.toLowerCase() === name) return rawHeaders[i + 1]
  }
  return undefined
}

function send(door: Door, { incoming, outgoing }: Exchange, { status, headers, body }: Reply): void {
  const length = Buffer.byteLength(body)
  const lines: string[] = [] // name, value, name, value: what node:http takes as it is
  for (const name in headers) {
    const value = headers[name]
    if (typeof value === 'string') lines.push(name, value)
    else for (const one of value ?? []) lines.push(name, one)
  }
  // RFC 9110 §8.6: neither of the two has a body that could have a length
  if (status !== 204 && status !== 304) lines.push('content-length', String(length))
  // what is left of a body that nobody wanted must not be read as the next request
  if (door.draining || !incoming.complete) lines.push('connection', 'close')
  outgoing.writeHead(status, lines)
  outgoing.end(body, length === body.length ? 'latin1' : 'utf8') // ASCII goes out the short way
}

/** The body as text. Throws OAuthError where it is too large (413), too slow (408) or not UTF-8. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<string> {
  if (incoming.destroyed) throw notArrived() // who asks has gone before we came to it: no event would tell
  // most are there as a whole by the time somebody asks for them
  const bytes: Buffer | null = incoming.complete ? incoming.read() : await collectBody(incoming, limit)
  if (bytes === null) return ''
  if (bytes.length > limit) throw tooLarge(limit)
  if (!isUtf8(bytes)) throw new OAuthError('invalid_request', 'The body is not UTF-8.')
  return bytes.toString()
}

const notArrived = () => new OAuthError('invalid_request', 'The body did not arrive.', { status: 408 })
const tooLarge = (limit: number) =>
  new OAuthError('invalid_request', `The body is larger than ${limit} bytes.`, { status: 413, retry: false })

/** What arrives of a body. Whatever is read beyond the limit is thrown away, so that whoever sends it hears why it is refused. */
function collectBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(findHeader(incoming.rawHeaders, 'content-length') ?? 0) > limit * PATIENCE) return reject(tooLarge(limit))
    const parts: Buffer[] = []
    let size = 0
    incoming.on('data', (part: Buffer) => {
      size += part.length
      if (size <= limit) parts.push(part)
      else if (size > limit * PATIENCE) reject(tooLarge(limit))
    })
    incoming.on('end', () => {
      if (size > limit) reject(tooLarge(limit))
      else resolve(Buffer.concat(parts))
    })
    const broken = () => {
      // every request closes in the end; an error that nobody hears would cost its trace
      if (!incoming.complete) reject(notArrived())
    }
    incoming.on('error', broken)
    incoming.on('close', broken)
  })
}

/** Malformed, too large or too slow: said in one line, and the connection is over. */
function answerBroken(cause: NodeJS.ErrnoException, socket: Duplex): void {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  hangUp(socket, BROKEN[cause.code ?? ''] ?? '400 Bad Request')
}

const BROKEN: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

function hangUp(socket: Duplex, status: string): void {
  // node takes its own listener off a socket that it hands out, and an error that nobody hears ends the process
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  setTimeout(() => socket.destroy(), LAST_WORDS).unref()
}

async function drain(server: Server, door: Door, patience: number): Promise<void> {
  door.draining = true
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), patience)
  await closed
  clearTimeout(cut)
}

/** Reads addresses and CIDR ranges; throws where one is neither. */
export function readProxies(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', prefix, rest] = text.split('/')
    const family = isIP(address)
    const longest = family === 4 ? 32 : 128
    const bits = prefix === undefined ? longest : Number(prefix)
    const usual = prefix === undefined || /^(0|[1-9]\d{0,2})$/.test(prefix)
    if (family === 0 || rest !== undefined || !usual || bits > longest) throw new Error('Neither an address nor a CIDR range.')
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** The peer, or whoever the nearest trusted proxies say stands behind them: read from the right, as each appends its own peer. */
function findAddress(incoming: IncomingMessage, proxies: Door['proxies']): string {
  if (proxies === 'unnamed') return ''
  let address = plainAddress(incoming.socket.remoteAddress ?? '')
  if (proxies === null) return address
  const { rawHeaders } = incoming
  const hops = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'x-forwarded-for').join(',')
  for (const hop of hops === '' ? [] : hops.split(',').reverse()) {
    if (!isTrusted(address, proxies)) return address
    const next = plainAddress(hop.trim())
    if (isIP(next) === 0) return address
    address = next
  }
  return address
}

function isTrusted(address: string, proxies: BlockList): boolean {
  const family = isIP(address)
  return family !== 0 && proxies.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Without a port or brackets, and IPv4 as itself: `::ffff:192.0.2.1` and `192.0.2.1:4711` are 192.0.2.1. */
function plainAddress(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
}
