import { issuedTable, table } from '../lib/report.mjs'
import { runRounds, startAll, stopAll } from '../lib/rounds.mjs'
import { summarize } from '../lib/summary.mjs'

const BASES = ['oidc-memory', 'oidc-durable', 'ceiling', 'limit']
/** Introspection is held against the peers' opaque tokens. */
const OPAQUE_BASES = ['oidc-memory-opaque', 'oidc-durable-opaque', 'limit']

/** A to E: ours and the peers over the same work. Lines by the letter of the work. */
export async function runPeers(works, options) {
  const { connections, lives, say } = options
  const kinds = works.flatMap((work) => connections.map((width) => ({ work, width, windows: new Map() })))
  let issued = ''
  for (let life = 0; life < lives; life++) issued = await live(kinds, options)
  const lines = {}
  for (const work of works) {
    const bases = basesOf(work)
    lines[work] = kinds
      .filter((kind) => kind.work === work)
      .flatMap(({ width, windows }) => summarize({ work, unit: work, connections: width }, windows, bases))
    say(table(lines[work], { bases }))
  }
  say(issued)
  return lines
}

/**
 * All servers are started and take their turns at all kinds; returns the table of what they issued. What a process is like is decided anew
 * with each: how its code is compiled and lies in memory makes up to a tenth of its speed.
 */
async function live(kinds, options) {
  const all = await startAll(options.targets, options)
  try {
    for (const { work, width, windows } of kinds) {
      // ours answers D with opaque tokens where it is held against opaque ones
      const other = work === 'D' ? 'vouchsafe' : 'vouchsafe-opaque'
      const able = all.filter(({ server }) => server.target.name !== other)
      const rounds = Math.ceil(options.rounds / options.lives)
      const found = await runRounds(able, work, { ...options, rounds, connections: width })
      for (const [target, list] of found) windows.set(target, [...(windows.get(target) ?? []), ...list])
    }
    return issuedTable(all)
  } finally {
    await stopAll(all)
  }
}

const basesOf = (work) => (work === 'D' ? OPAQUE_BASES : BASES)
