import type { AuthorizationRequest } from '../../model/authorization-request.ts'
import type { Client } from '../../model/client.ts'
import type { Context } from '../../model/context.ts'
import type { Dialect } from '../../model/dialect.ts'
import { checkResourceScope } from '../../model/resource.ts'

/** @spec RFC 8707 §2.1 */
export function checkResource(request: AuthorizationRequest, _client: Client, _dialect: Dialect, context: Context): void {
  if (request.resource) checkResourceScope(context, request.resource, request.scope)
}
