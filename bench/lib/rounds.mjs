import { Flows, inspect } from './flows.mjs'
import { measure } from './measure.mjs'
import { startServer } from './server.mjs'

/**
 * All servers are up at once, and in each round every one of them gets one short window of the same work: what else the machine does
 * meanwhile hits them alike, so that the ratio within a round holds where rates do not.
 */
export async function startAll(targets, options = {}) {
  const all = []
  try {
    for (const target of targets) {
      const server = await startServer(target, options)
      const entry = { server, flows: new Flows(server), jars: [], issued: {} }
      all.push(entry)
      entry.jars = await entry.flows.people()
      entry.issued = target.name === 'limit' || target.name === 'ceiling' ? {} : await inspect(server, entry.flows, entry.jars)
    }
    return all
  } catch (cause) {
    await stopAll(all)
    throw cause
  }
}

export async function stopAll(all) {
  await Promise.all(all.map(({ server }) => server.stop()))
}

/** The windows of one work at one width: for each server a list, by rounds. */
export async function runRounds(all, work, { connections, rounds, window, warm }) {
  const able = all.filter(({ server }) => server.target.works.includes(work))
  const windows = new Map(able.map(({ server }) => [server.target.name, []]))
  for (const entry of able) {
    await renew(entry, work)
    await measure(entry, work, { connections, window: warm })
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of able) {
      await renew(entry, work)
      windows.get(entry.server.target.name).push(await measure(entry, work, { connections, window }))
    }
  }
  return windows
}

/** A server that forgets grants has them made anew, or it would be measured answering errors. */
async function renew(entry, work) {
  if (entry.server.target.forgets && (work === 'B' || work === 'D')) entry.jars = await entry.flows.people()
}
