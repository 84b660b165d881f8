import { randomBytes } from 'node:crypto'
import { table } from '../lib/report.mjs'
import { TARGETS } from '../lib/targets.mjs'
import { compareVariants } from '../lib/variants.mjs'

/** H: A and B on PostgreSQL, whose processes share the generator's core, against SQLite. By our server's CPU: its own is another's work. */
export async function databases(options) {
  const { startPostgres } = await import('../../test/support/postgres.ts')
  const postgres = await startPostgres()
  try {
    const env = { DATABASE: await postgres.createDatabase(), SECRET: randomBytes(32).toString('base64') }
    const targets = [
      { ...TARGETS.vouchsafe, name: 'sqlite' },
      { ...TARGETS.vouchsafe, name: 'postgres', env },
    ]
    const lines = await compareVariants(targets, { ...options, work: 'H', units: ['A', 'B'] })
    options.say(table(lines, { title: 'H, ', bases: ['sqlite'] }))
    return lines
  } finally {
    await postgres.close()
  }
}
