import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * How the way to the database is cut. 'drop': packets vanish both ways, the hard case, as nobody is told. 'deaf': what is asked
 * arrives, and the answers vanish. 'reset': connections are refused and reset. 'unplug': the interface is down.
 */
export type Cut = 'drop' | 'deaf' | 'reset' | 'unplug'

/** The way from one node to the database, which a test cuts and heals. */
export interface Wire {
  host: string
  port: number
  cut(how: Cut): void
  heal(): void
  close(): Promise<void>
}

interface Pair {
  near: Socket
  far: Socket
}

/** A wire for who may not make networks: a relay of TCP in this process. What was held back arrives after healing, as TCP would send it again. */
export async function openRelay(target: { host: string; port: number }): Promise<Wire> {
  const pairs = new Set<Pair>()
  let state: Cut | 'whole' = 'whole'

  function end(pair: Pair): void {
    pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }

  function reset(pair: Pair): void {
    pairs.delete(pair)
    pair.near.resetAndDestroy()
    pair.far.resetAndDestroy()
  }

  function flow({ near, far }: Pair): void {
    const asks = state === 'whole' || state === 'deaf'
    // whoever is piped twice is told everything twice
    near.unpipe(far)
    far.unpipe(near)
    if (asks) near.pipe(far)
    else near.pause()
    if (state === 'whole') far.pipe(near)
    else far.pause()
  }

  const server = createServer({ pauseOnConnect: true }, (near) => {
    const pair = { near, far: connect(target) }
    pairs.add(pair)
    for (const socket of [pair.near, pair.far]) {
      socket.on('error', () => undefined)
      // while it is cut, neither side learns that the other is gone
      socket.on('close', () => (state === 'whole' || state === 'reset') && end(pair))
    }
    if (state === 'reset') reset(pair)
    else flow(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    cut: (how) => {
      state = how === 'unplug' ? 'drop' : how
      for (const pair of pairs) (state === 'reset' ? reset : flow)(pair)
    },
    heal: () => {
      state = 'whole'
      for (const pair of pairs) pair.near.destroyed || pair.far.destroyed ? end(pair) : flow(pair)
    },
    close: async () => {
      for (const pair of pairs) end(pair)
      server.close()
      await once(server, 'close')
    },
  }
}
