import { SECOND, systemClock } from '../core/model/clock.ts'
import type { Log } from '../core/model/log.ts'
import type { Store } from '../core/model/store.ts'
import type { Outbox } from './accounts/mail.ts'
import { createOutbox } from './accounts/outbox.ts'
import { createShownMail } from './accounts/shown-mail.ts'
import { type App, createApp } from './app.ts'
import { type Config, ConfigError } from './config.ts'
import { type Family, writeFamilies } from './exposition.ts'
import type { HealthCheck } from './health.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { openMetricsPort } from './metrics-port.ts'
import { listen, type RunningServer } from './node.ts'
import type { FirstRun } from './pages/first-run.ts'
import { openSmtp } from './smtp.ts'
import { openStore } from './store.ts'
import { openTraces } from './traces.ts'

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
  /** Letters are shown on this computer, where there is no mail server to send them. */
  show_mail?: boolean
  /** The number of this process among several on the port; whoever started them tells the metrics of all. */
  worker?: number
}

/** What a server tells of itself. */
export interface Look {
  /** Empty where nothing is counted. */
  families: Family[]
  failing: HealthCheck | null
}

export interface Served {
  app: App
  port: number
  look(): Promise<Look>
  /** Answers what is under way, for at most `patience` milliseconds, then closes everything. */
  stop(patience?: number): Promise<void>
}

/** Opens the database, then the application, then the port, and keeps all three in order until it is stopped. */
export async function startServer(config: Config, { log, first_run, show_mail, worker, ...options }: ServeOptions): Promise<Served> {
  const store = options.store ?? (await openStore(config))
  try {
    requireSecret(config, store)
    const metrics = config.metrics && createMetrics(systemClock)
    const traces = await openTraces(config)
    const app = await createApp({
      config,
      store,
      log,
      ...(first_run && { first_run }),
      outbox: openOutbox(config, log, show_mail === true),
      ...(metrics && { metrics }),
      ...(traces && { traces }),
    })
    const { host, port, trusted_proxies } = config
    // we speak http, so behind an https issuer stands a proxy; unless it is named, all the world would share its one address
    const unnamed_proxy = config.issuer.startsWith('https:') && trusted_proxies.length === 0
    if (unnamed_proxy && (worker ?? 1) === 1)
      log.warn({ event: 'proxy.unnamed', fix: 'Name the proxy in trusted_proxies, or nobody is slowed down by address.' })
    const door = await listen(app.handle, { host, port, shared: worker !== undefined, trusted_proxies, unnamed_proxy, log })
    const look = () => lookAt(app, metrics)
    const watched = worker === undefined ? await openWatch(config, look, app, log).catch(closing(door)) : null
    const timer = setInterval(
      () => void app.maintain().catch((error: Error) => log.error({ event: 'maintenance.failed', error })),
      MAINTENANCE,
    )
    timer.unref()
    log.info({ event: 'server.started', issuer: config.issuer, host, port: door.port })
    return {
      app,
      port: door.port,
      look,
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

/** Where letters go: to the mail server, or onto a page of this computer; nowhere without either. */
function openOutbox({ mail }: Config, log: Log, shown: boolean): Outbox | undefined {
  if (!mail) return shown ? createShownMail(systemClock, log) : undefined
  return createOutbox({ postman: openSmtp(mail), log })
}

/** Throws where there is no master secret for this store. */
export function requireSecret({ secrets }: Pick<Config, 'secrets'>, store: Pick<Store, 'secret'>): void {
  if (secrets.length === 0 && store.secret === undefined) throw new ConfigError([NO_SECRET])
}

async function lookAt({ server, health }: App, metrics: Metrics | undefined): Promise<Look> {
  const finding = await health.check()
  return { failing: finding.failing, families: metrics?.read({ store: server.store, keys: server.keys, health: finding }) ?? [] }
}

async function openWatch({ metrics }: Config, look: () => Promise<Look>, { health }: App, log: Log): Promise<RunningServer | null> {
  if (!metrics) return null
  return openMetricsPort({ write: async () => writeFamilies((await look()).families), health, ...metrics, log })
}

/** A port that was opened goes with the one that could not be. */
const closing =
  (door: RunningServer) =>
  async (cause: unknown): Promise<never> => {
    await door.close(0)
    throw cause
  }
