import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEntry, AuditFinding } from '../../src/core/model/audit.ts'
import type { Store } from '../../src/core/model/store.ts'
import { AUDIT_COLUMNS, writeAuditRow } from '../../src/stores/audit-rows.ts'
import type { Sql, Statement } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { aUser } from '../stores/suite/records.ts'
import type { Soak } from './soak.ts'

interface Size {
  entries: number
}

const CHAINS = 4
/** Bytes that reading the log may take beyond what the process has, however long the log is. */
const FLAT = 150_000_000

export default {
  name: 'audit',
  about: 'a long audit log is verified in flat memory, and whatever is tampered with is found',
  full: { entries: 10_000_000 },
  small: { entries: 8_000 },
  run: async ({ entries }) => {
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-audit-soak-'))
    const sql = await openSqlite(join(folder, 'audit.db'))
    try {
      const store = await openSqlStore(sql)
      const empty = await decide(store)
      await grow(sql, entries)
      const long = await decide(store)
      const read = await readAll(store)
      return { entries, ms_per_decision: { empty, long }, ...read, tampering: await tamper(sql, store, entries / CHAINS) }
    } finally {
      await sql.close()
      rmSync(folder, { recursive: true })
    }
  },
} satisfies Soak<Size>

/** Milliseconds for each of some decisions, one after another. */
async function decide(store: Store): Promise<number> {
  const began = performance.now()
  for (let i = 0; i < 200; i++) await store.users.add(aUser())
  return round((performance.now() - began) / 200)
}

/** Chains as stores write them, without the decisions themselves. */
async function grow(sql: Sql, entries: number): Promise<void> {
  const text = `insert into audit (${AUDIT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`
  for (let n = 0; n < CHAINS; n++) {
    let [prev, batch]: [string, Statement[]] = ['', []]
    for (let seq = 1; seq <= entries / CHAINS; seq++) {
      const [sub, client_id] = [crypto.randomUUID(), crypto.randomUUID()]
      const values = writeAuditRow({ ...BASE, chain: chainOf(n), seq, at: seq, actor: { type: 'user', id: sub }, sub, client_id, prev })
      prev = values.at(-1) as string
      batch.push({ text, values })
      if (batch.length < 2000 && seq < entries / CHAINS) continue
      await sql.batch(batch)
      batch = []
    }
    await sql.write('insert into audit_chains (chain, entries, head) values ($1, $2, $3)', [chainOf(n), entries / CHAINS, prev])
  }
}

const chainOf = (n: number): string => `00000000${n}`
const BASE: Pick<AuditEntry, 'event' | 'receipt_id' | 'scope' | 'hash'> = {
  event: 'consent.given',
  receipt_id: 'r'.repeat(23),
  scope: 'openid invoices.read',
  hash: '',
}

/** Verifies while memory is looked at; the newest page has to be there at once. */
async function readAll(store: Store): Promise<Record<string, unknown>> {
  const before = process.memoryUsage().rss
  let most = before
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  const began = performance.now()
  const { findings } = await store.audit.verify()
  const verify_ms = Math.round(performance.now() - began)
  clearInterval(looking)
  assert.deepEqual(findings, [])
  assert.ok(most - before < FLAT, `reading took ${most - before} bytes`)
  const listed = performance.now()
  assert.equal((await store.audit.list({ limit: 50 })).entries.length, 50)
  return { verify_ms, more_bytes: most - before, list_ms: round(performance.now() - listed) }
}

/** One entry after another, anywhere: altered, deleted, exchanged. Each is found, and nothing else. */
async function tamper(sql: Sql, store: Store, length: number): Promise<Record<string, number>> {
  const chain = chainOf(1)
  const [altered, gone, one] = [0.3, 0.5, 0.7].map((part) => Math.floor(length * part)) as [number, number, number]
  const move = (from: number, to: number) => sql.write('update audit set seq = $1 where chain = $2 and seq = $3', [to, chain, from])
  await sql.write("update audit set sub = 'eve' where chain = $1 and seq = $2", [chain, altered])
  await sql.write('delete from audit where chain = $1 and seq = $2', [chain, gone])
  await move(one, 0)
  await move(one + 5, one)
  await move(0, one + 5)
  const { findings } = await store.audit.verify()
  const expected: AuditFinding[] = [
    { chain, seq: altered, how: 'altered' },
    { chain, seq: gone, how: 'missing' },
    { chain, seq: one, how: 'swapped' },
    { chain, seq: one + 5, how: 'swapped' },
  ]
  assert.deepEqual(
    findings.sort((a, b) => a.seq - b.seq),
    expected,
  )
  return { placed: expected.length, found: findings.length }
}

const round = (ms: number): number => Math.round(ms * 100) / 100
