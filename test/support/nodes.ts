import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import pg from 'pg'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { randomToken } from '../../src/core/crypto/random.ts'
import type { Client } from '../../src/core/model/client.ts'
import type { Store } from '../../src/core/model/store.ts'
import { addUser } from '../../src/server/accounts/users.ts'
import { openPostgresStore } from '../../src/stores/postgres-store.ts'
import { type Network, openNetwork } from './namespaces.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { cleanEnvironment, findPorts, PROGRAM } from './program.ts'
import { type Cut, openRelay, type Wire } from './wire.ts'

export const PASSWORD = 'otter-lantern-62'
export const CLIENT_SECRET = 's'.repeat(43)
export const REDIRECT = 'https://app.example/cb'
/** Of an error log that nobody expects, as much is kept. */
const MOST_LINES = 50

/** One real server process, and its way to the database. */
export interface TestNode {
  index: number
  url: string
  wire: Pick<Wire, 'cut' | 'heal'>
  /** What it said on standard error. */
  said: string[]
  /** Rejects where it ends before it is ready. */
  start(): Promise<void>
  /** Sends the signal and waits for its end. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** Two nodes, one PostgreSQL, and a way from each to it that can be cut. */
export interface Fleet {
  issuer: string
  /** Whether each node is in a network namespace of its own. */
  namespaces: boolean
  nodes: TestNode[]
  postgres: TestPostgres
  /** The address of the database itself, past all wires. */
  database: string
  /** Rows as they stand, on a connection that no cut touches. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  addClient(client_id: string, more?: Partial<Client>): Promise<void>
  addPerson(email: string): Promise<void>
  close(): Promise<void>
}

/** `namespaces`: each node in a network namespace of its own; otherwise all on loopback, and relays between them and the database. */
export async function openFleet({ namespaces, count = 2 }: { namespaces: boolean; count?: number }): Promise<Fleet> {
  const network = namespaces ? openNetwork(count) : null
  const opened: (() => unknown)[] = network ? [network.close] : []
  try {
    const postgres = await startPostgres(network ? { also: network } : {})
    opened.push(postgres.close)
    const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-nodes-'))
    opened.push(() => rmSync(folder, { recursive: true, force: true }))
    const database = await postgres.createDatabase()
    const store = await openPostgresStore({ url: database, connections: 2 })
    await store.close()
    const port = await findPorts(count)
    const issuer = `http://127.0.0.1:${port}`
    const secret = randomToken()
    const nodes = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const place = await findPlace(network, index, port, database)
        opened.push(place.close)
        const node = openNode(index, place, { issuer, folder, secret })
        opened.push(() => node.stop('SIGKILL'))
        return node
      }),
    )
    // one after the other: the first makes the keys
    for (const node of nodes) await node.start()
    return { issuer, namespaces, nodes, postgres, database, ...besides(database), close: () => closeAll(opened) }
  } catch (cause) {
    await closeAll(opened)
    throw cause
  }
}

async function closeAll(opened: (() => unknown)[]): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close()
}

/** Where a node stands, and what it sees of the database. */
interface Place {
  host: string
  port: number
  database: string
  wire: Pick<Wire, 'cut' | 'heal'>
  command(...line: string[]): string[]
  close(): unknown
}

async function findPlace(network: Network | null, index: number, port: number, database: string): Promise<Place> {
  const url = new URL(database)
  if (network) {
    const { address, command, cut, heal } = network.namespaces[index]!
    const target = Number(url.port)
    url.hostname = network.host
    const wire = { cut: (how: Cut) => cut(how, target), heal }
    return { host: address, port, database: url.href, wire, command, close: () => undefined }
  }
  const wire = await openRelay({ host: url.hostname, port: Number(url.port) })
  url.port = String(wire.port)
  return { host: '127.0.0.1', port: port + index, database: url.href, wire, command: (...line) => line, close: wire.close }
}

function openNode(index: number, place: Place, { issuer, folder, secret }: { issuer: string; folder: string; secret: string }): TestNode {
  const { host, port, database, wire } = place
  const said: string[] = []
  let child: ChildProcess | null = null
  const flags = ['--host', host, '--port', String(port), '--issuer', issuer, '--database', database]
  const [file, ...line] = place.command(process.execPath, PROGRAM, 'serve', ...flags)

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    index,
    url: `http://${host}:${port}`,
    wire,
    said,
    stop,
    start: async () => {
      const env = cleanEnvironment({ VOUCHSAFE_LOG: 'error', VOUCHSAFE_SECRET: secret })
      const started = spawn(file!, line, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      started.stderr.setEncoding('utf8').on('data', (text: string) => said.length < MOST_LINES && said.push(text.trim()))
      const ended = once(started, 'exit').then(([code]) => {
        throw new Error(`Node ${index} ended with ${code} before it was ready: ${said.at(-1)}`)
      })
      await Promise.race([once(started.stdout, 'data'), ended])
      ended.catch(() => undefined)
    },
  }
}

/** What a test does at the database itself, past the nodes. */
function besides(database: string): Pick<Fleet, 'query' | 'addClient' | 'addPerson'> {
  async function withStore(work: (store: Store) => Promise<unknown>): Promise<void> {
    const store = await openPostgresStore({ url: database, connections: 1, migrate: false })
    await work(store).finally(() => store.close())
  }
  return {
    query: async (text, values = []) => {
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      try {
        return (await client.query(text, values)).rows
      } finally {
        await client.end()
      }
    },
    addClient: (client_id, more = {}) => withStore((store) => store.clients.add({ ...confidential(client_id), ...more })),
    addPerson: (email) => withStore((store) => addUser(store, { email, password: PASSWORD, name: 'Mara Lindqvist' }, Date.now)),
  }
}

const confidential = (client_id: string): Client => ({
  client_id,
  client_name: 'App',
  redirect_uris: [REDIRECT],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  client_secrets: [{ hash: sha256(CLIENT_SECRET), hint: 'ssss', created_at: 0 }],
  scope: 'openid email',
  application_type: 'web',
  id_token_signed_response_alg: 'ES256',
  dialect: 'standard',
  reviewed: true,
  created_at: 0,
})
