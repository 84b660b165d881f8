import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { readStanding } from '../../src/stores/migrate.ts'
import { FIRST_RELEASE } from '../../src/stores/schema.ts'
import type { Sql } from '../../src/stores/sql.ts'
import { makeFirstRelease, openBare } from '../support/first-release.ts'
import { longSteps, tomorrow } from '../support/migration/tomorrow.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Soak } from './soak.ts'

interface Size {
  /** Grants; a tenth as many consents and users. */
  rows: number
  /** Whether who was killed is waited for as long as its lease lasts; otherwise the lease is set to its end. */
  patient: boolean
  /** Milliseconds that a move may take on PostgreSQL. An index of SQLite is one transaction, for which writes wait up to ten seconds. */
  longest: number
}

export default {
  name: 'migration',
  about:
    'From the schema of the first release to that of tomorrow, under the load of two versions at once: killed in the middle, gone on with by two nodes, without an error answer',
  full: { rows: 1_000_000, patient: true, longest: 1_000 },
  small: { rows: 20_000, patient: false, longest: 5_000 },
  run: async (size) => {
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-migration-'))
    const postgres = await startPostgres()
    try {
      return {
        rows: size.rows,
        sqlite: await migrateUnderLoad(join(folder, 'house.db'), size),
        postgres: await migrateUnderLoad(await postgres.createDatabase(), size),
      }
    } finally {
      await postgres.close()
      rmSync(folder, { recursive: true })
    }
  },
} satisfies Soak<Size>

async function migrateUnderLoad(database: string, size: Size): Promise<Record<string, unknown>> {
  await makeFirstRelease(database)
  const sql = await openBare(database)
  const children: ChildProcess[] = []
  const start = (name: string, ...args: string[]): ChildProcess => {
    const child = fork(new URL(`../support/migration/${name}.ts`, import.meta.url), [database, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.push(child)
    return child
  }
  try {
    await fillUp(sql, database, size.rows)
    const old = start('load', 'old', String(size.rows))
    await once(old, 'message')
    const began = performance.now()
    const first = start('node')
    const today = start('load', 'today', String(size.rows)) // its start is a migration too, of fewer steps, at the same time
    const serving = once(today, 'message')
    const { fill, index } = longSteps(sql.clustered)
    const kills = [await killAt(first, () => isFilling(sql, fill))]
    const lease = await leaveLease(sql, fill, size.patient)
    kills.push(await killAt(start('node'), () => isIndexing(sql, index)))
    await leaveLease(sql, index, size.patient)
    const ends = await Promise.all([start('node'), start('node')].map((child) => once(child, 'exit')))
    assert.deepEqual(
      ends.map(([code]) => code),
      [0, 0],
      'both nodes come to the end',
    )
    await serving
    await setTimeout(size.patient ? 5_000 : 200) // and on the new schema for a while
    const seconds = (performance.now() - began) / 1000
    const loads = { old: await stop(old), today: await stop(today) }
    await checkSchema(sql, size.rows)
    for (const [version, { failed, errors, lost, longest }] of Object.entries(loads)) {
      assert.equal(failed, 0, `errors of the ${version} version: ${errors}`)
      assert.equal(lost, 0, `the ${version} version lost something`)
      if (database.startsWith('postgres')) assert.ok(longest <= size.longest, `${version}: ${longest} ms`)
    }
    return { seconds: Math.round(seconds), killed_while: kills, lease_waited_for: lease, loads }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await sql.close()
  }
}

/** Rows as the first release wrote them, so many. */
async function fillUp(sql: Sql, database: string, rows: number): Promise<void> {
  const clock = Date.now() + 30 * 86_400_000
  const isPostgres = database.startsWith('postgres')
  const number = (width: number) => (isPostgres ? `lpad(cast(i as text), ${width}, '0')` : `printf('%0${width}d', i)`)
  const name = `${number(8)} || '-7d1c-4a2e-9b5f-1c0ffee0c0de'`
  const series = (from: number, to: number) =>
    isPostgres
      ? `generate_series(${from}, ${to}) as n(i)`
      : `(with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) select i from n)`
  const STEP = 50_000
  for (let from = 0; from < rows; from += STEP) {
    const to = Math.min(rows, from + STEP) - 1
    await sql.write(
      `insert into grants (grant_id, client_id, sub, epoch, generation, expires_at, ends_at, record)
       select 'g' || ${number(9)}, 'c', ${name}, 0, 1, ${clock} + i, ${clock} + i, '{"sid":"s","scope":"openid email","auth_time":1790000000000}' from ${series(from, to)}`,
      [],
    )
    if (from >= rows / 10) continue
    const last = Math.min(rows / 10, from + STEP) - 1
    await sql.write(
      `insert into users (sub, email, record) select ${name}, ${name} || '@example.com', '{"name":"N"}' from ${series(from, last)}`,
      [],
    )
    await sql.write(
      `insert into consents (sub, client_id, record) select ${name}, 'c', '{"scope":"openid"}' from ${series(from, last)}`,
      [],
    )
  }
  if (isPostgres) await sql.write('analyze', [])
}

/** Waits for a moment, and ends the process there as nobody can help; whether that moment was met. */
async function killAt(child: ChildProcess, moment: () => Promise<boolean>): Promise<boolean> {
  const gone = once(child, 'exit')
  while (child.exitCode === null) {
    if (await moment()) {
      child.kill('SIGKILL')
      const [code] = await gone
      return code === null
    }
    await setTimeout(5)
  }
  return false
}

async function isFilling(sql: Sql, step: number): Promise<boolean> {
  const [row] = await sql.all('select max(step) as step from migrations', [])
  if (Number(row!['step']) < FIRST_RELEASE) return false
  return sql.all('select 1 as found from additions where step = $1 and reached is not null', [step]).then(
    (found) => found.length > 0,
    () => false, // the table is not there yet
  )
}

/** The step before is taken, and on PostgreSQL the index stands there unfinished. */
async function isIndexing(sql: Sql, step: number): Promise<boolean> {
  const { done } = await readStanding(sql.all)
  if (done < step - 1) return false
  return sql.ddl.online === undefined || done >= step || (await sql.all(sql.ddl.online.unfinished, ['grants_by_expiry'])).length > 0
}

/** What the dead one held is good for some seconds more. */
async function leaveLease(sql: Sql, step: number, patient: boolean): Promise<boolean> {
  if (!patient) await sql.write('update additions set ends_at = 0 where step = $1 and done = 0', [step])
  return patient
}

interface Load {
  moves: number
  errors: string[]
  failed: number
  lost: number
  p99: number
  longest: number
}

async function stop(child: ChildProcess): Promise<Load> {
  const found = once(child, 'message')
  child.send('stop')
  return (await found)[0] as Load
}

/** All steps are taken, each row was filled once, the index is good, and older versions may run. */
async function checkSchema(sql: Sql, rows: number): Promise<void> {
  assert.deepEqual(await readStanding(sql.all), { done: tomorrow(sql.clustered).length, required: FIRST_RELEASE })
  const [filled] = await sql.all("select count(*) as n from grants where grant_id < 'h' and grant_id >= 'g' and place = 'x'", [])
  assert.equal(Number(filled!['n']), rows, 'each row was filled once')
  if (sql.ddl.online) assert.deepEqual(await sql.all(sql.ddl.online.unfinished, ['grants_by_expiry']), [])
  else assert.equal((await sql.all("select 1 as found from sqlite_schema where name = 'grants_by_expiry'", [])).length, 1)
}
