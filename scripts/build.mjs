// Makes dist/, which is what is published: JavaScript, declarations, and the files that stand beside the code.
// The suite that holds stores to their contract is published too. `--out FOLDER` makes it elsewhere.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const flag = process.argv.indexOf('--out')
const out = flag < 0 ? 'dist' : resolve(process.argv[flag + 1])
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

/** JavaScript and declarations of what a project names, in this folder. */
function compile(project, folder) {
  execFileSync(process.execPath, ['node_modules/@typescript/native/bin/tsc', '-p', project, '--outDir', folder], { stdio: 'inherit' })
}

/** It lies with the tests, and what it takes of the core is in dist already: only its own files go there, and their imports with them. */
function buildSuite() {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-suite-'))
  compile('tsconfig.suite.json', folder)
  for (const file of globSync('{suite.*,suite/*}', { cwd: join(folder, 'test/stores') })) {
    const target = join(out, 'store-suite', file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, readFileSync(join(folder, 'test/stores', file), 'utf8').replaceAll('../src/', ''))
  }
  rmSync(folder, { recursive: true })
}

rmSync(out, { recursive: true, force: true })
compile('tsconfig.build.json', out)
for (const file of globSync('src/**/*.{css,js}')) cpSync(file, join(out, file.slice('src/'.length)))
buildSuite()
