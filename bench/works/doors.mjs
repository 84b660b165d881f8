import { openInside } from '../lib/inside.mjs'
import { table } from '../lib/report.mjs'
import { FETCH, TARGETS } from '../lib/targets.mjs'
import { compareStarted, compareVariants } from '../lib/variants.mjs'

/** L: A through the door for web standards against A through that of node:http; over sockets, and without any inside one process. */
export async function doors(options) {
  const { say } = options
  const node = { ...TARGETS.vouchsafe, name: 'node:http' }
  const rest = { ...options, work: 'L', units: ['A'] }
  const sockets = await compareVariants([node, FETCH], rest)
  say(table(sockets, { title: 'L over sockets, ', bases: [node.name] }))
  const inside = await compareInside(rest)
  say(table(inside, { title: 'L without sockets, ', bases: ['handle(record)'] }))
  return [...sockets, ...inside]
}

async function compareInside(rest) {
  const { ways, close } = await openInside(rest)
  try {
    return await compareStarted(ways, { ...rest, warm: rest.settle })
  } finally {
    await close()
  }
}
