import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeFolder, runCommand } from './support/program.ts'

const HOME = dirname(dirname(fileURLToPath(import.meta.url)))

/** What `npm test` ends with where this is the only test file: its exit code and its last line. */
async function runSuite(test: TestContext, text: string, env: Record<string, string>): Promise<[number | null, string | undefined]> {
  const folder = makeFolder(test)
  for (const name of ['scripts', 'test']) mkdirSync(join(folder, name))
  copyFileSync(join(HOME, 'scripts/test.mjs'), join(folder, 'scripts/test.mjs'))
  writeFileSync(join(folder, 'test/one.test.ts'), `import { describe, it } from 'node:test'\n${text}`)
  const { code, stdout } = await runCommand(folder, process.execPath, ['scripts/test.mjs'], { env: { CI: '', ...env } })
  return [code, stdout.trimEnd().split('\n').at(-1)]
}

for (const [name, text, where] of [
  ['test', "it('is left out', { skip: 'nothing is there' }, () => {})", 'by its options'],
  ['suite', "describe('is left out', { skip: true }, () => { it('one', () => {}) })", 'by its options'],
  ['suite', "describe.skip('is left out', () => { it('one', () => {}) })", 'by its name'],
] as const)
  it(`with CI=true a ${name} that is left out ${where} is a failure, elsewhere not`, async (test) => {
    const more = `${text}\nit('is there', () => {})`
    assert.deepEqual(await Promise.all([runSuite(test, more, {}), runSuite(test, more, { CI: 'true' })]), [
      [0, '1 passed, 0 failed'],
      [1, '1 passed, 1 failed'],
    ])
  })
