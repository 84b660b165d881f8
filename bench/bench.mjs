// npm run bench: ours and its peers over the same work, in one run. README.md says how to read it.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { issuedTable, summarize, table } from './lib/report.mjs'
import { runRounds, startAll, stopAll } from './lib/rounds.mjs'
import { TARGETS } from './lib/targets.mjs'

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: Object.keys(TARGETS).join(',') },
    works: { type: 'string', default: 'A,B,C,D,E' },
    connections: { type: 'string', default: '16,64' },
    rounds: { type: 'string', default: '12' },
    window: { type: 'string', default: '400' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`npm run bench -- [options]
  --targets NAME,…      ${Object.keys(TARGETS).join(', ')}
  --works A,B,C,D,E     which work
  --connections 16,64   requests under way at once
  --rounds 12           windows per server, work and width
  --window 400          milliseconds of one window
  --json FILE           where the figures go`)
  process.exit(0)
}

const BASES = ['oidc-memory', 'oidc-durable', 'ceiling', 'limit']
/** Introspection is held against the peers' opaque tokens. */
const OPAQUE_BASES = ['oidc-memory-opaque', 'oidc-durable-opaque', 'limit']

/** The servers have core 0, the generator has core 1. */
execFileSync('taskset', ['-acp', '1', String(process.pid)])

const names = values.targets.split(',')
for (const name of names) if (!TARGETS[name]) throw new Error(`There is no server ${name}: ${Object.keys(TARGETS).join(', ')}.`)
const [rounds, window] = [Number(values.rounds), Number(values.window)]
const all = await startAll(names.map((name) => TARGETS[name]))
const lines = []
try {
  for (const work of values.works.split(',')) {
    const bases = work === 'D' ? OPAQUE_BASES : BASES
    for (const connections of values.connections.split(',').map(Number)) {
      // ours answers D with opaque tokens where it is held against opaque ones
      const able =
        work === 'D'
          ? all.filter(({ server }) => server.target.name !== 'vouchsafe')
          : all.filter(({ server }) => server.target.name !== 'vouchsafe-opaque')
      const windows = await runRounds(able, work, { connections, rounds, window, warm: 2 * window })
      const measured = summarize(work, connections, windows, bases)
      lines.push(...measured)
      console.log(table(measured, bases))
    }
  }
  console.log(issuedTable(all))
  if (values.json) {
    const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length }
    const issued = Object.fromEntries(all.map(({ server, issued: what }) => [server.target.name, what]))
    writeFileSync(
      values.json,
      `${JSON.stringify({ day: new Date().toISOString().slice(0, 10), machine, rounds, window, issued, lines }, null, 2)}\n`,
    )
  }
} finally {
  await stopAll(all)
}
process.exitCode = lines.some((line) => line.errors > 0) ? 1 : 0
