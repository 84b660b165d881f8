import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Receipt, ReceiptFinding, ReceiptsToVerify, StoredReceipt } from '../../src/core/model/receipt.ts'
import type { Store } from '../../src/core/model/store.ts'
import { openPostgres } from '../../src/stores/postgres.ts'
import { RECEIPT_COLUMNS, rowOfStored, writeReceiptRow } from '../../src/stores/receipt-rows.ts'
import type { Row, Sql } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { aConsent, aReceipt, aShown } from './suite/records.ts'

/** The chains of ada, of 5 receipts, and of bob, of 2. */
interface House {
  sql: Sql
  store: Store
  verify(of?: ReceiptsToVerify): Promise<ReceiptFinding[]>
}

async function openHouse(sql: Sql): Promise<House> {
  const store = await openSqlStore(sql)
  for (const [sub, count] of [
    ['ada', 5],
    ['bob', 2],
  ] as const) {
    for (let i = 1; i <= count; i++) {
      const consent = aConsent({ sub, client_id: `c${i}` })
      await store.consents.decide(consent, { ...aReceipt(consent), receipt_id: `${sub}-${i}`, shown: aShown(`asks ${i}`) })
    }
  }
  const rows = await sql.all(`select ${RECEIPT_COLUMNS} from receipts`, [])
  const ends = await sql.all('select * from receipt_chains', [])
  const verify: House['verify'] = async (of) => {
    const { findings } = await store.receipts.verify(of)
    await putBack(sql, rows, ends)
    return findings
  }
  return { sql, store, verify }
}

async function putBack(sql: Sql, rows: readonly Row[], ends: readonly Row[]): Promise<void> {
  await sql.write('delete from receipts', [])
  await sql.write('delete from receipt_chains', [])
  for (const row of rows) {
    const values = RECEIPT_COLUMNS.split(', ').map((column) => row[column] ?? null)
    await sql.write(`insert into receipts (${RECEIPT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, values)
  }
  for (const { sub, entries, head } of ends) {
    await sql.write('insert into receipt_chains (sub, entries, head) values ($1, $2, $3)', [sub!, entries!, head!])
  }
}

type Case = [name: string, tamper: (house: House) => Promise<unknown>, found: string[]]

const set = (column: string, value: string | number | null, receipt_id: string) => (house: House) =>
  house.sql.write(`update receipts set ${column} = $1 where receipt_id = $2`, [value, receipt_id])
const remove = (sub: string, from: number, to: number) => (house: House) =>
  house.sql.write('delete from receipts where sub = $1 and seq between $2 and $3', [sub, from, to])
const setEnd = (column: string, value: string | number, sub: string) => (house: House) =>
  house.sql.write(`update receipt_chains set ${column} = $1 where sub = $2`, [value, sub])

async function swap(house: House): Promise<void> {
  for (const [from, to] of [
    [2, 9],
    [4, 2],
    [9, 4],
  ] as const) {
    await house.sql.write('update receipts set seq = $1 where sub = $2 and seq = $3', [to, 'ada', from])
  }
}

/** As somebody does who knows how the hashes are made. */
async function forge(house: House, receipt_id: string): Promise<string> {
  const { seq, prev, hash: _, salt: _salt, shown_hash: _shown, ...receipt } = (await house.store.receipts.find('ada', receipt_id))!
  const row = writeReceiptRow({ ...receipt, scope: 'everything' }, seq!, prev!)
  for (const column of ['record', 'hash', 'shown', 'salt'] as const) await set(column, row[column], receipt_id)(house)
  return row.hash
}

async function cutWithEnd(house: House): Promise<void> {
  const { hash } = (await house.store.receipts.find('ada', 'ada-4'))!
  await remove('ada', 5, 5)(house)
  await setEnd('entries', 4, 'ada')(house)
  await setEnd('head', hash!, 'ada')(house)
}

async function removePerson(house: House): Promise<void> {
  await remove('bob', 1, 2)(house)
  await house.sql.write("delete from receipt_chains where sub = 'bob'", [])
}

const cases: Case[] = [
  ['nothing', async () => {}, []],
  ['an erased text', (house) => house.store.receipts.erase('ada'), []],
  ['an altered person', set('sub', 'eve', 'bob-2'), ['bob 2 cut_off', 'eve 1 missing', 'eve 2 altered']],
  ['an altered client', set('client_id', 'eve', 'ada-3'), ['ada 3 altered']],
  ['an altered record', set('record', '{"scope":"all","prev":""}', 'ada-3'), ['ada 3 altered']],
  ['a record that is none', set('record', 'x', 'ada-1'), ['ada 1 altered']],
  ['an altered hash', set('hash', 'x', 'ada-3'), ['ada 3 altered']],
  ['an altered text', set('shown', '{"title":"asks for nothing"}', 'ada-3'), ['ada 3 altered']],
  ['an altered salt', set('salt', 'x', 'ada-3'), ['ada 3 altered']],
  ['a text without its salt', set('salt', null, 'ada-3'), ['ada 3 altered']],
  ['another name of a receipt', set('receipt_id', 'x', 'ada-3'), ['ada 3 altered']],
  ['a receipt altered with a hash that fits', (house) => forge(house, 'ada-3'), ['ada 3 altered']],
  ['the last one altered with a hash that fits', (house) => forge(house, 'ada-5'), ['ada 5 head']],
  ['two that changed places', swap, ['ada 2 swapped', 'ada 4 swapped']],
  ['the first one deleted', remove('ada', 1, 1), ['ada 1 missing']],
  ['several in the middle deleted', remove('ada', 2, 4), ['ada 2-4 missing']],
  ['the last one cut off', remove('ada', 5, 5), ['ada 5 cut_off']],
  ['the end cut off', remove('ada', 3, 5), ['ada 3-5 cut_off']],
  ['all of a person cut off', remove('bob', 1, 2), ['bob 1-2 cut_off']],
  ['an end that is noted shorter', setEnd('entries', 4, 'ada'), ['ada 5 head']],
  ['an end with another hash', setEnd('head', 'x', 'ada'), ['ada 5 head']],
  ['the end not noted at all', (house) => house.sql.write("delete from receipt_chains where sub = 'ada'", []), ['ada 5 head']],
  ['one taken out of its chain', set('seq', null, 'ada-3'), ['ada 3 missing']],
  ['the last one cut off together with its end: the audit log names it', cutWithEnd, ['ada ada-5 missing']],
  ['a person taken away with the chain: the audit log names them', removePerson, ['bob bob-1 missing', 'bob bob-2 missing']],
]

const told = ({ sub, seq, until, receipt_id, how }: ReceiptFinding) =>
  `${sub} ${seq === undefined ? receipt_id : `${seq}${until === undefined ? '' : `-${until}`}`} ${how}`

let postgres: TestPostgres
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-receipts-'))
before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true })
})

for (const [backend, open] of [
  ['SQLite', () => openSqlite(join(folder, 'receipts.db'))],
  ['PostgreSQL', async () => openPostgres({ url: await postgres.createDatabase() })],
] as const) {
  describe(`chains of receipts that somebody has had their hands on, on ${backend}`, () => {
    let house: House
    before(async () => {
      house = await openHouse(await open())
    })
    after(() => house.store.close())

    for (const [name, tamper, found] of cases) {
      it(name, async () => {
        await tamper(house)
        assert.deepEqual((await house.verify({ audit: name.includes('audit log') })).map(told).sort(), found)
      })
    }

    it('one person is read alone', async () => {
      await remove('bob', 1, 1)(house)
      await remove('ada', 1, 1)(house)
      assert.deepEqual((await house.verify({ sub: 'ada' })).map(told), ['ada 1 missing'])
    })

    it('those from before there were chains are read, listed last, and counted', async () => {
      const old: Receipt = { ...aReceipt(aConsent({ sub: 'ada' })), receipt_id: 'old' }
      const { receipt_id, sub, client_id, ...record } = old
      await house.sql.write('insert into receipts (receipt_id, sub, client_id, record) values ($1, $2, $3, $4)', [
        receipt_id,
        sub,
        client_id,
        JSON.stringify(record),
      ])
      assert.deepEqual((await house.store.receipts.list('ada', { limit: 10 })).at(-1), old)
      assert.deepEqual(await house.store.receipts.list('ada', { limit: 10, after: 'ada-1' }), [old])
      assert.deepEqual(await house.store.receipts.list('ada', { limit: 10, after: 'old' }), [])
      const verdict = await house.store.receipts.verify()
      assert.deepEqual(verdict, { people: 2, receipts: 7, unchained: 1, findings: [], more: false })
      await house.verify()
    })

    it('what was read makes the same row again', async () => {
      const rows = await house.sql.all(`select ${RECEIPT_COLUMNS} from receipts order by receipt_id`, [])
      for (const row of rows) {
        const read = JSON.parse(
          JSON.stringify(await house.store.receipts.find(row.sub as string, row.receipt_id as string)),
        ) as StoredReceipt
        assert.deepEqual({ ...rowOfStored(read) }, { ...row })
      }
    })
  })
}
