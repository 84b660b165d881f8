import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { AuditEntry, AuditFinding, AuditHead } from '../../src/core/model/audit.ts'
import { OAuthError } from '../../src/core/model/error.ts'
import type { Store } from '../../src/core/model/store.ts'
import { AUDIT_COLUMNS, writeAuditRow } from '../../src/stores/audit-rows.ts'
import { openPostgres } from '../../src/stores/postgres.ts'
import type { Row, Sql } from '../../src/stores/sql.ts'
import { openSqlStore } from '../../src/stores/sql-store.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { aUser, NOW } from './suite/records.ts'

/** Three chains, A, B and C, each begun after the one before had ended: of 5, 3 and 2 entries. */
interface House {
  sql: Sql
  chains: [string, string, string]
  heads: AuditHead[]
  verify(against?: readonly AuditHead[]): Promise<AuditFinding[]>
}

const sqlOf = (store: Sql): Sql => ({ ...store, close: async () => {} })

async function openHouse(open: () => Promise<Sql>): Promise<House> {
  const sql = await open()
  const chains: string[] = []
  for (const [i, entries] of [5, 3, 2].entries()) {
    const store = await openSqlStore(sqlOf(sql), { clock: () => NOW + i })
    store.audit.follow(({ chain, seq }) => seq === 1 && chains.push(chain))
    for (let n = 0; n < entries; n++) await store.users.add(aUser())
    await store.close()
  }
  const store = await openSqlStore(sqlOf(sql))
  const [rows, ends] = [await sql.all(`select ${AUDIT_COLUMNS} from audit`, []), await sql.all('select * from audit_chains', [])]
  return {
    sql: { ...sql, write: (text, values) => sql.write(text, values) },
    chains: chains as House['chains'],
    heads: await store.audit.heads({ after: '', limit: 10 }),
    verify: async (against) => {
      const { findings } = await store.audit.verify(against)
      await putBack(sql, rows, ends)
      return findings
    },
  }
}

async function putBack(sql: Sql, rows: readonly Row[], ends: readonly Row[]): Promise<void> {
  await sql.write('delete from audit', [])
  await sql.write('delete from audit_chains', [])
  for (const row of rows) await sql.write(`insert into audit (${AUDIT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, valuesOf(row))
  for (const { chain, entries, head } of ends) {
    await sql.write('insert into audit_chains (chain, entries, head) values ($1, $2, $3)', [chain!, entries!, head!])
  }
}

const valuesOf = (row: Row) => AUDIT_COLUMNS.split(', ').map((column) => row[column] ?? null)

type Found = [chain: number, seq: number, how: AuditFinding['how'], until?: number]
type Case = [name: string, tamper: (house: House) => Promise<unknown>, found: Found[]]

const set = (column: string, value: string | number | null, chain: number, seq: number) => (house: House) =>
  house.sql.write(`update audit set ${column} = $1 where chain = $2 and seq = $3`, [value, house.chains[chain]!, seq])
const remove = (chain: number, from: number, to: number) => (house: House) =>
  house.sql.write('delete from audit where chain = $1 and seq between $2 and $3', [house.chains[chain]!, from, to])
const setEnd = (column: string, value: string | number, chain: number) => (house: House) =>
  house.sql.write(`update audit_chains set ${column} = $1 where chain = $2`, [value, house.chains[chain]!])

async function swap(house: House, one: number, other: number): Promise<void> {
  for (const [from, to] of [
    [one, 0],
    [other, one],
    [0, other],
  ] as const) {
    await house.sql.write('update audit set seq = $1 where chain = $2 and seq = $3', [to, house.chains[0], from])
  }
}

/** As somebody does who knows how the hashes are made. */
async function forge(house: House, chain: number, seq: number): Promise<string> {
  const [row] = await house.sql.all(`select ${AUDIT_COLUMNS} from audit where chain = $1 and seq = $2`, [house.chains[chain]!, seq])
  const { record, sub: _, ...columns } = row as { record: string; sub: string }
  const hash = writeAuditRow({ ...columns, ...JSON.parse(record), sub: 'eve' } as unknown as AuditEntry).at(-1) as string
  await set('sub', 'eve', chain, seq)(house)
  await set('hash', hash, chain, seq)(house)
  return hash
}

const cases: Case[] = [
  ['nothing', async () => {}, []],
  ['an altered time', set('at', NOW - 1, 0, 3), [[0, 3, 'altered']]],
  ['an altered event', set('event', 'user.changed', 0, 3), [[0, 3, 'altered']]],
  ['an altered person', set('sub', 'eve', 0, 3), [[0, 3, 'altered']]],
  ['an altered client', set('client_id', 'c', 0, 3), [[0, 3, 'altered']]],
  ['an altered record', set('record', '{"actor":{"type":"host"},"prev":""}', 0, 3), [[0, 3, 'altered']]],
  ['a record that is none', set('record', 'x', 0, 1), [[0, 1, 'altered']]],
  ['an altered hash', set('hash', 'x', 0, 3), [[0, 3, 'altered']]],
  ['an altered last entry', set('sub', 'eve', 2, 2), [[2, 2, 'altered']]],
  ['an entry altered with a hash that fits', (house) => forge(house, 0, 3), [[0, 3, 'altered']]],
  [
    'a last entry altered with a hash that fits, and noted as the end',
    async (house) => setEnd('head', await forge(house, 1, 3), 1)(house),
    [[1, 3, 'altered']],
  ],
  ['the first entry deleted', remove(0, 1, 1), [[0, 1, 'missing']]],
  ['one in the middle deleted', remove(0, 3, 3), [[0, 3, 'missing']]],
  ['several in the middle deleted', remove(0, 2, 4), [[0, 2, 'missing', 4]]],
  ['the last one deleted', remove(0, 5, 5), [[0, 5, 'cut_off']]],
  ['the last ones deleted', remove(0, 3, 5), [[0, 3, 'cut_off', 5]]],
  ['all of the newest chain deleted', remove(2, 1, 2), [[2, 1, 'cut_off', 2]]],
  [
    'two neighbours swapped',
    (house) => swap(house, 2, 3),
    [
      [0, 2, 'swapped'],
      [0, 3, 'swapped'],
    ],
  ],
  [
    'two swapped that are not neighbours',
    (house) => swap(house, 1, 5),
    [
      [0, 1, 'swapped'],
      [0, 5, 'swapped'],
    ],
  ],
  ['an end that is noted too early', setEnd('entries', 3, 0), [[0, 5, 'head']]],
  ['an end that is noted too late', setEnd('entries', 7, 0), [[0, 6, 'cut_off', 7]]],
  ['another hash noted as the end', setEnd('head', 'x', 0), [[0, 5, 'head']]],
  [
    'an end that is noted nowhere',
    (house) => house.sql.write('delete from audit_chains where chain = $1', [house.chains[0]]),
    [[0, 5, 'head']],
  ],
  [
    'a tail cut off, and the end noted as if it had never been',
    async (house) => {
      await remove(0, 4, 5)(house)
      const [row] = await house.sql.all('select hash from audit where chain = $1 and seq = 3', [house.chains[0]])
      await setEnd('entries', 3, 0)(house)
      await setEnd('head', row!['hash'] as string, 0)(house)
    },
    [[0, 4, 'cut_off', 5]],
  ],
  [
    'a whole chain deleted, its end too',
    async (house) => {
      await remove(0, 1, 5)(house)
      await house.sql.write('delete from audit_chains where chain = $1', [house.chains[0]])
    },
    [[0, 1, 'cut_off', 5]],
  ],
]

function testTampering(name: string, open: () => Promise<Sql>): void {
  describe(`audit verify on ${name} finds`, () => {
    let house: House
    before(async () => {
      house = await openHouse(open)
    })
    after(() => house.sql.close())

    for (const [what, tamper, found] of cases) {
      it(what, async () => {
        await tamper(house)
        const expected = found.map(([chain, seq, how, until]) => ({ chain: house.chains[chain], seq, ...(until && { until }), how }))
        assert.deepEqual(await house.verify(), expected)
      })
    }

    it('what nobody in the database remembers, where the heads were kept elsewhere', async () => {
      const [, , chain] = house.chains
      await remove(2, 1, 2)(house)
      await house.sql.write('delete from audit_chains where chain = $1', [chain])
      assert.deepEqual(await house.verify(), [])
      await remove(2, 1, 2)(house)
      await house.sql.write('delete from audit_chains where chain = $1', [chain])
      assert.deepEqual(await house.verify(house.heads), [{ chain, seq: 1, until: 2, how: 'cut_off' }])
      const hash = await forge(house, 2, 2)
      await setEnd('head', hash, 2)(house)
      assert.deepEqual(await house.verify(house.heads), [{ chain, seq: 2, how: 'altered' }])
    })

    it('the first hundred of many, and that there are others', async () => {
      await openSqlStore(sqlOf(house.sql)).then(async (store) => {
        await Promise.all(Array.from({ length: 150 }, () => store.users.add(aUser())))
        await house.sql.write("update audit set event = 'user.changed'", [])
        const { findings, more } = await store.audit.verify()
        assert.deepEqual([findings.length, more], [100, true])
      })
    })
  })
}

function testWriting(name: string, open: () => Promise<Sql>): void {
  describe(`the audit log on ${name}`, () => {
    let sql: Sql
    before(async () => {
      sql = await open()
    })
    after(() => sql.close())

    const whole = async (store: Store) => assert.deepEqual((await store.audit.verify()).findings, [])

    it('decisions at one moment share commits, each its own outcome', async () => {
      const store = await openSqlStore(sqlOf(sql))
      const commits = sql.work!().writes
      await Promise.all(Array.from({ length: 50 }, () => store.users.add(aUser())))
      assert.ok(sql.work!().writes - commits <= 4, `${sql.work!().writes - commits} batches`)
      await whole(store)
    })

    it('an answer that was lost is asked for: what was kept is done, and the chain goes on', async () => {
      let lost = 0
      const losing: Sql = {
        ...sqlOf(sql),
        batch: async (statements) => {
          const kept = await sql.batch(statements)
          if (lost++ === 1) throw new OAuthError('temporarily_unavailable', 'The database cannot be reached.')
          return kept
        },
      }
      const store = await openSqlStore(losing, { migrate: false })
      const users = Array.from({ length: 9 }, () => aUser())
      assert.deepEqual(await Promise.all(users.map((user) => store.users.add(user))), Array(9).fill('added'))
      assert.ok(lost > 1)
      for (const { sub } of users) assert.equal((await store.audit.list({ limit: 10, sub })).entries.length, 1)
      await whole(store)
    })

    it('what was not kept is told to whoever asked, and the chain goes on', async () => {
      let broken = true
      const breaking: Sql = {
        ...sqlOf(sql),
        batch: async (statements) => {
          if (broken) throw new OAuthError('temporarily_unavailable', 'The database cannot be reached.')
          return sql.batch(statements)
        },
      }
      const store = await openSqlStore(breaking, { migrate: false })
      const [first, second] = [aUser(), aUser()]
      await assert.rejects(store.users.add(first), { error: 'temporarily_unavailable' })
      broken = false
      assert.equal(await store.users.add(second), 'added')
      assert.equal(await store.users.find(first.sub), null)
      assert.deepEqual((await store.audit.list({ limit: 10, sub: first.sub })).entries, [])
      await whole(store)
    })

    it('one that is kept late, after its caller was told otherwise, is in the chain, and the next comes after it', async () => {
      let late: (() => Promise<unknown>) | null = null
      const delaying: Sql = {
        ...sqlOf(sql),
        batch: async (statements) => {
          if (late !== null) return sql.batch(statements)
          late = () => sql.batch(statements)
          throw new OAuthError('temporarily_unavailable', 'The database cannot be reached.')
        },
      }
      const store = await openSqlStore(delaying, { migrate: false })
      const [first, second] = [aUser(), aUser()]
      await assert.rejects(store.users.add(first), { error: 'temporarily_unavailable' })
      await late!()
      assert.equal(await store.users.add(second), 'added')
      for (const { sub } of [first, second]) assert.equal((await store.audit.list({ limit: 10, sub })).entries.length, 1)
      await whole(store)
    })

    it('a chain names what other chains have grown by: as it begins, and at most every ten seconds', async () => {
      let now = Date.now() + 60_000
      const [one, other] = [await openSqlStore(sqlOf(sql), { clock: () => now }), await openSqlStore(sqlOf(sql), { clock: () => now })]
      const told: AuditEntry[] = []
      for (const store of [one, other]) store.audit.follow((entry) => told.push(entry))
      const decide = async (store: Store): Promise<AuditEntry> => {
        now += 1
        await store.users.add(aUser())
        return told.at(-1)!
      }
      const first = await decide(one)
      const second = await decide(other)
      assert.deepEqual(second.heads, [[first.chain, 1, first.hash]])
      assert.equal((await decide(one)).heads, undefined, 'it has looked a moment ago')
      now += 10_000
      assert.deepEqual((await decide(one)).heads, [[second.chain, 1, second.hash]])
      now += 10_000
      assert.deepEqual((await decide(one)).heads, undefined, 'nothing has come since')
      await whole(one)
    })

    it('what ends with the store was written before', async () => {
      const store = await openSqlStore(await open())
      const users = Array.from({ length: 40 }, () => aUser())
      const added = users.map((user) => store.users.add(user))
      await store.close()
      assert.deepEqual(await Promise.all(added), Array(40).fill('added'))
    })
  })
}

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-audit-'))
let files = 0
let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true })
})

const drivers: Readonly<Record<string, () => Promise<Sql>>> = {
  SQLite: () => openSqlite(join(folder, `${++files}.db`)),
  PostgreSQL: async () => openPostgres({ url: await postgres.createDatabase() }),
}
for (const [name, open] of Object.entries(drivers)) {
  testTampering(name, open)
  testWriting(name, open)
}
