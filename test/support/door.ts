import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy in front of one server at a time: what stays, while houses change. */
export interface FrontDoor {
  port: number
  /** From now on requests go to that port; those under way come to their end where they are. */
  lead(port: number): void
  close(): Promise<void>
}

export async function openDoor(): Promise<FrontDoor> {
  let target = 0
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    lead: (port) => {
      target = port
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
