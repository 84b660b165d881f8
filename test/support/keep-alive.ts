import { connect, type Socket } from 'node:net'

export interface Answer {
  status: number
  location: string
  /** One character for each byte. */
  body: string
}

export interface HeadedAnswer extends Answer {
  /** The lines of all headers, without the first line and the empty last. */
  head: string
}

/** A connection that is kept, with one request under way. */
export interface KeepAlive {
  /** Sends what is given as it is, and waits for an answer that says its length. Throws where the connection ends before that. */
  send(request: string): Promise<HeadedAnswer>
  close(): void
}

/**
 * HTTP/1.1 as far as our own server speaks it: a load of many clients must cost less than the server that they ask. Where the server says
 * that it closes, the next request opens another connection.
 */
export function openKeepAlive(port: number): KeepAlive {
  let socket: Socket | null = null
  let received = ''
  let waiting: PromiseWithResolvers<HeadedAnswer> | null = null
  let bodiless = false

  function open(): Socket {
    const opened = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
    const fail = (cause: Error) => {
      if (socket !== opened) return // left already
      waiting?.reject(cause)
      close()
    }
    opened.on('data', read)
    opened.on('error', fail)
    opened.on('close', () => fail(new Error('The server closed the connection.')))
    return opened
  }

  function read(text: string): void {
    received += text
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.slice(0, end)
    const begin = end + 4
    const length = bodiless ? 0 : Number(headerOf(head, 'content-length'))
    if (received.length - begin < length) return
    const answer = {
      status: Number(head.slice(9, 12)),
      location: headerOf(head, 'location'),
      head: head.slice(head.indexOf('\r\n') + 2),
      body: received.slice(begin, begin + length),
    }
    const answered = waiting
    received = ''
    waiting = null
    if (headerOf(head, 'connection') === 'close') close()
    answered?.resolve(answer)
  }

  function close(): void {
    socket?.destroy()
    socket = null
    waiting = null
    received = ''
  }

  return {
    send: (request) => {
      waiting = Promise.withResolvers<HeadedAnswer>()
      bodiless = request.startsWith('HEAD ')
      socket ??= open()
      socket.write(request, 'latin1')
      return waiting.promise
    },
    close,
  }
}

/** Empty where there is none. */
function headerOf(head: string, name: string): string {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1] ?? ''
}
