// Our own server as `vouchsafe serve` runs it in one process, with the clients and people of the bench in its database.
import process from 'node:process'
import { createLog } from '../../src/server/log.ts'
import { startServer } from '../../src/server/serve.ts'
import { openStore } from '../../src/server/store.ts'
import { fill } from './fill.mjs'
import { configure } from './settings.mjs'

const config = await configure(process.env)
const store = await openStore(config)
await fill(store, process.env)
await startServer(config, { log: createLog(config.log), store })
// whoever looks at what is really held sends this first: all that waits to be collected goes, and so do the pages that V8 keeps for later
if (globalThis.gc) process.on('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))
