import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Clock, SECOND } from '../core/model/clock.ts'
import type { ErrorCode } from '../core/model/error.ts'
import type { Keys } from '../core/model/keys.ts'
import type { Meter, Tally } from '../core/model/meter.ts'
import type { Store, StoreWork } from '../core/model/store.ts'
import { passwordQueue } from './accounts/password.ts'
import { type Family, family, type Sample, writeFamilies } from './exposition.ts'
import type { Finding } from './health.ts'

/** What is counted, for whoever reads it. */
export interface Metrics extends Meter {
  /** The same store, its sweeps counted. */
  watch(store: Store): Store
  /** All of it, for one process. */
  read(sources: MetricSources): Family[]
  /** The same as text. */
  write(sources: MetricSources): string
  close(): void
}

/** What is read only when somebody asks. */
export interface MetricSources {
  store: Pick<Store, 'work'>
  keys: Pick<Keys, 'list'>
  health: Finding
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'other'] as const
const OTHER = METHODS.length - 1
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
/** Milliseconds. A refresh takes one or two, a password a hundred. */
const BOUNDS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const
/** How often the event loop is looked at, milliseconds: so much of each interval is not lag. */
const RESOLUTION = 10

/** Begins to count. Labels are endpoints, dialects, methods and codes that this server has; nothing that a request says becomes one. */
export function createMetrics(clock: Clock): Metrics {
  const counters = new Map<string, Counter>()
  const errors = new Map<ErrorCode, number>()
  const sweeps = { rows: 0, at: 0 }
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION })
  loop.enable()
  const read = ({ store, keys, health }: MetricSources): Family[] => [
    ...readRequests([...counters.values()]),
    readErrors(errors),
    ...readStore(store, sweeps),
    readPasswords(),
    ...readKeys(keys, clock()),
    ...readHealth(health),
    ...readProcess(loop),
  ]
  return {
    tally: (endpoint, dialect) => {
      const name = `${endpoint} ${dialect}`
      let counter = counters.get(name)
      if (!counter) counters.set(name, (counter = createCounter(endpoint, dialect)))
      return counter
    },
    refused: (error) => void errors.set(error, (errors.get(error) ?? 0) + 1),
    watch: (store) => ({
      ...store,
      sweep: async (now, budget) => {
        const rows = await store.sweep(now, budget)
        sweeps.rows += rows
        sweeps.at = clock()
        return rows
      },
    }),
    read,
    write: (sources) => writeFamilies(read(sources)),
    close: () => void loop.disable(),
  }
}

/** One endpoint of one dialect: plain numbers at fixed places. */
interface Counter extends Tally {
  labels: { endpoint: string; dialect: string }
  /** By method and class of status. */
  answers: Float64Array
  /** By the first bound that is not passed. */
  times: Float64Array
  /** Milliseconds. */
  total(): number
}

function createCounter(endpoint: string, dialect: string): Counter {
  const answers = new Float64Array(METHODS.length * CLASSES.length)
  const times = new Float64Array(BOUNDS.length + 1)
  let total = 0
  return {
    labels: { endpoint: endpoint || 'none', dialect: dialect || 'none' },
    answers,
    times,
    total: () => total,
    count(method, status, milliseconds) {
      const known = METHODS.indexOf(method as (typeof METHODS)[number])
      const hundred = Math.min(Math.max(Math.floor(status / 100), 1), CLASSES.length) - 1
      answers[(known < 0 ? OTHER : known) * CLASSES.length + hundred]! += 1
      let place = 0
      while (place < BOUNDS.length && milliseconds > BOUNDS[place]!) place += 1
      times[place]! += 1
      total += milliseconds
    },
  }
}

function readRequests(counters: readonly Counter[]): Family[] {
  const answered: Sample[] = []
  const taken: Sample[] = []
  for (const { labels, answers, times, total } of counters) {
    for (const [place, value] of answers.entries()) {
      const method = METHODS[Math.floor(place / CLASSES.length)]!
      if (value > 0) answered.push({ labels: { ...labels, method, status: CLASSES[place % CLASSES.length]! }, value })
    }
    let passed = 0
    const buckets = [...times].map((value, place): Sample => {
      const le = place < BOUNDS.length ? String(BOUNDS[place]! / SECOND) : '+Inf'
      passed += value
      return { labels: { ...labels, le }, value: passed, suffix: '_bucket' }
    })
    if (passed > 0) taken.push(...buckets, { labels, value: total() / SECOND, suffix: '_sum' }, { labels, value: passed, suffix: '_count' })
  }
  return [
    family('vouchsafe_http_requests_total', 'counter', 'Requests that were answered.', answered),
    family('vouchsafe_http_request_duration_seconds', 'histogram', 'From the last header of a request to its answer.', taken),
  ]
}

function readErrors(errors: ReadonlyMap<ErrorCode, number>): Family {
  const samples = [...errors].map(([error, value]) => ({ labels: { error }, value }))
  return family('vouchsafe_refusals_total', 'counter', 'Refusals by the code of OAuth, whoever was told.', samples)
}

function readStore(store: Pick<Store, 'work'>, sweeps: { rows: number; at: number }): Family[] {
  const work = store.work?.()
  const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }])
  const { open, idle } = work?.connections ?? {}
  const connections = open === undefined || idle === undefined ? [] : [state('busy', open - idle), state('idle', idle)]
  return [
    family('vouchsafe_store_writes_total', 'counter', 'Moves that were written to the database.', one(work?.writes)),
    family('vouchsafe_store_commits_total', 'counter', 'Transactions that those moves shared.', one(work?.commits)),
    family('vouchsafe_store_waiting', 'gauge', 'Moves that wait for the disk, or for a connection.', one(work?.waiting), 'sum'),
    family('vouchsafe_store_bytes', 'gauge', 'Size of the embedded database with its log.', one(work?.bytes), 'most'),
    family('vouchsafe_store_connections', 'gauge', 'Connections to the database.', connections, 'sum'),
    family('vouchsafe_swept_rows_total', 'counter', 'Rows that were over and went.', one(sweeps.rows)),
    family(
      'vouchsafe_last_sweep_timestamp_seconds',
      'gauge',
      'When the last sweep ended; 0 before the first.',
      one(sweeps.at / SECOND),
      'most',
    ),
    ...readWalk(work?.walk),
  ]
}

/** Only of who has come to an end of it: of several nodes one sweeps. */
function readWalk(walk: StoreWork['walk']): Family[] {
  const [grants, at] = walk ? [[{ value: walk.grants }], [{ value: walk.ended_at / SECOND }]] : [[], []]
  return [
    family('vouchsafe_grants', 'gauge', 'Grants that the sweeper left when it last came to their end.', grants, 'most'),
    family('vouchsafe_last_walk_timestamp_seconds', 'gauge', 'When that was.', at, 'most'),
  ]
}

function readPasswords(): Family {
  const { running, waiting } = passwordQueue()
  const samples = [state('running', running), state('waiting', waiting)]
  return family('vouchsafe_password_hashes', 'gauge', 'Passwords that are being hashed, and those in line.', samples, 'sum')
}

const state = (name: string, value: number): Sample => ({ labels: { state: name }, value })

function readKeys(keys: Pick<Keys, 'list'>, now: number): Family[] {
  const counts = new Map<string, Sample>()
  const ages: Sample[] = []
  for (const { use, status, active_at } of keys.list()) {
    const sample = counts.get(`${use} ${status}`) ?? { labels: { use, status }, value: 0 }
    counts.set(`${use} ${status}`, { ...sample, value: sample.value + 1 })
    if (status === 'active') ages.push({ labels: { use }, value: (now - (active_at ?? now)) / SECOND })
  }
  return [
    family('vouchsafe_keys', 'gauge', 'Keys by what they are for.', [...counts.values()], 'most'),
    family('vouchsafe_active_key_age_seconds', 'gauge', 'How long the present key has been in use.', ages, 'most'),
  ]
}

function readHealth({ failing, skew }: Finding): Family[] {
  return [
    family('vouchsafe_ready', 'gauge', '1 where this node should get requests.', [{ value: failing === null ? 1 : 0 }]),
    family(
      'vouchsafe_clock_skew_seconds',
      'gauge',
      "How far the database's clock is ahead.",
      skew === null ? [] : [{ value: skew / SECOND }],
    ),
  ]
}

/** The lag is that since somebody last asked: the maximum of a whole life would say nothing about now. */
function readProcess(loop: ReturnType<typeof monitorEventLoopDelay>): Family[] {
  const lag = (quantile: string, nanoseconds: number): Sample => ({
    labels: { quantile },
    value: Math.max(nanoseconds / 1e9 - RESOLUTION / SECOND, 0),
  })
  const lags = [lag('0.5', loop.percentile(50)), lag('0.99', loop.percentile(99)), lag('1', loop.max)]
  loop.reset()
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    family('vouchsafe_event_loop_lag_seconds', 'gauge', 'How late the event loop was since the last look.', lags),
    family('process_cpu_seconds_total', 'counter', 'Time on the processor.', [{ value: (user + system) / 1e6 }]),
    family('process_resident_memory_bytes', 'gauge', 'Memory in use.', [{ value: rss }]),
    family('nodejs_heap_size_used_bytes', 'gauge', 'Heap in use.', [{ value: heapUsed }]),
    family('process_start_time_seconds', 'gauge', 'When the process began.', [{ value: performance.timeOrigin / SECOND }]),
  ]
}
