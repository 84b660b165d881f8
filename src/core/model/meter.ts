import type { ErrorCode } from './error.ts'

/** What one endpoint of one dialect has answered. Called for each request, so it should do no more than add. */
export interface Tally {
  count(method: string, status: number, milliseconds: number): void
}

/** Whoever wants to know how much is done and how long it takes. */
export interface Meter {
  /** Asked for once for each path of each endpoint of each dialect, at the start, and for what is at no address by empty names. */
  tally(endpoint: string, dialect: string, route: string): Tally
  /** A refusal, wherever it is told. */
  refused(error: ErrorCode): void
}
