import { issuedTable, table } from '../lib/report.mjs'
import { runRounds, startAll, stopAll } from '../lib/rounds.mjs'
import { summarize } from '../lib/summary.mjs'

const BASES = ['oidc-memory', 'oidc-durable', 'ceiling', 'limit']
/** Introspection is held against the peers' opaque tokens. */
const OPAQUE_BASES = ['oidc-memory-opaque', 'oidc-durable-opaque', 'limit']

/** A to E: ours and the peers over the same work. Lines by the letter of the work. */
export async function runPeers(works, options) {
  const { targets, connections, say } = options
  const all = await startAll(targets, options)
  try {
    const lines = {}
    for (const work of works) {
      const bases = work === 'D' ? OPAQUE_BASES : BASES
      // ours answers D with opaque tokens where it is held against opaque ones
      const other = work === 'D' ? 'vouchsafe' : 'vouchsafe-opaque'
      const able = all.filter(({ server }) => server.target.name !== other)
      lines[work] = []
      for (const width of connections) {
        const windows = await runRounds(able, work, { ...options, connections: width })
        lines[work].push(...summarize({ work, unit: work, connections: width }, windows, bases))
      }
      say(table(lines[work], { bases }))
    }
    say(issuedTable(all))
    return lines
  } finally {
    await stopAll(all)
  }
}
