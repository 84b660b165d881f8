/** One letter, as it is sent. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

/** What takes letters to a mail server. */
export interface Postman {
  /** Resolves once the server has taken the letter. */
  deliver(mail: Mail): Promise<void>
  /** Throws where the server does not answer, or does not let us in. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Letters that wait to be sent. */
export interface Outbox {
  /**
   * Has a letter written and sent soon; null is none. Nobody waits for it and nothing is told of how it went, so an answer looks the same
   * and takes as long whoever the letter is for.
   */
  post(write: () => Promise<Mail | null>): void
  /** Resolves when nothing waits. */
  idle(): Promise<void>
  /** Sends what waits, for at most `patience` milliseconds. */
  close(patience?: number): Promise<void>
  /** The last letters, the newest first, where they are shown on this computer instead of being sent. */
  shown?(): readonly (Mail & { at: number })[]
}

/** Characters of an address that would mean something else in a list of addresses or in the command of a mail server. */
const SPECIAL = /[\s\p{Cc}\p{Cf}"(),:;<>[\\\]]/u

/** Whether letters can be sent there: one address, and nothing that a mail server could take for more. @spec RFC 5321 §4.1.2 */
export function isMailable(email: string): boolean {
  return !SPECIAL.test(email) && /^[^@]{1,64}@[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u.test(email) && !email.startsWith('-')
}
