import { setTimeout as wait } from 'node:timers/promises'
import { MINUTE, type Milliseconds, SECOND } from '../core/model/clock.ts'
import { FIRST_RELEASE, type FillStep, type IndexStep, migrations, type Step } from './schema.ts'
import type { Row, Sql, Statement, Value } from './sql.ts'

/** How far a schema has come. */
export interface Standing {
  /** Steps that it has taken. */
  done: number
  /** Steps that a server must know to run on it. */
  required: number
}

/** For how long a node works on one long step before it has to say again that it is there. */
const LEASE = 15 * SECOND
const RENEWAL = 2 * SECOND
/** For how long others wait for a step of somebody else, and for a table that is in use. */
const MOST_WAITING = 10 * MINUTE
const MOST_IMPATIENCE = MINUTE
/** Rows of a fill that share a commit: as many as take no longer than this, within these bounds. */
const TURN = 50
const FEWEST_ROWS = 200
const MOST_ROWS = 2_000

const TABLE_OF_STEPS = 'create table if not exists migrations (step bigint not null primary key)'
/** Steps that older servers need not know; one that takes long says who is at it, until when, and how far it has come. */
const TABLE_OF_ADDITIONS = `create table if not exists additions (
  step bigint not null primary key, done bigint not null, holder text, ends_at bigint, reached text)`

/**
 * Brings an empty or older database up to date, step by step, each kept by itself, so that one that was broken off is gone on with.
 * Servers may go on meanwhile, those of the version before too. Several processes may try at once: one takes a step, the others wait.
 * Throws where the database was written by a version that this one cannot follow, and where another is at it for too long.
 */
export async function migrate(sql: Sql, steps: readonly Step[] = migrations(sql.clustered)): Promise<void> {
  const holder = crypto.randomUUID()
  let begun = false
  for (const since = performance.now(); ; ) {
    const { done, required } = await readStanding(sql.all)
    if (required > steps.length) throw new Error(tooNew(required, steps.length))
    if (done >= steps.length) return
    if (done === 0) {
      await createAll(sql, steps)
      continue
    }
    if (!begun) await sql.write(TABLE_OF_ADDITIONS, [])
    begun = true
    if (await takeStep(sql, done + 1, steps[done]!, holder)) continue
    if (performance.now() - since > MOST_WAITING) throw new Error('Another process brings the database up to date, and is still at it.')
    await wait(50 + Math.random() * 100)
  }
}

/** Nobody is there yet: all in one commit. Whoever comes second finds the steps taken, and nothing of theirs is kept. */
async function createAll(sql: Sql, steps: readonly Step[]): Promise<void> {
  const made = steps.flatMap((step, i) => {
    const text = plainText(step)
    return [record(i + 1, step), ...(text === null ? [] : [{ text, values: [] }])]
  })
  await sql.batch([{ text: TABLE_OF_STEPS, values: [] }, { text: TABLE_OF_ADDITIONS, values: [] }, ...made])
}

/** What a step is where nobody uses the table; null where there is nothing to do then. */
function plainText(step: Step): string | null {
  if (typeof step === 'string') return step
  if ('breaking' in step) return step.breaking
  return 'index' in step ? `create ${step.unique ? 'unique ' : ''}index if not exists ${step.index} on ${step.on}` : null
}

/** Notes that a step was taken; where somebody else did, the batch that this belongs to comes to nothing. */
function record(number: number, step: Step): Statement {
  const must = number <= FIRST_RELEASE || (typeof step === 'object' && 'breaking' in step)
  const text = must
    ? 'insert into migrations (step) values ($1) on conflict (step) do nothing'
    : 'insert into additions (step, done) values ($1, 1) on conflict (step) do nothing'
  return { text, values: [number], must: true }
}

/** False where somebody else is at this step: it will be taken, or left to us. */
async function takeStep(sql: Sql, number: number, step: Step, holder: string): Promise<boolean> {
  if (typeof step === 'object' && 'fill' in step) return holding(sql, number, holder, (reached) => fill(sql, number, step, holder, reached))
  if (typeof step === 'object' && 'index' in step && sql.ddl.online) return holding(sql, number, holder, () => createOnline(sql, step))
  await alter(sql, [record(number, step), { text: plainText(step)!, values: [] }])
  return true
}

/** Changes tables that are in use, all or nothing: gives way where that would take long, and tries again. */
export async function alterTables(sql: Sql, texts: readonly string[]): Promise<void> {
  await alter(
    sql,
    texts.map((text) => ({ text, values: [] })),
  )
}

async function alter(sql: Sql, statements: readonly Statement[]): Promise<void> {
  const impatience = sql.ddl.impatience.map((text) => ({ text, values: [] }))
  await giveWay(sql, () => sql.batch([...impatience, ...statements]))
}

/** Tries again for as long as a batch of this kind gives way. */
export async function giveWay<T>(sql: Sql, attempt: () => Promise<T>): Promise<T> {
  for (const since = performance.now(); ; ) {
    try {
      return await attempt()
    } catch (cause) {
      if (!sql.ddl.isImpatient(cause) || performance.now() - since > MOST_IMPATIENCE) throw cause
      await wait(100 + Math.random() * 200) // those who waited behind us come first
    }
  }
}

const claimText = `
  insert into additions (step, done, holder, ends_at) values ($1, 0, $2, $3)
  on conflict (step) do update set holder = excluded.holder, ends_at = excluded.ends_at
    where additions.done = 0 and (additions.holder = excluded.holder or additions.ends_at <= $4)
  returning reached`
const renewText = 'update additions set ends_at = $3 where step = $1 and holder = $2 and done = 0'
const finishText =
  'update additions set done = 1, holder = null, ends_at = null, reached = null where step = $1 and holder = $2 and done = 0'

/** Long work on one step, by one process at a time: a row says whose turn it is, so no connection has to be kept. */
async function holding(sql: Sql, number: number, holder: string, work: (reached: string | null) => Promise<boolean>): Promise<boolean> {
  const [claim] = await sql.write(claimText, [number, holder, Date.now() + LEASE, Date.now()])
  if (!claim) return false
  const renew = () => void sql.write(renewText, [number, holder, Date.now() + LEASE]).catch(() => undefined)
  const renewing = setInterval(renew, RENEWAL)
  try {
    if (!(await work(claim.reached as string | null))) return false
    return await sql.batch([{ text: finishText, values: [number, holder], must: true }])
  } finally {
    clearInterval(renewing)
  }
}

/**
 * What a try that was killed has left of it goes first: such an index is kept up by every write and used by none. The server may be
 * still at it, on behalf of who is gone: then it is waited for, and may turn out to be good.
 */
async function createOnline(sql: Sql, { index, on, unique = false }: IndexStep): Promise<boolean> {
  const { unfinished, building, isPassing, drop, create } = sql.ddl.online!
  const find = async (text: string) => (await sql.all(text, [index])).length > 0
  for (const since = performance.now(); performance.now() - since < MOST_WAITING; await wait(100 + Math.random() * 200)) {
    if (await find(building)) continue
    try {
      if (await find(unfinished)) await sql.alone!(drop(index))
      await sql.alone!(create(index, on, unique))
      if (!(await find(unfinished))) return true
    } catch (cause) {
      if (!isPassing(cause)) throw cause
    }
  }
  return false
}

/** Range by range, from where the last commit has come to. False where the turn went to somebody else. */
async function fill(sql: Sql, number: number, step: FillStep, holder: string, from: string | null): Promise<boolean> {
  const { begin, next, update } = fillTexts(step)
  let reached = from === null ? null : (JSON.parse(from) as Value[])
  for (let rows = 500; ; ) {
    const range = await (reached === null ? sql.all(begin, [rows]) : sql.all(next, [...reached, rows]))
    const last = range.at(-1)
    if (!last) return true
    const until = step.key.map((column) => last[column] ?? null)
    const kept: Statement = {
      text: 'update additions set reached = $4, ends_at = $3 where step = $1 and holder = $2 and done = 0',
      values: [number, holder, Date.now() + LEASE, JSON.stringify(until)],
      must: true,
    }
    const since = performance.now()
    const first = step.key.map((column) => (range[0] as Row)[column] ?? null)
    if (!(await sql.batch([kept, { text: update, values: [...first, ...until] }]))) return false
    const took = performance.now() - since
    rows = nextSize(rows, took)
    reached = until
    await wait(took) // the other half of the time is that of those who serve
  }
}

function nextSize(rows: number, took: Milliseconds): number {
  if (took > TURN) return Math.max(FEWEST_ROWS, Math.floor(rows / 2))
  return took < TURN / 2 ? Math.min(MOST_ROWS, rows * 2) : rows
}

/** The statements of a fill: the first range of keys, the range after one, and the writing of a range. */
function fillTexts({ fill: table, key, set, where }: FillStep): { begin: string; next: string; update: string } {
  const columns = key.join(', ')
  const values = (from: number) => key.map((_, i) => `$${from + i}`).join(', ')
  const select = (after: string, limit: number) => `select ${columns} from ${table} ${after} order by ${columns} limit $${limit}`
  return {
    begin: select('', 1),
    next: select(`where (${columns}) > (${values(1)})`, key.length + 1),
    update: `update ${table} set ${set} where (${columns}) >= (${values(1)}) and (${columns}) <= (${values(key.length + 1)})${where ? ` and (${where})` : ''}`,
  }
}

/** Steps of the schema that this version knows. */
export function stepsKnown(): number {
  return migrations('').length
}

/** Steps that the database has taken; 0 where it is empty. */
export async function stepsDone(all: Sql['all']): Promise<number> {
  return (await readStanding(all)).done
}

/** How far the schema of a database has come, and what a server must know for it. */
export async function readStanding(all: Sql['all']): Promise<Standing> {
  const required = await lastStep(all, 'select max(step) as step from migrations')
  const added = required === 0 ? 0 : await lastStep(all, 'select max(step) as step from additions where done = 1')
  return { done: Math.max(required, added), required }
}

/** 0 where there is no such table yet. */
async function lastStep(all: Sql['all'], text: string): Promise<number> {
  try {
    const [row] = await all(text, [])
    return Number(row?.['step'] ?? 0)
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    if (code === '42P01' || /^no such table/.test(message)) return 0
    throw cause
  }
}

/** Throws, in one sentence for an operator, where this version cannot run on the schema of the database; changes nothing. */
export async function requireSchema(sql: Sql): Promise<void> {
  const [{ done, required }, known] = [await readStanding(sql.all), stepsKnown()]
  if (required > known) throw new Error(tooNew(required, known))
  if (done < known)
    throw new Error(
      `The database lacks ${known - done} of the ${known} steps of the schema, and VOUCHSAFE_MIGRATE is off. Run: vouchsafe migrate --apply`,
    )
}

function tooNew(required: number, known: number): string {
  return `The database was written by a newer version of Vouchsafe: its schema is ${required}, this version knows ${known}. Install the newer version.`
}
