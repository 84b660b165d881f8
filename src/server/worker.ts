import { once } from 'node:events'
import process from 'node:process'
import { SECOND } from '../core/model/clock.ts'
import type { Config } from './config.ts'
import { createLog } from './log.ts'
import { type Served, startServer } from './serve.ts'
import { type FromWorker, type ToWorker, toFailure } from './worker-messages.ts'

// One of the processes that share a port. Its number is its argument; the settings, which were read once for all, come over the channel.

/** Milliseconds for requests under way, where this process alone was told to end, and where nobody is left who could tell it. */
const PATIENCE = { asked: 10 * SECOND, orphaned: SECOND / 2 }

const worker = Number(process.argv[2])
const say = (message: FromWorker) => new Promise<void>((resolve) => process.send?.(message, () => resolve()) ?? resolve())

/** How long requests may take once this process is to end. */
const stopped = new Promise<number>((resolve) => {
  process.on('message', (message: ToWorker) => 'stop' in message && resolve(message.stop))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve(PATIENCE.asked))
  process.on('disconnect', () => {
    resolve(PATIENCE.orphaned)
    setTimeout(() => process.exit(1), PATIENCE.orphaned * 1.5) // also where it is still starting, or the database does not let go
  })
})

function start(config: Config): Promise<Served> {
  return startServer(config, { log: createLog(config.log, undefined, { worker }), worker })
}

const [{ serve: config }] = (await once(process, 'message')) as [Extract<ToWorker, { serve: Config }>]
try {
  const served = await start(config)
  process.on('message', (message: ToWorker) => {
    if ('look' in message) void served.look().then((look) => say({ looked: message.look, ...look }))
  })
  await say({ ready: true })
  await served.stop(await stopped)
  process.exit(0)
} catch (cause) {
  // its end could be heard before its words: it waits until those were
  process.on('disconnect', () => process.exit(1))
  setTimeout(() => process.exit(1), SECOND)
  await say({ failed: toFailure(cause) })
}
