// Our own server behind its door for web standards: the same application, in the frame that Hono has for Node.
import process from 'node:process'
import { serve } from '@hono/node-server'
import { createApp } from '../../src/server/app.ts'
import { createLog } from '../../src/server/log.ts'
import { openStore } from '../../src/server/store.ts'
import { fill } from './fill.mjs'
import { configure } from './settings.mjs'

const MAINTENANCE = 10_000 // milliseconds

const config = await configure(process.env)
const store = await openStore(config)
await fill(store, process.env)
const app = await createApp({ config, store, log: createLog(config.log) })
serve({
  fetch: (request, { incoming }) => app.fetch(request, incoming.socket.remoteAddress),
  port: config.port,
  hostname: '127.0.0.1',
})
setInterval(() => void app.maintain(), MAINTENANCE)
