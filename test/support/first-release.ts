import { readFileSync } from 'node:fs'
import { openPostgres } from '../../src/stores/postgres.ts'
import type { Sql, Statement, Value } from '../../src/stores/sql.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'

type Words = Record<string, string>

/** A database as the first release made it, and what people and clients held of it at that moment. */
export interface FirstRelease {
  issuer: string
  secret: string
  now: number
  held: Record<'good' | 'rotated' | 'revoked' | 'narrowed' | 'opaque' | 'withdrawn' | 'itself' | 'itself_revoked', Words> &
    Record<'code' | 'parked_code' | 'parked_client' | 'used_code' | 'session' | 'api_key' | 'initial_access_token', string> &
    Record<'client_secret' | 'code_verifier', string>
  /** What its server said to the database while people came and went. */
  statements: Record<'redeem' | 'rotate' | 'revoke' | 'find' | 'decide' | 'keep', string>
  steps: string[]
  tables: Record<string, { columns: string[]; rows: Value[][] }>
}

export const firstRelease: FirstRelease = JSON.parse(
  readFileSync(new URL('../stores/fixtures/first-release.json', import.meta.url), 'utf8'),
)

/** Opens a database without looking at its schema: a file, or an address of PostgreSQL. */
export function openBare(database: string): Promise<Sql> {
  return database.startsWith('postgres') ? openPostgres({ url: database }) : openSqlite(database)
}

/** Makes that database: in an empty one, its steps and its rows. */
export async function makeFirstRelease(database: string): Promise<void> {
  const sql = await openBare(database)
  const text = (statement: string): Statement => ({ text: statement, values: [] })
  const steps = firstRelease.steps.map((step) => text(step.replace(' %CLUSTERED%', sql.clustered)))
  const numbers = firstRelease.steps.map((_, i) => ({ text: 'insert into migrations (step) values ($1)', values: [i + 1] }))
  const rows = Object.entries(firstRelease.tables).flatMap(([name, { columns, rows: values }]) =>
    values.map((row) => ({
      text: `insert into ${name} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
      values: row,
    })),
  )
  await sql.batch([text('create table migrations (step bigint not null primary key)'), ...steps, ...numbers, ...rows])
  await sql.close()
}
