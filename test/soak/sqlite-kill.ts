import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Store } from '../../src/core/model/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { aClient } from '../stores/suite/records.ts'
import { type Flow, openFlow } from '../support/flow.ts'
import { check, type Held, nothingSeen, type Seen, work } from '../support/held.ts'
import { runProgram } from '../support/program.ts'
import { openServer, type TestServer } from '../support/server.ts'
import type { Soak } from './soak.ts'

interface Size {
  rounds: number
  /** How many workers serve the file; each entry is a run of its own. */
  workers: readonly number[]
  /** Whether a client is disabled by command in each round too, which takes a process of its own. */
  commands: boolean
}

const WIDTH = 8
/** Seconds. Where a machine takes its time to start again, what is asked once more is asked late. */
const SLOW = { code: 300, grace: 300 }

export default {
  name: 'sqlite-kill',
  about: 'kill -9 at random moments under load on SQLite: nothing acknowledged is lost or doubled, on one process and on several workers',
  full: { rounds: 100, workers: [1, 4], commands: true },
  small: { rounds: 3, workers: [2], commands: false },
  run: async (size) => {
    const found: Record<string, unknown> = {}
    for (const workers of size.workers) found[`on ${workers}`] = await killOften(size, workers)
    return found
  },
} satisfies Soak<Size>

async function killOften({ rounds, commands }: Size, workers: number): Promise<Record<string, unknown>> {
  // that a worker was killed is worth a word to an operator
  const several = workers > 1 && { args: ['--workers', String(workers)], quiet: true }
  const server = await openServer({ settings: { lifetime: SLOW }, ...several })
  try {
    const flow = await openFlow(server)
    await flow.code()
    const seen = nothingSeen()
    const consents = { asked: await countReceipts(server, flow), answered: 0 }
    consents.answered = consents.asked
    let longest = 0
    let log = 0
    for (let round = 0; round < rounds; round++) {
      const disabled = commands ? `disabled-${round}` : null
      if (disabled) await withStore(server, (store) => store.clients.add(aClient({ client_id: disabled })))
      const grants = await loadUntilKilled(server, flow, { consents, disabled, workers })
      log = Math.max(log, statSync(`${server.database}-wal`).size)
      const since = performance.now()
      await server.start()
      longest = Math.max(longest, performance.now() - since)
      for (const grant of grants) await check(flow, grant, seen)
      await checkDecisions(server, flow, consents, round, commands)
    }
    return { rounds, ...enough(seen, rounds), decisions: consents.answered, slowest_start_ms: Math.round(longest), longest_log_bytes: log }
  } finally {
    await server.close()
  }
}

/** Decisions that were sent, and those that were answered. */
interface Consents {
  asked: number
  answered: number
}

interface Round {
  consents: Consents
  /** The client that is disabled meanwhile. */
  disabled: string | null
  workers: number
}

/** Clients at work, workers killed one by one where there are several, and then all at once. */
async function loadUntilKilled(server: TestServer, flow: Flow, { consents, disabled, workers }: Round): Promise<Held[]> {
  const grants: Held[] = []
  let over = false
  const deciding: Pick<Flow, 'code' | 'redeem' | 'refresh' | 'revoke'> = {
    ...flow,
    code: async () => (Math.random() < 0.3 ? decide(server, flow, consents) : flow.code()),
  }
  const clients = Promise.all(Array.from({ length: WIDTH }, () => work(deciding, { grants, over: () => over })))
  const command = disabled && runProgram(server.folder, ['client', 'disable', disabled, '--database', `sqlite:${server.database}`])
  // a slow machine gets as far as a fast one
  for (const since = performance.now(); grants.length < 3 * WIDTH && performance.now() - since < 10_000; ) await setTimeout(5)
  for (let one = 1; one < workers; one++) {
    await setTimeout(30 + Math.random() * 120)
    await server.kill('worker')
  }
  await setTimeout(60 + Math.random() * 240)
  if (command) assert.equal((await command).code, 0)
  await server.kill('all')
  over = true
  await clients
  return grants
}

/** A code for which the person is asked, as far as that is needed: somebody who decides at the same moment decides for both. */
async function decide(server: TestServer, { browser, ask, code }: Flow, consents: Consents): Promise<string> {
  let page = await browser.follow(await browser.get(ask({ prompt: 'consent' })), server.issuer)
  if (page.html.includes('id="consent-allow"')) {
    consents.asked++
    const decided = await browser.submit(page, {}, 'consent-allow')
    assert.equal(decided.status, 303)
    consents.answered++
    page = await browser.follow(decided, server.issuer)
  }
  // of two decisions the later written may be the one made earlier: then the person is asked again
  return (page.location !== '' && new URL(page.location).searchParams.get('code')) || code()
}

async function checkDecisions(server: TestServer, flow: Flow, consents: Consents, round: number, commands: boolean): Promise<void> {
  const receipts = await countReceipts(server, flow)
  assert.ok(receipts >= consents.answered && receipts <= consents.asked, `${JSON.stringify(consents)} but ${receipts} receipts`)
  // those without an answer are known now
  consents.asked = consents.answered = receipts
  await withStore(server, async (store) => {
    assert.ok((await store.consents.find(server.sub, flow.client_id)).consent, 'the consent is gone')
    if (commands)
      for (let i = 0; i <= round; i++)
        assert.ok((await store.clients.find(`disabled-${i}`))?.disabled_at !== undefined, 'a disabled client came back')
  })
}

async function countReceipts(server: TestServer, flow: Flow): Promise<number> {
  const { openSqlite } = await import('../../src/stores/sqlite.ts')
  const sqlite = await openSqlite(server.database)
  const rows = await sqlite.all('select receipt_id from receipts where sub = $1 and client_id = $2', [server.sub, flow.client_id])
  await sqlite.close()
  return rows.length
}

/** Beside the servers and only for a moment: while we have the file open, the servers would not need to recover it. */
async function withStore<T>(server: TestServer, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(server.database)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

function enough(seen: Seen, rounds: number): Seen {
  for (const what of ['redeemed', 'rotated', 'revoked'] as const)
    assert.ok(seen[what] >= rounds / 2, `enough was ${what} to be checked: ${seen[what]}`)
  return seen
}
