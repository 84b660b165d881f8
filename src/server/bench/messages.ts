import { performance } from 'node:perf_hooks'
import process from 'node:process'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { Config } from '../config.ts'
import type { toFailure } from '../worker-messages.ts'
import type { Cast } from './cast.ts'
import type { Throwaway } from './throwaway.ts'

/** What whoever measures says to the server that is measured. */
export type ToServer = { bench: { config: Config; throwaway: Throwaway; port: number } } | { look: number }

/** What that server says: that it listens and who is there, why it cannot, or how much it has used. */
export type FromServer = ({ ready: true } & Ready) | { failed: ReturnType<typeof toFailure> } | ({ looked: number } & Used)

export interface Ready {
  cast: Cast
  /** Until one small write that comes alone is kept, the median of a few. */
  write_ms: Milliseconds
}

/** What a process has used since it began. */
export interface Used {
  /** Of all its threads, microseconds. */
  cpu_us: number
  /** Of its event loop, milliseconds. */
  loop: { busy: Milliseconds; idle: Milliseconds }
}

/** What this process has used. */
export function readUsed(): Used {
  const { user, system } = process.cpuUsage()
  const { active, idle } = performance.eventLoopUtilization()
  return { cpu_us: user + system, loop: { busy: active, idle } }
}
