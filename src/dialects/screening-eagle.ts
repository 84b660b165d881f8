import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * The challenge is flagged required of everybody, though a sentence speaks of public clients: the flag holds. "Not for programs" means that
 * only pages and redirects are answered. Where the page is silent we took the secure reading: the redirect is repeated at token.
 */
export const screeningEagle: DialectDifference = {
  name: 'screening-eagle',
  source: { url: 'https://docs-dev-io.screeningeagle.com/docs/common/generate-authorization-code', read: '2026-11-21' },
  base: '/api/id/v1/auth',
  paths: { authorize: '/api/id/v1/auth/authorize', token: '/api/id/v1/auth/token', revoke: '/api/id/v1/auth/token/revoke' },
  discovery: [],
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
  pkce: { required: 'always', methods: ['S256'], method_required: true },
  redirect_status: 302,
  client_auth: ['client_secret_basic', 'none'],
  error_body: { description: 'errorDescription' },
}
