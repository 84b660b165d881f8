import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { it, type TestContext } from 'node:test'
import { cleanEnvironment, makeFolder } from '../support/program.ts'

/** What a smoke run says, and its exit code. It must leave nothing behind. */
async function smoke(
  test: TestContext,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<{ code: number; said: string }> {
  const folder = makeFolder(test)
  const env = cleanEnvironment({ TMPDIR: folder, ...more })
  const outcome = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, ['bench/bench.mjs', '--smoke', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
    )
  })
  assert.deepEqual(readdirSync(folder), [], outcome.said)
  return outcome
}

const skip = process.platform === 'linux' ? false : 'the bench reads what Linux tells of processes'

it('the bench runs without its packages: ours and what it is measured by do each work without an error', {
  skip,
  timeout: 120_000,
}, async (test) => {
  const { code, said } = await smoke(test, ['--targets', 'vouchsafe,vouchsafe-opaque,limit,ceiling'])
  assert.equal(code, 0, said)
  for (const [target, works] of [
    ['vouchsafe', 'ABCE'],
    ['vouchsafe-opaque', 'D'],
    ['vouchsafe serve', 'F'],
    ['vouchsafe after flows', 'A'],
    ['limit', 'ABCDEF'],
    ['ceiling', 'ABCF'],
  ] as const) {
    const line = said.split('\n').find((one) => one.startsWith(`ok   ${target}:`)) ?? ''
    assert.deepEqual([...line.matchAll(/([A-F]) [1-9]/g)].map(([, work]) => work).join(''), works, said)
  }
  assert.match(said, /, 0 errors\n$/)
})

it('where nothing can be pinned to a core, the bench runs all the same', { skip, timeout: 60_000 }, async (test) => {
  const { code, said } = await smoke(test, ['--targets', 'ceiling', '--works', 'A'], { PATH: makeFolder(test) })
  assert.equal(code, 0, said)
})
