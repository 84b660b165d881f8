import { migrations } from './schema.ts'
import type { Sql } from './sql.ts'

/**
 * Brings an empty or older database up to date, in one commit; only ever forward. Several processes may try at once.
 * Throws where the database was written by a newer version.
 */
export async function migrate(sql: Sql, steps: readonly string[] = migrations(sql.clustered)): Promise<void> {
  await sql.batch([{ text: 'create table if not exists migrations (step bigint not null primary key)', values: [] }])
  for (;;) {
    const done = await stepsDone(sql.all)
    if (done > steps.length) throw new Error(tooNew(done, steps.length))
    const missing = steps.slice(done).flatMap((text, i) => [
      // whoever comes second finds the step taken, and looks again
      { text: 'insert into migrations (step) values ($1) on conflict (step) do nothing', values: [done + i + 1], must: true },
      { text, values: [] },
    ])
    if (missing.length === 0 || (await sql.batch(missing))) return
  }
}

/** Steps of the schema that this version knows. */
export function stepsKnown(): number {
  return migrations('').length
}

/** Steps that the database has taken; 0 where it is empty. */
export async function stepsDone(all: Sql['all']): Promise<number> {
  try {
    const [row] = await all('select max(step) as done from migrations', [])
    return Number(row?.done ?? 0)
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    if (code === '42P01' || /^no such table/.test(message)) return 0
    throw cause
  }
}

/** Throws, in one sentence for an operator, where the database is not at the present schema; changes nothing. */
export async function requireSchema(sql: Sql): Promise<void> {
  const [done, known] = [await stepsDone(sql.all), stepsKnown()]
  if (done > known) throw new Error(tooNew(done, known))
  if (done < known)
    throw new Error(
      `The database lacks ${known - done} of the ${known} steps of the schema, and VOUCHSAFE_MIGRATE is off. Run: vouchsafe migrate --apply`,
    )
}

function tooNew(done: number, known: number): string {
  return `The database was written by a newer version of Vouchsafe: its schema is ${done}, this version knows ${known}. Install the newer version.`
}
