import { HOUR, MINUTE, type Milliseconds } from './model/clock.ts'
import type { Context, Usage } from './model/context.ts'
import { OAuthError } from './model/error.ts'

/** Pairs that are counted at once; of more the uses are not told. */
const MOST = 100_000
/** How often it is looked which counts are to be written, and how often one pair's are. */
const LOOK = MINUTE
const EACH = HOUR
/** Written side by side: they share a transaction. */
const TOGETHER = 100

interface Count {
  sub: string
  client_id: string
  count: number
  at: Milliseconds
  /** Since when nothing was written; null where nothing was yet. */
  written_at: Milliseconds | null
}

/**
 * Counts when and how often what people allowed is of use, in memory: a write for each would cost as much as the use itself. The counts of
 * a pair are written when it is first seen and once an hour after that, so a lookup may be an hour old, and a node that dies loses an hour.
 */
export function createUsage({ store, clock, log }: Pick<Context, 'store' | 'clock' | 'log'>): Usage {
  const counts = new Map<string, Count>()
  let next = clock() + LOOK
  let full = false

  function note(sub: string, client_id: string): void {
    const key = `${client_id} ${sub}`
    const known = counts.get(key)
    if (known) {
      known.count += 1
      known.at = clock()
    } else if (counts.size < MOST) counts.set(key, { sub, client_id, count: 1, at: clock(), written_at: null })
    else full = true
  }

  /** Those that are due; what was quiet for an hour is forgotten. */
  function due(all: boolean): Count[] {
    const now = clock()
    const found: Count[] = []
    for (const [key, one] of counts) {
      const old = one.written_at === null || now - one.written_at >= EACH
      if (one.count > 0 && (old || all)) found.push(one)
      else if (one.count === 0 && old) counts.delete(key)
    }
    return found
  }

  async function write(one: Count): Promise<void> {
    const { sub, client_id, count, at } = one
    one.count = 0 // what comes while it is written is another
    one.written_at = clock()
    let kept = false
    try {
      kept = await store.consents.use(sub, client_id, at, count)
    } finally {
      if (!kept) {
        one.count += count
        one.written_at = null
      }
    }
  }

  async function flush(all: boolean): Promise<void> {
    const found = due(all)
    try {
      while (found.length > 0) await Promise.all(found.splice(0, TOGETHER).map(write))
    } catch (cause) {
      // a house that moves is read only until it has moved
      if (OAuthError.from(cause).reason !== 'moving')
        log.warn({ event: 'usage.unwritten', cause: cause instanceof Error ? cause : String(cause) })
    }
    if (full) log.warn({ event: 'usage.full', pairs: counts.size })
    full = false
  }

  return {
    note,
    soon: async () => {
      if (clock() < next) return
      next = clock() + LOOK
      await flush(false)
    },
    flush: () => flush(true),
  }
}
