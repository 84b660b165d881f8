import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import type { Config } from '../config.ts'
import { fromFailure } from '../worker-messages.ts'
import type { FromServer, Ready, ToServer, Used } from './messages.ts'
import type { Throwaway } from './throwaway.ts'

/** The program of the server: beside this file, with the same ending. */
const PROGRAM = fileURLToPath(import.meta.url).replace(/server-process(\.[jt]s)$/, 'bench-server$1')
/** Characters of what it says on standard error that are kept, for the case that it dies. */
const LAST_WORDS = 2_000
/** For its start, and for an answer to a look. */
const PATIENCE = { start: MINUTE, look: 10 * SECOND }

/** The server that is measured. */
export interface ServerProcess extends Ready {
  port: number
  /** What it has used so far. Throws where it has ended. */
  look(): Promise<Used>
  /** Ends it at once: nothing of it is needed any more. */
  stop(): Promise<void>
}

/** Starts the configured server in a process of its own, on the throwaway database. Throws what keeps it from serving, and where `signal` says so. */
export async function startServerProcess(config: Config, throwaway: Throwaway, signal: AbortSignal): Promise<ServerProcess> {
  const port = await findFreePort()
  signal.throwIfAborted()
  const execArgv = [...process.execArgv, '--disable-warning=ExperimentalWarning']
  const child = fork(PROGRAM, { execArgv, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const gone = watchEnd(child)
  const stop = () => end(child)
  try {
    tell(child, { bench: { config, throwaway, port } })
    const ready = await Promise.race([hearReady(child), gone, aborted(signal), late(PATIENCE.start)])
    return { ...ready, port, look: () => Promise.race([look(child), gone, late(PATIENCE.look)]), stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

function tell(child: ChildProcess, message: ToServer): void {
  if (child.connected) child.send(message, () => undefined) // whoever is gone meanwhile is told of by its end
}

function hearReady(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromServer) => {
      if ('ready' in message) resolve(message)
      else if ('failed' in message) reject(fromFailure(message.failed))
    })
  })
}

let looked = 0

function look(child: ChildProcess): Promise<Used> {
  const id = ++looked
  return new Promise((resolve) => {
    const hear = (message: FromServer) => {
      if (!('looked' in message) || message.looked !== id) return
      child.off('message', hear)
      resolve(message)
    }
    child.on('message', hear)
    tell(child, { look: id })
  })
}

/** Never kept: rejects when the process ends, with the last that it said. */
function watchEnd(child: ChildProcess): Promise<never> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-LAST_WORDS)
  })
  const gone = new Promise<never>((_, reject) => {
    const fail = (why: string) =>
      reject(new Error(`The server of the bench ended by itself, ${why}. Its last words: ${said.trim() || 'none'}`))
    child.once('close', (code, signal) => fail(signal ? `by ${signal}` : `with ${code}`))
    child.once('error', ({ message }) => fail(message))
  })
  gone.catch(() => undefined) // expected, where nobody waits for it
  return gone
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
}

function late(patience: Milliseconds): Promise<never> {
  const sentence = `The server of the bench has not answered for ${patience / SECOND} s.`
  return new Promise((_, reject) => setTimeout(() => reject(new Error(sentence)), patience).unref())
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Below those that systems give to connections, so that nobody gets it between this look and its use. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}
