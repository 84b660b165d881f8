// Fills an empty database with grants, people and consents as years of use would, for measuring. Not part of the product.
//   node bin/with-node.mjs scripts/generate.mjs --grants 10000000 [--database sqlite:FILE|postgres://…] [--expired N]
import process from 'node:process'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/server/store.ts'
import { generate } from '../test/support/generate.ts'

const { values } = parseArgs({
  options: {
    grants: { type: 'string', default: '100000' },
    expired: { type: 'string', default: '0' },
    database: { type: 'string', default: 'sqlite:generated.db' },
  },
})
const began = performance.now()
const sql = await openDatabase({ database: values.database })
try {
  const progress = (grants) => process.stderr.write(`\r${grants} grants`)
  const {
    samples: _,
    allowed: __,
    ...made
  } = await generate(sql, { grants: Number(values.grants), expired: Number(values.expired), progress })
  const seconds = Math.round((performance.now() - began) / 100) / 10
  process.stderr.write('\n')
  console.log(JSON.stringify({ ...made, seconds, memory_mb: Math.round(process.memoryUsage().rss / 1e6) }))
} finally {
  await sql.close()
}
