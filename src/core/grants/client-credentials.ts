import { type Client, isPublic } from '../model/client.ts'
import type { Context, Issue } from '../model/context.ts'
import { type Dialect, isKnownScope, knownScope } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Params } from '../model/params.ts'
import { checkResourceScope, readResources } from '../model/resource.ts'
import { missingScope, splitScope } from '../model/scope.ts'
import { keepForItself } from '../registration/throttle.ts'

/** A client that acts for itself: nobody is asked, nothing is stored. @spec RFC 6749 §4.4 */
export async function clientCredentials(context: Context, params: Params, client: Client, dialect: Dialect): Promise<Issue> {
  if (isPublic(client)) throw new OAuthError('unauthorized_client', 'A public client cannot act for itself.')
  const asked = params.scope === undefined ? (client.default_scope ?? client.scope) : knownScope(context, dialect, params.scope)
  if (missingScope(asked, client.scope).length > 0)
    throw new OAuthError('invalid_scope', 'A scope is not among those that this client is registered for.')
  await checkOwner(context, client)
  // scopes about a person mean nothing where there is none
  const meant = splitScope(asked).filter((word) => isKnownScope(context, dialect, word) && context.scopes[word]!.claims === undefined)
  const scope = isVouchedFor(client) ? meant.join(' ') : ''
  if (scope === '' && params.scope !== undefined)
    throw new OAuthError(
      'invalid_scope',
      isVouchedFor(client)
        ? 'None of these scopes means anything without a person.'
        : 'A client that nobody vouches for gets no scope without a person.',
    )
  const resource = params.resource && readResources(context, params.resource, dialect)
  if (resource) checkResourceScope(context, resource, scope)
  await keepForItself(context, client)
  return {
    grant: null,
    scope,
    ...(resource && { resource }),
    epoch: await context.store.tokens.epoch(client.client_id),
  }
}

/** Somebody of the deployment has looked at it, or a person of the deployment owns it. A stranger's own word is worth no scope. */
function isVouchedFor({ reviewed, owner }: Client): boolean {
  return reviewed === true || owner !== undefined
}

/** What a person owns acts while they may. */
async function checkOwner(context: Context, { owner }: Client): Promise<void> {
  const user = owner === undefined ? null : await context.findUser(owner)
  if (owner !== undefined && (!user || user.disabled_at !== undefined))
    throw new OAuthError('unauthorized_client', 'The owner of this client is gone.')
}
