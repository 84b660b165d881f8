import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * The founding page wins over the live service: `plain` is a method, `admin` a scope, a new client is answered 201. An absent method means
 * `plain`, as RFC 7636 §4.3 says. Where nothing is said we took the secure reading: a consent token serves one decision of the person it was
 * made for, and every refresh token is good once. What is wrong before the redirect is trusted is a page with 400, 404 or 422, in this order:
 * the client, its address; all else goes to the callback. A client without a secret needs a challenge, whatever `require_pkce` says. At the
 * clients a malformed body is 400 and a value against the rules 422; organisation and user are the one person whose key made it, whose id is
 * the client_id; `verified` is what the deployment has reviewed; when a grant was last used is not known, so it is null.
 */
export const telnyx: DialectDifference = {
  name: 'telnyx',
  source: { url: 'https://developers.telnyx.com/api-reference/oauth-protocol', read: '2026-11-21' },
  base: '/v2',
  paths: {
    authorize: '/v2/oauth/authorize',
    token: '/v2/oauth/token',
    introspect: '/v2/oauth/introspect',
    jwks: '/v2/oauth/jwks',
    register: '/v2/oauth/register',
    consents: '/v2/oauth/consent',
    clients: ['/v2/oauth_clients', '/v2/oauth/clients'],
    grants: ['/v2/oauth_grants', '/v2/oauth/grants'],
    decide: '/v2/oauth/grants',
  },
  discovery: ['authorization_server', 'protected_resource'],
  required: ['client_id', 'redirect_uri', 'response_type'],
  redirect_default: 'none',
  scopes: {
    admin: {
      title: { en: 'Manage your account' },
      description: { en: 'Everything that you can do there yourself.' },
      level: 3,
    },
  },
  // its clients name one that is in no schema
  unknown_resource: 'ignore',
  pkce: { required: 'if_registered', methods: ['S256', 'plain'], method_required: false },
  interaction: 'embedded',
  redirect_status: 302,
  error_page: { type: 'html', status: { unknown_client: 404, unknown_redirect: 422 } },
  client_auth: ['none', 'client_secret_basic', 'client_secret_post'],
  body: ['form', 'json'],
  redirect_uri_at_token: 'optional',
  // its SDK sends a code again when the answer was lost
  code_replay: 'tolerate',
  id_tokens: false,
  lifetime: { access_token: 1800 },
  introspection: { callers: ['client', 'api_key'], members: ['active', 'client_id', 'scope', 'exp', 'iat', 'iss', 'aud'] },
  registration: {
    policy: 'open',
    unknown_members: 'refuse',
    // its SDK registers without saying anything
    redirect_uris: 'optional',
    // `admin` is its one scope: who names none can ask people for it, and for nothing else
    defaults: {
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      require_pkce: false,
      scope: 'admin',
    },
    members: [
      'client_id',
      'client_id_issued_at',
      'client_secret',
      'redirect_uris',
      'client_name',
      'grant_types',
      'response_types',
      'scope',
      'token_endpoint_auth_method',
      'logo_uri',
      'tos_uri',
      'policy_uri',
    ],
    invalid_fields: true,
    manageable: false,
  },
  management: {
    envelope: 'data',
    paging: { number: 'page[number]', size: 'page[size]', default_size: 20, most: 100 },
    meta: { name: 'meta', number: 'page_number', size: 'page_size', total: 'total_results', pages: 'total_pages' },
    client: {
      constants: { record_type: 'oauth_client' },
      fields: {
        client_id: 'client_id',
        name: 'client_name',
        org_id: 'owner',
        user_id: 'owner',
        client_type: 'client_type',
        require_pkce: 'require_pkce',
        allowed_scopes: 'scopes',
        allowed_grant_types: 'grant_types',
        redirect_uris: 'redirect_uris',
        logo_uri: 'logo_uri',
        tos_uri: 'tos_uri',
        policy_uri: 'policy_uri',
        client_secret: 'client_secret',
        created_at: 'created_at',
        updated_at: 'updated_at',
      },
      required: ['name', 'allowed_scopes', 'client_type', 'allowed_grant_types'],
      filters: {
        'filter[client_type]': 'client_type',
        'filter[verified]': 'reviewed',
        'filter[allowed_grant_types][contains]': 'grant_types',
        'filter[name]': 'client_name',
        'filter[name][contains]': 'client_name_contains',
        'filter[client_id]': 'client_id',
      },
      created_status: 201,
    },
    grant: {
      constants: { record_type: 'oauth_grant' },
      fields: { id: 'consent_id', client_id: 'client_id', scopes: 'scopes', created_at: 'created_at', last_used_at: 'last_used_at' },
    },
    consent: {
      fields: {
        client_id: 'client_id',
        name: 'client_name',
        requested_scopes: 'scopes',
        logo_uri: 'logo_uri',
        tos_uri: 'tos_uri',
        policy_uri: 'policy_uri',
        redirect_uri: 'redirect_uri',
        verified: 'reviewed',
      },
      scope: { id: 'scope', name: 'title', description: 'description' },
      decision: { token: 'consent_token', allowed: 'allowed', redirect_uri: 'redirect_uri' },
    },
    invalid_status: 422,
  },
}
