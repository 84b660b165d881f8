import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import { receiptFile } from '../../src/server/accounts/receipts.ts'
import { run } from '../../src/server/cli/run.ts'
import { openStore } from '../../src/server/store.ts'
import { aConsent, aReceipt, aShown } from '../stores/suite/records.ts'

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-receipts-cli-'))
const database = join(folder, 'vouchsafe-data/vouchsafe.db')

async function shell(...args: string[]) {
  const outcome = { code: -1, stdout: '', stderr: '' }
  outcome.code = await run(args, {
    stdout: (text) => void (outcome.stdout += text),
    stderr: (text) => void (outcome.stderr += text),
    stdin: async () => '',
    file: (path) => readFile(resolve(folder, path), 'utf8'),
    env: {},
    cwd: folder,
  })
  return outcome
}

async function look<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ database: `sqlite:${database}`, secrets: [] }, { secret: false })
  return work(store).finally(() => store.close())
}

/** One statement on the database, as somebody with a hand on the file would. */
function tamper(text: string): void {
  const open = new DatabaseSync(database)
  open.exec(text)
  open.close()
}

describe('receipts on the command line', () => {
  let sub = ''
  before(async () => {
    const added = await shell('user', 'add', '--email', 'ann@example.com', '--password', 'otter-lantern-62', '--json')
    sub = JSON.parse(added.stdout).sub
    await look(async (store) => {
      for (let i = 1; i <= 3; i++) {
        const consent = aConsent({ sub, client_id: 'c1' })
        await store.consents.decide(consent, { ...aReceipt(consent), receipt_id: `r${i}`, through: 'page', shown: aShown(`asks ${i}`) })
      }
      const file = await receiptFile({ issuer: 'https://id.example', store, clock: () => 1 }, sub)
      writeFileSync(join(folder, 'mine.json'), JSON.stringify(file, null, 2))
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  it('list shows a person’s, the newest first, as a table or with all that they hold', async () => {
    const { stdout } = await shell('receipts', 'list', 'ann@example.com')
    assert.match(stdout, /^NUMBER +AT +DECISION +THROUGH +CLIENT_ID +RECEIPT_ID +SCOPE\n3 .* allowed +page +c1 +r3 +openid\n2 /)
    const listed = JSON.parse((await shell('receipts', 'list', '--sub', sub, '--json')).stdout)
    assert.deepEqual(
      listed.map(({ seq, shown }: { seq: number; shown: object }) => [seq, shown]),
      [3, 2, 1].map((seq) => [seq, aShown(`asks ${seq}`)]),
    )
    assert.equal((await shell('receipts', 'list', 'nobody')).code, 3)
    assert.equal((await shell('receipts', 'list')).code, 2)
  })

  it('verify reads all chains, or one, and ends with 0 where each is as it was written', async () => {
    const all = await shell('receipts', 'verify')
    assert.deepEqual([all.code, all.stdout], [0, '3 receipts of 1 people, all as they were written.\n'])
    const one = JSON.parse((await shell('receipts', 'verify', '--sub', sub, '--json')).stdout)
    assert.deepEqual(one, { ok: true, people: 1, receipts: 3, unchained: 0, findings: [], more: false })
    assert.match((await shell('receipts', 'verify', '--file', 'mine.json')).stdout, /^3 receipts of 1 people/)
    assert.equal((await shell('receipts', 'verify', '--file', 'mine.json', '--compare')).code, 0)
  })

  it('verify refuses what is no such file, and flags that do not go together', async () => {
    writeFileSync(join(folder, 'other.json'), '{"receipts":[]}')
    for (const args of [['--file', 'other.json'], ['--file', 'nowhere.json'], ['--compare'], ['--file', 'mine.json', '--sub', sub]])
      assert.equal((await shell('receipts', 'verify', ...args)).code, 2, args.join(' '))
  })

  it('verify names what was altered or cut off, and a file that somebody kept shows what the database no longer does', async () => {
    tamper(`update receipts set shown = '{"title":"asks for nothing"}' where receipt_id = 'r2'`)
    const altered = await shell('receipts', 'verify')
    assert.deepEqual([altered.code, altered.stdout], [1, `WRONG  Person ${sub}, receipt 2 (r2): is not what was written.\n`])
    tamper("delete from receipts where receipt_id in ('r2', 'r3'); delete from receipt_chains; delete from audit; delete from audit_chains")
    tamper('insert into receipt_chains select sub, seq, hash from receipts')
    assert.equal((await shell('receipts', 'verify')).code, 0, 'whoever can write everything leaves a whole chain')
    const compared = await shell('receipts', 'verify', '--file', 'mine.json', '--compare')
    assert.equal(compared.code, 1)
    assert.equal(compared.stdout, [3, 2].map((n) => `WRONG  Person ${sub}, receipt ${n} (r${n}): is missing.\n`).join(''))
  })
})
