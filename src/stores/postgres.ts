import type { Pool, PoolClient, PoolConfig, QueryResult } from 'pg'
import { OAuthError } from '../core/model/error.ts'
import type { StoreWork } from '../core/model/store.ts'
import { explainUnusable } from './postgres-problem.ts'
import type { Row, Sql, Statement, Value } from './sql.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  url: string
  /** Connections at once; 10 unless given. Writes of all of them share the server's own group commit. */
  connections?: number
  /** Statements are parsed once per connection. False behind a pooler that hands a connection to another after each transaction. */
  prepared?: boolean
}

/** Milliseconds that a statement may take, and that a connection may be waited for. */
const STATEMENT_TIMEOUT = 10_000
const CONNECT_TIMEOUT = 5_000
const ATTEMPTS = 4
/** Of moves that met another: each round one of them comes through. */
const CONFLICTS = 60

/**
 * The driver of PostgreSQL. Throws, in one sentence for an operator, where the server would acknowledge what it may still lose.
 * A statement that meets a server which is gone throws OAuthError `temporarily_unavailable`, so that the client tries again.
 */
export async function openPostgres({ url, connections = 10, prepared = true }: PostgresOptions): Promise<Sql> {
  const pool = await createPool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: STATEMENT_TIMEOUT,
    query_timeout: STATEMENT_TIMEOUT + 1_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    application_name: 'vouchsafe',
  })
  const names = createNames()
  const query = (on: Pool | PoolClient, { text, values }: Pick<Statement, 'text' | 'values'>): Promise<QueryResult<Row>> =>
    on.query<Row>({ text, values: values as Value[], ...(prepared && { name: names(text) }) })
  const all = async (text: string, values: readonly Value[]) => (await again(() => query(pool, { text, values }), isSafeToRepeat)).rows
  let writes = 0
  function count<T>(outcome: T): T {
    writes += 1
    return outcome
  }
  try {
    await checkDurability(all)
  } catch (cause) {
    await pool.end()
    throw new Error(explainUnusable(url, cause), { cause })
  }
  return {
    clustered: '',
    all,
    // it may have been done, and only the answer be lost: not repeated, unless the server says that it was not
    write: async (text, values) => count((await again(() => query(pool, { text, values }), isUndone)).rows),
    batch: async (statements) => count(await again(() => runBatch(pool, statements, query), isUndone)),
    whole: (mode, work) => runWhole(pool, mode, (on) => work(async (text, values) => (await query(on, { text, values })).rows)),
    skew: async () => {
      const before = Date.now()
      const [row] = await all('select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now', [])
      return (row!['now'] as number) - (before + Date.now()) / 2
    },
    work: () => workOf(pool, writes),
    close: () => pool.end(),
  }
}

/** Each write is a transaction of its own. */
function workOf({ waitingCount, totalCount, idleCount }: Pool, writes: number): StoreWork {
  return { writes, commits: writes, waiting: waitingCount, connections: { open: totalCount, idle: idleCount } }
}

/** The driver is loaded when it is first needed. */
async function createPool(config: PoolConfig): Promise<Pool> {
  const { default: pg } = await import('pg')
  const { INT8 } = pg.types.builtins
  const types = { getTypeParser: (oid: number, format: 'text') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) }
  const pool = new pg.Pool({ ...config, types: types as NonNullable<PoolConfig['types']> })
  pool.on('error', () => undefined) // an idle connection broke: the next statement opens another
  return pool
}

/** One name for each text, short enough for the server. */
function createNames(): (text: string) => string {
  const names = new Map<string, string>()
  return (text) => {
    let name = names.get(text)
    if (name === undefined) {
      name = `v${names.size}`
      names.set(text, name)
    }
    return name
  }
}

async function runBatch(
  pool: Pool,
  statements: readonly Statement[],
  query: (on: PoolClient, statement: Statement) => Promise<QueryResult<Row>>,
): Promise<boolean> {
  const connection = await pool.connect()
  let broken: Error | undefined
  try {
    // a batch is guarded by rows that it only reads: at a lower level they could change under it
    await connection.query('begin isolation level serializable')
    for (const statement of statements) {
      const { rowCount } = await query(connection, statement)
      if (statement.must && !rowCount) {
        await connection.query('rollback')
        return false
      }
    }
    await connection.query('commit')
    return true
  } catch (cause) {
    broken = await rollBack(connection)
    throw cause
  } finally {
    connection.release(broken)
  }
}

/** Never repeated: whoever moves a house tries again by themselves. */
async function runWhole<T>(pool: Pool, mode: 'read' | 'write', work: (on: PoolClient) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  let broken: Error | undefined
  try {
    await connection.query(mode === 'read' ? 'begin isolation level repeatable read read only' : 'begin isolation level serializable')
    // what we read from or write to may be slower than that
    await connection.query('set local idle_in_transaction_session_timeout = 0')
    const outcome = await work(connection)
    await connection.query('commit')
    return outcome
  } catch (cause) {
    broken = await rollBack(connection)
    throw cause
  } finally {
    connection.release(broken)
  }
}

/** The error of a connection that cannot be used again; undefined where it can. */
async function rollBack(connection: PoolClient): Promise<Error | undefined> {
  try {
    await connection.query('rollback')
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}

/** Runs until it works, while what went wrong allows it; what remains of a lost server is told as such. */
async function again<T>(run: () => Promise<T>, mayRepeat: (cause: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (cause) {
      if (attempt < (isConflict(cause) ? CONFLICTS : ATTEMPTS) && mayRepeat(cause)) {
        const longest = isConflict(cause) ? Math.min(attempt, 10) * 8 : attempt * attempt * 15
        await new Promise((resolve) => setTimeout(resolve, longest * (0.3 + Math.random() * 0.7)))
        continue
      }
      throw isGone(cause) ? new OAuthError('temporarily_unavailable', 'The database cannot be reached.', { cause, retry_after: 1 }) : cause
    }
  }
}

const codeOf = (cause: unknown): string => String((cause as { code?: unknown }).code ?? '')

/** The server has undone it by itself: a conflict of transactions, or it was never begun. @see PostgreSQL, Appendix A */
function isUndone(cause: unknown): boolean {
  return isConflict(cause) || ['57P03', '53300', 'ECONNREFUSED', 'ENOENT'].includes(codeOf(cause))
}

/** Two moves met, and this one was undone; or two nodes made the same table, which `if not exists` does not keep apart. */
function isConflict(cause: unknown): boolean {
  const { constraint } = cause as { constraint?: string }
  return ['40001', '40P01', '42P07'].includes(codeOf(cause)) || (codeOf(cause) === '23505' && constraint?.startsWith('pg_') === true)
}

/** Reading twice does no harm. */
function isSafeToRepeat(cause: unknown): boolean {
  return isUndone(cause) || isGone(cause)
}

/** The connection or the server is gone, or does not answer. Classes 08 and 57P, and what sockets say. */
function isGone(cause: unknown): boolean {
  const code = codeOf(cause)
  if (/^(08|57P|57014|53)/.test(code) || /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|ENOTFOUND|EAI_)/.test(code)) return true
  return cause instanceof Error && /timeout|Connection terminated|connection is closed/i.test(cause.message) && code === ''
}

/** @see PostgreSQL, Write Ahead Log settings */
async function checkDurability(all: Sql['all']): Promise<void> {
  const rows = await all("select name, setting from pg_settings where name in ('synchronous_commit', 'fsync', 'full_page_writes')", [])
  const settings = new Map(rows.map((row) => [row['name'], row['setting']]))
  if (['off', 'local'].includes(String(settings.get('synchronous_commit')))) {
    throw new Error(
      `synchronous_commit is ${settings.get('synchronous_commit')}: the database would confirm what it may lose. Set it to on, or remote_apply.`,
    )
  }
  if (settings.get('fsync') === 'off') throw new Error('fsync is off: a power cut would destroy the database. Set it to on.')
  if (settings.get('full_page_writes') === 'off') throw new Error('full_page_writes is off: a power cut could tear pages. Set it to on.')
}
