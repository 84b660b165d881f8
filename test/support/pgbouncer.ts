import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPorts } from './program.ts'

/** The real pooler, where Debian put it; null where it is not installed. */
export const PGBOUNCER = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path)) ?? null

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** A pooler in transaction mode in front of a server. */
export interface TestPgbouncer {
  /** The same database by way of the pooler. */
  through(url: string): string
  close(): Promise<void>
}

/** Starts one with so few connections to each database that those who use it have to share. It has Debian's settings otherwise. */
export async function startPgbouncer(server: string, connections: number): Promise<TestPgbouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-pgbouncer-'))
  const port = await findPorts(1)
  const { hostname, port: behind } = new URL(server)
  const users = join(folder, 'users.txt')
  const settings = join(folder, 'pgbouncer.ini')
  writeFileSync(users, '"postgres" ""\n')
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${behind}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 500
`,
  )
  if (isRoot) for (const path of [folder, users, settings]) chownSync(path, NOBODY, NOBODY)
  const pooler = spawn(PGBOUNCER!, ['-q', settings], { stdio: 'ignore', cwd: folder, ...(isRoot && { uid: NOBODY, gid: NOBODY }) })
  await listening(pooler, port)
  return {
    through: (url) => {
      const address = new URL(url)
      address.port = String(port)
      return address.href
    },
    close: async () => {
      if (pooler.exitCode === null) {
        pooler.kill('SIGTERM')
        await once(pooler, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listening(pooler: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (pooler.exitCode !== null) throw new Error(`pgbouncer ended with ${pooler.exitCode}.`)
    const socket = connect(port, '127.0.0.1')
    const outcome = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    )
    socket.destroy()
    if (outcome) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('pgbouncer does not listen.')
}
