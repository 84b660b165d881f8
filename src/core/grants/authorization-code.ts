import { sameText, sha256 } from '../crypto/hash.ts'
import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { type Milliseconds, SECOND } from '../model/clock.ts'
import type { Context, Issue } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { type AuthorizationCode, bornAt, type Grant } from '../model/grant.ts'
import { lifetimeOf, refreshLifetime } from '../model/lifetimes.ts'
import { type Params, requireParams } from '../model/params.ts'
import { grantedTokenLifetime, narrowResources } from '../model/resource.ts'

/** For how long a client that lost the answer may send its code again, where its dialect allows it. */
const TOLERANCE = 10 * SECOND

/** Redeeming a code inserts the grant; the key of its row is in the code, so this can happen once. @spec RFC 6749 §4.1.3 */
export async function authorizationCode(context: Context, params: Params, client: Client, dialect: Dialect): Promise<Issue> {
  requireParams(params, ['code'])
  const now = context.clock()
  const code = await openCode(context, params.code!)
  if (!code) throw refused('The code is unknown.')
  const expires_at = bornAt(code.grant_id) + lifetimeOf(context, dialect, 'code') * SECOND
  if (expires_at <= now || (code.ends_at ?? now + 1) <= now) throw refused('The code has expired.')
  const resource = narrowResources(context, code.resource, params.resource, dialect) // what is only asked wrongly may be asked again
  const fault = findFault(code, params, client, dialect)
  const grant = openGrant(context, code, client, dialect, now)
  const guard = context.sessions === 'ours' ? { sid: code.sid } : {}
  // tried once, good or not: a wrong verifier leaves a row that is revoked already
  const outcome = await context.store.grants.redeem(fault ? { ...grant, generation: 0, revoked_at: now, expires_at } : grant, guard)
  if (outcome === 'withdrawn') throw refused('The authorization was withdrawn.')
  if (outcome !== 'inserted') {
    // RFC 6749 §4.1.2: a replay undoes what the code gave; in another client's hands it is only refused, or anybody could undo it
    const tolerated = fault === null && outcome.redeemed_at !== undefined && now - outcome.redeemed_at <= TOLERANCE
    if (code.client_id === client.client_id && !tolerated) {
      const by: Actor = { type: 'client', id: client.client_id }
      await context.store.grants.revoke(code.grant_id, now, by, 'code_replayed')
    }
    throw refused('The code was used before.')
  }
  if (fault) throw fault
  return { grant, scope: grant.scope, resource, nonce: code.nonce }
}

const refused = (why: string) => new OAuthError('invalid_grant', why, { retry: false })

/** Codes that were too long for an address wait in a row, under the hash of what the address carried. */
async function openCode(context: Context, code: string): Promise<AuthorizationCode | null> {
  if (!code.startsWith('p.')) return context.keys.code.open(code)
  const sealed = await context.store.codes.find(sha256(code))
  return sealed === null ? null : context.keys.code.open(sealed)
}

function openGrant(context: Context, code: AuthorizationCode, client: Client, dialect: Dialect, now: Milliseconds): Grant {
  const { ends_at, redirect_hash: _r, code_challenge: _c, code_challenge_method: _m, nonce: _n, ...kept } = code
  const refresh = client.grant_types.includes('refresh_token') && dialect.refresh_tokens === 'registered'
  const token = now + grantedTokenLifetime(context, dialect, client, code.resource) * SECOND
  const longest = refresh ? now + lifetimeOf(context, dialect, 'grant') * SECOND : token
  const end = Math.min(longest, ends_at ?? longest)
  // a grant outlives its tokens
  const idle = refresh ? Math.max(token, now + refreshLifetime(context, dialect, client) * SECOND) : token
  const redeemed_at = dialect.code_replay === 'tolerate' ? { redeemed_at: now } : {}
  return { ...kept, ...redeemed_at, generation: refresh ? 1 : 0, expires_at: Math.min(idle, end), ends_at: end }
}

function findFault(code: AuthorizationCode, params: Params, client: Client, dialect: Dialect): OAuthError | null {
  if (code.client_id !== client.client_id) return refused("The code is another client's.")
  if ((code.dialect ?? 'standard') !== dialect.name) return refused('The code belongs to another endpoint.') // or a lax dialect would undo a strict one
  if (!isSameRedirect(code, params.redirect_uri, client, dialect))
    return refused('The redirect_uri differs from that of the authorization request.')
  if (!isKeyProved(code, params.code_verifier)) return refused('The code_verifier is missing or wrong.')
  return null
}

/** Where the request named none, the client's only one was meant. @spec RFC 6749 §4.1.3 */
function isSameRedirect({ redirect_hash }: AuthorizationCode, redirect_uri: string | undefined, client: Client, dialect: Dialect): boolean {
  if (redirect_hash === '') return redirect_uri === undefined || redirect_uri === client.redirect_uris[0]
  if (redirect_uri === undefined) return dialect.redirect_uri_at_token === 'optional'
  return sameText(sha256(redirect_uri).slice(0, redirect_hash.length), redirect_hash)
}

/** A verifier without a challenge is wrong too: somebody took the challenge away. @spec RFC 7636 §4.6, RFC 9700 §4.8.2 */
function isKeyProved({ code_challenge, code_challenge_method = 'S256' }: AuthorizationCode, code_verifier: string | undefined): boolean {
  if (code_challenge === undefined || code_verifier === undefined) return code_challenge === code_verifier
  if (!/^[\w.~-]{43,128}$/.test(code_verifier)) return false
  return sameText(code_challenge_method === 'S256' ? sha256(code_verifier) : code_verifier, code_challenge)
}
