import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { MOST_GROWN } from '../lib/goals.mjs'
import { measure } from '../lib/measure.mjs'
import { number } from '../lib/report.mjs'
import { startAll, stopAll } from '../lib/rounds.mjs'
import { memoryOf } from '../lib/server.mjs'

const CONNECTIONS = 16

/** Resident megabytes of ours after so many code flows, each time after a collection; `grown` is from the first look to the last. */
export async function measureMemory(target, options) {
  const { flows, rest, say } = options
  // its flows are counted from the first on: it settles within the first look
  const all = await startAll([{ ...target, flags: ['--expose-gc'] }], { ...options, settle: 1, connections: [1] })
  const [entry] = all
  try {
    const looks = []
    let errors = 0
    let done = 0
    for (const until of flows) {
      const window = { connections: CONNECTIONS, window: Number.POSITIVE_INFINITY, units: until - done }
      const found = await measure(entry, 'A', window)
      done += found.done
      errors += found.errors
      looks.push({ flows: done, before: memoryOf(entry.server.pid), resident: await collected(entry.server.pid, rest) })
    }
    const grown = looks.at(-1).resident - looks[0].resident
    const told = looks.map(
      (look) => `${number(look.resident, 1)} MB after ${number(look.flows)} flows (${number(look.before)} before the collection)`,
    )
    say(
      `\nMemory of ${target.name}, each time after a collection: ${told.join(', ')}; grown by ${number(grown, 1)} MB,\n${grown <= MOST_GROWN ? 'held' : 'not held'}: it may be ${MOST_GROWN}.`,
    )
    return { work: 'F', unit: 'A', target: `${target.name} after flows`, units: done, looks, grown, against: {}, errors }
  } finally {
    await stopAll(all)
  }
}

/** Twice: what was collected first may set something else free, and what is free goes back to the system a little later. */
async function collected(pid, rest) {
  for (let look = 0; look < 2; look++) {
    process.kill(pid, 'SIGUSR2')
    await setTimeout(rest)
  }
  return memoryOf(pid)
}
