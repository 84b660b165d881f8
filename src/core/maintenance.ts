import { type Milliseconds, SECOND } from './model/clock.ts'
import type { Context } from './model/context.ts'
import { OAuthError } from './model/error.ts'

/** How often keys are looked after, and what is over while that is little. */
const EVERY = 10 * SECOND
/** For how long one sweep deletes. */
const SWEEP: Milliseconds = 50
/** When a sweep has found so many rows, the next one follows so much later: a quarter of the time at most. Fewer rows wait longer. */
const MANY = 200
const SOONEST: Milliseconds = 3 * SWEEP
/** How much longer than the last pause one may be: a slow sweep may have spent its time where nothing was over. */
const SLOWER = 8

/**
 * What time asks for: keys are rotated, uses are written down, what is over is deleted. At most one at a time, and by requests not more often than every 10 s,
 * or as much sooner as a lot is over; then also where no requests come, as this may be the one node that sweeps.
 */
export function createMaintenance(context: Context): { soon(): void; now(): Promise<void> } {
  let keys_at = context.clock() + EVERY
  let next = keys_at
  let running: Promise<void> | null = null
  let skew = 0
  let last_pause = EVERY

  async function run(with_keys: boolean): Promise<void> {
    let pause = EVERY
    try {
      if (with_keys) await context.keys.maintain()
      // by the database's clock: a node whose own is ahead must not delete what still guards something
      if (with_keys) skew = await context.store.skew()
      if (with_keys) await context.usage.soon()
      const gone = await context.store.sweep(context.clock() + skew, SWEEP)
      pause = Math.min(EVERY, last_pause * SLOWER, Math.max(SOONEST, (SOONEST * MANY) / gone))
    } catch (cause) {
      // a house that moves keeps what is over until it has moved
      if (OAuthError.from(cause).reason === 'moving') context.log.info({ event: 'maintenance.postponed' })
      else context.log.error({ event: 'maintenance.failed', cause: cause instanceof Error ? cause : String(cause) })
    } finally {
      if (with_keys) keys_at = context.clock() + EVERY
      next = context.clock() + pause
      last_pause = pause
      running = null
      if (pause < EVERY) wake(soon, pause)
    }
  }

  function soon(): void {
    if (running === null && context.clock() >= next) running = run(context.clock() >= keys_at)
  }
  return { now: () => (running ??= run(true)), soon }
}

/** Calls it then, and keeps no process alive for that. */
function wake(soon: () => void, pause: Milliseconds): void {
  const timer: unknown = setTimeout(soon, pause)
  const { unref } = timer as { unref?: () => void } // which timers of Node have and others lack
  unref?.call(timer)
}
