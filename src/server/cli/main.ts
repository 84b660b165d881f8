import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { run } from './run.ts'

// whoever reads our output may leave early, as head does; a disk that is full is another matter
for (const stream of [process.stdout, process.stderr])
  stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))

const exit = await run(process.argv.slice(2), {
  stdout: (line) => void process.stdout.write(line),
  stderr: (line) => void process.stderr.write(line),
  stdin: () => text(process.stdin),
  file: (path) => readFile(resolve(path), 'utf8'),
  env: process.env,
  cwd: process.cwd(),
})
// what was written goes out before the process ends; a channel to the launcher would keep it
process.stdout.write('', () => process.stderr.write('', () => process.exit(exit)))
