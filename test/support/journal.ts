import type { TestNode } from './nodes.ts'

/** How a request ended. 'refused': 503, or the same said to the client. 'gone': no answer, the connection is over. 'stuck': none within the bound. */
export type Ending = 'answered' | 'refused' | 'gone' | 'stuck' | 'broken'

/** One request to one node. Times in milliseconds of `performance.now()`. */
export interface Entry {
  node: number
  path: string
  began: number
  ended: number
  ending: Ending
  status?: number
  /** Of a refusal: it said when to come again. */
  retry_after?: boolean
}

/** Thrown for a request whose outcome is not known: a client may only ask again. */
export class Unanswered extends Error {}

/** Sends requests to nodes and keeps how each ended. */
export interface Journal {
  entries: Entry[]
  /** Throws Unanswered where there is no answer, or none but "later". */
  send(node: TestNode, request: Request): Promise<Response>
}

/** `bound`: milliseconds within which every request must end, whatever is cut. */
export function openJournal(bound: number): Journal {
  const entries: Entry[] = []

  async function send(node: TestNode, request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const entry: Entry = { node: node.index, path: `${request.method} ${pathname}`, began: performance.now(), ended: 0, ending: 'gone' }
    try {
      const body = request.method === 'GET' ? null : await request.text()
      const given = {
        method: request.method,
        headers: request.headers,
        body,
        redirect: 'manual' as const,
        signal: AbortSignal.timeout(bound),
      }
      const came = await fetch(node.url + pathname + search, given)
      const text = await came.text()
      entry.status = came.status
      entry.ending = endingOf(came)
      if (entry.ending === 'refused') entry.retry_after = came.status !== 503 || came.headers.has('retry-after')
      if (entry.ending === 'refused') throw new Unanswered(`${entry.path} was refused by node ${node.index}.`)
      return new Response(came.status === 204 ? null : text, { status: came.status, headers: came.headers })
    } catch (cause) {
      if (cause instanceof Unanswered) throw cause
      if ((cause as Error).name === 'TimeoutError') entry.ending = 'stuck'
      throw new Unanswered(`${entry.path} was not answered by node ${node.index}.`, { cause })
    } finally {
      entry.ended = performance.now()
      entries.push(entry)
    }
  }
  return { entries, send }
}

function endingOf({ status, headers }: Response): Ending {
  if (status === 503 || headers.get('location')?.includes('error=temporarily_unavailable')) return 'refused'
  return status >= 500 ? 'broken' : 'answered'
}
