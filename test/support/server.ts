import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, type FormFields, openBrowser } from './browser.ts'
import { cleanEnvironment, findPorts, PROGRAM } from './program.ts'
import { openSend } from './send.ts'

const EMAIL = 'mara@otterbakery.example'
const PASSWORD = 'otter-lantern-62'

/** The real program, as a process of its own on a file of its own. */
export interface TestServer {
  issuer: string
  /** How many processes it has. */
  processes: number
  database: string
  folder: string
  sub: string
  /** Runs a command beside it; what it prints as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: every command prints another shape
  run(...args: string[]): any
  /** Starts those of its processes that do not run. */
  start(): Promise<void>
  /** Ends all processes with this signal, or one of them, and waits until they are gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL', only?: number): Promise<void>
  /** Kills one of its workers with -9, or it and all of them at the same moment, and waits until it is gone. */
  kill(what: 'worker' | 'all'): Promise<void>
  /** The exit code of the first process, once it has ended by itself; null where a signal ended it. */
  ended(): Promise<number | null>
  /** Sends a request to any one of its processes, or to whoever else its address names. */
  send(request: Request): Promise<Response>
  browser(): Browser
  /** A browser in which the person has signed in by the real page. */
  person(): Promise<Browser>
  /** Authorizes in this browser, consenting where asked; the address that the client would be called at. */
  authorize(browser: Browser, url: string, consent?: FormFields): Promise<URL>
  close(): Promise<void>
}

export interface ServerGiven {
  /** Further flags of `serve`. */
  args?: readonly string[]
  /** What stands in the configuration file; none unless given. */
  settings?: object
  /** How many processes serve the same file, each on a port of its own; one unless given. */
  processes?: number
  /** Where it is expected to complain: what it says on standard error is thrown away. */
  quiet?: boolean
  /** For every process, the commands too. */
  env?: Record<string, string>
  /** The folder of the database; one of its own unless given, which goes with it. */
  folder?: string
}

/** A started server with one person. `node` is run directly, as an operator's supervisor would. */
export async function openServer(given: ServerGiven = {}): Promise<TestServer> {
  const { args: more = [], settings, processes = 1, env = {}, quiet = false } = given
  const folder = given.folder ?? mkdtempSync(join(tmpdir(), 'vouchsafe-server-'))
  if (settings) writeFileSync(join(folder, 'vouchsafe.config.json'), JSON.stringify(settings))
  const port = await findPorts(processes)
  const issuer = `http://127.0.0.1:${port}`
  const database = join(folder, 'vouchsafe.db')
  const children: ChildProcess[] = []
  const send = openSend()

  const run = (...args: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [PROGRAM, ...args, '--database', `sqlite:${database}`, '--json'], {
        cwd: folder,
        env: cleanEnvironment(env),
        encoding: 'utf8',
      }),
    )

  async function start(i: number): Promise<void> {
    if (isRunning(children[i])) return
    const child = spawn(
      process.execPath,
      [PROGRAM, 'serve', '--port', String(port + i), '--issuer', issuer, '--database', `sqlite:${database}`, ...more],
      { cwd: folder, env: cleanEnvironment({ VOUCHSAFE_LOG: 'error', ...env }), stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'] },
    )
    children[i] = child
    await Promise.race([
      once(child.stdout!, 'data'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${code}.`))),
    ])
  }

  const server: TestServer = {
    issuer,
    processes,
    database,
    folder,
    sub: run('user', 'add', '--email', EMAIL, '--password', PASSWORD, '--name', 'Mara Lindqvist').sub,
    run,
    start: async () => {
      await Promise.all(Array.from({ length: processes }, (_, i) => start(i)))
    },
    stop: async (signal, only) => {
      const running = children.filter((child, i) => isRunning(child) && (only === undefined || i === only))
      await Promise.all(
        running.map((child) => {
          child.kill(signal)
          return once(child, 'exit')
        }),
      )
    },
    kill: async (what) => {
      const workers = children.filter(isRunning).flatMap(({ pid }) => workersOf(pid!))
      const chosen = what === 'all' ? workers : workers.slice(0, 1)
      const gone = what === 'all' ? server.stop('SIGKILL') : Promise.resolve()
      for (const pid of chosen) killIfThere(pid)
      await gone
    },
    ended: async () => {
      const [first] = children
      if (isRunning(first)) await once(first!, 'exit')
      return first!.exitCode
    },
    send: (request) =>
      new URL(request.url).origin === issuer ? send(port + Math.floor(Math.random() * processes), request) : fetch(request),
    browser: () => openBrowser(server.send),
    person: async () => {
      const browser = server.browser()
      const login = await browser.get(`${issuer}/login`)
      const done = await browser.submit(login, { email: EMAIL, password: PASSWORD }, 'login-submit')
      if (done.status !== 303) throw new Error(`Sign-in was answered ${done.status}.`)
      return browser
    },
    authorize: async (browser, url, consent = {}) => {
      let page = await browser.follow(await browser.get(url), issuer)
      if (page.html.includes('id="consent-allow"'))
        page = await browser.follow(await browser.submit(page, consent, 'consent-allow'), issuer)
      if (page.location === '') throw new Error(`The road ends at ${page.url} with ${page.status}.`)
      return new URL(page.location)
    },
    close: async () => {
      await server.kill('all')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** The processes that this one has started: Linux tells. */
function workersOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}

function isRunning(child: ChildProcess | undefined): boolean {
  return child !== undefined && child.exitCode === null && child.signalCode === null
}
