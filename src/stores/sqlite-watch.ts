import type { DatabaseSync } from 'node:sqlite'
import type { Milliseconds } from '../core/model/clock.ts'
import type { StoreNotice } from '../core/model/store.ts'

/** How often is looked whether another process has written: a glance at shared memory, no reading from the file. */
const POLL: Milliseconds = 250

/**
 * What other processes write to the same file shows as another `data_version`; what it was does not, so it may have been anything.
 * Begins with the first who wants to know.
 */
export function createSqliteWatch(database: DatabaseSync): { watch(listener: (notice: StoreNotice) => void): () => void; close(): void } {
  const listeners = new Set<(notice: StoreNotice) => void>()
  const version = database.prepare('pragma data_version')
  let timer: NodeJS.Timeout | undefined
  let seen: unknown

  function look(): void {
    try {
      const { data_version } = version.get() as { data_version: number }
      const hasChanged = data_version !== seen
      seen = data_version
      if (hasChanged) for (const listener of listeners) listener({ clients: '', keys: true })
    } catch {
      seen = undefined // somebody holds it for a moment
    }
  }

  function close(): void {
    clearInterval(timer)
    timer = undefined
    listeners.clear()
  }

  return {
    watch: (listener) => {
      listeners.add(listener)
      timer ??= setInterval(look, POLL).unref()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) close()
      }
    },
    close,
  }
}
