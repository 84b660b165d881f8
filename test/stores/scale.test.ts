import { it } from 'node:test'
import postgres from '../soak/scale-postgres.ts'
import sqlite from '../soak/scale-sqlite.ts'

for (const soak of [sqlite, postgres]) {
  it(`${soak.name}: a grant takes at most 400 bytes with all indexes, and of a large table all goes that is over, and nothing else`, {
    timeout: 120_000,
  }, async () => {
    await soak.run(soak.small as never)
  })
}
