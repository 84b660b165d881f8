import type { StoreWork } from '../core/model/store.ts'
import { postgresDdl } from './ddl.ts'
import { again, isGone, isSafeToRepeat, isUndone, markUndone } from './postgres-again.ts'
import { createNotices, notify } from './postgres-notices.ts'
import { type Connector, connect, type PoolClient } from './postgres-pool.ts'
import { explainUnusable } from './postgres-problem.ts'
import { type PostgresOptions, readPostgresSettings } from './postgres-settings.ts'
import type { Outcome, Send } from './postgres-statement.ts'
import type { Sql, Statement, Value } from './sql.ts'

/**
 * The driver of PostgreSQL. Throws, in one sentence for an operator, where the server would acknowledge what it may still lose.
 * A statement that meets a server which is gone throws OAuthError `temporarily_unavailable`, so that the client tries again.
 */
export async function openPostgres(options: PostgresOptions): Promise<Sql> {
  const settings = readSettings(options)
  const server = await open(settings.url, () => connect(settings), checkDurability)
  const { pooler, send } = server
  const all = reader(server)
  const begin = `begin isolation level serializable${limits(pooler ? settings.statement_timeout : null)}`
  const notices = createNotices({ all, ...(!pooler && { connect: () => server.single() }) })
  const replica = settings.replica === null ? null : await openReplica(settings.replica, all)
  const done = { writes: 0, batches: 0 }
  // it may have been done, and only the answer be lost: not repeated, unless nothing can have been kept
  async function write(text: string, values: readonly Value[]): Promise<Outcome> {
    const outcome = await again(() => server.share.writes({ text, values }), isUndone)
    done.writes += 1
    return outcome
  }
  async function batch(statements: readonly Statement[]): Promise<boolean> {
    const outcome = await again(() => server.use((on) => runBatch(on, begin, withNotices(statements), send)), isUndone)
    done.batches += 1
    return outcome
  }
  return {
    clustered: '',
    ddl: postgresDdl,
    alone: (text) => runAlone(server, text),
    all,
    ...(replica && { lagging: replica.all }),
    write: async (text, values) => (await write(text, values)).rows,
    change: async (text, values) => (await write(text, values)).rowCount ?? 0,
    batch,
    whole: (mode, work) =>
      server.use((on) => runWhole(on, mode, () => work(async (text, values) => (await send(on, [{ text, values }]))[0]!.rows))),
    watch: notices.watch,
    skew: async () => {
      const before = Date.now()
      const [row] = await all('select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now', [])
      return Math.round((row!['now'] as number) - (before + Date.now()) / 2) // columns of times take no halves
    },
    work: () => workOf(server, done),
    close: async () => {
      await notices.close()
      await Promise.all([server.close(), replica?.close()])
    },
  }
}

/** A copy that may lag behind; not reached before it is asked. Where it fails, `otherwise` answers. */
async function openReplica(address: string, otherwise: Sql['all']): Promise<Pick<Sql, 'all' | 'close'>> {
  const settings = readSettings({ url: address })
  const server = await connect({ ...settings, pooler: settings.pooler ?? true })
  const read = reader(server)
  return { all: (text, values) => read(text, values).catch(() => otherwise(text, values)), close: server.close }
}

function readSettings(options: PostgresOptions): ReturnType<typeof readPostgresSettings> {
  try {
    return readPostgresSettings(options)
  } catch (cause) {
    throw new Error(`The address of the database ${(cause as Error).message}`, { cause })
  }
}

/** Throws, in one sentence for an operator, where the server cannot be used. */
async function open(url: string, reach: () => Promise<Connector>, check: (all: Sql['all']) => Promise<void>): Promise<Connector> {
  let server: Connector | undefined
  try {
    server = await reach()
    await check(reader(server))
    return server
  } catch (cause) {
    await server?.close()
    throw new Error(explainUnusable(url, cause), { cause })
  }
}

const reader =
  (server: Connector): Sql['all'] =>
  async (text, values) =>
    (await again(() => server.share.reads({ text, values }), isSafeToRepeat)).rows

/** What a pooler lets nobody set for a connection is set for each transaction. */
function limits(timeout: number | null): string {
  return timeout === null ? '' : `; set local statement_timeout = ${timeout}; set local idle_in_transaction_session_timeout = ${timeout}`
}

function workOf({ pool, commits }: Connector, { writes, batches }: { writes: number; batches: number }): StoreWork {
  const { waitingCount, totalCount, idleCount } = pool
  return {
    writes: writes + batches,
    commits: commits() + batches,
    waiting: waitingCount,
    connections: { open: totalCount, idle: idleCount },
  }
}

/** What is told belongs to the transaction that it is about. */
function withNotices(statements: readonly Statement[]): readonly Statement[] {
  const told = statements.flatMap(({ notice }) => (notice ? [notify(notice)] : []))
  return told.length > 0 ? [...statements, ...told] : statements
}

/**
 * All statements are sent at once; only where they may come to nothing, one of those that must change a row having changed none, does
 * the commit wait for what they say.
 */
async function runBatch(on: PoolClient, begin: string, statements: readonly Statement[], send: Send): Promise<boolean> {
  // a batch is guarded by rows that it only reads: at a lower level they could change under it
  const begun = on.query(begin)
  const sent = statements.map(async (statement) => (await send(on, [statement]))[0]!)
  if (statements.length > 1 && statements.some(({ must }) => must)) {
    return onEnd(on, async () => {
      const outcome = await readOutcome(begun, statements, sent).catch(notCommitted)
      return { outcome, end: outcome ? 'commit' : 'rollback' }
    })
  }
  const [outcome, committed] = await Promise.allSettled([readOutcome(begun, statements, sent), on.query('commit')])
  if (outcome.status === 'rejected') throw outcome.reason
  if (committed.status === 'rejected') throw committed.reason
  return outcome.value
}

/** Waits for everything, so that nothing is left on the connection. What came first counts: what follows it would not have been asked. */
async function readOutcome(begun: Promise<unknown>, statements: readonly Statement[], sent: readonly Promise<Outcome>[]): Promise<boolean> {
  const [, ...outcomes] = await Promise.allSettled([begun, ...sent])
  await begun
  for (const [i, outcome] of (outcomes as PromiseSettledResult<Outcome>[]).entries()) {
    if (outcome.status === 'rejected') throw outcome.reason
    if (statements[i]!.must && !outcome.value.rowCount) return false
  }
  return true
}

function notCommitted(cause: unknown): never {
  markUndone(cause)
  throw cause
}

/** Ends a transaction as the work says; where that throws, takes it back, unless the server is gone and does so by itself. */
async function onEnd<T>(on: PoolClient, work: () => Promise<{ outcome: T; end: string }>): Promise<T> {
  try {
    const { outcome, end } = await work()
    await on.query(end)
    return outcome
  } catch (cause) {
    // the connection is thrown away where this fails too
    if (!isGone(cause)) await on.query('rollback').catch(() => undefined)
    throw cause
  }
}

/** On a connection of its own, which has no limit of time: what is set on one of the pool may stay with somebody else behind a pooler. */
async function runAlone(server: Connector, text: string): Promise<void> {
  const client = server.single({ patient: true })
  try {
    await client.connect()
    await client.query(text)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Never repeated: whoever moves a house tries again by themselves. */
function runWhole<T>(on: PoolClient, mode: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  return onEnd(on, async () => {
    await on.query(mode === 'read' ? 'begin isolation level repeatable read read only' : 'begin isolation level serializable')
    // what we read from or write to may be slower than that
    await on.query('set local idle_in_transaction_session_timeout = 0')
    return { outcome: await work(), end: 'commit' }
  })
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
