import { sealLogout } from '../authorize/interactions.ts'
import { browserOf } from '../authorize/ticket.ts'
import { readParams } from '../http/params.ts'
import { redirect } from '../http/reply.ts'
import type { Client } from '../model/client.ts'
import type { Context } from '../model/context.ts'
import { type Dialect, pathsOf } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { withQuery } from '../model/form.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import type { Params } from '../model/params.ts'

const LONGEST_STATE = 2000

/** Proves who asks for the sign-out and where it may end; the page asks the person. @spec OIDC RP-Initiated Logout §2, OIDC RP-Initiated Logout §3 */
export async function endSession(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { resource: _none, ...params } = await readParams(http, dialect, ['form'])
  // a form of another site brings no cookie of ours along: the browser comes again with it, by GET
  if (http.method === 'POST') return redirect(withQuery(context.issuer + pathsOf(dialect, 'logout')[0], params), 303)
  const hint = params.id_token_hint === undefined ? null : await readHint(context, params.id_token_hint)
  const client = await findClient(context, params, hint, dialect)
  const { post_logout_redirect_uri, state } = params
  if (post_logout_redirect_uri !== undefined && !client?.post_logout_redirect_uris?.includes(post_logout_redirect_uri)) {
    throw new OAuthError('invalid_request', 'The post_logout_redirect_uri is not registered for this client.', {
      reason: 'unknown_redirect',
    })
  }
  if (state !== undefined && (state.length > LONGEST_STATE || !/^[\x20-\x7E]*$/.test(state))) {
    throw new OAuthError('invalid_request', `The parameter state may have at most ${LONGEST_STATE} printable ASCII characters.`)
  }
  const { ticket, headers } = sealLogout(context, browserOf(context, http), {
    client_id: client?.client_id,
    post_logout_redirect_uri,
    state: post_logout_redirect_uri === undefined ? undefined : state,
    sid: hint?.sid,
    sub: hint?.sub,
  })
  return redirect(withQuery(context.pages.logout!, { ticket }), 303, headers)
}

interface Hint {
  audience: string[]
  sub: string
  sid?: string
}

/** An ID token of ours, however old. */
async function readHint(context: Context, id_token_hint: string): Promise<Hint> {
  const claims = await context.keys.signer.verify(id_token_hint, 'JWT', { expired: true }).catch(() => null)
  if (!claims) throw new OAuthError('invalid_request', 'The id_token_hint is not an ID token of ours.')
  return {
    audience: [claims.aud].flat().map(String),
    sub: String(claims.sub),
    sid: claims.sid === undefined ? undefined : String(claims.sid),
  }
}

async function findClient(context: Context, params: Params, hint: Hint | null, dialect: Dialect): Promise<Client | null> {
  const client_id = params.client_id ?? hint?.audience[0]
  if (client_id === undefined) return null
  if (hint && !hint.audience.includes(client_id)) throw new OAuthError('invalid_request', 'The id_token_hint was given to another client.')
  const client = await context.store.clients.find(client_id)
  if (!client || client.dialect !== dialect.name || client.disabled_at !== undefined)
    throw new OAuthError('invalid_request', 'There is no such client.', { reason: 'unknown_client' })
  return client
}
