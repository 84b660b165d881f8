import { type Milliseconds, SECOND } from '../core/model/clock.ts'

/** One thing that was looked at. */
export interface Finding {
  check: string
  ok: boolean
  /** What is the case, in one sentence. */
  found: string
  /** What to do; there where something is wrong. */
  fix?: string
}

/** How long an answer may take. */
const PATIENCE: Milliseconds = 5 * SECOND

/** The answer, without following it anywhere, or why there is none. */
export async function ask(url: string, headers: Record<string, string> = {}): Promise<Response | string> {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) })
  } catch (cause) {
    if (!(cause instanceof Error)) return String(cause)
    return cause.cause instanceof Error && cause.cause.message !== '' ? cause.cause.message : cause.message
  }
}

/** How far the clock of whoever answered is from ours, at least; null where the answer does not tell. The header has whole seconds. @spec RFC 9110 §6.6.1 */
export function clockApart(answer: Response, asked: Milliseconds): Milliseconds | null {
  const date = Date.parse(answer.headers.get('date') ?? '')
  if (Number.isNaN(date)) return null
  return Math.max(asked - (date + SECOND), date - Date.now(), 0)
}

export function ok(check: string, found: string): Finding {
  return { check, ok: true, found }
}

export function wrong(check: string, found: string, fix: string): Finding {
  return { check, ok: false, found, fix }
}
