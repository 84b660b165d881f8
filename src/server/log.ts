import { createRequire } from 'node:module'
import type { Logger, pino as Pino } from 'pino'
import type { Log, LogEvent } from '../core/model/log.ts'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields whose name says that they hold a credential; `token_id` says which one. */
const CREDENTIAL =
  /^(?!.*_id$).*(secret|password|passphrase|token|cookie|authorization|assertion|verifier|ticket|credential|private)|^(code|jwt|jwk|pin|otp)$/i
/** Parameters whose values must not stay in an address that somebody quotes in a message. */
const IN_ADDRESS = /([?&#](?:code|ticket|state|nonce|[a-z_]*(?:token|secret|password|assertion|verifier|hint))=)[^&\s"'#]+/gi
const REMOVED = '[removed]'
/** How deep causes and lists are followed. */
const DEEPEST = 4

/** What a log is written to: standard error unless said. */
export interface LogTarget {
  write(line: string): void
}

/**
 * The server's log: one line of JSON an event, on standard error, as standard output is for answers. A line break or a control character
 * in a value stays inside its JSON string; whatever is named like a credential is removed. `labels` stand in every line.
 */
export function createLog(
  level: LogLevel = 'info',
  target?: LogTarget,
  labels: Readonly<Record<string, number | string>> | null = null,
): Log {
  let logger: Logger | null = null
  const most = LOG_LEVELS.indexOf(level)
  const open = () => {
    logger ??= openLogger(target, labels)
    return logger
  }
  if (level !== 'silent') setTimeout(open, SOON).unref()
  const write = (at: 'info' | 'warn' | 'error') => (event: LogEvent) => {
    if (LOG_LEVELS.indexOf(at) <= most) open()[at](clean(event))
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

/** Milliseconds. To load what writes the lines is a tenth of a start; but once there is trouble, no file may be left to open. */
const SOON = 1_000

function openLogger(target: LogTarget | undefined, base: Readonly<Record<string, number | string>> | null): Logger {
  const pino: typeof Pino = createRequire(import.meta.url)('pino')
  return pino(
    { base, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    target ?? pino.destination({ fd: 2, sync: true }),
  )
}

function clean(event: LogEvent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, name !== 'event' && CREDENTIAL.test(name) ? REMOVED : scrub(value, 0)]),
  )
}

function scrub(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replaceAll(IN_ADDRESS, `$1${REMOVED}`)
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return '…'
  if (value instanceof Error) return scrubError(value, depth)
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, CREDENTIAL.test(name) ? REMOVED : scrub(item, depth + 1)]))
}

/** Its own words and those of its causes; further members of an error may hold anything, so they stay out, `code` excepted. */
function scrubError(error: Error & { code?: unknown }, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = { type: error.name, message: scrub(error.message, depth), stack: scrub(error.stack ?? '', depth) }
  if (typeof error.code === 'string') shown['code'] = error.code
  if (error.cause !== undefined) shown['cause'] = scrub(error.cause, depth + 1)
  return shown
}
