import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * Where the pages are silent we took the secure reading: errors go to the callback once it is known, unknown parameters are passed over, scope
 * among them, and the refresh token is used at the same address as in RFC 6749 §6. A consent is remembered as the standard does. The token's
 * errors are those of RFC 6749 §5.2. `state` may have any length down to one character, as in the page's own sample.
 */
export const worksmart: DialectDifference = {
  name: 'worksmart',
  source: { url: 'https://developer.workdigital.io/web-api/untitled', read: '2026-11-21' },
  base: '/api/v1',
  paths: { authorize: '/api/v1/oauth2/authorize', token: '/api/v1/oauth2/token' },
  discovery: [],
  required: ['client_id', 'response_type', 'state'],
  // "your callback URL": the first that is registered
  redirect_default: 'first',
  scope_parameter: false,
  unknown_scope: 'ignore',
  unknown_resource: 'ignore',
  // the pages know no PKCE: kept where it is sent, and asked of a client without a secret
  pkce: { required: 'never', methods: ['S256'], method_required: true },
  redirect_status: 302,
  // one page sends the secret in the body, the other by curl -u
  client_auth: ['client_secret_post', 'client_secret_basic'],
  // it is no parameter there; one that is sent must be the same
  redirect_uri_at_token: 'optional',
  token_response: { expires: 'expires_in', token_type: true, scope: 'null' },
  id_tokens: false,
  lifetime: { access_token: 3600 },
  // a code brings a refresh token, and the same client acts for itself
  registration: {
    policy: 'closed',
    unknown_members: 'ignore',
    redirect_uris: 'required',
    defaults: { grant_types: ['authorization_code', 'client_credentials', 'refresh_token'] },
    members: null,
    invalid_fields: false,
    manageable: true,
  },
  client_id_suffix: '.worksmart.net',
}
