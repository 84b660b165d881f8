import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * The challenge is flagged required of everybody, though a sentence speaks of public clients: the flag holds. "Not for programs" means that
 * only pages and redirects are answered. The token page "must" have client_credentials and lists authorization_code too: both are there, and
 * refresh_token, "if supported", for who registers it. Its Basic header is asked of clients with a secret; one without has its PKCE alone.
 * Where the pages are silent we took the secure reading: the redirect is repeated at token, lifetimes are the deployment's, errors at authorize
 * go to the callback. One page shows a phrase of HTTP in `error`; programs read the words of RFC 6749 §5.2 there, so those are sent, under
 * `error` and `errorDescription`. The names of the revocation's parameters cannot be read there: they are RFC 7009's.
 */
export const screeningEagle: DialectDifference = {
  name: 'screening-eagle',
  source: { url: 'https://docs-dev-io.screeningeagle.com/docs/common/generate-authorization-code', read: '2026-11-21' },
  base: '/api/id/v1/auth',
  // the last two are ours: an ID token is of no use to who cannot check it
  paths: {
    authorize: '/api/id/v1/auth/authorize',
    token: '/api/id/v1/auth/token',
    revoke: '/api/id/v1/auth/token/revoke',
    jwks: '/api/id/v1/auth/jwks',
    userinfo: '/api/id/v1/auth/userinfo',
  },
  discovery: [],
  // "type of token to revoke"
  aliases: { token_type: 'token_type_hint' },
  required: ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method'],
  redirect_default: 'none',
  scopes: {
    inspect: {
      title: { en: 'Work with your inspections' },
      description: { en: 'See and change what you measured and reported.' },
      level: 3,
    },
  },
  unknown_resource: 'ignore',
  pkce: { required: 'always', methods: ['S256'], method_required: true },
  redirect_status: 302,
  client_auth: ['client_secret_basic', 'none'],
  registration: {
    policy: 'closed',
    unknown_members: 'ignore',
    redirect_uris: 'required',
    defaults: { grant_types: ['authorization_code', 'client_credentials'], scope: 'openid email profile inspect' },
    members: null,
    invalid_fields: false,
    manageable: true,
  },
  error_body: { description: 'errorDescription' },
}
