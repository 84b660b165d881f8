// Everything that a machine can say about the code before a person reads it. All at once; what fails is printed whole.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

const bin = (path) => `node_modules/${path}`
const checks = [
  ['format and lint', bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '--colors=off', '.'],
  ['types', bin('@typescript/native/bin/tsc'), '-p', '.'],
  ['types of the core, without Node', bin('@typescript/native/bin/tsc'), '-p', 'src/core'],
  ['law of imports', '--test', '--test-reporter=dot', 'test/architecture.test.ts'],
  ['dead code', bin('knip/bin/knip.js'), '--no-progress'],
  ['docs/specs.md is as generated', 'scripts/specs.mjs'],
  ['docs/dialects.md is as generated', 'scripts/dialects.mjs'],
]

/** The output of one check, and whether it is content. */
function perform([name, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('error', (error) => resolve({ name, output: error.message, passed: false }))
    child.on('close', (code) => resolve({ name, output, passed: code === 0 }))
  })
}

const missing = checks.map((check) => check[1]).filter((path) => path.startsWith('node_modules/') && !existsSync(path))
if (missing.length > 0) console.error(`Not installed: ${missing.join(', ')}. Run npm ci first.`)

const results = await Promise.all(checks.map(perform))
for (const { name, output, passed } of results) {
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`)
  if (!passed) console.log(`${output.trimEnd()}\n`)
}
const failed = results.filter((result) => !result.passed).length
process.exitCode = failed > 0 ? 1 : 0
console.log(`${results.length - failed} passed, ${failed} failed`)
