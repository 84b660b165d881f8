import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

/** Another program in the middle of a write, until it is told to let go. */
const database = new DatabaseSync(process.argv[2]!, { timeout: 5000 })
database.exec('begin immediate')
database.exec(`insert into users (sub, email, record) values ('from-another-process', 'other@example.com', '{"created_at":1}')`)
process.send?.('held')
await once(process, 'message')
database.exec('commit')
database.close()
process.disconnect()
