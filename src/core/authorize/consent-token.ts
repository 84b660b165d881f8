import { randomToken } from '../crypto/random.ts'
import type { AuthorizationRequest, ConsentRequest } from '../model/authorization-request.ts'
import type { Client } from '../model/client.ts'
import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { lifetimeOf } from '../model/lifetimes.ts'
import type { Session } from '../model/user.ts'
import { LONGEST_TICKET } from './limits.ts'
import { hashLooks } from './looks.ts'

/** Room for the person and their session beside the request. */
const ROOM_FOR_PERSON = 1000

/** Who asks, and in which dialect. */
interface Asks {
  client: Client
  dialect: Dialect
}

/** The request on its way to a page of a first party, for the decision of the one person who sits there. Good once. */
export function sealConsentToken(context: Context, request: AuthorizationRequest, session: Session, { client, dialect }: Asks): string {
  const { browser: _theirs, ...asked } = request
  const { sub, sid, auth_time, selected_at, acr, amr } = session
  const token_expires_at = context.clock() + lifetimeOf(context, dialect, 'consent_token') * SECOND
  const person = { sub, sid, auth_time, ...(selected_at !== undefined && { selected_at }), ...(acr && { acr }), ...(amr && { amr }) }
  const token = context.keys.consent.seal({ ...asked, ...person, looks: hashLooks(client), token_id: randomToken(16), token_expires_at })
  if (token.length > LONGEST_TICKET + ROOM_FOR_PERSON) throw new OAuthError('invalid_request', 'The request is too long.')
  return token
}

/** What waits, for this person; null for whatever was not sealed for them, is over, or belongs to another dialect. */
export function openConsentToken(context: Context, token: string, sub: string, dialect: Dialect): ConsentRequest | null {
  if (token.length > LONGEST_TICKET + ROOM_FOR_PERSON) return null
  const request = context.keys.consent.open(token)
  if (!request || request.token_expires_at <= context.clock()) return null
  return request.sub === sub && request.dialect === dialect.name ? request : null
}

/** Who sat at the browser when the token was made. */
export function sessionOf({ sid, sub, auth_time, selected_at, acr, amr }: ConsentRequest): Session {
  return { sid, sub, auth_time, ...(selected_at !== undefined && { selected_at }), ...(acr && { acr }), ...(amr && { amr }) }
}

/** Spends the token: true for one caller. */
export function spendConsentToken(context: Context, { token_id, token_expires_at }: ConsentRequest): Promise<boolean> {
  return context.store.once.spend(`consent ${token_id}`, token_expires_at)
}
