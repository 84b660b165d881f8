import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { findLostAnswers } from '../support/fleet-answers.ts'
import { openFleetApp } from '../support/fleet-app.ts'
import { checkAnswers, checkRows, openLedger, work } from '../support/fleet-load.ts'
import { runRaces } from '../support/fleet-races.ts'
import { endWhileCut, type Hit, storm } from '../support/fleet-storm.ts'
import { openJournal } from '../support/journal.ts'
import { mayMakeNetworks } from '../support/namespaces.ts'
import { type Fleet, openFleet, type TestNode } from '../support/nodes.ts'
import { findUnexcused, summarize } from '../support/trouble.ts'
import type { Soak } from './soak.ts'

interface Size {
  /** Nodes in network namespaces of their own, which asks for root; otherwise relays cut the way. */
  namespaces: boolean
  /** What is done to the fleet under load, one after the other. */
  hits: readonly Hit[]
  /** How long the load goes on after that. Milliseconds. */
  calm: number
  clients: number
  /** Grants that the load must come to, or there would be nothing to look at. */
  at_least: number
  /** Grants about which the nodes are asked in the end; the rows of all are looked at. */
  asked: number
  /** Whether a node that is cut and busy is told to end, which takes as long as a statement may. */
  ends_busy: boolean
}

/** Within this every request must end, whatever is cut. Milliseconds. */
const BOUND = 15_000
/** So long after healing a new request may still be told to come later. Milliseconds. */
const RECOVERY = 5_000

/**
 * Rounds of 16 s, in which one node is cut off in one of the ways, the hard ones for longer than a statement may take. Meanwhile the
 * other is killed, and later the same one; every other round the database is killed too.
 */
function fullHits(): Hit[] {
  const kinds = ['drop', 'deaf', 'unplug', 'reset'] as const
  return kinds
    .flatMap((kind) => [0, 1].map((node) => ({ kind, node })))
    .flatMap(({ kind, node }, round): Hit[] => {
      const from = round * 16_000
      const lasts = kind === 'reset' ? 4_000 : 12_000
      const hits: Hit[] = [
        { at: from + 500, cut: kind, node, lasts },
        { at: from + 2_500, kill: 1 - node },
        { at: from + 6_500, kill: 1 - node },
        { at: from + 10_500, kill: 1 - node },
      ]
      return [...hits, round % 2 === 0 ? { at: from + 13_500, kill: node } : { at: from + 13_500, crash: true }]
    })
}

const SMALL: readonly Hit[] = [
  { at: 200, cut: 'drop', node: 0, lasts: 1_000 },
  { at: 300, kill: 1 },
  { at: 1_500, crash: true },
]

async function run(size: Size): Promise<Record<string, unknown>> {
  const began = performance.now()
  const fleet = await openFleet({ namespaces: size.namespaces && mayMakeNetworks() })
  const parts: Record<string, number> = {}
  async function part<T>(name: string, what: Promise<T>): Promise<T> {
    const from = performance.now()
    const came = await what
    parts[name] = Math.round(performance.now() - from)
    return came
  }
  try {
    await fleet.addPerson('mara@otterbakery.example')
    const races = await part('races', runRaces(fleet, openJournal(BOUND)))
    const answers = await part('lost_answers', findLostAnswers(fleet, openJournal(BOUND)))
    const load = await part('load', runLoad(fleet, size))
    const ended = await part('end', endCut(fleet, size))
    // what the server does by itself fails too while there is no database, and says so
    const said = fleet.nodes.flatMap((node) => node.said.filter((line) => !line.includes('temporarily_unavailable')))
    assert.deepEqual(said, [], 'no node met an error that it has no word for')
    return {
      namespaces: fleet.namespaces,
      seconds: Math.round((performance.now() - began) / 1000),
      parts,
      races,
      answers,
      ...load,
      ended,
    }
  } catch (cause) {
    const said = fleet.nodes.flatMap((node) => node.said.map((line) => `node ${node.index}: ${line}`))
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${said.join('\n')}`, { cause })
  } finally {
    await fleet.close()
  }
}

/** The milliseconds that nodes took to end which cannot reach their database. */
async function endCut(fleet: Fleet, { ends_busy }: Size): Promise<Record<string, number>> {
  const journal = openJournal(BOUND)
  const app = openFleetApp(fleet, journal, 'load-0')
  const [one, other] = fleet.nodes as [TestNode, TestNode]
  const idle = await endWhileCut(one, false, () => Promise.resolve())
  if (!ends_busy) return { idle }
  const busy = await endWhileCut(other, true, () => app.introspect('a token that nobody has', other))
  assert.deepEqual(
    journal.entries.filter(({ ending }) => ending === 'stuck' || ending === 'broken'),
    [],
  )
  return { idle, busy, longest_ms: summarize(journal.entries)['longest_ms']! }
}

async function runLoad(fleet: Fleet, size: Size): Promise<Record<string, unknown>> {
  const journal = openJournal(BOUND)
  const ledger = openLedger()
  let stopped = false
  const apps = await Promise.all(
    Array.from({ length: size.clients }, async (_, i) => {
      await fleet.addClient(`load-${i}`)
      const app = openFleetApp(fleet, journal, `load-${i}`)
      await app.signIn('mara@otterbakery.example')
      return app
    }),
  )
  const goesOn = () => !stopped
  const loads = apps.map((app) =>
    work(app, ledger, goesOn).catch((cause: unknown) => {
      stopped = true // nothing is left running behind a failure
      throw cause
    }),
  )
  const weather = storm(fleet, size.hits, goesOn)
    .then((came) => pause(size.calm, came)) // in which everything must go well again
    .finally(() => {
      stopped = true
    })
  await Promise.allSettled([weather, ...loads])
  await Promise.all(loads)
  const { troubles, ...measured } = await weather
  const unexcused = findUnexcused(journal.entries, troubles, RECOVERY)
  assert.deepEqual(unexcused.slice(0, 5), [], `${unexcused.length} requests failed without a reason`)
  await checkRows(fleet, ledger)
  const { grants, ...counts } = ledger
  assert.ok(grants.length >= size.at_least, `enough was done to be looked at: ${grants.length}`)
  const requests = summarize(journal.entries)
  const asked = await checkAnswers(fleet, ledger, size.asked)
  return { requests, ...counts, grants: grants.length, asked, troubles: count(troubles.map(({ what }) => what)), ...measured }
}

function count(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]))
}

export default {
  name: 'nodes',
  about:
    'Two nodes on one PostgreSQL: races have one winner, and nothing acknowledged is lost or doubled while nodes are killed, the way to the database is cut, and the database killed.',
  full: { namespaces: true, hits: fullHits(), calm: 8_000, clients: 6, at_least: 100, asked: 1_000, ends_busy: true },
  small: { namespaces: false, hits: SMALL, calm: 300, clients: 3, at_least: 5, asked: 20, ends_busy: false },
  run,
} satisfies Soak<Size>
