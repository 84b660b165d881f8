import { type ChildProcess, fork } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { MINUTE, type Milliseconds, SECOND } from '../core/model/clock.ts'
import type { HttpRequest, Reply } from '../core/model/http.ts'
import type { Log } from '../core/model/log.ts'
import type { Config } from './config.ts'
import { type Family, family, writeFamilies } from './exposition.ts'
import { type HealthCheck, healthReply } from './health.ts'
import { openMetricsPort } from './metrics-port.ts'
import { listen, type RunningServer } from './node.ts'
import { type Look, requireSecret } from './serve.ts'
import { openStore } from './store.ts'
import { type FromWorker, fromFailure, type ToWorker } from './worker-messages.ts'
import { createTotals, type Totals } from './worker-metrics.ts'

/** The program of a worker: beside this file, with the same ending. */
const PROGRAM = fileURLToPath(import.meta.url).replace(/workers(\.[jt]s)$/, 'worker$1')
/** How often the workers are looked after, and how long each may take over it: longer than over its look at the database. Milliseconds. */
const LOOKS = { every: 10 * SECOND, patience: 1.5 * SECOND }
/** Looks in a row that a worker may leave without an answer. */
const MOST_MISSES = 3
/** Until a worker that ended again within a minute is started anew: at once the first time, then twice as long each time, up to the second. */
const PAUSE = { least: SECOND / 10, most: 10 * SECOND }

export interface WorkersOptions {
  log: Log
  looks?: { every: Milliseconds; patience: Milliseconds }
}

export interface Workers {
  /** Lets all of them answer what is under way, for at most `patience` milliseconds; who is not gone soon after that is ended. */
  stop(patience?: Milliseconds): Promise<void>
}

/** One place among the workers, and who has it at present. */
interface Slot {
  worker: number
  child: ChildProcess | null
  ready: boolean
  /** Kept when the present child is gone. */
  gone: Promise<void>
  /** Of the present child. */
  began: number
  /** How often in a row it ended within a minute. */
  ends: number
  /** How many looks in a row it did not answer. */
  misses: number
  restart?: NodeJS.Timeout
}

interface House {
  config: Config
  log: Log
  slots: Slot[]
  totals: Totals
  restarts: number
  stopping: boolean
  /** Milliseconds for an answer to a look. */
  patience: Milliseconds
  /** Who waits for the answer to which look. */
  looks: Map<number, (look: Look) => void>
}

/**
 * Starts the workers of the configuration on its one port, and keeps them running. The promise is kept when all of them listen; what keeps the first
 * of them from starting is thrown, and none stays. This process itself serves nothing but the metrics.
 */
export async function startWorkers(config: Config, { log, looks = LOOKS }: WorkersOptions): Promise<Workers> {
  await prepare(config)
  const { issuer, host, port, workers = 1 } = config
  const house: House = {
    config,
    log,
    slots: [],
    totals: createTotals(),
    restarts: 0,
    stopping: false,
    patience: looks.patience,
    looks: new Map(),
  }
  const watched = await openWatch(house)
  for (let worker = 1; worker <= workers; worker++)
    house.slots.push({ worker, child: null, ready: false, gone: Promise.resolve(), began: 0, ends: 0, misses: 0 })
  try {
    await Promise.all(house.slots.map((slot) => startWorker(house, slot)))
  } catch (cause) {
    await stop(house, 0)
    await watched?.close(0)
    throw cause
  }
  const watching = setInterval(() => void lookAfter(house), looks.every)
  log.info({ event: 'workers.started', issuer, host, port, workers })
  return {
    async stop(patience = 10 * SECOND) {
      clearInterval(watching)
      await stop(house, patience)
      await watched?.close(0) // until here it has told that the server is draining
      log.info({ event: 'workers.stopped' })
    },
  }
}

/** Does once what each would do: brings the schema up to date, makes the secret beside the database, and sees that the port is free, as sharing would hide it. */
async function prepare(config: Config): Promise<void> {
  const store = await openStore(config)
  try {
    requireSecret(config, store)
  } finally {
    await store.close()
  }
  const { host, port } = config
  const probe = await listen(() => Promise.reject(new Error('Nobody is served yet.')), { host, port })
  await probe.close(0)
}

/** Kept when the worker listens; rejects where it says why it cannot, or just ends. */
function startWorker(house: House, slot: Slot): Promise<void> {
  const execArgv = [...process.execArgv, '--disable-warning=ExperimentalWarning']
  const child = fork(PROGRAM, [String(slot.worker)], {
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  Object.assign(slot, { child, ready: false, misses: 0, began: performance.now() })
  tell(slot, { serve: house.config })
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if ('ready' in message) {
        slot.ready = true
        resolve()
      } else if ('failed' in message) {
        reject(fromFailure(message.failed))
        child.disconnect() // heard: it may end
      } else house.looks.get(message.looked)?.(message)
    })
    slot.gone = new Promise((ended) => {
      const end = (how: Ending) => {
        if (slot.child !== child) return
        reject(new Error(`A worker ended before it was ready${how.signal ? `, by ${how.signal}` : ''}.`))
        leave(house, slot, how)
        ended()
      }
      child.once('exit', (code, signal) => end({ code, signal }))
      child.on('error', (error) => (child.pid === undefined ? end({ code: null, signal: null, error }) : undefined))
    })
  })
}

/** How a process came to its end; or why it never began. */
interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  error?: Error
}

/** A worker is gone. One that had served gets a successor. */
function leave(house: House, slot: Slot, { code, signal, error }: Ending): void {
  const { worker, ready, began } = slot
  const pid = slot.child?.pid
  Object.assign(slot, { child: null, ready: false })
  house.totals.end(worker)
  // before all were ready once, whoever starts them gives up
  if (house.stopping || !(ready || slot.ends > 0)) return
  slot.ends = performance.now() - began < MINUTE ? slot.ends + 1 : 1
  const pause = slot.ends === 1 ? 0 : Math.min(PAUSE.least * 2 ** (slot.ends - 2), PAUSE.most)
  house.log[code === 0 ? 'info' : 'error']({
    event: 'worker.ended',
    worker,
    pid,
    exit: code,
    signal,
    ...(error && { error }),
    restart_ms: pause,
  })
  slot.restart = setTimeout(() => {
    house.restarts += 1
    startWorker(house, slot).catch((cause: Error) => house.log.error({ event: 'worker.failed', worker, error: cause }))
  }, pause)
}

function tell({ child }: Slot, message: ToWorker): void {
  if (child?.connected) child.send(message, () => undefined) // whoever is gone meanwhile is told of by its end
}

async function stop(house: House, patience: Milliseconds): Promise<void> {
  house.stopping = true
  for (const slot of house.slots) {
    clearTimeout(slot.restart)
    tell(slot, { stop: patience })
  }
  // a little more than the requests get, for the database to be closed
  const late = setTimeout(() => house.slots.map(({ child }) => child?.kill('SIGKILL')), patience + Math.min(patience / 2, 2 * SECOND) + 100)
  await Promise.all(house.slots.map(({ gone, child }) => child && gone))
  clearTimeout(late)
}

async function openWatch(house: House): Promise<RunningServer | null> {
  const { config, log } = house
  if (!config.metrics) return null
  const answer = (http: HttpRequest): Promise<Reply> | null => {
    if (http.path.endsWith('/healthz')) return Promise.resolve(healthReply(http, null))
    return http.path.endsWith('/readyz') ? findFailing(house).then((failing) => healthReply(http, failing)) : null
  }
  return openMetricsPort({ write: async () => writeFamilies(await readAll(house)), health: { answer }, ...config.metrics, log })
}

let looked = 0

/** How each worker is that answers in time; null for the others. */
function lookAround({ slots, looks, patience }: House): Promise<{ worker: number; look: Look | null }[]> {
  return Promise.all(
    slots.map(async (slot) => {
      if (!slot.ready) return { worker: slot.worker, look: null }
      const id = ++looked
      const look = await new Promise<Look | null>((resolve) => {
        const timer = setTimeout(() => resolve(null), patience)
        looks.set(id, (found) => {
          clearTimeout(timer)
          resolve(found)
        })
        tell(slot, { look: id })
      })
      looks.delete(id)
      return { worker: slot.worker, look }
    }),
  )
}

/** The kernel deals connections out to a worker that stands still as to any other: so it is ended, and gets a successor. */
async function lookAfter(house: House): Promise<void> {
  const looks = await lookAround(house)
  for (const [place, { worker, look }] of looks.entries()) {
    const slot = house.slots[place]!
    slot.misses = look || !slot.ready ? 0 : slot.misses + 1
    if (slot.misses < MOST_MISSES || house.stopping) continue
    house.log.error({ event: 'worker.silent', worker, pid: slot.child?.pid })
    slot.child?.kill('SIGKILL')
  }
}

/** Ready where one of the workers is. */
async function findFailing(house: House): Promise<HealthCheck | null> {
  if (house.stopping) return 'draining'
  const looks = (await lookAround(house)).flatMap(({ look }) => look ?? [])
  return looks.some(({ failing }) => failing === null) ? null : (looks[0]?.failing ?? 'workers')
}

async function readAll(house: House): Promise<Family[]> {
  const looks = await lookAround(house)
  const answered = new Set<number>()
  for (const { worker, look } of looks) {
    if (!look) continue
    answered.add(worker)
    house.totals.hear({ worker, families: look.families })
  }
  const running = house.slots.filter(({ ready }) => ready).length
  const silent = house.slots.filter(({ worker, ready }) => ready && !answered.has(worker)).length
  const state = (name: string, value: number) => ({ labels: { state: name }, value })
  return [
    ...house.totals.read(answered),
    family('vouchsafe_workers', 'gauge', 'Processes that share the port, and how they answer.', [
      state('answering', running - silent),
      state('silent', silent),
      state('missing', house.slots.length - running),
    ]),
    family('vouchsafe_worker_restarts_total', 'counter', 'Workers that were started in place of others.', [{ value: house.restarts }]),
  ]
}
