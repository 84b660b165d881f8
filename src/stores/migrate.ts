import { migrations } from './schema.ts'
import type { Sql } from './sql.ts'

/**
 * Brings an empty or older database up to date, in one commit; only ever forward. Several processes may try at once.
 * Throws where the database was written by a newer version.
 */
export async function migrate(sql: Sql, steps: readonly string[] = migrations(sql.clustered)): Promise<void> {
  await sql.batch([{ text: 'create table if not exists migrations (step bigint not null primary key)', values: [] }])
  for (;;) {
    const done = await stepsDone(sql)
    if (done > steps.length) {
      throw new Error(
        `The database was written by a newer version of Vouchsafe: its schema is ${done}, this version knows ${steps.length}. Install the newer version.`,
      )
    }
    const missing = steps.slice(done).flatMap((text, i) => [
      // whoever comes second finds the step taken, and looks again
      { text: 'insert into migrations (step) values ($1) on conflict (step) do nothing', values: [done + i + 1], must: true },
      { text, values: [] },
    ])
    if (missing.length === 0 || (await sql.batch(missing))) return
  }
}

async function stepsDone(sql: Sql): Promise<number> {
  const [row] = await sql.all('select max(step) as done from migrations', [])
  return Number(row?.done ?? 0)
}
