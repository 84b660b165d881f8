import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Connection } from './connection.mjs'

export const BENCH = dirname(dirname(fileURLToPath(import.meta.url)))
const START_LIMIT = 60_000 // milliseconds
const STOP_LIMIT = 5_000

/**
 * A server of its own process, pinned to one core. Ready when its discovery answers.
 * @typedef {{ target: object, port: number, pid: number, folder: string, started: number, stop(): Promise<void> }} Server
 */

/** Starts a target on a free port with an empty folder. `started` is how many milliseconds it took. */
export async function startServer(target, { core = '0', env: more = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), `vouchsafe-bench-${target.name}-`))
  const port = await freePort()
  const errors = openSync(join(folder, 'errors.log'), 'a')
  const env = { ...process.env, NODE_ENV: 'production', PORT: String(port), STATE: folder, ...target.env, ...more }
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', join(BENCH, 'servers', target.program)]
  const began = performance.now()
  const child = spawn('taskset', ['-c', core, ...program], { cwd: BENCH, env, stdio: ['ignore', 'ignore', errors] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let over = false
  void ended.then(() => (over = true))
  const stop = async () => {
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
    await ended
    clearTimeout(kill)
    rmSync(folder, { recursive: true, force: true })
  }
  while (!(await answers(port, target.paths.discovery))) {
    if (over || performance.now() - began > START_LIMIT) {
      const said = readFileSync(join(folder, 'errors.log'), 'utf8').slice(-2_000)
      await stop()
      throw new Error(`${target.name} does not start: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { target, port, pid: child.pid, folder, started: performance.now() - began, stop }
}

async function answers(port, path) {
  const connection = new Connection(port)
  try {
    return (await connection.request('GET', path)).status === 200
  } catch {
    return false
  } finally {
    connection.close()
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** The processes of a server: itself and its workers. */
export function processesOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => processesOf(Number(child))))]
}

/** Seconds of CPU that a server has used since it was started, all threads and workers. */
export function cpuOf(pid) {
  let nanoseconds = 0
  for (const process of processesOf(pid)) {
    for (const thread of readdirSync(`/proc/${process}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${process}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    }
  }
  return nanoseconds / 1e9
}

/** Resident megabytes. */
export function memoryOf(pid) {
  const kilobytes = processesOf(pid).map((one) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]))
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}
