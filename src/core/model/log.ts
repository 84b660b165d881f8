/** One thing that happened, by name; never a credential, and never a sentence. */
export interface LogEvent {
  event: string
  [field: string]: string | number | boolean | null | undefined | unknown[] | Error
}

/** Where events go. The core writes few: refusals, failures, alarms. */
export interface Log {
  info(event: LogEvent): void
  warn(event: LogEvent): void
  error(event: LogEvent): void
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }
