import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { type Milliseconds, SECOND } from '../model/clock.ts'
import type { Context, Issue } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Grant } from '../model/grant.ts'
import { lifetimeOf } from '../model/lifetimes.ts'
import { type Params, requireParams } from '../model/params.ts'
import { accessTokenLifetime, narrowResources } from '../model/resource.ts'
import { commonScope, joinScope, missingScope, splitScope } from '../model/scope.ts'

const LONGEST_GRACE = 300 // seconds

/** Each refresh token is good once, and for a moment longer for who missed the answer; an older one ends the grant. @spec RFC 6749 §6, RFC 9700 §4.14.2 */
export async function refreshToken(context: Context, params: Params, client: Client, dialect: Dialect): Promise<Issue> {
  requireParams(params, ['refresh_token'])
  const shown = context.keys.refreshTokens.read(params.refresh_token!)
  const grant = shown && (await context.store.grants.find(shown.grant_id))
  if (!shown || !grant || grant.client_id !== client.client_id || (grant.dialect ?? 'standard') !== dialect.name)
    throw refused('The refresh token is unknown.')
  const now = context.clock()
  checkStanding(grant, now)
  const scope = readScope(params.scope, grant, client)
  const resource = narrowResources(context, grant.resource, params.resource, dialect)
  const asked = scope === grant.scope && resource === grant.resource ? null : JSON.stringify([splitScope(scope).sort(), resource])
  // a grant outlives its tokens
  const lives = Math.max(lifetimeOf(context, dialect, 'refresh_token'), accessTokenLifetime(context, dialect, resource))
  const idle = now + lives * SECOND
  const rotated = await context.store.grants.rotate(shown.grant_id, shown.generation, now, idle, asked)
  const standing = rotated ?? (await findRetried(context, client, dialect, shown, asked, now))
  return { grant: standing, scope, resource }
}

const refused = (why: string) => new OAuthError('invalid_grant', why, { retry: false })

function checkStanding(grant: Grant, now: Milliseconds): void {
  if (grant.revoked_at !== undefined) throw refused('The grant was revoked.')
  if (grant.expires_at <= now) throw refused('The refresh token has expired.')
}

/** Never more than the grant. @spec RFC 6749 §6 */
function readScope(asked: string | undefined, grant: Grant, client: Client): string {
  const held = commonScope(grant.scope, joinScope(client.scope, 'offline_access')) // the registration may have shrunk meanwhile
  if (asked === undefined || missingScope(held, asked).length + missingScope(asked, held).length === 0) return held
  if (missingScope(asked, held).length > 0) throw new OAuthError('invalid_scope', 'The scope goes beyond the grant.')
  return splitScope(asked).join(' ')
}

interface Shown {
  grant_id: string
  generation: number
}

/** The grant as the first of two equal requests has left it; whatever is older was stolen, or the other one was. */
async function findRetried(
  context: Context,
  client: Client,
  dialect: Dialect,
  shown: Shown,
  asked: string | null,
  now: Milliseconds,
): Promise<Grant> {
  const grant = await context.store.grants.find(shown.grant_id)
  if (!grant) throw refused('The refresh token is unknown.')
  checkStanding(grant, now) // it may have ended between the two looks: then there is nothing left to revoke
  const grace = Math.min(client.refresh_token_grace ?? lifetimeOf(context, dialect, 'grace'), LONGEST_GRACE) * SECOND
  const retried =
    grant.generation === shown.generation + 1 && grace > 0 && now - grant.rotated_at! <= grace && (grant.rotated_for ?? null) === asked
  if (retried) return grant
  const forged = shown.generation > grant.generation // our MAC over a turn that we never reached: a forged key, or a restored database
  const by: Actor = { type: 'client', id: client.client_id }
  await context.store.grants.revoke(shown.grant_id, now, by, forged ? 'refresh_token_ahead' : 'refresh_token_replayed')
  const event = { event: forged ? 'grant.ahead_of_its_row' : 'grant.reused', grant_id: shown.grant_id, client_id: client.client_id }
  if (forged) context.log.error(event)
  else context.log.warn(event)
  throw refused('The refresh token was used before.')
}
