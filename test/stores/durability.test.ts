import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { promises } from './promises.ts'

const ROUNDS = 10
/** Where a machine is slow some kinds of write come late: rounds go on until each was there. */
const MOST_ROUNDS = 40
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-'))
after(() => rmSync(folder, { recursive: true }))

/** Lets a process write, kills it in the middle, and returns the whole lines that it said. */
async function writeAndDie(file: string, round: number): Promise<string[]> {
  const child = spawn(process.execPath, [new URL('./acknowledging.ts', import.meta.url).pathname, file, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child.stdout, 'data')
  // any moment will do: that is what is tested
  await setTimeout(Math.random() * 120)
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.equal(signal, 'SIGKILL')
  return said.slice(0, said.lastIndexOf('\n')).split('\n')
}

it(`nothing that was acknowledged is missing after kill -9, ${ROUNDS} rounds`, { timeout: 120_000 }, async () => {
  const file = join(folder, 'killed.db')
  const lines: string[] = []
  const counts: Record<string, number> = {}
  const isMissing = (what: string) => !counts[what]
  for (let round = 0; round < ROUNDS || (round < MOST_ROUNDS && Object.keys(promises).some(isMissing)); round++) {
    lines.push(...(await writeAndDie(file, round)))
    const store = await openSqliteStore(file)
    for (const line of lines) {
      const [what, key, sub] = line.split(' ')
      counts[what!] = (counts[what!] ?? 0) + 1
      assert.ok(await promises[what!]!(store, key!, sub), `round ${round}: "${line}" was promised and is gone`)
    }
    await store.close()
  }
  assert.deepEqual(Object.keys(promises).filter(isMissing), [], 'each kind of write was promised')
})
