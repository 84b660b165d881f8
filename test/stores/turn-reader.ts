import { DatabaseSync } from 'node:sqlite'

/** Another process whose turns of the event loop are long, and each is one transaction of reads, until it is killed. */
const database = new DatabaseSync(process.argv[2]!, { timeout: 1000 })
const nothing = new Int32Array(new SharedArrayBuffer(4))
const read = database.prepare('select text from texts limit 1')
for (let turn = 0; ; turn++) {
  database.exec('begin')
  read.get()
  if (turn === 0) process.send?.('reading')
  Atomics.wait(nothing, 0, 0, 30)
  database.exec('commit')
}
