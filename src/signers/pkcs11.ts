import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { OAuthError } from '../core/model/error.ts'
import type { KeyHome, SigningAlg } from '../core/model/keys.ts'
import type { Log } from '../core/model/log.ts'
import type { TokenSettings } from './pkcs11-token.ts'

export interface Pkcs11Settings extends TokenSettings {
  /** Milliseconds that a signature may take. */
  timeout: number
  /** False where new keys are made in the database again. */
  new_keys: boolean
}

/** What the process of the module is asked. */
export type Question = { id: number } & (
  | { ask: 'open'; settings: TokenSettings }
  | { ask: 'make'; alg: SigningAlg }
  | { ask: 'sign'; reference: string; alg: SigningAlg; text: string }
  | { ask: 'destroy'; reference: string }
  | { ask: 'ping' }
)

/** What it answers: a value, or a problem. `lost` mends itself by beginning anew, a refused `pin` never does. */
export interface Answer {
  id: number
  value?: unknown
  problem?: string
  kind?: 'lost' | 'pin' | 'refused'
}

type Asked = Question extends infer Each ? (Each extends Question ? Omit<Each, 'id'> : never) : never

/** Milliseconds for what is slower than a signature: loading a module, making an RSA key. */
const PATIENCE = 30_000
const MOST_WAITING = 256
/** Milliseconds between two beginnings. */
const PAUSE = 1000

const PROCESS = fileURLToPath(import.meta.url).replace(/pkcs11\.(ts|js)$/, 'pkcs11-process.$1')

/** A problem of the process, not of what it was asked. */
class Lost extends Error {}

/** The token refuses the PIN. */
class Refused extends Lost {}

/** It is still being begun anew: for those who ask later. */
class Late extends Lost {}

/**
 * Keys in a PKCS#11 token: an HSM, or SoftHSM. The module lives in a process of its own, because it is foreign code that may hang or crash;
 * that process is begun anew whenever it is lost. Throws one sentence where the token cannot be opened.
 */
export async function openPkcs11(settings: Pkcs11Settings, log: Log): Promise<KeyHome> {
  const { new_keys, timeout, ...token } = settings
  const keeper = createKeeper(token, timeout, log)
  await keeper.open()
  return {
    name: `pkcs11:${settings.token}`,
    makes: new_keys,
    make: (alg) => keeper.ask({ ask: 'make', alg }, PATIENCE) as ReturnType<KeyHome['make']>,
    sign: (reference, alg, text) => keeper.ask({ ask: 'sign', reference, alg, text }, timeout) as Promise<string>,
    destroy: async (reference) => {
      await keeper.ask({ ask: 'destroy', reference }, PATIENCE)
    },
    ready: async () => {
      if (keeper.isLost()) await keeper.ask({ ask: 'ping' }, timeout)
    },
    close: async () => keeper.end(),
  }
}

/** Keeps a process with an open token: the one that there is, or a new one. */
function createKeeper(token: TokenSettings, timeout: number, log: Log) {
  let line: Promise<Line> | null = null
  let begun = Number.NEGATIVE_INFINITY
  let lost: string | null = null
  let hopeless = false

  function lose(which: Promise<Line>, cause: Error): void {
    if (line === which) line = null
    if (lost === null) log.warn({ event: 'signer.lost', reason: cause.message })
    lost = cause.message
    if (cause instanceof Refused) hopeless = true // to try again would lock the token
  }

  function open(): Promise<Line> {
    if (line) return line
    if (hopeless || performance.now() - begun < PAUSE) return Promise.reject(new Lost(lost ?? 'It has just begun.'))
    begun = performance.now()
    line = begin(token, lose)
    return line
  }

  async function attempt(asked: Asked, patience: number): Promise<unknown> {
    const opening = open()
    try {
      const opened = await within(opening, patience)
      const value = await opened.ask(asked, patience)
      if (lost !== null) log.info({ event: 'signer.regained' })
      lost = null
      return value
    } catch (cause) {
      if (cause instanceof Lost && !(cause instanceof Late)) {
        lose(opening, cause)
        opening.then((opened) => opened.end()).catch(() => undefined)
      }
      throw cause
    }
  }

  return {
    isLost: () => lost !== null,
    open,
    ask: (asked: Asked, patience: number) => atMostTwice(() => attempt(asked, patience), timeout),
    end: () => void line?.then((opened) => opened.end()).catch(() => undefined),
  }
}

/** What was lost early is tried once more; what is lost then is OAuthError `temporarily_unavailable`. */
async function atMostTwice(attempt: () => Promise<unknown>, timeout: number): Promise<unknown> {
  const began = performance.now()
  const again = (cause: unknown) => {
    if (cause instanceof Lost && performance.now() - began < timeout / 2) return attempt()
    throw cause
  }
  try {
    return await attempt().catch(again)
  } catch (cause) {
    if (!(cause instanceof Lost)) throw cause
    throw new OAuthError('temporarily_unavailable', 'The server cannot sign at the moment.', { cause, retry_after: 1 })
  }
}

/** A new process, and in it the token. */
function begin(token: TokenSettings, lose: (which: Promise<Line>, cause: Error) => void): Promise<Line> {
  const opened = openLine((reason) => lose(mine, new Lost(reason)))
  const mine: Promise<Line> = opened.ask({ ask: 'open', settings: token }, PATIENCE).then(
    () => opened,
    (cause: Error & Pick<Answer, 'kind'>) => {
      opened.end()
      throw cause.kind === 'pin' ? new Refused(cause.message) : new Lost(cause.message)
    },
  )
  return mine
}

interface Line {
  ask(asked: Asked, patience: number): Promise<unknown>
  end(): void
}

interface Waiting {
  resolve(value: unknown): void
  reject(cause: Error): void
  timer: NodeJS.Timeout
}

/** A new process, and questions to it. One that answers nothing for as long as a question may wait is killed. */
function openLine(lose: (reason: string) => void): Line {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VOUCHSAFE_'))
  const child: ChildProcess = fork(PROCESS, { env: Object.fromEntries(own), stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const waiting = new Map<number, Waiting>()
  let last = 0
  let heard = 0

  function settle(id: number): Waiting | undefined {
    const found = waiting.get(id)
    waiting.delete(id)
    clearTimeout(found?.timer)
    return found
  }
  function fail(reason: string): void {
    for (const id of [...waiting.keys()]) settle(id)?.reject(new Lost(reason))
    lose(reason)
  }
  child.on('message', (answer: Answer) => {
    heard = performance.now()
    const found = settle(answer.id)
    if (answer.problem === undefined) found?.resolve(answer.value)
    else found?.reject(problemOf(answer.problem, answer.kind))
  })
  child.once('error', (cause) => fail(cause.message))
  child.once('exit', (code, signal) => fail(`The process of the PKCS#11 module ended with ${signal ?? code}.`))
  child.unref()
  child.channel?.unref()

  return {
    ask: (asked, patience) =>
      new Promise((resolve, reject) => {
        if (waiting.size >= MOST_WAITING) return reject(busy())
        const id = ++last
        const sent = performance.now()
        const timer = setTimeout(() => {
          if (heard < sent) child.kill('SIGKILL')
          settle(id)?.reject(heard < sent ? new Lost('The PKCS#11 module did not answer in time.') : busy())
        }, patience)
        waiting.set(id, { resolve, reject, timer })
        child.send({ id, ...asked }, (cause) => cause && settle(id)?.reject(new Lost(cause.message)))
      }),
    end: () => {
      child.removeAllListeners('exit')
      child.once('exit', () => undefined)
      for (const id of [...waiting.keys()]) settle(id)?.reject(new Lost('The signer was closed.'))
      child.kill('SIGKILL')
    },
  }
}

function problemOf(problem: string, kind: Answer['kind']): Error {
  return kind === 'lost' ? new Lost(problem) : Object.assign(new Error(problem), { kind })
}

function busy(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The server has too much to sign at the moment.', { retry_after: 1 })
}

/** What takes longer than this is lost for who asked; it goes on for those who ask later. */
function within<Outcome>(work: Promise<Outcome>, patience: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Late('The PKCS#11 module is not ready in time.')), patience)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
