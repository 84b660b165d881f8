import { setTimeout } from 'node:timers/promises'

/** Milliseconds for which we wait for another process to finish writing; a long migration or a backup may take some. */
export const PATIENCE = 10_000

/** SQLITE_BUSY and its kinds: another process has the lock for a moment. */
export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && ((cause as { errcode?: number }).errcode ?? 0) % 256 === 5
}

/** Milliseconds until the next attempt, different each time so that two processes do not keep step. */
export function pause(): number {
  return 2 + Math.random() * 13
}

/** Tries until the lock is free, without holding up the event loop; throws the last refusal after PATIENCE. */
export async function whenFree<T>(run: () => T): Promise<T> {
  const since = performance.now()
  for (;;) {
    try {
      return run()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() - since > PATIENCE) throw cause
      await setTimeout(pause())
    }
  }
}
