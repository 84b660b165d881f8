import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { migrate, readStanding } from '../../src/stores/migrate.ts'
import { FIRST_RELEASE, migrations, type Step } from '../../src/stores/schema.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { openBare } from '../support/first-release.ts'
import { PGBOUNCER, startPgbouncer } from '../support/pgbouncer.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-migrate-'))
before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true })
})

const ROWS = 3_000
let turn = 0

for (const [backend, newDatabase] of [
  ['SQLite', async () => join(folder, `${++turn}.db`)],
  ['PostgreSQL', () => postgres.createDatabase()],
] as const) {
  describe(`steps of the schema, on ${backend}`, () => {
    /** A database of today with a table of many rows, opened so many times. */
    async function open(count = 1): Promise<{ nodes: Sql[]; sql: Sql; base: Step[] }> {
      const database = await newDatabase()
      const nodes = await Promise.all(Array.from({ length: count }, () => openBare(database)))
      const sql = nodes[0]!
      const base = [...migrations(sql.clustered), 'create table many (a text not null, b text not null, n bigint, primary key (a, b))']
      await migrate(sql, base)
      const rows = Array.from({ length: ROWS }, (_, i) => `('a${i % 7}', '${String(i).padStart(5, '0')}', 0)`)
      await sql.write(`insert into many (a, b, n) values ${rows.join(', ')}`, [])
      return { nodes, sql, base }
    }
    const close = (nodes: Sql[]) => Promise.all(nodes.map((sql) => sql.close()))
    const sums = async (sql: Sql) => {
      const [row] = await sql.all('select min(n) as least, max(n) as most from many', [])
      return [Number(row!['least']), Number(row!['most'])]
    }
    const once: Step = { fill: 'many', key: ['a', 'b'], set: 'n = n + 1' }

    it('two nodes at once: each step is taken once, of a new database and of one in use', async () => {
      const { nodes, sql, base } = await open(3)
      const steps: Step[] = [...base, 'alter table many add column c bigint', once, { index: 'many_by_n', on: 'many (n)' }]
      await Promise.all(nodes.map((node) => migrate(node, steps)))
      assert.deepEqual(await sums(sql), [1, 1])
      assert.deepEqual(await readStanding(sql.all), { done: steps.length, required: FIRST_RELEASE })
      await close(nodes)
      const database = await newDatabase()
      const fresh = await Promise.all(Array.from({ length: 3 }, () => openBare(database)))
      await Promise.all(fresh.map((node) => migrate(node, steps)))
      assert.equal((await readStanding(fresh[0]!.all)).done, steps.length)
      await close(fresh)
    })

    it('a fill that was broken off goes on from where it had come to, and touches no row twice', async () => {
      const { nodes, sql, base } = await open()
      const [row] = await sql.all('select a, b from many order by a, b limit 1 offset 2000', [])
      await sql.write('update many set n = null where a = $1 and b = $2', [row!['a']!, row!['b']!])
      const steps: Step[] = [...base, 'alter table many add column done bigint not null default 0', trapped]
      await assert.rejects(migrate(sql, steps))
      const before = await touched(sql)
      assert.ok(before > 0 && before < 2_001, `${before} rows were done`)
      assert.equal((await readStanding(sql.all)).done, steps.length - 1, 'the step before is kept, this one is not')
      await sql.write('update many set n = 0 where n is null', [])
      await sql.write('update additions set ends_at = 0 where holder is not null', []) // its process is gone for as long as that
      await migrate(sql, steps)
      const [all] = await sql.all('select min(done) as least, max(done) as most from many', [])
      assert.deepEqual([Number(all!['least']), Number(all!['most'])], [1, 1])
      await close(nodes)
    })

    it('who is at a long step is waited for, until the step is taken or its time is over', async () => {
      const { nodes, sql, base } = await open()
      const steps = [...base, once]
      await sql.write('insert into additions (step, done, holder, ends_at) values ($1, 0, $2, $3)', [
        steps.length,
        'other',
        Date.now() + 1_000,
      ])
      const since = performance.now()
      await migrate(sql, steps)
      assert.ok(performance.now() - since > 350, 'another was at it')
      assert.deepEqual(await sums(sql), [1, 1])
      await close(nodes)
    })

    it('a server of the version before runs on a newer schema, until a step says that it cannot', async () => {
      const { nodes, sql, base } = await open()
      const newer = [...base, 'alter table many add column c bigint']
      await migrate(sql, newer)
      await migrate(sql, base)
      await migrate(sql, base.slice(0, FIRST_RELEASE))
      const [row] = await sql.all('select max(step) as step from migrations', [])
      assert.equal(Number(row!['step']), FIRST_RELEASE, 'the first release reads this, and refuses what is more than it knows')
      const breaking: Step[] = [...newer, { breaking: 'alter table many drop column c' }]
      await migrate(sql, breaking)
      await assert.rejects(migrate(sql, newer), /newer version of Vouchsafe: its schema is \d+, this version knows \d+\. Install/)
      await migrate(sql, [...breaking, 'alter table many add column d bigint'])
      await migrate(sql, breaking)
      await close(nodes)
    })

    it('a step that fails leaves those before it, and is tried again', async () => {
      const { nodes, sql, base } = await open()
      await assert.rejects(migrate(sql, [...base, 'create table one (a bigint)', 'create nonsense']))
      assert.equal((await readStanding(sql.all)).done, base.length + 1)
      await migrate(sql, [...base, 'create table one (a bigint)', 'create table two (a bigint)'])
      assert.equal((await readStanding(sql.all)).done, base.length + 2)
      await close(nodes)
    })
  })
}

/** Fails at a row without a number. */
const trapped: Step = { fill: 'many', key: ['a', 'b'], set: 'done = done + 1 + n' }

async function touched(sql: Sql): Promise<number> {
  return Number((await sql.all('select count(*) as n from many where done > 0', []))[0]!['n'])
}

describe('on PostgreSQL, beside those who use a table', () => {
  it('an index that a killed try has left unfinished is made anew', async () => {
    const url = await postgres.createDatabase()
    const sql = await openBare(url)
    const base = migrations(sql.clustered)
    await migrate(sql, base)
    await sql.write("insert into users (sub, email, record) values ('a', 'a', 'same'), ('b', 'b', 'same')", [])
    await assert.rejects(sql.alone!('create unique index concurrently users_by_record on users (record)'))
    const standing = async () => {
      const [row] = await sql.all("select indisvalid, indisunique from pg_index where indexrelid = to_regclass('users_by_record')", [])
      return [row!['indisvalid'], row!['indisunique']]
    }
    assert.deepEqual(await standing(), [false, true])
    await migrate(sql, [...base, { index: 'users_by_record', on: 'users (record)' }])
    assert.deepEqual(await standing(), [true, false])
    await sql.close()
  })

  it('behind a pooler that hands a connection to another after each transaction, several nodes take each step once', {
    skip: PGBOUNCER === null && 'pgbouncer is not installed',
  }, async () => {
    const pooler = await startPgbouncer(postgres.url, 4)
    const url = pooler.through(await postgres.createDatabase())
    const nodes = await Promise.all(Array.from({ length: 3 }, () => openBare(url)))
    const base = migrations('')
    await Promise.all(nodes.map((node) => migrate(node, base)))
    const sql = nodes[0]!
    await sql.write("insert into users (sub, email, record) select 's' || i, 'e' || i, '0' from generate_series(1, 2000) as n(i)", [])
    const fill: Step = { fill: 'users', key: ['sub'], set: "record = record || '1'" }
    const steps = [...base, 'alter table users add column c bigint', fill, { index: 'users_by_record', on: 'users (record)' }]
    await Promise.all(nodes.map((node) => migrate(node, steps)))
    const records = await sql.all('select distinct record from users', [])
    assert.deepEqual(
      records.map((row) => row['record']),
      ['01'],
    )
    assert.equal((await readStanding(sql.all)).done, steps.length)
    for (const node of nodes) await node.close()
    await pooler.close()
  })

  it('a change of a table that is in use gives way to those behind it, again and again, until the table is free', async () => {
    const url = await postgres.createDatabase()
    const sql = await openBare(url)
    const base = migrations(sql.clustered)
    await migrate(sql, base)
    const reader = new pg.Client({ connectionString: url })
    await reader.connect()
    await reader.query('begin')
    await reader.query('select count(*) from users')
    let done = false
    const migrating = migrate(sql, [...base, 'alter table users add column c bigint']).then(() => {
      done = true
    })
    let longest = 0
    for (const since = performance.now(); performance.now() - since < 900; ) {
      const began = performance.now()
      await sql.all('select count(*) as n from users', [])
      longest = Math.max(longest, performance.now() - began)
    }
    assert.equal(done, false)
    assert.ok(longest > 100, 'it did stand in line')
    assert.ok(longest < 1_000, `a reader was held up for ${longest} ms`)
    await reader.query('commit')
    await reader.end()
    await migrating
    await sql.close()
  })
})
