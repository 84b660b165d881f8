import { HOUR, MINUTE, type Milliseconds } from './model/clock.ts'
import type { Context, Usage } from './model/context.ts'
import { OAuthError } from './model/error.ts'
import { regionOf } from './model/network.ts'

/** Pairs that are counted at once; of more some uses are not told, and those that were written make room for them. */
const MOST = 100_000
/** How often it is looked which counts are to be written, and how often one pair's are. */
const LOOK = MINUTE
const EACH = HOUR
/** Written side by side: they share a transaction. */
const TOGETHER = 100
/** Written in one look: with many people each is another page of the database, and the others can wait for the next. */
const MOST_WRITES = 2_000

interface Count {
  sub: string
  client_id: string
  count: number
  at: Milliseconds
  /** Where the app itself asked from last; '' where only an API has shown what it was given. */
  address: string
  /** Since when nothing was written; null where nothing was yet. */
  written_at: Milliseconds | null
}

/**
 * Counts when and how often what people allowed is of use, in memory: a write for each would cost as much as the use itself. The counts of
 * a pair are written when it is first seen and once an hour after that, so a lookup may be an hour old, and a node that dies loses an hour.
 */
export function createUsage({ store, clock, log }: Pick<Context, 'store' | 'clock' | 'log'>, most = MOST): Usage {
  /** By client, then by person: no name is put together for a look. */
  const clients = new Map<string, Map<string, Count>>()
  let pairs = 0
  let next = clock() + LOOK
  let full = false
  /** Those that were written when it was last looked. */
  let written: Count[] = []

  function note(sub: string, client_id: string, address = ''): void {
    const known = clients.get(client_id)?.get(sub)
    if (known) {
      known.count += 1
      known.at = clock()
      if (address !== '') known.address = address
    } else if (pairs < most || makeRoom()) begin(sub, client_id, address)
    else full = true
  }

  function begin(sub: string, client_id: string, address: string): void {
    let people = clients.get(client_id)
    if (!people) clients.set(client_id, (people = new Map()))
    people.set(sub, { sub, client_id, count: 1, at: clock(), address, written_at: null })
    pairs += 1
  }

  /** Those that are to be written; what was quiet for an hour is forgotten. */
  function due(all: boolean): Count[] {
    const now = clock()
    const found: Count[] = []
    for (const [client_id, people] of clients) {
      for (const [sub, one] of people) {
        const old = one.written_at === null || now - one.written_at >= EACH
        if (one.count > 0 && (old || all)) found.push(one)
        else if (one.count === 0 && old) pairs -= Number(people.delete(sub))
      }
      if (people.size === 0) clients.delete(client_id)
    }
    return found
  }

  /** In place of one that was written and has no uses since: who is busy all the time must not keep out the others for good. */
  function makeRoom(): boolean {
    for (let one = written.pop(); one !== undefined; one = written.pop()) {
      const people = clients.get(one.client_id)
      if (one.count > 0 || people?.get(one.sub) !== one) continue
      people.delete(one.sub)
      pairs -= 1
      return true
    }
    return false
  }

  async function write(one: Count): Promise<void> {
    const { sub, client_id, count, at, address } = one
    one.count = 0 // what comes while it is written is another
    one.written_at = clock()
    let kept = false
    try {
      kept = await store.consents.use(sub, client_id, at, count, regionOf(address))
    } finally {
      if (!kept) {
        one.count += count
        one.written_at = null
      }
    }
  }

  async function flush(all: boolean): Promise<void> {
    const found = all ? due(true) : due(false).slice(0, MOST_WRITES)
    try {
      for (let i = 0; i < found.length; i += TOGETHER) await Promise.all(found.slice(i, i + TOGETHER).map(write))
    } catch (cause) {
      // a house that moves is read only until it has moved
      if (OAuthError.from(cause).reason !== 'moving')
        log.warn({ event: 'usage.unwritten', cause: cause instanceof Error ? cause : String(cause) })
    }
    written = found
    if (full) log.warn({ event: 'usage.full', pairs })
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
