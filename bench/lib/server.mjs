import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Connection } from './connection.mjs'
import { makeFolder, removeFolder } from './folder.mjs'
import { onCores } from './machine.mjs'

export const BENCH = dirname(dirname(fileURLToPath(import.meta.url)))
export const HOME = dirname(BENCH)
const START_LIMIT = 60_000 // milliseconds
const STOP_LIMIT = 5_000
/** What was compiled once may be kept, by every server alike; and as it is written down when a process ends in order, all of them do. */
const COMPILED = join(HOME, 'node_modules', '.cache', 'vouchsafe')
const ORDERLY = ['--require', join(BENCH, 'servers', 'orderly.cjs')]

const running = new Set()
// none outlives the bench; and before its folder goes
process.prependListener('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * A server of its own process, pinned to one core. Ready when its discovery answers. `started` is how many milliseconds that took.
 * @typedef {{ target: object, port: number, pid: number, started: number, connect(): Connection, stop(): Promise<void> }} Server
 */

/** Starts a target on a free port, with an empty folder unless one is given, which stays. */
export async function startServer(target, given) {
  const folder = given ?? makeFolder()
  const port = await freePort()
  await target.prepare?.({ folder })
  const log = join(folder, 'errors.log')
  const errors = openSync(log, 'a')
  const env = {
    ...ownEnvironment(),
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: COMPILED,
    PORT: String(port),
    STATE: folder,
    ...target.env,
  }
  const [file, ...args] = onCores(target.cores ?? '0', target.command?.({ folder, port }) ?? commandOf(target))
  const began = performance.now()
  const child = spawn(file, args, { cwd: BENCH, env, stdio: ['ignore', 'ignore', errors] })
  closeSync(errors)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  running.add(child)
  void ended.then(() => running.delete(child))
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
    await ended
    clearTimeout(late)
    if (given === undefined) removeFolder(folder)
  }
  while (!(await answers(port, target.paths.discovery))) {
    if (!running.has(child) || performance.now() - began > START_LIMIT) {
      const said = readFileSync(log, 'utf8').slice(-2_000)
      await stop()
      throw new Error(`${target.name} does not start: ${said}`)
    }
    await pause(1)
  }
  return { target, port, pid: child.pid, started: performance.now() - began, connect: () => new Connection(port), stop }
}

const commandOf = ({ program, flags = [] }) => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  ...ORDERLY,
  ...flags,
  join(BENCH, 'servers', program),
]

/** Without settings of ours that whoever runs the bench may have. */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VOUCHSAFE_')))
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
  for (const one of processesOf(pid)) {
    for (const thread of readdirSync(`/proc/${one}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${one}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    }
  }
  return nanoseconds / 1e9
}

/** Resident megabytes. */
export function memoryOf(pid) {
  const kilobytes = processesOf(pid).map((one) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]))
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}
