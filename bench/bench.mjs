// npm run bench: ours and its peers over the same work, in one run. README.md says how to read it.
import process from 'node:process'
import { goalTable } from './lib/goal-table.mjs'
import { describeMachine, pin, today } from './lib/machine.mjs'
import { HELP, readOptions } from './lib/options.mjs'
import { compareRuns, readRecorded, readRun, record, writeRun } from './lib/recorded.mjs'
import { isBroken, smokeTable } from './lib/smoke.mjs'
import { WORKS } from './works/index.mjs'
import { runPeers } from './works/peers.mjs'

// who is interrupted ends in order too, and leaves neither servers nor files
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

const options = read()
if (options.help) console.log(HELP)
else if (options.check && options.json) process.exitCode = check(readRun(options.json))
else process.exitCode = await run()

/** Or says what is wrong with the command line, and ends. */
function read() {
  try {
    return readOptions(process.argv.slice(2))
  } catch (cause) {
    console.error(cause.message)
    process.exit(2)
  }
}

/** Runs what was asked for; the exit code. */
async function run() {
  const pinned = pin()
  const works = await measure(options)
  const lines = Object.values(works).flatMap((work) => work.lines)
  const failed = lines.some(isBroken)
  if (options.smoke) console.log(smokeTable(lines))
  else {
    console.log(goalTable(works))
    if (!pinned) console.log('\nNothing was pinned to a core: server and generator were in each other’s way.')
  }
  if (options.json) writeRun(options.json, works)
  if (failed) return 1
  if (options.record) record(works)
  return options.check ? check(works) : 0
}

/** By the letter of the work: its lines, and where and how they were found. */
async function measure({ works, rounds, lives, window, settle, warm }) {
  const of = { day: today(), machine: describeMachine(), rounds, lives, window, settle, warm }
  const peers = works.filter((work) => !WORKS[work])
  const found = peers.length > 0 ? await runPeers(peers, options) : {}
  for (const work of works) found[work] ??= await WORKS[work](options)
  return Object.fromEntries(works.map((work) => [work, { ...of, lines: found[work] }]))
}

/** Names what fell; the exit code. */
function check(works) {
  const { compared, fell } = compareRuns(works, readRecorded())
  for (const sentence of fell) console.log(`FELL ${sentence}`)
  console.log(`${compared} ratios were held against the recorded ones; ${fell.length} fell by more than a tenth.`)
  return fell.length > 0 || compared === 0 ? 1 : 0
}
