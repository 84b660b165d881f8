import { once } from 'node:events'
import process from 'node:process'
import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import type { Store } from '../../core/model/store.ts'
import { createLog } from '../log.ts'
import { startServer } from '../serve.ts'
import { toFailure } from '../worker-messages.ts'
import { benchConfig, benchDialect } from './bench-config.ts'
import { fillStore } from './cast.ts'
import { type FromServer, type Ready, readUsed, type ToServer } from './messages.ts'
import { takeAway } from './throwaway.ts'

// The server that a bench measures, in a process of its own. It is ended by whoever started it; where that one is gone, it tidies up.

const WRITES = 15

const say = (message: FromServer) => new Promise<void>((resolve) => process.send?.(message, () => resolve()) ?? resolve())

// a terminal sends its signals to this process too, and the other one must be able to tell how far it came
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

const [{ bench }] = (await once(process, 'message')) as [Extract<ToServer, { bench: unknown }>]
process.on('disconnect', () => void takeAway(bench.throwaway).finally(() => process.exit(1)))

async function start(): Promise<Ready> {
  const config = benchConfig(bench.config, bench.throwaway.database, bench.port)
  const { app } = await startServer(config, { log: createLog(config.log) })
  const cast = await fillStore(app.server, config, benchDialect(config))
  return { cast, write_ms: await measureWrite(app.server.store) }
}

/** One after the other, so that none shares the sync of another. */
async function measureWrite(store: Pick<Store, 'once'>): Promise<Milliseconds> {
  const times: Milliseconds[] = []
  for (let i = 0; i < WRITES; i++) {
    const since = performance.now()
    await store.once.spend(`bench ${i}`, Date.now() + MINUTE)
    times.push(performance.now() - since)
  }
  return times.sort((one, other) => one - other)[Math.floor(WRITES / 2)]!
}

try {
  const ready = await start()
  process.on('message', (message: ToServer) => {
    if ('look' in message) void say({ looked: message.look, ...readUsed() })
  })
  await say({ ready: true, ...ready })
} catch (cause) {
  // its end could be heard before its words: it waits to be ended
  setTimeout(() => process.exit(1), SECOND)
  await say({ failed: toFailure(cause) })
}
