import { setTimeout } from 'node:timers/promises'
import { Crowd } from '../lib/crowd.mjs'
import { measure } from '../lib/measure.mjs'
import { number, table } from '../lib/report.mjs'
import { startAll, stopAll } from '../lib/rounds.mjs'
import { median } from '../lib/statistics.mjs'
import { summarize } from '../lib/summary.mjs'
import { TARGETS } from '../lib/targets.mjs'

/** More than the two that are looked at and the 64 that may wait, and fewer than one address may try at once. */
const CROWD = 80
/** Until the queue is full. Milliseconds. */
const GATHERING = 300
const [ALONE, BESIDE] = ['alone', 'beside sign-ins']

/** J: A while people sign in with passwords, as many as the queue holds and some beyond, against A alone. */
export async function signIns(options) {
  const { connections, say } = options
  // passwords are hashed on other threads: on one core the kernel alone would say how long everybody waits
  const all = await startAll([{ ...TARGETS.vouchsafe, cores: '0,1' }], options)
  try {
    const lines = []
    for (const width of connections) lines.push(...(await compare(all[0], width, options)))
    say(table(lines, { title: 'J, ', bases: [ALONE] }))
    say(crowdTable(lines.filter(({ target }) => target === BESIDE)))
    return lines
  } finally {
    await stopAll(all)
  }
}

async function compare(entry, connections, { rounds, window, warm }) {
  const windows = new Map([
    [ALONE, []],
    [BESIDE, []],
  ])
  const crowds = []
  await measure(entry, 'A', { connections, window: warm })
  for (let round = 0; round < rounds; round++) {
    windows.get(ALONE).push(await measure(entry, 'A', { connections, window }))
    const crowd = new Crowd(entry.server, CROWD)
    await setTimeout(GATHERING)
    windows.get(BESIDE).push(await measure(entry, 'A', { connections, window }))
    crowds.push(crowd.look())
    await crowd.disperse()
  }
  const [alone, beside] = summarize({ work: 'J', unit: 'A', connections }, windows, [ALONE])
  const p99 = median(windows.get(ALONE).map((one, round) => one.p99 / windows.get(BESIDE)[round].p99))
  const sum = (member) => crowds.reduce((all, crowd) => all + crowd[member], 0)
  const crowd = { sign_ins: sum('signed_in') / sum('seconds'), refused: sum('refused'), told_when: sum('told_when') }
  const errors = beside.errors + sum('errors') + crowd.refused - crowd.told_when
  // by CPU nothing can be said: the same process hashes the passwords
  return [alone, { ...beside, ...crowd, errors, against: { [ALONE]: { rate: beside.against[ALONE].rate, p99 } } }]
}

function crowdTable(lines) {
  const out = [
    '\n| connections | sign-ins a second | sent away with 503 | of them with Retry-After | p99 of A, times that alone |',
    '|---|---|---|---|---|',
  ]
  for (const { connections, sign_ins, refused, told_when, against } of lines) {
    out.push(`| ${connections} | ${number(sign_ins)} | ${refused} | ${told_when} | ${number(1 / against[ALONE].p99, 2)} |`)
  }
  return out.join('\n')
}
