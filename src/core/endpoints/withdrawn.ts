import { authenticateClient } from '../client-auth/index.ts'
import { readParams } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { AuditEntry, AuditPlace } from '../model/audit.ts'
import { type Client, isPublic } from '../model/client.ts'
import { MINUTE, type Milliseconds, type NumericDate, numericDate, SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { longestAccessToken } from '../model/resource.ts'

/** Decisions that one answer looks at. */
const PAGE = 200
/** A decision is told by the clock of its node, and some time passes until it can be read: who comes again begins so much earlier. */
const LATE = 10 * SECOND
/** Tokens that another node issued at the moment of a decision, by a clock that is ahead of its own. */
const AHEAD = SECOND

/** Access tokens that are over before their end: those of a grant, one by its `jti`, or all of a person, of a client, or of both that were issued up to a moment. */
type Withdrawn = { grant_id: string } | { jti: string } | { sub?: string; client_id?: string; until: NumericDate }

/**
 * What was withdrawn since a moment, for APIs that verify JWTs by themselves: the newest first, no further back than tokens live. Only the
 * clients that stand for an API of this deployment may ask.
 */
export async function withdrawn(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const params = await readParams(http, dialect)
  const client = await authenticateClient(context, http, params, dialect)
  checkIsApi(context, client)
  const now = context.clock()
  const oldest = now - longestAccessToken(context, dialect) * SECOND - MINUTE
  const since = Math.max(oldest, params.since === undefined ? oldest : readSince(params.since))
  const after = params.cursor === undefined ? {} : { after: readCursor(params.cursor) }
  const { entries, next } = await context.store.audit.list({ since, limit: PAGE, ...after })
  return json({
    since: numericDate(now - LATE),
    withdrawn: entries.flatMap((entry) => whatEnded(entry) ?? []),
    ...(next && { cursor: `${next.at}.${next.chain}.${next.seq}` }),
  })
}

/** It is told of all people and apps: so only who is named by the configuration is told, and nobody who registered as a client. */
function checkIsApi({ resources }: Context, client: Client): void {
  const named = Object.values(resources).some(({ client_id }) => client_id === client.client_id)
  if (!named || isPublic(client))
    throw new OAuthError('unauthorized_client', 'Only a client that stands for a resource of this server may ask.', { status: 403 })
}

function whatEnded(entry: AuditEntry): Withdrawn | null {
  const { event, sub, client_id, grant_id, jti } = entry
  const until = numericDate(entry.at + AHEAD)
  switch (event) {
    case 'grant.revoked':
      return grant_id === undefined ? null : { grant_id }
    case 'token.revoked':
      return jti === undefined ? null : { jti }
    case 'withdrawn':
    case 'consent.withdrawn':
    case 'consent.narrowed':
    case 'consent.paused':
      return { ...(sub !== undefined && { sub }), ...(client_id !== undefined && { client_id }), until }
    case 'client.disabled':
    case 'client.deleted':
      return { client_id: client_id!, until }
    case 'user.disabled':
    case 'user.deleted':
      return { sub: sub!, until }
  }
  // a decision that also ended what was given before
  if (entry.withdrawn) return { ...(sub !== undefined && { sub }), ...(client_id !== undefined && { client_id }), until }
  return entry.ended === 'everything' ? { sub: sub!, until } : null
}

/** Seconds since the epoch. */
function readSince(text: string): Milliseconds {
  if (!/^\d{1,11}$/.test(text)) throw new OAuthError('invalid_request', 'The parameter since must be a number of seconds.')
  return Number(text) * SECOND
}

function readCursor(text: string): AuditPlace {
  const [, at, chain, seq] = /^(\d{1,15})\.([\w-]{1,64})\.(\d{1,15})$/.exec(text) ?? []
  if (chain === undefined) throw new OAuthError('invalid_request', 'The parameter cursor is none of ours.')
  return { at: Number(at), chain, seq: Number(seq) }
}
