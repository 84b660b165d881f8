import type { Clock } from '../../core/model/clock.ts'
import type { Keys } from '../../core/model/keys.ts'
import type { Store } from '../../core/model/store.ts'
import type { Directory, Upstream } from './elsewhere.ts'

/** What looking after people and their sessions needs. */
export interface Accounts {
  /** Without a trailing slash. */
  issuer: string
  store: Store
  clock: Clock
  keys: Pick<Keys, 'mac' | 'upstream' | 'pending_link'>
  /** Seconds that a session lasts. */
  session_lifetime: number
  /** Providers where people may sign in, by their ids. */
  upstreams: ReadonlyMap<string, Upstream>
  /** Where people are looked up who sign in by email and password, beside those that are here or instead of them. */
  directory?: Directory
}
