import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'

/** Bytes of a body, everywhere. */
const LARGEST_BODY = 64 * 1024

/** The door for hosts that speak web standards: Bun, Deno, Workers, Hono, Next.js. `address` is the peer's, where the host knows it. */
export function toFetch(handle: (http: HttpRequest) => Promise<Reply>): (request: Request, address?: string) => Promise<Response> {
  const endOfTurn = createEndOfTurn()
  return async (request, address = '') => {
    await endOfTurn?.()
    const { status, headers, body } = await handle(fromRequest(request, address))
    return new Response(body === '' || request.method === 'HEAD' ? null : body, { status, headers: linesOf(headers) })
  }
}

/** Node and those who are like it have it. */
declare const setImmediate: ((work: () => void) => unknown) | undefined

/**
 * Requests that arrive in one turn of the event loop are worked on together at its end, where there is such a thing: the same code runs
 * many times in a row.
 */
function createEndOfTurn(): (() => Promise<void>) | null {
  if (typeof setImmediate !== 'function') return null
  const later = setImmediate
  const { navigator } = globalThis as { navigator?: { userAgent?: string } }
  const isNode = navigator?.userAgent?.startsWith('Node.js/')
  // of each request its own: some hosts let none wait for another's
  if (!isNode) return () => new Promise((resolve) => void later(resolve))
  let present: Promise<void> | null = null
  return () => {
    present ??= new Promise((resolve) => {
      later(() => {
        present = null
        resolve()
      })
    })
    return present
  }
}

/** The record as it is where it will do: frames that stand in for web standards then never make real `Headers`. */
function linesOf(headers: Reply['headers']): Record<string, string> | [name: string, value: string][] {
  const lines: [string, string][] = []
  let plain = true
  for (const name in headers) {
    const value = headers[name]!
    if (typeof value === 'string') lines.push([name, value])
    else for (const one of value) lines.push([name, one])
    plain &&= typeof value === 'string'
  }
  return plain ? (headers as Record<string, string>) : lines // every value was seen to be a text
}

function fromRequest(request: Request, address: string): HttpRequest {
  const { url } = request
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const mark = url.indexOf('?', start)
  const hash = url.indexOf('#', start)
  const end = hash < 0 ? url.length : hash
  return {
    method: request.method,
    path: url.slice(start, mark < 0 ? end : mark),
    query: mark < 0 ? '' : url.slice(mark + 1, end),
    address,
    // web standards keep the host in the address
    header: (name) => request.headers.get(name) ?? (name === 'host' ? new URL(url).host : undefined),
    text: () => readBody(request),
  }
}

async function readBody(request: Request): Promise<string> {
  const length = request.headers.get('content-length') ?? ''
  // a host keeps to a length that is well-formed; where none is, it is counted while it comes
  const bytes = /^\d{1,9}$/.test(length) && Number(length) <= LARGEST_BODY ? await request.arrayBuffer() : await collectBody(request)
  if (bytes === null || bytes.byteLength > LARGEST_BODY)
    throw new OAuthError('invalid_request', `The body is larger than ${LARGEST_BODY} bytes.`, { status: 413 })
  return decodeBody(bytes)
}

/** A body of which nobody has said that it is small enough; null where it is too large. */
async function collectBody(request: Request): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length
    if (size > LARGEST_BODY) {
      await reader?.cancel()
      return null
    }
    parts.push(part.value)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws OAuthError where the bytes are not UTF-8. */
function decodeBody(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new OAuthError('invalid_request', 'The body is not valid UTF-8.')
  }
}
