import process from 'node:process'
import type { DatabaseSync } from 'node:sqlite'

/** Reads that share a transaction. */
export interface SharedReads {
  run<T>(read: () => T): T
  /** Ends their transaction where there is one: nothing else may begin before. */
  end(): void
}

/**
 * The reads of one tick, all that the requests of a turn of the event loop do before they wait for something, see one moment of the
 * database. Alone, each would lock and unlock it, which takes longer than
 * to find a row ([decision 0036](../../docs/decisions/0036-what-a-flow-costs.md)).
 */
export function createSharedReads(database: DatabaseSync): SharedReads {
  const begin = database.prepare('begin')
  const commit = database.prepare('commit')
  let open = false

  function end(): void {
    if (!open) return
    open = false
    try {
      if (database.isTransaction) commit.run()
    } catch {
      if (database.isTransaction) database.exec('rollback') // nothing was written in it; but what follows must be able to begin
    }
  }

  return {
    run: (read) => {
      if (!open) {
        begin.run()
        open = true
        process.nextTick(end)
      }
      return read()
    },
    end,
  }
}
