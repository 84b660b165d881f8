import type { Actor } from '../../core/model/audit.ts'
import type { Milliseconds } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Store } from '../../core/model/store.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'

/** How often somebody else may have changed the person at the same moment. */
const TRIES = 10

/** What ends together with all that was sent or begun for a person: their sessions but one, or also what they gave to apps. */
interface Ends {
  end?: 'sessions' | 'everything'
  /** The session that stays, by its hash. */
  keeping?: string
  by: Actor
}

/**
 * Ends sessions of a person by the move that also ends what was sent or begun for them before: whoever sat at one of those sessions may hold
 * a letter that it had sent. Without `end` only the latter. Throws OAuthError `temporarily_unavailable` where others were first each time.
 */
export async function endFor({ store, clock }: Pick<Accounts, 'store' | 'clock'>, sub: string, ends: Ends): Promise<void> {
  await changePerson(store, sub, (user) => withEnd(user, clock()), ends)
}

/**
 * Writes what `change` makes of a person as they are found, and nothing over what somebody else has written meanwhile; null where there is
 * no such person. Throws OAuthError `temporarily_unavailable` where others were first each time.
 */
export async function changePerson(store: Store, sub: string, change: (user: User) => User, options: Ends): Promise<User | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await store.users.find(sub)
    if (!before) return null
    const user = change(before)
    if (await store.users.update(user, { ...options, replaces: before })) return user
  }
  throw new OAuthError('temporarily_unavailable', 'Others change the same person at this moment.', { retry_after: 1 })
}

/** The person shut out: of what was sent to them nothing counts any more, a change of their email included. Pure. */
export function disabled({ email_changes: _, ...user }: User, now: Milliseconds): User {
  return { ...withEnd(user, now), disabled_at: user.disabled_at ?? now }
}

/** The person let in again. Pure. */
export function enabled({ disabled_at: _, ...user }: User, now: Milliseconds): User {
  return withEnd(user, now)
}

/** Each end is later than the one before, whatever the clock does. */
function withEnd(user: User, now: Milliseconds): User {
  return { ...user, ended_at: Math.max(now, (user.ended_at ?? 0) + 1) }
}
