import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The whole of `vouchsafe start`, as a process of its own on a database of its own. */
export interface Started {
  issuer: string
  app: string
  api: string
  email: string
  password: string
  /** Milliseconds from the spawn to the line that says it is ready. */
  took: number
  close(): Promise<void>
}

/** Starts server, demo app and demo API, with more variables where given; ready when all three have been printed. Throws with the output where they were not. */
export async function startVouchsafe(env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'vouchsafe-browser-'))
  const port = await findPorts(3)
  const began = performance.now()
  const child = spawn(
    process.execPath,
    ['bin/vouchsafe.mjs', 'start', '--port', String(port), '--database', `sqlite:${join(folder, 'demo.db')}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    },
  )
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const [issuer, app, api] = await readAddresses(child, port)
    const took = performance.now() - began
    const page = await (await fetch(`${issuer}/`)).text()
    return {
      issuer: issuer!,
      app: app!,
      api: api!,
      email: textOf(page, 'first-email'),
      password: textOf(page, 'first-password'),
      took,
      close,
    }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** The three addresses, once they have all been printed. */
async function readAddresses(child: ChildProcess, port: number): Promise<string[]> {
  let output = ''
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  child.stdout?.setEncoding('utf8')
  for await (const text of child.stdout ?? []) {
    output += text
    const found = [port, port + 1, port + 2].map((each) => new RegExp(`http://[\\w.[\\]:]+:${each}\\b`).exec(output)?.[0])
    if (found.every((address) => address !== undefined)) {
      child.stdout?.resume()
      return found
    }
  }
  throw new Error(`vouchsafe start ended early.\n${output}\n${errors}`)
}

function textOf(page: string, id: string): string {
  const text = new RegExp(`id="${id}"[^>]*>([^<]+)<`).exec(page)?.[1]
  if (text === undefined) throw new Error(`The first-run page has no ${id}.`)
  return text.trim()
}

/** The first of so many ports in a row that are free. */
async function findPorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)))
    if (free.every(Boolean)) return first
  }
  throw new Error('No free ports were found.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
