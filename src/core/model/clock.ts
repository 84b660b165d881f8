/** Milliseconds since the epoch: how every moment is kept inside. */
export type Milliseconds = number
/** Seconds since the epoch: how every date is written in a token or an answer. @spec RFC 7519 §2 */
export type NumericDate = number
/** Tells the time, in milliseconds. */
export type Clock = () => Milliseconds

export const systemClock: Clock = Date.now

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A moment as the wire wants it, rounded down. */
export function numericDate(at: Milliseconds): NumericDate {
  return Math.floor(at / SECOND)
}
