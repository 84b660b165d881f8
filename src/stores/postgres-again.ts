import { OAuthError } from '../core/model/error.ts'

const ATTEMPTS = 4
/** Of moves that met another: each round one of them comes through. */
const CONFLICTS = 60
/** Who has waited so long is told so, not made to wait once more. Milliseconds. */
const REPEAT_WITHIN = 2_000

/** What a lost connection was told with, where the server has kept nothing: it was lost before the commit was sent. */
const undone = new WeakSet<object>()

/** Notes that of the work that broke with this nothing was kept. */
export function markUndone<Cause>(cause: Cause): Cause {
  if (typeof cause === 'object' && cause !== null && isGone(cause)) undone.add(cause)
  return cause
}

/** Runs until it works, while what went wrong allows it; what remains of a lost server is told as such. */
export async function again<T>(run: () => Promise<T>, mayRepeat: (cause: unknown) => boolean): Promise<T> {
  const until = performance.now() + REPEAT_WITHIN
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (cause) {
      const met = isConflict(cause)
      if (attempt < (met ? CONFLICTS : ATTEMPTS) && (met || performance.now() < until) && mayRepeat(cause)) {
        const longest = met ? Math.min(attempt, 10) * 8 : attempt * attempt * 15
        await new Promise((resolve) => setTimeout(resolve, longest * (0.3 + Math.random() * 0.7)))
        continue
      }
      throw isGone(cause) ? new OAuthError('temporarily_unavailable', 'The database cannot be reached.', { cause, retry_after: 1 }) : cause
    }
  }
}

const codeOf = (cause: unknown): string => String((cause as { code?: unknown }).code ?? '')

/** Nothing of it was kept: a conflict of transactions, a connection that broke before its commit, or one that never came to be; or a statement that was to be parsed with another, which was ended before that. @see PostgreSQL, Appendix A */
export function isUndone(cause: unknown): boolean {
  return isConflict(cause) || undone.has(cause as object) || ['57P03', '53300', '26000', 'ECONNREFUSED', 'ENOENT'].includes(codeOf(cause))
}

/** Two moves met, and this one was undone; or two nodes made the same table, which `if not exists` does not keep apart. */
function isConflict(cause: unknown): boolean {
  const { constraint } = cause as { constraint?: string }
  return ['40001', '40P01', '42P07'].includes(codeOf(cause)) || (codeOf(cause) === '23505' && constraint?.startsWith('pg_') === true)
}

/** Reading twice does no harm. */
export function isSafeToRepeat(cause: unknown): boolean {
  return isUndone(cause) || isGone(cause)
}

/** What became of it nobody knows: not a refusal of the server, after which the connection goes on. */
export function isLost(cause: unknown): boolean {
  return isGone(cause) && !['57014', '26000'].includes(codeOf(cause))
}

/** The connection or the server is gone, or does not answer. Classes 08 and 57P, and what sockets say. */
export function isGone(cause: unknown): boolean {
  const code = codeOf(cause)
  if (/^(08|57P|57014|53|26000)/.test(code) || /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|ENOTFOUND|EAI_)/.test(code))
    return true
  return (
    cause instanceof Error &&
    code === '' &&
    /timeout|Connection terminated|connection is closed|connection error|not queryable/i.test(cause.message)
  )
}
