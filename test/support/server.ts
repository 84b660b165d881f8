import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type FormFields, openBrowser } from './browser.ts'
import { cleanEnvironment, findPorts, PROGRAM } from './program.ts'

const EMAIL = 'mara@otterbakery.example'
const PASSWORD = 'otter-lantern-62'

/** The real program, as a process of its own on a file of its own. */
export interface TestServer {
  issuer: string
  database: string
  folder: string
  sub: string
  /** Runs a command beside it; what it prints as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: every command prints another shape
  run(...args: string[]): any
  start(): Promise<void>
  /** Ends the process with this signal and waits until it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
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
}

/** A started server with one person. `node` is run directly, as an operator's supervisor would. */
export async function openServer({ args: more = [], settings }: ServerGiven = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-server-'))
  if (settings) writeFileSync(join(folder, 'vouchsafe.config.json'), JSON.stringify(settings))
  const port = await findPorts(1)
  const issuer = `http://127.0.0.1:${port}`
  const database = join(folder, 'vouchsafe.db')
  let child: ChildProcess | null = null

  const run = (...args: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [PROGRAM, ...args, '--database', `sqlite:${database}`, '--json'], {
        cwd: folder,
        env: cleanEnvironment(),
        encoding: 'utf8',
      }),
    )

  const server: TestServer = {
    issuer,
    database,
    folder,
    sub: run('user', 'add', '--email', EMAIL, '--password', PASSWORD, '--name', 'Mara Lindqvist').sub,
    run,
    start: async () => {
      child = spawn(
        process.execPath,
        [PROGRAM, 'serve', '--port', String(port), '--issuer', issuer, '--database', `sqlite:${database}`, ...more],
        {
          cwd: folder,
          env: cleanEnvironment({ VOUCHSAFE_LOG: 'error' }),
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      await once(child.stdout!, 'data')
    },
    stop: async (signal) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'exit')
    },
    browser: () => openBrowser((request) => fetch(request)),
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
      await server.stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}
