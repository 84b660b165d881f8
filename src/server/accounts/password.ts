import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { OAuthError } from '../../core/model/error.ts'
import { COST, type PasswordAnswer, type PasswordJob } from './password-job.ts'

/** Hashes at once, each on a thread of its own: neither the disk nor requests share it. */
const MOST_RUNNING = 2
/** Hashes in line; whoever comes after them is sent away at once, so that a flood costs no memory. */
const MOST_WAITING = 64

/** Node strips types where it runs our sources; what was built is JavaScript. */
const THREAD = new URL(`./password-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Well-formed, and nobody's: to compare with it takes as long as with any other. */
export const NOBODYS_HASH = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

const idle: Thread[] = []
const waiting: (() => void)[] = []
let running = 0

/** What is kept in place of a password. Throws OAuthError `temporarily_unavailable` where too many wait already. */
export async function hashPassword(password: string): Promise<string> {
  const answer = await inTurn(() => work({ password: canonical(password) }))
  if ('hash' in answer) return answer.hash
  throw new Error('A password was compared, and not hashed.')
}

/** Whether this is the password; a hash that cannot be read is nobody's. Throws like `hashPassword`. */
export async function verifyPassword(password: string, password_hash: string): Promise<boolean> {
  const answer = await inTurn(() => work({ password: canonical(password), password_hash }))
  return 'matches' in answer && answer.matches
}

interface Thread {
  worker: Worker
  /** What it works on; null while it has nothing to do. */
  job: { resolve(answer: PasswordAnswer): void; reject(cause: unknown): void } | null
}

/** On a thread that has nothing to do, or a new one. It keeps the process alive while it works, and not beyond. */
function work(job: PasswordJob): Promise<PasswordAnswer> {
  const thread = idle.pop() ?? openThread()
  return new Promise((resolve, reject) => {
    thread.job = { resolve, reject }
    thread.worker.ref()
    thread.worker.postMessage(job)
  })
}

function openThread(): Thread {
  // what NODE_OPTIONS loads, traces for instance, is meant for the process and not for each of its threads
  const { NODE_OPTIONS: _for_the_process, ...env } = process.env
  const worker = new Worker(THREAD, { execArgv: ['--disable-warning=ExperimentalWarning'], env })
  const thread: Thread = { worker, job: null }
  worker.on('message', (answer: PasswordAnswer) => {
    const { job } = thread
    thread.job = null
    worker.unref()
    idle.push(thread)
    job?.resolve(answer)
  })
  worker.on('error', (cause) => thread.job?.reject(cause))
  worker.on('exit', () => {
    const at = idle.indexOf(thread)
    if (at >= 0) idle.splice(at, 1)
    thread.job?.reject(new Error('The thread for passwords has ended.'))
  })
  return thread
}

/**
 * Two keyboards may write one letter in two ways: as one sign, or as a letter and an accent. NFC makes them the same bytes.
 * NFKC would also fold signs that people choose because they differ. @spec RFC 8265 §4.2.1
 */
function canonical(password: string): string {
  return password.normalize('NFC')
}

/** Hashes that are being made in this process, and those in line. */
export function passwordQueue(): { running: number; waiting: number } {
  return { running, waiting: waiting.length }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  await takeTurn()
  try {
    return await work()
  } finally {
    endTurn()
  }
}

async function takeTurn(): Promise<void> {
  if (running < MOST_RUNNING) {
    running += 1
    return
  }
  if (waiting.length >= MOST_WAITING) {
    throw new OAuthError('temporarily_unavailable', 'Too many people are signing in at this moment.', { retry_after: 2 })
  }
  await new Promise<void>((start) => waiting.push(start))
}

/** A turn is handed on, not given back, so that nobody can come in between. */
function endTurn(): void {
  const next = waiting.shift()
  if (next) next()
  else running -= 1
}
