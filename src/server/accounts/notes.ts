import { sameText } from '../../core/crypto/hash.ts'
import type { StoredSession } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'

type Keeper = Pick<Accounts, 'keys'>

/** Stands in an address that says to the browser of this session what was just done; nobody else can write it. */
export function noteOf({ keys }: Keeper, { session_hash }: StoredSession, what: string): string {
  return keys.mac(`note ${what}`, session_hash)
}

/** Whether it is ours. */
export function isNoteOf(keeper: Keeper, session: StoredSession, what: string, shown: string): boolean {
  return sameText(noteOf(keeper, session, what), shown)
}
