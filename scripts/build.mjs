// Makes dist/, which is what is published: JavaScript, declarations, and the files that stand beside the code.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
for (const file of globSync('src/**/*.css')) cpSync(file, file.replace(/^src/, 'dist'))
