import { connect, type Socket } from 'node:net'
import { SECOND } from '../../core/model/clock.ts'

/** For one answer. */
const PATIENCE = 10 * SECOND

export interface Answer {
  status: number
  /** Its header lines, each with a line end in front of it. */
  head: string
  body: string
}

/** One connection that is kept, with one request under way. */
export interface Connection {
  /** `lines` are whole header lines, each with its end. Throws where the connection is lost. */
  ask(method: 'GET' | 'POST', path: string, lines: string, body?: string): Promise<Answer>
  close(): void
}

/**
 * A client of HTTP/1.1 that understands what our own server answers and no more: it costs a fraction of node:http, as the one who
 * measures shares the machine with what is measured. Opened with the first request, and again where the server has closed it.
 */
export function createConnection(port: number): Connection {
  let socket: Socket | null = null
  let received = ''
  let asked: PromiseWithResolvers<Answer> | null = null

  function lose(lost: Socket, cause: Error): void {
    if (lost !== socket) return // one that was given up before
    socket = null
    received = ''
    lost.destroy()
    asked?.reject(cause)
    asked = null
  }
  function read(text: string): void {
    received += text
    const answer = readAnswer(received)
    if (!answer) return
    received = ''
    const waiting = asked
    asked = null
    if (/\r\nconnection: *close/i.test(answer.head)) {
      socket?.destroy()
      socket = null
    }
    waiting?.resolve(answer)
  }
  function open(): Socket {
    const opened = connect(port, '127.0.0.1')
    opened.setNoDelay(true).setEncoding('latin1')
    opened.setTimeout(PATIENCE, () => lose(opened, new Error(`No answer came within ${PATIENCE / SECOND} s.`)))
    opened.on('data', read as (part: unknown) => void) // with an encoding it is text
    opened.on('error', (cause) => lose(opened, cause))
    opened.on('close', () => lose(opened, new Error('The server closed the connection.')))
    return opened
  }
  return {
    ask(method, path, lines, body) {
      asked = Promise.withResolvers()
      socket ??= open()
      const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body, 'latin1')}\r\n`
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines}${length}\r\n${body ?? ''}`, 'latin1')
      return asked.promise
    },
    close: () => socket && lose(socket, new Error('The connection was given up.')),
  }
}

/** Null where more must come. */
function readAnswer(text: string): Answer | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(text.indexOf('\r\n'), end + 2)
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  const body = text.slice(end + 4)
  return body.length < length ? null : { status: Number(text.slice(9, 12)), head, body }
}

/** The first header of this name. */
export function headerOf({ head }: Answer, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1]
}
