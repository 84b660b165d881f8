import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'

/** Bytes of a body, everywhere. */
const LARGEST_BODY = 64 * 1024

/** The door for hosts that speak web standards: Bun, Deno, Workers, Hono, Next.js. `address` is the peer's, where the host knows it. */
export function toFetch(handle: (http: HttpRequest) => Promise<Reply>): (request: Request, address?: string) => Promise<Response> {
  return async (request, address = '') => {
    const { status, headers, body } = await handle(fromRequest(request, address))
    const sent = new Headers()
    for (const name in headers) {
      const value = headers[name]!
      if (typeof value === 'string') sent.set(name, value)
      else for (const one of value) sent.append(name, one)
    }
    return new Response(body === '' || request.method === 'HEAD' ? null : body, { status, headers: sent })
  }
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
  const parts: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length
    if (size > LARGEST_BODY) {
      await reader?.cancel()
      throw new OAuthError('invalid_request', `The body is larger than ${LARGEST_BODY} bytes.`, { status: 413 })
    }
    parts.push(part.value)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return decodeBody(bytes)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws OAuthError where the bytes are not UTF-8. */
function decodeBody(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new OAuthError('invalid_request', 'The body is not valid UTF-8.')
  }
}
