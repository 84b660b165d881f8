import { type Client, isPublic } from '../model/client.ts'
import type { ClientAuthMethod, Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest } from '../model/http.ts'
import type { Params } from '../model/params.ts'
import { clientSecretBasic, clientSecretPost } from './client-secret.ts'
import { none } from './none.ts'

/** token_endpoint_auth_method → its proof. A new method is a new file and a new line. @spec OIDC Core §9 */
export const clientAuth: Readonly<Record<string, ClientAuthMethod>> = {
  none,
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
}

/** The client, proved by the one method it is registered for. In front of every grant, so that none can forget it. @spec RFC 6749 §2.3 */
export async function authenticateClient(context: Context, http: HttpRequest, params: Params, dialect: Dialect): Promise<Client> {
  const claimed = claims(context, http, params)
  if (claimed.length === 0) throw new OAuthError('invalid_client', 'No client authentication was sent.')
  const [method, client_id] = claimed[0]!
  if (claimed.length > 1) throw new OAuthError('invalid_request', 'The client authenticates in more than one way.')
  if (params.client_id !== undefined && params.client_id !== client_id)
    throw new OAuthError('invalid_request', 'The client_id is not the one that authenticates.')
  const client = await context.store.clients.find(client_id)
  const stands = client !== null && client.disabled_at === undefined && client.dialect === dialect.name
  if (!stands || !(await context.clientAuth[method]!.prove(context, http, params, client))) throw failed()
  if (mayUse(client, method, dialect)) return client
  // only who holds the secret is told: it is a mistake of theirs, not a guess
  throw isPublic(client) || method === 'none'
    ? failed()
    : failed(`The client is registered for ${client.token_endpoint_auth_method}, and this is ${method}.`)
}

const failed = (why = 'Client authentication failed.') => new OAuthError('invalid_client', why)

/** Its registered method; where the dialect leaves the choice, any of those that keep a secret, for a client that has one. Never one that the dialect does not name. */
function mayUse(client: Client, method: string, { client_auth }: Dialect): boolean {
  if (client_auth !== 'registered' && !client_auth.includes(method)) return false
  if (client_auth === 'registered' || isPublic(client) || method === 'none') return client.token_endpoint_auth_method === method
  return true
}

/** Whether this request says that it is a client, rightly or not. */
export function claimsClient(context: Context, http: HttpRequest, params: Params): boolean {
  return claims(context, http, params).length > 0
}

/** All the ways in which this request says who it is. */
function claims(context: Context, http: HttpRequest, params: Params): [method: string, client_id: string][] {
  const found: [string, string][] = []
  for (const method in context.clientAuth) {
    const client_id = context.clientAuth[method]!.claim(http, params)
    if (client_id !== undefined) found.push([method, client_id])
  }
  return found
}
