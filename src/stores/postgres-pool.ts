import process from 'node:process'
import type { Client, ClientConfig, Pool, PoolClient, PoolConfig } from 'pg'
import { OAuthError } from '../core/model/error.ts'
import { again, isGone, isLost, isSafeToRepeat, markUndone } from './postgres-again.ts'
import { openTls, type PostgresSettings } from './postgres-settings.ts'
import { createSend, type Outcome, type PgQuery, type Send, type Sent } from './postgres-statement.ts'

export type { Client, PoolClient }

/** How long an answer is waited for beyond the time that the server has for it. Milliseconds. */
const SLACK = 1_000
/** Those who may wait for each connection; whoever comes then is sent away at once. */
const QUEUE = 500

/** Statements of one transaction at most: its locks are held until the last of them is done. */
const TURN = 100

/** How long closing waits: whoever closes has answered everybody, or given them up. Milliseconds. */
const CLOSE_WITHIN = 1_000

/** One server, reached by a pool and by single connections. The driver is loaded when it is first needed. */
export interface Connector {
  pool: Pool
  /** A connection outside of the pool, not yet open. `patient`: its statements may take as long as they do. */
  single(options?: { patient?: boolean }): Client
  /** Whether a pooler stands between. */
  pooler: boolean
  /** Statements on a connection that one has, as one transaction. */
  send: Send
  /** Work on one connection of the pool, which is thrown away where it may be broken. */
  use<T>(work: (connection: PoolClient) => Promise<T>): Promise<T>
  /** One statement, in a transaction that it may share with others of its kind and turn of the event loop. */
  share: Readonly<Record<'reads' | 'writes', Share>>
  /** How many transactions there were for statements that write. */
  commits(): number
  /** Waits for statements under way, but not for a server that does not answer. */
  close(): Promise<void>
}

type Share = (statement: Sent) => Promise<Outcome>

/** Opens a pool of connections, each when it is first needed. */
export async function connect(settings: PostgresSettings): Promise<Connector> {
  const { default: pg } = await import('pg')
  const types = numbersFor(pg.types)
  const base = { ...(await clientConfig(settings)), types }
  const pooler = settings.pooler ?? (await again(() => isPooled(new pg.Client(base)), isSafeToRepeat))
  const pool = new pg.Pool({
    ...base,
    ...session(settings, pooler),
    max: settings.connections,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true, // who forgets to close a store is not kept waiting
    pipeline: true,
  } as PoolConfig)
  const most = settings.connections * QUEUE
  const send = createSend(pg.Query as unknown as new (text: string) => PgQuery, (type) => types.getTypeParser(type, 'text'), { pooler })
  const patience = (statements: number) => settings.statement_timeout * statements + SLACK
  const turns = { pool, most, send, patience, largest: pooler ? 1 : TURN }
  const reads = createTurns(turns)
  const writes = createTurns({ ...turns, sorted: true })
  pool.on('error', () => undefined) // an idle connection broke: the next statement opens another
  pool.on('connect', (client) => client.on('error', () => undefined)) // one that is in use broke: its statements tell it
  return {
    pool,
    pooler,
    single: ({ patient = false } = {}) => {
      const client = new pg.Client({ ...base, ...(patient ? {} : session(settings, pooler)) })
      client.on('error', () => undefined) // the statement tells it too
      return client
    },
    send,
    use: (work) => use(pool, most, work),
    share: { reads: reads.share, writes: writes.share },
    commits: writes.count,
    close: () => endPool(pool),
  }
}

/** A statement that waits for its turn. */
interface Waiting extends Sent {
  resolve(outcome: Outcome): void
  reject(cause: unknown): void
}

interface Turns {
  pool: Pool
  /** Who may wait for a connection. */
  most: number
  send: Send
  /** How long so many statements may take. Milliseconds. */
  patience(statements: number): number
  /** Statements of one transaction. */
  largest: number
  /** In the order of what they lock, so that no two transactions can wait for each other. */
  sorted?: boolean
}

/**
 * The single statements of one tick, all that the requests of a turn of the event loop have to ask at once, are one transaction: they go out in one piece, share one sync of the disk, and come
 * back in one. Those that come while a connection is waited for join them. Where one of them fails nothing was kept, and each is a
 * transaction of its own then. Reads and writes keep apart: a write may have to wait for a row that somebody holds.
 */
function createTurns({ pool, most, send, patience, largest, sorted = false }: Turns): { share: Share; count(): number } {
  let present: Waiting[] | null = null
  let waiting = 0
  let count = 0

  function begin(): Waiting[] {
    const turn: Waiting[] = []
    process.nextTick(() => void run(turn))
    return turn
  }

  async function run(turn: Waiting[]): Promise<void> {
    const connection = await pool.connect().catch(markUndone)
    if (present === turn) present = null
    waiting -= turn.length
    if (connection instanceof Error) return rejectAll(turn, connection)
    let broken = false
    try {
      await sendAll(connection, sorted ? turn.sort(byLock) : turn)
    } catch (cause) {
      broken = isGone(cause)
      if (turn.length === 1 || isLost(cause)) rejectAll(turn, cause)
      else broken = (await Promise.all(turn.map((one, i) => sendAlone(connection, one, i + 1)))).some(Boolean) || broken
    }
    connection.release(broken || connection.getTransactionStatus() !== 'I')
  }

  async function sendAll(connection: PoolClient, turn: readonly Waiting[]): Promise<void> {
    const outcomes = await send(connection, turn, patience(turn.length))
    count += 1
    for (const [i, outcome] of outcomes.entries()) turn[i]!.resolve(outcome)
  }

  /** Behind so many others. Whether the connection may be broken. */
  async function sendAlone(connection: PoolClient, { resolve, reject, ...statement }: Waiting, place: number): Promise<boolean> {
    try {
      const [outcome] = await send(connection, [statement], patience(place))
      count += 1
      resolve(outcome!)
      return false
    } catch (cause) {
      reject(cause)
      return isGone(cause)
    }
  }

  return {
    count: () => count,
    share: (statement) =>
      new Promise((resolve, reject) => {
        if (waiting >= most) return reject(tooMuch())
        waiting += 1
        present ??= begin()
        present.push({ ...statement, resolve, reject })
        if (present.length >= largest) present = null
      }),
  }
}

function rejectAll(turn: readonly Waiting[], cause: unknown): void {
  for (const { reject } of turn) reject(cause)
}

/** All of ours begin with the key of what they write. */
function byLock({ values: [a] }: Sent, { values: [b] }: Sent): number {
  const [one, other] = [String(a), String(b)]
  return one < other ? -1 : one > other ? 1 : 0 // those of one row stay in the order in which they were asked for
}

const tooMuch = () => new OAuthError('temporarily_unavailable', 'The database has too much to do.', { retry_after: 1 })

async function use<T>(pool: Pool, most: number, work: (connection: PoolClient) => Promise<T>): Promise<T> {
  if (pool.waitingCount >= most) throw tooMuch()
  const connection = await pool.connect().catch(neverBegun)
  let broken: Error | boolean = true
  try {
    const outcome = await work(connection)
    broken = false
    return outcome
  } catch (cause) {
    broken = isGone(cause) || connection.getTransactionStatus() !== 'I'
    throw cause
  } finally {
    connection.release(broken)
  }
}

function neverBegun(cause: unknown): never {
  throw markUndone(cause)
}

/** Connections that wait for a server which does not answer are left to the end of the process. */
async function endPool(pool: Pool): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_WITHIN)
  })
  await Promise.race([pool.end(), late])
  clearTimeout(timer)
}

async function clientConfig({ url, connect_timeout, application_name, tls, files }: PostgresSettings): Promise<ClientConfig> {
  return {
    connectionString: url,
    connectionTimeoutMillis: connect_timeout,
    keepAlive: true,
    application_name,
    ...(tls && { ssl: (await openTls({ tls, files })) as ClientConfig['ssl'] }),
  } as ClientConfig
}

/** Limits of each connection. A pooler would refuse those that the server keeps, as it hands the connection on. */
function session({ statement_timeout }: PostgresSettings, pooler: boolean): ClientConfig {
  return {
    query_timeout: statement_timeout + SLACK,
    ...(!pooler && { statement_timeout, idle_in_transaction_session_timeout: statement_timeout }),
  }
}

/** A pooler gives itself out for a server, under a process number that is none: the server behind it knows its own. */
async function isPooled(client: Client): Promise<boolean> {
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid !== (client as unknown as { processID: number }).processID
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whole numbers of 64 bits are numbers to us: all of ours are below 2^53. */
function numbersFor({ builtins, getTypeParser }: typeof import('pg').types): NonNullable<PoolConfig['types']> {
  const parser = (oid: number, format: 'text') => (oid === builtins.INT8 ? Number : getTypeParser(oid, format))
  return { getTypeParser: parser } as NonNullable<PoolConfig['types']>
}
