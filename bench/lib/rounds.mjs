import { checkClaims } from './claims.mjs'
import { Flows, inspect } from './flows.mjs'
import { measure } from './measure.mjs'
import { startServer } from './server.mjs'

/**
 * Started, looked at, and settled: for so many milliseconds each does its first work, by when its code is compiled and its pace stays.
 * All servers are up at once, and in each round every one of them gets one short window of the same work: what else the machine does
 * meanwhile hits them alike, so that the ratio within a round holds where rates do not.
 */
export async function startAll(targets, { people, settle, connections }) {
  const all = []
  try {
    for (const target of targets) {
      const server = await startServer(target)
      const entry = { server, flows: new Flows(server), people, jars: [], issued: {} }
      all.push(entry)
      entry.jars = await entry.flows.people(people)
      if (!target.issues) continue
      entry.issued = await inspect(server, entry.flows, entry.jars)
      checkClaims(target, entry.issued)
    }
    for (const entry of all) await warmUp(entry, entry.server.target.works[0], connections[0], settle)
    return all
  } catch (cause) {
    await stopAll(all)
    throw cause
  }
}

export async function stopAll(all) {
  await Promise.all(all.map(({ server }) => server.stop()))
}

/** The windows of one kind of work at one width: for each server a list, by rounds. */
export async function runRounds(all, work, { connections, rounds, window, warm }) {
  const able = all.filter(({ server }) => server.target.works.includes(work))
  const windows = new Map(able.map(({ server }) => [server.target.name, []]))
  for (const entry of able) await warmUp(entry, work, connections, warm)
  for (let round = 0; round < rounds; round++) {
    // there and back again, so that nobody always comes after the same one
    for (const entry of round % 2 === 0 ? able : able.toReversed()) {
      await renew(entry, work)
      windows.get(entry.server.target.name).push(await measure(entry, work, { connections: widthOf(entry, connections), window }))
    }
  }
  return windows
}

/** Does the work, and looks at nothing. */
async function warmUp(entry, work, connections, window) {
  await renew(entry, work)
  await measure(entry, work, { connections: widthOf(entry, connections), window })
}

/** A server of several processes may be given as many connections for each of them. */
const widthOf = ({ server }, connections) => connections * (server.target.wider ?? 1)

/** A server that forgets sessions and grants has them made anew, or it would be measured answering errors. */
async function renew(entry, work) {
  if (entry.server.target.forgets && 'ABD'.includes(work)) entry.jars = await entry.flows.people(entry.people)
}
