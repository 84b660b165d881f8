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
  for (let round = 0; round < ROUNDS; round++) {
    lines.push(...(await writeAndDie(file, round)))
    const store = await openSqliteStore(file)
    const counts: Record<string, number> = {}
    for (const line of lines) {
      const [what, key, sub] = line.split(' ')
      counts[what!] = (counts[what!] ?? 0) + 1
      assert.ok(await promises[what!]!(store, key!, sub), `round ${round}: "${line}" was promised and is gone`)
    }
    await store.close()
    for (const what in promises) if (round === ROUNDS - 1) assert.ok(counts[what]! > 0, `nothing was ${what}`)
  }
})
