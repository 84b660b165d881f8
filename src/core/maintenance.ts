import { SECOND } from './model/clock.ts'
import type { Context } from './model/context.ts'

const EVERY = 10 * SECOND
const SWEEP_BUDGET = 20 // milliseconds

/** What time asks for: keys are rotated, what is over is deleted. At most one at a time, and by requests not more often than every 10 s. */
export function createMaintenance(context: Context): { soon(): void; now(): Promise<void> } {
  let last = context.clock()
  let running: Promise<void> | null = null
  async function run(): Promise<void> {
    try {
      await context.keys.maintain()
      await context.store.sweep(context.clock(), SWEEP_BUDGET)
    } catch (cause) {
      context.log.error({ event: 'maintenance.failed', cause: cause instanceof Error ? cause : String(cause) })
    } finally {
      last = context.clock()
      running = null
    }
  }
  const now = () => (running ??= run())
  return {
    now,
    soon: () => {
      if (running === null && context.clock() - last >= EVERY) void now()
    },
  }
}
