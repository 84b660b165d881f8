import type { Clock } from '../../core/model/clock.ts'
import type { Keys } from '../../core/model/keys.ts'
import type { Store } from '../../core/model/store.ts'
import type { Agent } from '../../core/model/user.ts'
import type { Outbox } from './mail.ts'

/** What looking after people and their sessions needs. */
export interface Accounts {
  /** Without a trailing slash. */
  issuer: string
  store: Store
  clock: Clock
  keys: Pick<Keys, 'mac' | 'link'>
  /** Seconds that a session lasts. */
  session_lifetime: number
  /** What the request was sent with that is being answered, where it is known: a session that is opened now keeps it. */
  agent?: Agent
  /** Letters to people; where there is no mail server, nothing that needs one is offered. */
  outbox?: Outbox | undefined
}
