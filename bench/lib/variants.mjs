import { runRounds, startAll, stopAll } from './rounds.mjs'
import { summarize } from './summary.mjs'

/** Servers that differ in one thing, all up at once, over the same units of work. Each is held against the first of them. */
export async function compareVariants(targets, options) {
  const all = await startAll(targets, options)
  try {
    return await compareStarted(all, options)
  } finally {
    await stopAll(all)
  }
}

/** The same of servers that are up already. */
export async function compareStarted(all, { work, units, connections, ...how }) {
  const lines = []
  for (const unit of units) {
    for (const width of connections) {
      const windows = await runRounds(all, unit, { ...how, connections: width })
      lines.push(...summarize({ work, unit, connections: width }, windows, [all[0].server.target.name]))
    }
  }
  return lines
}
