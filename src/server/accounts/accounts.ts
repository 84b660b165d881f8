import type { Clock } from '../../core/model/clock.ts'
import type { Keys } from '../../core/model/keys.ts'
import type { Store } from '../../core/model/store.ts'
import type { Agent } from '../../core/model/user.ts'
import type { Directory, Upstream } from './elsewhere.ts'
import type { Outbox } from './mail.ts'

/** What looking after people and their sessions needs. */
export interface Accounts {
  /** Without a trailing slash. */
  issuer: string
  store: Store
  clock: Clock
  keys: Pick<Keys, 'mac' | 'link' | 'factors' | 'upstream' | 'pending_link'>
  /** 'required': a session that one factor has opened is good for setting up another one, and for nothing else. */
  second_factor?: 'optional' | 'required' | undefined
  /** 'host': the product signs people in; unless it says so, this server does. Sessions of the other kind are none. */
  sign_in?: 'host' | undefined
  /** Seconds that a session lasts. */
  session_lifetime: number
  /** What the request was sent with that is being answered, where it is known: a session that is opened now keeps it. */
  agent?: Agent
  /** Letters to people; where there is no mail server, nothing that needs one is offered. */
  outbox?: Outbox | undefined
  /** Providers where people may sign in, by their ids. */
  upstreams: ReadonlyMap<string, Upstream>
  /** Where people are looked up who sign in by email and password, beside those that are here or instead of them. */
  directory?: Directory
}
