import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a part of the demo listens. */
export interface Place {
  host: string
  /** 0 takes any free one. */
  port: number
}

/** What the demo tells of itself; any structured log will do. */
export interface DemoLog {
  info(event: { event: string; [field: string]: unknown }): void
  error(event: { event: string; [field: string]: unknown }): void
}

/** A request, as far as the demo looks at it: nothing in it takes a body. */
export interface Call {
  method: string
  path: string
  /** The whole address, below the demo's own origin whatever the Host header says. */
  url: URL
  header(name: string): string | undefined
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** An open port. */
export interface Door {
  /** Without a trailing slash. */
  url: string
  close(): Promise<void>
}

/** Where something at this place is found. */
function placeUrl(place: Place): string {
  return `http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`
}

/** Opens a port and answers each call with what `handle` returns; what it throws is logged and answered with 500. */
export async function openDoor(place: Place, log: DemoLog, handle: (call: Call, url: string) => Promise<Answer>): Promise<Door> {
  let url = placeUrl(place)
  const server = createServer({ requestTimeout: 10_000 }, async (incoming, outgoing) => {
    // nothing here has a body: what is sent all the same goes unread
    incoming.resume()
    const answer = await handle(readCall(incoming, url), url).catch((cause: unknown) => {
      log.error({ event: 'demo.failed', error: cause instanceof Error ? cause : new Error(String(cause)) })
      return { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'The demo stumbled. Its log says why.\n' }
    })
    outgoing.writeHead(answer.status, { 'x-content-type-options': 'nosniff', ...answer.headers })
    outgoing.end(incoming.method === 'HEAD' ? '' : answer.body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(place.port, place.host, resolve)
  })
  url = placeUrl({ host: place.host, port: (server.address() as AddressInfo).port })
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function readCall(incoming: { method?: string; url?: string; headers: Record<string, string | string[] | undefined> }, base: string): Call {
  // a target such as //elsewhere would name another host: only what follows the first slash counts
  const target = `/${(incoming.url ?? '/').replace(/^\/+/, '')}`
  const url = URL.canParse(base + target) ? new URL(base + target) : new URL(base)
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    url,
    header(name) {
      const value = incoming.headers[name]
      return Array.isArray(value) ? value[0] : value
    },
  }
}
