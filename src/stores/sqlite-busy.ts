import { setTimeout } from 'node:timers/promises'
import { OAuthError } from '../core/model/error.ts'

/** Milliseconds that the event loop may stand still for a lock; beyond that we come back later. */
export const BUSY_TIMEOUT = 5

/** Milliseconds for which we wait for another process to finish writing; a long migration or a backup may take some. */
export const PATIENCE = 10_000

/** SQLITE_BUSY and its kinds: another process has the lock for a moment. */
export const isBusy = (cause: unknown): boolean => codeOf(cause) === 5
/** SQLITE_IOERR and its kinds: the disk did not do what it was asked for. */
export const isBroken = (cause: unknown): boolean => codeOf(cause) === 10
/** SQLITE_FULL. */
export const isFull = (cause: unknown): boolean => codeOf(cause) === 13

/** SQLite's own result, without the kinds that it has. */
function codeOf(cause: unknown): number {
  return cause instanceof Error ? ((cause as { errcode?: number }).errcode ?? 0) % 256 : 0
}

/**
 * What has not been done, and may be asked for again, is `temporarily_unavailable`: another process writes for too long, or the disk
 * takes no more. Everything else is returned as it is.
 */
export function explainUndone(cause: unknown): unknown {
  if (isBusy(cause)) return new OAuthError('temporarily_unavailable', 'The database is busy.', { cause, retry_after: 1 })
  if (isFull(cause)) return new OAuthError('temporarily_unavailable', 'The database has no room.', { cause, retry_after: 10 })
  if (isBroken(cause)) return new OAuthError('temporarily_unavailable', 'The database cannot be used.', { cause, retry_after: 10 })
  return cause
}

/** Milliseconds until the next attempt, different each time so that two processes do not keep step. */
export function pause(): number {
  return 2 + Math.random() * 13
}

/** Tries until the lock is free, without holding up the event loop; throws the last refusal after PATIENCE, as `explain` puts it. */
export async function whenFree<T>(run: () => T, explain = (cause: unknown) => cause): Promise<T> {
  const since = performance.now()
  for (;;) {
    try {
      return run()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() - since > PATIENCE) throw explain(cause)
      await setTimeout(pause())
    }
  }
}
