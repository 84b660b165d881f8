import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** One letter as a mail server sees it. */
export interface Received {
  from: string
  to: string[]
  /** What AUTH PLAIN said: user and password. */
  login: string
  data: string
}

/** A small mail server on loopback. */
export interface SmtpServer {
  port: number
  received: Received[]
  /** What it answers to recipients from now on, one after the other; 250 where there is none. */
  answers: string[]
  /** What was said to it, line by line. */
  heard: string[]
  close(): Promise<void>
}

/** Speaks as much of RFC 5321 and RFC 4954 as a client needs that sends a letter. */
export async function openSmtpServer({ host = '127.0.0.1', password }: { host?: string; password?: string } = {}): Promise<SmtpServer> {
  const sockets = new Set<Socket>()
  const smtp = { received: [] as Received[], answers: [] as string[], heard: [] as string[] }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    talk(socket, smtp, password)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    ...smtp,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function talk(socket: Socket, smtp: Pick<SmtpServer, 'received' | 'answers' | 'heard'>, password?: string): void {
  let letter: Received = { from: '', to: [], login: '', data: '' }
  let login = ''
  let reading = false
  let text = ''
  const say = (line: string) => socket.write(`${line}\r\n`)
  const acts: Record<string, (rest: string) => void> = {
    EHLO: () => say(password === undefined ? '250 mail.example' : '250-mail.example\r\n250 AUTH PLAIN'),
    AUTH: (rest) => {
      const [, user, shown] = Buffer.from(rest.replace('PLAIN ', ''), 'base64').toString().split('\0')
      login = `${user} ${shown}`
      say(shown === password ? '235 in' : '535 5.7.8 no')
    },
    MAIL: (rest) => {
      letter = { from: /<(.*?)>/.exec(rest)?.[1] ?? '', to: [], login, data: '' }
      say('250 ok')
    },
    RCPT: (rest) => {
      const answer = smtp.answers.shift() ?? '250 ok'
      if (answer.startsWith('250')) letter.to.push(/<(.*?)>/.exec(rest)?.[1] ?? '')
      say(answer)
    },
    DATA: () => {
      reading = true
      say('354 go on')
    },
    RSET: () => say('250 ok'),
    QUIT: () => {
      say('221 bye')
      socket.end()
    },
  }
  say('220 mail.example')
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    text += part
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      if (reading && line === '.') {
        reading = false
        smtp.received.push(letter)
        say('250 taken')
      } else if (reading) letter.data += `${line.replace(/^\./, '')}\r\n`
      else {
        smtp.heard.push(line)
        const [verb = '', ...rest] = line.split(' ')
        const act = acts[verb.toUpperCase()]
        if (act) act(rest.join(' '))
        else say('502 what')
      }
    }
  })
}
