import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GOALS } from './goals.mjs'
import { number } from './report.mjs'
import { BENCH } from './server.mjs'

const FILE = join(BENCH, 'results', 'recorded.json')
const DIGITS = 4
/** What is left of a ratio that fell by a tenth. */
const LEAST = 0.9

/** What recorded runs found, by the letter of the work. */
export const readRecorded = () => (existsSync(FILE) ? readRun(FILE) : {})

export function readRun(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function writeRun(file, works) {
  writeFileSync(file, `${JSON.stringify(works, round, 2)}\n`)
}

/** More digits than can be meant would only change with every run. */
const round = (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value)

/** Puts these works in the place of their earlier selves. */
export function record(works) {
  mkdirSync(dirname(FILE), { recursive: true })
  const sorted = Object.entries({ ...readRecorded(), ...works }).sort(([one], [other]) => (one < other ? -1 : 1))
  writeRun(FILE, Object.fromEntries(sorted))
}

/** The ratios of ours that both runs have, and those that fell by more than a tenth, as sentences. */
export function compareRuns(works, recorded) {
  const before = ratiosOf(recorded)
  const both = [...ratiosOf(works)].filter(([name]) => before.has(name))
  const fell = both
    .filter(([name, value]) => value < LEAST * before.get(name))
    .map(([name, value]) => `${name}: ${number(value, 2)}, and ${number(before.get(name), 2)} was recorded.`)
  return { compared: both.length, fell }
}

/** Beside the peers that which has a goal is held: how they stand to each other is their own affair. From G on all are ours. */
function isHeld({ work, target }, base) {
  if (work >= 'G') return true
  return work === 'F'
    ? target.startsWith('vouchsafe')
    : GOALS.some((goal) => goal.work === work && goal.target === target && goal.base === base)
}

function ratiosOf(works) {
  const ratios = new Map()
  for (const { lines } of Object.values(works)) {
    for (const { work, unit, connections, target, against } of lines) {
      const what = [work, ...(unit && unit !== work ? [unit] : []), ...(connections ? [`at ${connections}`] : [])].join(' ')
      for (const [base, measures] of Object.entries(against)) {
        if (!isHeld({ work, target }, base)) continue
        for (const [measure, value] of Object.entries(measures)) ratios.set(`${what}, ${target} against ${base}, ${measure}`, value)
      }
    }
  }
  return ratios
}
