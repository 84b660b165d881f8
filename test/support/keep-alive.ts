import { connect } from 'node:net'

export interface Answer {
  status: number
  location: string
  body: string
}

/** A connection that is kept, with one request under way. */
export interface KeepAlive {
  /** Sends what is given as it is, and waits for an answer that says its length. Throws where the connection ends before that. */
  send(request: string): Promise<Answer>
  close(): void
}

/** HTTP/1.1 as far as our own server speaks it: a load of many clients must cost less than the server that they ask. */
export function openKeepAlive(port: number): Promise<KeepAlive> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
  let received = ''
  let waiting: PromiseWithResolvers<Answer> | null = null

  socket.on('data', (text: string) => {
    received += text
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.slice(0, end)
    const begin = end + 4
    const length = Number(headerOf(head, 'content-length'))
    if (received.length - begin < length) return
    const answer = { status: Number(head.slice(9, 12)), location: headerOf(head, 'location'), body: received.slice(begin, begin + length) }
    received = ''
    waiting?.resolve(answer)
    waiting = null
  })

  const opened = Promise.withResolvers<KeepAlive>()
  const fail = (cause: Error) => {
    opened.reject(cause)
    waiting?.reject(cause)
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The server closed the connection.')))
  socket.once('connect', () =>
    opened.resolve({
      send: (request) => {
        waiting = Promise.withResolvers<Answer>()
        socket.write(request, 'latin1')
        return waiting.promise
      },
      close: () => socket.destroy(),
    }),
  )
  return opened.promise
}

/** Empty where there is none. */
function headerOf(head: string, name: string): string {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1] ?? ''
}
