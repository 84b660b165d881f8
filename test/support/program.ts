import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const HOME = fileURLToPath(new URL('../..', import.meta.url))
/** The command line as scripts use it. */
export const PROGRAM = join(HOME, 'bin/vouchsafe.mjs')

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** A folder of the test's own, which goes with it. */
export function makeFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-test-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The environment without settings of ours, and with the machine's own `node`, not the one that npm puts in front of it. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VOUCHSAFE_') && !name.startsWith('NODE_'))
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(own), PATH: path.join(delimiter), ...more }
}

interface Given {
  env?: Record<string, string>
  input?: string
}

/** Runs the real program to its end. */
export function runProgram(cwd: string, args: readonly string[], more?: Given): Promise<Outcome> {
  return runCommand(cwd, 'node', [PROGRAM, ...args], more)
}

/** Runs anything to its end. */
export async function runCommand(cwd: string, file: string, args: readonly string[], more: Given = {}): Promise<Outcome> {
  const child = spawn(file, args, { cwd, env: cleanEnvironment(more.env) })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (part) => (outcome.stdout += part))
  child.stderr.on('data', (part) => (outcome.stderr += part))
  child.stdin.end(more.input ?? '')
  const [code] = await once(child, 'close')
  outcome.code = code as number | null
  return outcome
}

/** Starts a program that serves, and waits for the line that says so. It is stopped with the test. */
export async function startProgram(
  test: TestContext,
  cwd: string,
  command: readonly string[],
): Promise<{ child: ChildProcess; line: string; output(): string }> {
  const [file = 'node', ...args] = command
  const child = spawn(file, args, { cwd, env: cleanEnvironment() })
  test.after(() => child.kill('SIGKILL'))
  let output = ''
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (part) => {
      output += part
      const end = output.indexOf('\n')
      if (end >= 0) resolve(output.slice(0, end))
    })
    let problem = ''
    child.stderr.on('data', (part) => (problem += part))
    child.on('exit', (code) => reject(new Error(`It ended with ${code} before it was ready: ${problem}`)))
  })
  return { child, line, output: () => output }
}

/** So many ports in a row that nobody uses. */
export async function findPorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 20_000)
    const taken = await Promise.all(Array.from({ length: count }, (_, i) => isTaken(first + i)))
    if (!taken.includes(true)) return first
  }
}

async function isTaken(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.on('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })
}
