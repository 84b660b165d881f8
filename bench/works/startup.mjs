import { setTimeout } from 'node:timers/promises'
import { makeFolder, removeFolder } from '../lib/folder.mjs'
import { number } from '../lib/report.mjs'
import { memoryOf, startServer } from '../lib/server.mjs'
import { median } from '../lib/statistics.mjs'
import { serve } from '../lib/targets.mjs'
import { measureMemory } from './memory.mjs'

const BASES = ['oidc-memory', 'oidc-durable', 'limit']
const PROGRAM = serve('vouchsafe serve')

/** F: from the start of a process to its first answer, its resident memory at rest, and that of ours after many code flows. */
export async function startup(options) {
  const { targets, say } = options
  const ours = targets.find(({ name }) => name === 'vouchsafe')
  // the format of tokens changes nothing here; and what is started of ours is the program itself
  const others = targets.filter((target) => target !== ours && !target.name.endsWith('-opaque'))
  const lines = summarize(await startInTurn(ours ? [PROGRAM, ...others] : others, options))
  say(startupTable(lines))
  return ours ? [...lines, await measureMemory(ours, options)] : lines
}

/**
 * A start of each in every round, on what its first one, which does not count, has left: that is what whoever runs a server does again and
 * again. After its last start it rests, and its memory is looked at.
 */
async function startInTurn(targets, { starts, rest }) {
  const found = new Map(targets.map(({ name }) => [name, { started: [], idle: 0 }]))
  const kept = new Map(targets.map(({ name, fresh }) => [name, fresh ? undefined : makeFolder()]))
  try {
    for (let round = 0; round <= starts; round++) {
      for (const target of targets) {
        const server = await startServer(target, kept.get(target.name))
        if (round > 0) found.get(target.name).started.push(server.started)
        if (round === starts) {
          await setTimeout(rest)
          found.get(target.name).idle = memoryOf(server.pid)
        }
        await server.stop()
      }
    }
    return found
  } finally {
    for (const folder of kept.values()) if (folder) removeFolder(folder)
  }
}

function summarize(found) {
  return [...found].map(([target, own]) => {
    const bases = BASES.filter((base) => base !== target && found.has(base))
    const against = Object.fromEntries(bases.map((base) => [base, compare(own, found.get(base))]))
    return { work: 'F', target, units: own.started.length, started: median(own.started), idle: own.idle, against, errors: 0 }
  })
}

/** How many times as soon, and as small. */
function compare(own, base) {
  return { started: median(own.started.map((one, round) => base.started[round] / one)), idle: base.idle / own.idle }
}

function startupTable(lines) {
  const out = [
    '\n### F: start-up and memory\n',
    `| server | ms to the first answer | MB at rest |${BASES.map((base) => ` as soon as ${base} |`).join('')}`,
    `|---|---|---|${BASES.map(() => '---|').join('')}`,
  ]
  for (const { target, started, idle, against } of lines) {
    const times = BASES.map((base) => (against[base] ? ` ${number(against[base].started, 2)} × |` : ' – |')).join('')
    out.push(`| ${target} | ${number(started)} | ${number(idle)} |${times}`)
  }
  return out.join('\n')
}
