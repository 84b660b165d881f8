import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../support/program.ts'

const HOME = fileURLToPath(new URL('../..', import.meta.url))
let folder: string

/** A product of somebody else's, with the package as it is published. */
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-own-'))
  const installed = join(folder, 'node_modules/vouchsafe')
  mkdirSync(installed, { recursive: true })
  execFileSync(process.execPath, [join(HOME, 'scripts/build.mjs'), '--out', join(installed, 'dist')])
  copyFileSync(join(HOME, 'package.json'), join(installed, 'package.json'))
  symlinkSync(join(HOME, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  symlinkSync(join(HOME, 'node_modules'), join(installed, 'node_modules')) // what npm would have brought along
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
after(() => rmSync(folder, { recursive: true }))

/** The code of the page, block by block. */
const blocks = [...readFileSync(join(HOME, 'docs/own-store.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!)

function runSuite(name: string, store: string, only = '.'): { status: number | null; stdout: string } {
  writeFileSync(join(folder, `${name}.ts`), store)
  writeFileSync(join(folder, `${name}.test.ts`), blocks[1]!.replaceAll('counting-store', name))
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=tap', `--test-name-pattern=${only}`, `${name}.test.ts`],
    {
      cwd: folder,
      env: cleanEnvironment(),
      encoding: 'utf8',
      timeout: 60_000,
    },
  )
  return { status, stdout }
}

it('the store of the page is held to the suite of the package, and is one', () => {
  const { status, stdout } = runSuite('counting-store', blocks[0]!)
  assert.equal(status, 0, stdout)
  assert.match(stdout, /# pass [1-9]\d\d/)
})

it('its types are those of the package', () => {
  const options = ['--noEmit', '--module', 'nodenext', '--allowImportingTsExtensions', '--strict', '--types', 'node', '--target', 'es2024']
  execFileSync(process.execPath, [join(HOME, 'node_modules/@typescript/native/bin/tsc'), ...options, 'counting-store.test.ts'], {
    cwd: folder,
    stdio: 'pipe',
  })
})

it('one that reads before it writes is told so by name', () => {
  const careless = blocks[0]!.replace(
    'await store.grants.redeem(grant, guard)',
    "(await store.grants.find(grant.grant_id)) ?? (await store.grants.redeem(grant, guard), 'inserted' as const)",
  )
  assert.notEqual(careless, blocks[0])
  const { status, stdout } = runSuite('careless-store', careless, 'of fifty redemptions')
  assert.equal(status, 1)
  assert.match(stdout, /not ok \d+ - RFC 6749 §4\.1\.2 of fifty redemptions one inserts the grant/)
})
