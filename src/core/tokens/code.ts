import { sha256 } from '../crypto/hash.ts'
import { randomToken, timedId } from '../crypto/random.ts'
import type { AuthorizationRequest } from '../model/authorization-request.ts'
import { SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import type { Consent } from '../model/grant.ts'
import { lifetimeOf } from '../model/lifetimes.ts'
import type { Session } from '../model/user.ts'

/** The longest code that goes out: what some clients have room for. */
const LONGEST_CODE = 1000
const HASH_LENGTH = 22 // characters: 132 bits of it

/** What has been proved when a code may be issued. */
export interface Proved {
  session: Session
  consent: Consent
  /** What of the request was allowed. */
  scope: string
}

/**
 * Hands out a code that carries all that the grant will be, and writes nothing. Only where that would be too long for an address
 * it waits in a row, and the code is its key. @spec RFC 6749 §4.1.2
 */
export async function issueCode(
  context: Context,
  request: AuthorizationRequest,
  { session, consent, scope }: Proved,
  dialect: Dialect,
  epoch: number,
): Promise<string> {
  const now = context.clock()
  const code = context.keys.code.seal({
    grant_id: timedId(now),
    client_id: request.client_id,
    sub: session.sub,
    sid: session.sid,
    scope,
    redirect_hash: request.redirect_defaulted ? '' : sha256(request.redirect_uri).slice(0, HASH_LENGTH),
    auth_time: session.auth_time,
    epoch,
    code_challenge: request.code_challenge,
    code_challenge_method: request.code_challenge_method === 'S256' ? undefined : request.code_challenge && 'plain',
    nonce: request.nonce,
    dialect: request.dialect === 'standard' ? undefined : request.dialect,
    acr: session.acr,
    amr: session.amr,
    resource: request.resource,
    claims: request.claims?.filter((claim) => consent.claims?.includes(claim)),
    ends_at: consent.expires_at,
  })
  if (code.length <= LONGEST_CODE) return code
  const key = `p.${randomToken()}`
  await context.store.codes.park(sha256(key), code, now + lifetimeOf(context, dialect, 'code') * SECOND)
  return key
}
