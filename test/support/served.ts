import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Milliseconds, SECOND } from '../../src/core/model/clock.ts'
import { type KeepAlive, openKeepAlive } from './keep-alive.ts'
import { type Ask, type Clients, headersOf, ISSUER, SECRET, SETTINGS } from './load.ts'
import { cleanEnvironment, findPorts, PROGRAM } from './program.ts'

/** One of the two alone, or one after the other. */
export type Kind = 'code' | 'refresh' | 'both'

/** The real program on a generated database, and its clients' connections. */
export interface Served {
  /** So many lanes of a kind for so long, each on a connection of its own. */
  run(kind: Kind, lanes: number, milliseconds: Milliseconds): Promise<Ran>
  close(): Promise<void>
}

export interface Ran {
  /** In a second of the clock. */
  by_clock: number
  /** In a second of the server's time on the processor, all of its threads. */
  by_cpu: number
}

const TICKS = 100 // in a second: what Linux counts by

export async function serve(database: string, clients: Clients): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-served-'))
  writeFileSync(join(folder, 'vouchsafe.config.json'), JSON.stringify(SETTINGS))
  const port = await findPorts(1)
  const args = [PROGRAM, 'serve', '--port', String(port), '--issuer', ISSUER, '--database', database]
  const env = cleanEnvironment({ VOUCHSAFE_LOG: 'error', VOUCHSAFE_SECRET: SECRET })
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const connections: KeepAlive[] = []
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${code}.`))),
  ])

  return {
    run: async (kind, lanes, milliseconds) => {
      while (connections.length < lanes) connections.push(openKeepAlive(port))
      const [began, cpu] = [performance.now(), cpuOf(child)]
      let done = 0
      const lane = async (connection: KeepAlive) => {
        const ask = askBy(connection, port)
        for (; performance.now() < began + milliseconds; done++) {
          if (kind !== 'refresh') await clients.code(ask)
          if (kind !== 'code') await clients.refresh(ask)
        }
      }
      await Promise.all(connections.slice(0, lanes).map(lane))
      return { by_clock: (done * SECOND) / (performance.now() - began), by_cpu: done / (cpuOf(child) - cpu) }
    },
    close: async () => {
      for (const connection of connections) connection.close()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function askBy(connection: KeepAlive, port: number): Ask {
  return (asked) => {
    const { method, path, query, body } = asked
    const headers = { host: `127.0.0.1:${port}`, ...headersOf(asked), ...(method === 'POST' && { 'content-length': body.length }) }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return connection.send(`${method} ${path}${query && `?${query}`} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  }
}

/** Seconds on the processor so far. */
function cpuOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
