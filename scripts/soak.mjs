// Runs test/soak/*.ts at full size, one after the other, and keeps what each found in test/soak/results/.
// Words on the command line pick those whose name holds one of them; --small runs them as the tests do, and keeps nothing.
import { globSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

const small = process.argv.includes('--small')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const files = globSync('test/soak/*.ts')
  .sort()
  .filter((file) => basename(file) !== 'soak.ts')
  .filter((file) => words.length === 0 || words.some((word) => basename(file).includes(word)))
let failed = files.length === 0 ? 1 : 0

for (const file of files) {
  const { default: soak } = await import(pathToFileURL(file).href)
  console.log(`── ${soak.name}: ${soak.about}`)
  const began = Date.now()
  try {
    const found = await soak.run(small ? soak.small : soak.full)
    const seconds = Math.round((Date.now() - began) / 1000)
    const machine = { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model, platform: process.platform }
    const kept = { name: soak.name, about: soak.about, day: new Date(began).toISOString().slice(0, 10), seconds, machine, found }
    console.log(JSON.stringify(found, null, 2))
    if (!small) writeFileSync(join('test/soak/results', `${soak.name}.json`), `${JSON.stringify(kept, null, 2)}\n`)
  } catch (cause) {
    failed += 1
    console.error(cause)
  }
}
console.log(`${files.length - Math.min(failed, files.length)} held, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
