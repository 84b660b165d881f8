import type { AuthorizationRequest, ResponseMode } from '../model/authorization-request.ts'
import { type Client, isRegisteredRedirect } from '../model/client.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest } from '../model/http.ts'
import type { Params } from '../model/params.ts'
import { hasScope } from '../model/scope.ts'
import { checkLength } from './limits.ts'
import { openTicket, restarted } from './ticket.ts'

/** Who asks, and the one place we may answer to. To hold a Target is to be allowed to redirect. */
export interface Target {
  client: Client
  redirect_uri: string
  /** The request named no redirect_uri: the client's only one is meant. */
  redirect_defaulted: boolean
  response_mode: ResponseMode
  state: string | undefined
  /** The request that travelled sealed while the person signed in; in a browser that is not its own it begins anew. */
  sealed: AuthorizationRequest | null
  dialect: Dialect
  /** The status of a redirect that answers this method. */
  redirect_status: number
}

/** Until this returns there is nowhere safe to send an error, so its own go to the person. @spec RFC 6749 §4.1.2.1 */
export async function findTarget(context: Context, http: HttpRequest, params: Params, dialect: Dialect): Promise<Target> {
  const redirect_status = http.method === 'POST' ? 303 : dialect.redirect_status // @spec RFC 9700 §4.12
  if (params.ticket !== undefined) return targetOf(context, openSealed(context, http, params.ticket, dialect), dialect, redirect_status)
  const client = await findClient(context, params.client_id, dialect)
  const redirect_uri = findRedirect(client, params, dialect)
  checkRedirect(client, redirect_uri)
  return {
    client,
    redirect_uri,
    redirect_defaulted: params.redirect_uri === undefined,
    response_mode: params.response_mode === 'fragment' ? 'fragment' : 'query',
    state: readState(params.state),
    sealed: null,
    dialect,
    redirect_status,
  }
}

/** The target of a request that travelled sealed. Its client may have changed meanwhile, so all of it is proved again. */
export async function targetOf(context: Context, sealed: AuthorizationRequest, dialect: Dialect, redirect_status: number): Promise<Target> {
  const { redirect_uri, redirect_defaulted = false, response_mode, state } = sealed
  const client = await findClient(context, sealed.client_id, dialect)
  checkRedirect(client, redirect_uri)
  return { client, redirect_uri, redirect_defaulted, response_mode, state, sealed, dialect, redirect_status }
}

/** @spec RFC 9700 §4.1.3 */
function checkRedirect(client: Client, redirect_uri: string): void {
  if (isRegisteredRedirect(client, redirect_uri)) return
  throw new OAuthError('invalid_request', 'The redirect_uri is not registered for this client.', { reason: 'unknown_redirect' })
}

function openSealed(context: Context, http: HttpRequest, ticket: string, dialect: Dialect): AuthorizationRequest {
  const { request, ours } = openTicket(context, http, ticket)
  if (request.dialect !== dialect.name) throw new OAuthError('invalid_request', 'This request was begun elsewhere.', { reason: 'ended' })
  return ours ? request : restarted(context, request, dialect)
}

async function findClient(context: Context, client_id: string | undefined, dialect: Dialect): Promise<Client> {
  if (client_id === undefined) throw new OAuthError('invalid_request', 'The parameter client_id is missing.')
  checkLength('client_id', client_id)
  const client = await context.store.clients.find(client_id)
  if (!client || client.dialect !== dialect.name)
    throw new OAuthError('invalid_request', 'There is no such client.', { reason: 'unknown_client' })
  if (client.disabled_at !== undefined)
    throw new OAuthError('unauthorized_client', 'This client is disabled.', { reason: 'unknown_client' })
  return client
}

/** @spec RFC 6749 §3.1.2.3, OIDC Core §3.1.2.1 */
function findRedirect(client: Client, params: Params, dialect: Dialect): string {
  if (params.redirect_uri !== undefined) return checkLength('redirect_uri', params.redirect_uri)
  const [first, ...others] = client.redirect_uris
  const isMeant = dialect.redirect_default === 'first' || (dialect.redirect_default === 'only' && others.length === 0)
  if (first === undefined || !isMeant || hasScope(params.scope ?? '', 'openid')) {
    throw new OAuthError('invalid_request', 'The parameter redirect_uri is missing.')
  }
  return first
}

/** What cannot be given back as it came is not begun. @spec RFC 6749 §A.5 */
function readState(state: string | undefined): string | undefined {
  if (state === undefined) return undefined
  checkLength('state', state)
  if (!/^[\x20-\x7E]*$/.test(state))
    throw new OAuthError('invalid_request', 'The parameter state may have printable ASCII characters only.')
  return state
}
