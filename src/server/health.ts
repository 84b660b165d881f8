import { type Clock, type Milliseconds, SECOND } from '../core/model/clock.ts'
import type { HttpRequest, Reply } from '../core/model/http.ts'
import type { Signer } from '../core/model/keys.ts'
import type { Log } from '../core/model/log.ts'
import type { Store } from '../core/model/store.ts'
import { KEY_USES, type StoredKey } from '../core/model/stored-key.ts'

/** How long a finding is good for, and how long the database may take over one. Milliseconds. */
const FRESH = SECOND
const PATIENCE = SECOND
/** How far the database's clock may be from ours: what one node seals, another must be able to open in time. Milliseconds. */
export const MOST_SKEW = SECOND / 2

/** What a server can be unready for: `draining` means that it is about to end, `workers` that none of them answers. */
export type HealthCheck = 'database' | 'keys' | 'clock' | 'signer' | 'draining' | 'workers'

export interface Finding {
  /** Null where the server is ready. */
  failing: HealthCheck | null
  /** Milliseconds by which the database's clock is ahead of ours; null where it was not asked. */
  skew: Milliseconds | null
  /** For the log only. */
  cause?: unknown
}

/** Whether this server should get requests. */
export interface Health {
  /** Looks at the database at most once a second and never twice at the same time, whoever asks and however often. */
  check(): Promise<Finding>
  /** From now on it is not ready, whatever else holds. */
  drain(): void
  /** What the addresses of its two pages answer; null elsewhere. */
  answer(http: HttpRequest): Promise<Reply> | null
}

export interface HealthOptions {
  store: Pick<Store, 'keys' | 'skew'>
  clock: Clock
  log: Log
  /** Where it can be unable to sign. */
  signer?: Pick<Signer, 'ready'>
  /** How long the database may take. Milliseconds; one second unless given. */
  patience?: Milliseconds
}

/** The two addresses: whether the process answers, and whether it should get requests. */
export const HEALTH_PATHS = ['/healthz', '/readyz'] as const

export function createHealth({ store, clock, log, signer, patience = PATIENCE }: HealthOptions): Health {
  let draining = false
  let known: { finding: Finding; at: Milliseconds } | null = null
  let looking: Promise<Finding> | null = null
  /** One that was given up may still wait for the database: until it has ended, no other begins. */
  let asking: Promise<Finding> | null = null

  function ask(): Promise<Finding> {
    asking ??= examine(store, canSign(signer, patience / 2)).finally(() => {
      asking = null
    })
    return asking
  }

  async function look(): Promise<Finding> {
    const finding = await within(ask(), patience)
    const before = known?.finding.failing ?? null
    if (finding.failing !== before) tell(log, finding)
    known = { finding, at: clock() }
    looking = null
    return finding
  }

  async function check(): Promise<Finding> {
    if (draining) return { failing: 'draining', skew: null }
    const age = known ? clock() - known.at : FRESH
    if (known && age >= 0 && age < FRESH) return known.finding
    looking ??= look()
    return looking
  }

  return {
    check,
    drain: () => {
      draining = true
    },
    answer: (http) => {
      if (http.path.endsWith('/healthz')) return Promise.resolve(healthReply(http, null))
      return http.path.endsWith('/readyz') ? check().then(({ failing }) => healthReply(http, failing)) : null
    },
  }
}

/** Never rejects: what cannot be asked is not ready. */
async function examine(store: HealthOptions['store'], signing: Promise<boolean>): Promise<Finding> {
  try {
    const [keys, skew, signs] = await Promise.all([store.keys.list(), store.skew(), signing])
    if (Math.abs(skew) > MOST_SKEW) return { failing: 'clock', skew }
    if (!hasKeys(keys)) return { failing: 'keys', skew }
    return { failing: signs ? null : 'signer', skew }
  } catch (cause) {
    return { failing: 'database', skew: null, cause }
  }
}

/** Never rejects. One that does not say in time cannot. */
function canSign(signer: HealthOptions['signer'], patience: Milliseconds): Promise<boolean> {
  if (!signer?.ready) return Promise.resolve(true)
  const ready = signer.ready()
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience)
    const say = (able: boolean) => {
      clearTimeout(timer)
      resolve(able)
    }
    ready.then(
      () => say(true),
      () => say(false),
    )
  })
}

function hasKeys(keys: readonly StoredKey[]): boolean {
  return KEY_USES.every((use) => keys.filter((key) => key.use === use && key.status === 'active').length === 1)
}

function within(finding: Promise<Finding>, patience: Milliseconds): Promise<Finding> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ failing: 'database', skew: null }), patience)
    void finding.then((found) => {
      clearTimeout(timer)
      resolve(found)
    })
  })
}

/** Once each time that it changes, however often somebody asks. */
function tell(log: Log, { failing, cause }: Finding): void {
  if (failing === null) log.info({ event: 'readiness.regained' })
  else log.warn({ event: 'readiness.lost', check: failing, ...(cause instanceof Error && { cause }) })
}

/** Strangers read it: nothing but the name of the check. */
export function healthReply({ method }: HttpRequest, failing: HealthCheck | null): Reply {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { ...headers, allow: 'GET, HEAD' }, body: '' }
  const body = JSON.stringify(failing === null ? { status: 'ok' } : { status: 'unready', failing })
  return { status: failing === null ? 200 : 503, headers, body: method === 'HEAD' ? '' : body }
}
