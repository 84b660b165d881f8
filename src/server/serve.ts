import { SECOND, systemClock } from '../core/model/clock.ts'
import type { Log } from '../core/model/log.ts'
import type { Store } from '../core/model/store.ts'
import { type App, createApp } from './app.ts'
import { type Config, ConfigError } from './config.ts'
import { createMetrics } from './metrics.ts'
import { openMetricsPort } from './metrics-port.ts'
import { listen, type RunningServer } from './node.ts'
import type { FirstRun } from './pages/first-run.ts'
import { openStore } from './store.ts'

/** Who can read the database must not be able to read the keys in it. */
const NO_SECRET =
  'VOUCHSAFE_SECRET is missing, and this database keeps no secret beside itself: set it to 32 random bytes, such as openssl rand -base64 32 prints, the same on every node.'

/** How often keys and expired rows are looked after. */
const MAINTENANCE = 10 * SECOND

export interface ServeOptions {
  log: Log
  /** An open store, which is closed with the server; the configured one unless given. */
  store?: Store
  first_run?: FirstRun
}

export interface Served {
  app: App
  port: number
  /** Answers what is under way, for at most `patience` milliseconds, then closes everything. */
  stop(patience?: number): Promise<void>
}

/** Opens the database, then the application, then the port, and keeps all three in order until it is stopped. */
export async function startServer(config: Config, { log, first_run, ...options }: ServeOptions): Promise<Served> {
  const store = options.store ?? (await openStore(config))
  try {
    if (config.secrets.length === 0 && store.secret === undefined) throw new ConfigError([NO_SECRET])
    const metrics = config.metrics && createMetrics(systemClock)
    const app = await createApp({ config, store, log, ...(first_run && { first_run }), ...(metrics && { metrics }) })
    const { host, port, trusted_proxies } = config
    // we speak http, so behind an https issuer stands a proxy; unless it is named, all the world would share its one address
    const unnamed_proxy = config.issuer.startsWith('https:') && trusted_proxies.length === 0
    if (unnamed_proxy) log.warn({ event: 'proxy.unnamed', fix: 'Name the proxy in trusted_proxies, or nobody is slowed down by address.' })
    const door = await listen(app.handle, { host, port, trusted_proxies, unnamed_proxy, log })
    const watched = metrics && config.metrics && (await openMetricsPort({ app, metrics, ...config.metrics, log }).catch(closing(door)))
    const timer = setInterval(
      () => void app.maintain().catch((error: Error) => log.error({ event: 'maintenance.failed', error })),
      MAINTENANCE,
    )
    timer.unref()
    log.info({ event: 'server.started', issuer: config.issuer, host, port: door.port })
    return {
      app,
      port: door.port,
      async stop(patience) {
        clearInterval(timer)
        app.health.drain()
        await door.close(patience)
        await watched?.close(0) // until here it has told that the server is draining
        metrics?.close()
        await app.close()
        log.info({ event: 'server.stopped' })
      },
    }
  } catch (cause) {
    await store.close()
    throw cause
  }
}

/** A port that was opened goes with the one that could not be. */
const closing =
  (door: RunningServer) =>
  async (cause: unknown): Promise<never> => {
    await door.close(0)
    throw cause
  }
