import type { Client, ClientConfig, Pool, PoolClient, PoolConfig, QueryResult } from 'pg'
import { OAuthError } from '../core/model/error.ts'
import { again, isGone, isSafeToRepeat, markUndone } from './postgres-again.ts'
import { openTls, type PostgresSettings } from './postgres-settings.ts'

export type { Client, PoolClient, QueryResult }

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
  /** Waits for statements under way, but not for a server that does not answer. */
  close(): Promise<void>
}

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
    use: (work) => use(pool, settings.connections * QUEUE, work),
    close: () => endPool(pool),
  }
}

async function use<T>(pool: Pool, most: number, work: (connection: PoolClient) => Promise<T>): Promise<T> {
  if (pool.waitingCount >= most) throw new OAuthError('temporarily_unavailable', 'The database has too much to do.', { retry_after: 1 })
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
