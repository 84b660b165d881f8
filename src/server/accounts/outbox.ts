import { MINUTE, type Milliseconds, SECOND } from '../../core/model/clock.ts'
import type { Log } from '../../core/model/log.ts'
import { isMailable, type Mail, type Outbox, type Postman } from './mail.ts'

/** Letters that wait at most; those that come then are dropped, and the log says so. */
const MOST_WAITING = 500
/** Letters that are written and sent at once. */
const MOST_RUNNING = 4
/** When a letter that could not be sent is tried again. */
const PAUSES: readonly Milliseconds[] = [5 * SECOND, MINUTE]

/** When a letter is begun: the answer to whoever asked for it has long left by then, whether or not there is anybody to write to. Milliseconds. */
const AFTERWARDS = 50

export interface OutboxOptions {
  postman: Postman
  log: Log
  /** Milliseconds before each further try. */
  pauses?: readonly Milliseconds[]
}

interface Letter {
  write: () => Promise<Mail | null>
  tries: number
}

/** A queue in memory: what waits when the process ends by force is lost, and whoever misses it asks again. */
export function createOutbox({ postman, log, pauses = PAUSES }: OutboxOptions): Outbox {
  const waiting: Letter[] = []
  const later = new Set<NodeJS.Timeout>()
  let running = 0
  let full = false
  let idlers: (() => void)[] = []

  function next(): void {
    while (running < MOST_RUNNING && waiting.length > 0) {
      running += 1
      void send(waiting.shift()!).finally(() => {
        running -= 1
        next()
      })
    }
    if (running > 0 || waiting.length > 0 || later.size > 0) return
    full = false
    for (const tell of idlers.splice(0)) tell()
  }

  async function send(letter: Letter): Promise<void> {
    letter.tries += 1
    try {
      const mail = await letter.write()
      if (mail === null) return
      if (isMailable(mail.to)) {
        await postman.deliver(mail)
        log.info({ event: 'mail.sent' })
      } else log.warn({ event: 'mail.refused' })
    } catch (cause) {
      fail(letter, cause)
    }
  }

  /** Mail servers repeat addresses in their refusals, so the log is told the codes alone. */
  function fail(letter: Letter, cause: unknown): void {
    const { code, responseCode } = cause as { code?: unknown; responseCode?: unknown }
    const pause = Number(responseCode) >= 500 ? undefined : pauses[letter.tries - 1]
    const told = { reason: String(code ?? 'unknown'), response: Number(responseCode ?? 0), tries: letter.tries }
    if (pause === undefined) {
      log.error({ event: 'mail.failed', ...told })
      return
    }
    log.warn({ event: 'mail.postponed', ...told })
    const timer = setTimeout(() => {
      later.delete(timer)
      waiting.push(letter)
      next()
    }, pause)
    timer.unref()
    later.add(timer)
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      idlers.push(resolve)
      next()
    })
  }

  return {
    post: (write) => {
      if (waiting.length + later.size >= MOST_WAITING) {
        if (!full) log.error({ event: 'mail.full' })
        full = true
        return
      }
      waiting.push({ write, tries: 0 })
      setTimeout(next, AFTERWARDS)
    },
    idle,
    close: async (patience = 5 * SECOND) => {
      for (const timer of later) clearTimeout(timer)
      later.clear()
      await Promise.race([idle(), new Promise<void>((resolve) => setTimeout(resolve, patience).unref())])
      idlers = []
      if (waiting.length > 0) log.error({ event: 'mail.lost', letters: waiting.length })
      waiting.length = 0
      await postman.close()
    },
  }
}
