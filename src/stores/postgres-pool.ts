import type { Duplex } from 'node:stream'
import type { Client, ClientConfig, Pool, PoolClient, PoolConfig, QueryConfig, QueryResult } from 'pg'
import { OAuthError } from '../core/model/error.ts'
import { again, isGone, isSafeToRepeat, markUndone } from './postgres-again.ts'
import { openTls, type PostgresSettings } from './postgres-settings.ts'

export type { Client, PoolClient, QueryConfig, QueryResult }

/** How long an answer is waited for beyond the time that the server has for it. Milliseconds. */
const SLACK = 1_000
/** Those who may wait for each connection; whoever comes then is sent away at once. */
const QUEUE = 500

/** How long closing waits: whoever closes has answered everybody, or given them up. Milliseconds. */
const CLOSE_WITHIN = 1_000

/** One server, reached by a pool and by single connections. The driver is loaded when it is first needed. */
export interface Connector {
  pool: Pool
  /** A connection outside of the pool, not yet open. `patient`: its statements may take as long as they do. */
  single(options?: { patient?: boolean }): Client
  /** Whether a pooler stands between. */
  pooler: boolean
  /** Work on one connection of the pool, which is thrown away where it may be broken. */
  use<T>(work: (connection: PoolClient) => Promise<T>): Promise<T>
  /** One statement, on a connection that it may share with others of its kind and turn of the event loop. */
  share: Readonly<Record<'reads' | 'writes', Share>>
  /** Waits for statements under way, but not for a server that does not answer. */
  close(): Promise<void>
}

/** `query_timeout` is how long the statement may take there, those before it included. Milliseconds. */
type Share = <T>(statement: (connection: PoolClient, query_timeout: number) => Promise<T>) => Promise<T>

/** Opens a pool of connections, each when it is first needed. */
export async function connect(settings: PostgresSettings): Promise<Connector> {
  const { default: pg } = await import('pg')
  const base = { ...(await clientConfig(settings)), types: numbersFor(pg.types) }
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
  const patience = (place: number) => settings.statement_timeout * place + SLACK
  const alone: Share = (statement) => use(pool, most, (connection) => statement(connection, patience(1)))
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
    use: (work) => use(pool, most, work),
    // a pooler deals out its own connections, and may not keep apart what comes in one piece
    share: pooler
      ? { reads: alone, writes: alone }
      : { reads: createTurns(pool, most, patience), writes: createTurns(pool, most, patience) },
    close: () => endPool(pool),
  }
}

interface Turn {
  connection: Promise<PoolClient>
  /** Under way. */
  statements: number
  /** In all. */
  begun: number
  broken: Error | boolean
}

/**
 * The single statements of one turn of the event loop share a connection: they go out in one piece, and come back in one. Each is a
 * transaction of its own all the same. To send them one by one, each on its own connection, took more time than everything else that
 * they cost us. Reads and writes keep apart: a write may have to wait for a row that somebody holds. `most` may wait for a connection.
 */
function createTurns(pool: Pool, most: number, patience: (place: number) => number): Share {
  let present: Turn | null = null
  let waiting = 0

  function begin(): Turn {
    const turn: Turn = { connection: pool.connect().then(together, neverBegun), statements: 0, begun: 0, broken: false }
    setImmediate(() => leave(turn))
    return turn
  }
  /** Nobody joins it from here on. */
  function leave(turn: Turn): void {
    if (present === turn) present = null
  }
  async function end(turn: Turn): Promise<void> {
    leave(turn)
    const connection = await turn.connection
    connection.release(turn.broken || connection.getTransactionStatus() !== 'I')
  }

  return async (statement) => {
    if (waiting >= most) throw tooMuch()
    const turn = (present ??= begin())
    turn.statements += 1
    turn.begun += 1
    const query_timeout = patience(turn.begun)
    waiting += 1
    const connection = await turn.connection.finally(() => {
      waiting -= 1
    })
    try {
      return await statement(connection, query_timeout)
    } catch (cause) {
      turn.broken ||= isGone(cause)
      throw cause
    } finally {
      turn.statements -= 1
      if (turn.statements === 0) await end(turn)
    }
  }
}

/** Holds back what is sent until the end of the turn. */
function together(connection: PoolClient): PoolClient {
  const { stream } = (connection as unknown as { connection: { stream: Duplex } }).connection // as pg itself corks it for each statement
  stream.cork()
  setImmediate(() => stream.uncork())
  return connection
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
  markUndone(cause)
  throw cause
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
