import type { AuthorizationRequest } from '../../model/authorization-request.ts'
import type { Client } from '../../model/client.ts'
import { OAuthError } from '../../model/error.ts'

/** @spec RFC 7591 §2.1 */
export function checkGrantType(_request: AuthorizationRequest, client: Client): void {
  if (!client.grant_types.includes('authorization_code') || !client.response_types.includes('code')) {
    throw new OAuthError('unauthorized_client', 'This client is not registered for the authorization code grant.')
  }
}
