// Runs test/**/*.test.ts with Node's own runner. Words on the command line pick the files whose path holds one of them.
// The flows run a second time on PostgreSQL. With CI=true nothing may be skipped. The last line is `N passed, N failed`, counted from the runner's events.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
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
const files = globSync('test/**/*.test.ts')
  .sort()
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Counts one end of a test; a suite is no test, unless it is left out, and all that is in it unseen. */
function count(event, outcome) {
  if (event.skip !== undefined || event.todo !== undefined) counts.skipped += 1
  else if (event.details?.type !== 'suite') counts[outcome] += 1
}

/** The files that run once more, the same tests, on a real PostgreSQL. */
const again = files.filter((file) => file.startsWith('test/flows/'))

/** Runs them all; the promise is kept when the last has ended. */
function runAll(chosen) {
  return new Promise((resolve) => {
    // many wait for a process, a disk or a clock most of their time
    const stream = run({ files: chosen, concurrency: availableParallelism() + 2, timeout: 240_000 })
    stream.on('test:pass', (event) => count(event, 'passed'))
    stream.on('test:fail', (event) => {
      // a suite fails when a test in it does; only its own trouble counts by itself
      if (event.details?.type === 'suite' && event.details.error?.failureType === 'subtestsFailed') return
      if (event.details?.type === 'suite') counts.failed += 1
      else count(event, 'failed')
    })
    stream.compose(new spec()).pipe(process.stdout, { end: false })
    stream.on('end', () => setImmediate(resolve))
  })
}

async function runOnPostgres() {
  const { startPostgres } = await import('../test/support/postgres.ts')
  const postgres = await startPostgres()
  console.log('\nThe same on PostgreSQL:\n')
  process.env.TEST_POSTGRES = postgres.url
  await runAll(again)
  await postgres.close()
}

if (files.length === 0) {
  console.error(`No test file fits ${words.join(' ') || 'test/**/*.test.ts'}.`)
  counts.failed += 1
} else {
  await runAll(files)
  if (again.length > 0) await runOnPostgres()
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
