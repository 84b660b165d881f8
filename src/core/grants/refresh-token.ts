import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { type Milliseconds, SECOND } from '../model/clock.ts'
import type { Context, Issue } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Grant } from '../model/grant.ts'
import { lifetimeOf, refreshLifetime } from '../model/lifetimes.ts'
import { type Params, requireParams } from '../model/params.ts'
import { grantedTokenLifetime, longestAccessToken, narrowResources } from '../model/resource.ts'
import { commonScope, joinScope, missingScope, splitScope } from '../model/scope.ts'

const LONGEST_GRACE = 300 // seconds

/** Each refresh token is good once, and for a moment longer for who missed the answer; an older one ends the grant. @spec RFC 6749 §6, RFC 9700 §4.14.2 */
export async function refreshToken(context: Context, params: Params, client: Client, dialect: Dialect): Promise<Issue> {
  requireParams(params, ['refresh_token'])
  const shown = context.keys.refreshTokens.read(params.refresh_token!)
  if (!shown) throw unknown()
  const now = context.clock()
  return (await rotateUnseen(context, params, shown, client, dialect, now)) ?? rotateSeen(context, params, shown, client, dialect, now)
}

/** The usual refresh asks for nothing that the grant would have to be looked at for first: it is rotated unseen. Null where that was not possible. */
async function rotateUnseen(
  context: Context,
  params: Params,
  { grant_id, generation }: Shown,
  client: Client,
  dialect: Dialect,
  now: Milliseconds,
): Promise<Issue | null> {
  const lives = refreshLifetime(context, dialect, client)
  if (params.scope !== undefined || params.resource !== undefined || lives < longestAccessToken(context, dialect)) return null
  const grant = await context.store.grants.rotate(grant_id, generation, now, now + lives * SECOND, null, client.client_id)
  if (grant && isOf(grant, client, dialect)) return { grant, scope: leftOf(heldScope(grant, client), grant), resource: grant.resource }
  return null
}

async function rotateSeen(
  context: Context,
  params: Params,
  shown: Shown,
  client: Client,
  dialect: Dialect,
  now: Milliseconds,
): Promise<Issue> {
  const grant = await context.store.grants.find(shown.grant_id)
  if (!grant || !isOf(grant, client, dialect)) throw unknown()
  checkStanding(grant, now)
  const scope = readScope(params.scope, grant, client)
  const resource = narrowResources(context, grant.resource, params.resource, dialect)
  const usual = scope === heldScope(grant, client) && resource === grant.resource
  const asked = usual ? null : JSON.stringify([splitScope(scope).sort(), resource])
  if (scope !== '' && leftOf(scope, grant) === '') throw new OAuthError('invalid_scope', 'The person has taken all of this scope back.')
  // a grant outlives its tokens
  const lives = Math.max(refreshLifetime(context, dialect, client), grantedTokenLifetime(context, dialect, client, resource))
  const idle = now + lives * SECOND
  const rotated = await context.store.grants.rotate(shown.grant_id, shown.generation, now, idle, asked)
  const standing = rotated ?? (await findRetried(context, client, dialect, shown, asked, now))
  return { grant: standing, scope: leftOf(scope, standing), resource }
}

/** It was given to this client, in the dialect that the client has now. */
function isOf(grant: Grant, client: Client, dialect: Dialect): boolean {
  return grant.client_id === client.client_id && (grant.dialect ?? 'standard') === dialect.name
}

const unknown = () => refused('The refresh token is unknown.')
const refused = (why: string) => new OAuthError('invalid_grant', why, { retry: false })

/**
 * The grant lives, so the answer must not be the one on which clients throw their refresh token away. Not 503 either: it is the person's
 * wish and no fault of this node, which whoever stands in front of it may otherwise take for broken.
 */
const resting = () =>
  new OAuthError('temporarily_unavailable', 'The person lets this access rest. The refresh token is good again when they let it go on.', {
    status: 400,
    retry: false,
  })

function checkStanding(grant: Grant, now: Milliseconds): void {
  if (grant.revoked_at !== undefined) throw refused('The grant was revoked.')
  if (grant.expires_at <= now) throw refused('The refresh token has expired.')
  if (grant.paused) throw resting()
}

/** What the grant was given for, as far as the client is still registered for it. */
function heldScope({ scope, narrowed }: Grant, client: Client): string {
  const given = narrowed === undefined ? scope : joinScope(scope, narrowed)
  return commonScope(given, joinScope(client.scope, 'offline_access'))
}

/** Without what the person has taken back: clients that name all that they were once given shall get the rest. @spec RFC 6749 §3.3 */
function leftOf(scope: string, { narrowed }: Grant): string {
  return narrowed === undefined ? scope : missingScope(scope, narrowed).join(' ')
}

/** Never more than the grant was given for. @spec RFC 6749 §6 */
function readScope(asked: string | undefined, grant: Grant, client: Client): string {
  const held = heldScope(grant, client)
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
