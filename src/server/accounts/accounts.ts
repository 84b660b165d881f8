import type { Clock } from '../../core/model/clock.ts'
import type { Keys } from '../../core/model/keys.ts'
import type { Store } from '../../core/model/store.ts'

/** What looking after people and their sessions needs. */
export interface Accounts {
  /** Without a trailing slash. */
  issuer: string
  store: Store
  clock: Clock
  keys: Pick<Keys, 'mac' | 'factors'>
  /** 'required': a session that one factor has opened is good for setting up another one, and for nothing else. */
  second_factor?: 'optional' | 'required' | undefined
  /** Seconds that a session lasts. */
  session_lifetime: number
}
