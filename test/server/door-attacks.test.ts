import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { it } from 'node:test'
import { listen } from '../../src/server/node.ts'

const hello = async () => ({ status: 200, headers: {}, body: 'x'.repeat(1_000_000) })

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

it('a CONNECT that is reset before it is answered ends its socket, not the process', async () => {
  const server = await listen(hello, { port: 0 })
  for (let i = 0; i < 50; i++) {
    const socket = await open(server.port)
    socket.write('CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n')
    socket.resetAndDestroy()
  }
  const answer = await fetch(`http://127.0.0.1:${server.port}/`)
  assert.equal(answer.status, 200)
  await answer.arrayBuffer()
  await server.close(0)
})

it('a peer that reads nothing of its answer is cut', async () => {
  const server = await listen(hello, { port: 0, limits: { idle: 200 } })
  const socket = await open(server.port)
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(50))
  const cut = once(socket, 'close')
  setTimeout(() => socket.resume(), 1000)
  await cut
  await server.close(0)
})

it('no more connections than may be: who comes beyond them is turned away', async () => {
  const server = await listen(hello, { port: 0, limits: { connections: 2 } })
  const held = [await open(server.port), await open(server.port)]
  const third = await open(server.port)
  await once(third, 'close')
  for (const socket of held) assert.equal(socket.destroyed, false)
  for (const socket of held) socket.destroy()
  await server.close(0)
})

it('behind a proxy that nobody named no address is told; behind a named one it is the visitor’s', async () => {
  const seen: string[] = []
  const note = async (http: { address: string }) => {
    seen.push(http.address)
    return { status: 204, headers: {}, body: '' }
  }
  for (const options of [{}, { unnamed_proxy: true }, { trusted_proxies: ['127.0.0.1'] }]) {
    const server = await listen(note, { port: 0, ...options })
    await fetch(`http://127.0.0.1:${server.port}/`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    await server.close(0)
  }
  assert.deepEqual(seen, ['127.0.0.1', '', '203.0.113.9'])
})
