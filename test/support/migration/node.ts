import { migrate } from '../../../src/stores/migrate.ts'
import { openBare } from '../first-release.ts'
import { tomorrow } from './tomorrow.ts'

// A node of tomorrow's version, as far as its start: it brings the schema of this database up to date.
const sql = await openBare(process.argv[2]!)
await migrate(sql, tomorrow(sql.clustered))
await sql.close()
