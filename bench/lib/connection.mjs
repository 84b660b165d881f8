import { connect } from 'node:net'

/**
 * One keep-alive connection of HTTP/1.1 with one request in flight. It understands just what the servers here answer, and so costs a
 * fraction of node:http: the generator must never be what is measured.
 */
export class Connection {
  #port
  #socket = null
  #received = ''
  #waiting = null

  constructor(port) {
    this.#port = port
  }

  open() {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1')
      this.#socket = socket
      socket.setNoDelay(true).setEncoding('latin1')
      socket.once('connect', resolve)
      socket.once('error', reject)
      socket.on('data', (text) => this.#read(text))
      socket.on('error', (cause) => this.#fail(socket, cause))
      socket.on('close', () => this.#fail(socket, new Error('The server closed the connection.')))
    })
  }

  close() {
    this.#socket?.destroy()
  }

  /** Sends a request; `headers` are whole lines, each with its line end. The answer: `status`, `head` and `body` as text. */
  async request(method, path, headers = '', body) {
    if (this.#socket === null) await this.open()
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n${headers}`
    const form =
      body === undefined ? '\r\n' : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(head + form, 'latin1')
    })
  }

  /** A socket that we have left already says nothing about the one in its place. */
  #fail(socket, cause) {
    if (socket !== this.#socket) return
    const waiting = this.#waiting
    this.#waiting = this.#socket = null
    this.#received = ''
    waiting?.reject(cause)
  }

  #read(text) {
    this.#received += text
    const received = this.#received
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.slice(0, end + 2)
    const body = bodyOf(head, received.slice(end + 4))
    if (body === null) return
    this.#received = ''
    const waiting = this.#waiting
    this.#waiting = null
    if (/\r\nconnection: *close/i.test(head)) {
      this.#socket?.destroy()
      this.#socket = null
    }
    waiting?.resolve({ status: Number(received.slice(9, 12)), head, body })
  }
}

/** The body, where all of it is there; null where more must come. */
function bodyOf(head, rest) {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) return rest.length < Number(length[1]) ? null : rest.slice(0, Number(length[1]))
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return ''
  return rest.endsWith('0\r\n\r\n') ? joinChunks(rest) : null
}

function joinChunks(text) {
  let joined = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, line), 16)
    if (!size) return joined
    joined += text.slice(line + 2, line + 2 + size)
    at = line + 4 + size
  }
}

/** The first header of this name. */
export function headerOf({ head }, name) {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1]
}

/** The cookies of one browser; `line` is what it sends. */
export class Jar {
  #cookies = new Map()
  line = ''

  keep({ head }) {
    for (const [, name, value, rest] of head.matchAll(/\r\nset-cookie: *([^=]+)=([^;\r]*)([^\r]*)/gi)) {
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(rest)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const pairs = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    this.line = pairs.length > 0 ? `Cookie: ${pairs.join('; ')}\r\n` : ''
  }
}
