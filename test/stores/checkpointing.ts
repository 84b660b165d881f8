import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

/** Another process that moves the log into the database and has it begin anew, every few milliseconds, until it is killed. */
const database = new DatabaseSync(process.argv[2]!, { timeout: 1000 })
database.exec('pragma synchronous = normal')
for (;;) {
  await setTimeout(Math.random() * 100)
  try {
    database.exec('pragma wal_checkpoint(restart)')
  } catch {
    // a disk that fails is somebody else's affair
  }
}
