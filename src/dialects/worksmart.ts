import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * Where the page is silent we took the secure reading: errors go to the callback once it is known, PKCE is kept where it is sent, unknown
 * parameters are passed over, and the refresh token is used at the same address as in RFC 6749 §6.
 */
export const worksmart: DialectDifference = {
  name: 'worksmart',
  source: { url: 'https://developer.workdigital.io/web-api/untitled', read: '2026-11-21' },
  base: '/api/v1',
  paths: { authorize: '/api/v1/oauth2/authorize', token: '/api/v1/oauth2/token' },
  discovery: [],
  required: ['client_id', 'response_type', 'state'],
  redirect_default: 'first',
  scope_parameter: false,
  unknown_scope: 'ignore',
  pkce: { required: 'never', methods: ['S256'], method_required: true },
  redirect_status: 302,
  // one page sends the secret in the body, the other by curl -u
  client_auth: ['client_secret_post', 'client_secret_basic'],
  redirect_uri_at_token: 'optional',
  token_response: { expires: 'expires_in', token_type: true, scope: 'null' },
  id_tokens: false,
  lifetime: { access_token: 3600 },
  client_id_suffix: '.worksmart.net',
}
