// Runs test/**/*.test.ts with Node's own runner. Words on the command line pick the files whose path holds one of them.
// The flows run a second time on PostgreSQL, beside the others; what they say comes last. With CI=true nothing may be skipped. The last line is `N passed, N failed`, counted from the runner's events.
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
// each file is a process of its own: what they share is compiled once
process.env.NODE_COMPILE_CACHE ??= join(process.cwd(), 'node_modules', '.cache', 'vouchsafe')

const words = process.argv.slice(2)
const strict = process.env.CI === 'true'
/** What takes longest begins first, a browser beside a wait, so that nothing is waited for in the end. Nothing depends on the order. */
const LONGEST = [
  'faults/kill',
  'browser/languages',
  'faults/road',
  'browser/dialects',
  'stores/postgres',
  'browser/road',
  'faults/fuzz',
  'browser/passkeys',
  'faults/migration',
  'browser/stranger',
  'faults/nodes',
  'bench/smoke',
  'browser/',
  'faults/',
  'server/bench',
  'server/serve',
  'server/moving',
  'server/workers',
  'stores/',
]
function rank(file) {
  const at = LONGEST.findIndex((name) => file.startsWith(`test/${name}`))
  return at < 0 ? LONGEST.length : at
}
const files = globSync('test/**/*.test.ts')
  .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Counts one end of a test; a suite is no test, unless it is left out, and all that is in it unseen. */
function count(event, outcome) {
  if (event.skip !== undefined || event.todo !== undefined) counts.skipped += 1
  else if (event.details?.type !== 'suite') counts[outcome] += 1
}

/** The files that run once more, the same tests, on a real PostgreSQL. */
const again = files.filter((file) => file.startsWith('test/flows/'))

/** Runs so many of them at once, and gives what is said of them to `say`; the promise is kept when the last has ended. */
function runAll(chosen, concurrency, say, execArgv = []) {
  return new Promise((resolve) => {
    const stream = run({ files: chosen, concurrency, execArgv, timeout: 240_000 })
    stream.on('test:pass', (event) => count(event, 'passed'))
    stream.on('test:fail', (event) => {
      // a suite fails when a test in it does; only its own trouble counts by itself
      if (event.details?.type === 'suite' && event.details.error?.failureType === 'subtestsFailed') return
      if (event.details?.type === 'suite') counts.failed += 1
      else count(event, 'failed')
    })
    stream.compose(new spec()).on('data', say)
    stream.on('end', () => setImmediate(resolve))
  })
}

/** One lane beside the others; what was said there. */
async function runOnPostgres() {
  const { startPostgres } = await import('../test/support/postgres.ts')
  const postgres = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-again-'))
  const settings = join(folder, 'settings')
  writeFileSync(settings, `TEST_POSTGRES=${postgres.url}\n`)
  const said = []
  await runAll(again, 1, (text) => said.push(text), [`--env-file=${settings}`])
  rmSync(folder, { recursive: true })
  await postgres.close()
  return said
}

if (files.length === 0) {
  console.error(`No test file fits ${words.join(' ') || 'test/**/*.test.ts'}.`)
  counts.failed += 1
} else {
  // many wait for a process, a disk or a clock most of their time
  const lanes = availableParallelism() + (again.length > 0 ? 1 : 2)
  const first = runAll(files, lanes, (text) => process.stdout.write(text))
  const [said] = await Promise.all([again.length > 0 ? runOnPostgres() : [], first])
  if (again.length > 0) process.stdout.write(`\nThe same on PostgreSQL:\n\n${said.join('')}`)
}
finish()

function finish() {
  if (strict && counts.skipped > 0) {
    console.log(`${counts.skipped} skipped, which counts as failed where CI=true`)
    counts.failed += counts.skipped
  } else if (counts.skipped > 0) {
    console.log(`${counts.skipped} skipped`)
  }
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)
}
