#!/usr/bin/env node
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runWithNode } from './with-node.mjs'

const home = dirname(dirname(fileURLToPath(import.meta.url)))
// Node strips types everywhere but below node_modules: there, what was built runs
const program = home.includes(`${sep}node_modules${sep}`) ? join(home, 'dist/server/cli/main.js') : join(home, 'src/server/cli/main.ts')
await runWithNode(program, process.argv.slice(2))
