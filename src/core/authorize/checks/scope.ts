import type { AuthorizationRequest } from '../../model/authorization-request.ts'
import type { Client } from '../../model/client.ts'
import type { Context } from '../../model/context.ts'
import { type Dialect, isKnownScope } from '../../model/dialect.ts'
import { OAuthError } from '../../model/error.ts'
import { missingScope, splitScope } from '../../model/scope.ts'

/** Scopes are of the catalogue, not of another dialect's, and of the client's registration; `offline_access` is accepted of everybody. @spec RFC 6749 §3.3, OIDC Core §11 */
export function checkScope(request: AuthorizationRequest, client: Client, dialect: Dialect, context: Context): void {
  if (!splitScope(request.scope).every((word) => isKnownScope(context, dialect, word))) {
    throw new OAuthError('invalid_scope', 'A scope is not known here.')
  }
  if (missingScope(request.scope, client.scope).some((word) => word !== 'offline_access')) {
    throw new OAuthError('invalid_scope', 'A scope is not among those that this client is registered for.')
  }
}
