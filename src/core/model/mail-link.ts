import type { Milliseconds } from './clock.ts'

/**
 * What the link in a mail allows whoever opens it: sealed, so that nothing is stored before it is used. That it counts once follows from
 * what it is compared with: each use changes what the next one would have to meet. One for a new account is spent.
 */
export interface MailLink {
  /** 'verify': the address is theirs. 'reset': a new password. 'change': a new address. 'undo': the address before. 'create': a new account. */
  act: 'verify' | 'reset' | 'change' | 'undo' | 'create'
  expires_at: Milliseconds
  /** Where it was sent to. */
  email: string
  /** Whose account it is about; '' where there is none yet. */
  sub: string
  /** How the account was when it was sent: another state, and the link is over. */
  state: string
}
