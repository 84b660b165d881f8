import type { DialectDifference } from '../core/model/dialect.ts'

/**
 * Where the pages are silent we took the secure reading. At authorize a client_id, a redirect and response_type must be there; state is
 * advised and not asked for; without a scope the client's own default is meant. Answers to a GET are 308 and never kept, also those towards
 * our own pages, so that "redirected to the authorization screen" holds; 200 is that screen. Errors go to the callback as in RFC 6749 §4.1.2.1,
 * and at token and info they are RFC 6749 §5.2 and RFC 6750 §3. A code lives as long as the deployment says. Any change of scopes is asked again.
 * At info what the person has not entered is left out, not null; the address is the primary one, whether or not somebody has checked it.
 */
export const talque: DialectDifference = {
  name: 'talque',
  source: { url: 'https://talque.gitbook.io/public/sso/oauth2-flow', read: '2026-11-21' },
  base: '/oauth2',
  paths: { authorize: '/oauth2/authorization', token: '/oauth2/access-token', userinfo: '/oauth2/info' },
  discovery: [],
  // the page's table says redirect_url, its text redirect_uri: the two must agree where both are sent
  aliases: { redirect_url: 'redirect_uri' },
  required: ['client_id', 'response_type', 'redirect_uri'],
  redirect_default: 'none',
  scopes: {
    EMAIL: {
      title: { en: 'See your email address' },
      description: { en: 'Your primary address.' },
      level: 1,
      claims: ['email'],
    },
    PROFILE: {
      title: { en: 'See your public profile' },
      description: { en: 'Your first and last name, company, job title, photo, and when you joined.' },
      level: 1,
      claims: ['given_name', 'family_name', 'company', 'job_title', 'picture', 'created_at'],
    },
  },
  unknown_resource: 'ignore',
  // the pages know no PKCE: kept where it is sent, and asked of a client without a secret
  pkce: { required: 'never', methods: ['S256'], method_required: true },
  consent: { remembered: true, asked_again: 'change' },
  redirect_status: 308,
  grant_types: ['authorization_code'],
  client_auth: ['client_secret_post'],
  // the page drops a word of the media type, and so do its readers
  form_types: ['application/x-www-urlencoded'],
  // it is no parameter there; one that is sent must be the same
  redirect_uri_at_token: 'optional',
  token_response: { expires: 'expires', token_type: false, scope: 'left_out' },
  refresh_tokens: 'never',
  id_tokens: false,
  access_token_format: 'opaque',
  lifetime: { access_token: 2_592_000 },
  registration: {
    policy: 'closed',
    unknown_members: 'ignore',
    redirect_uris: 'required',
    defaults: { scope: 'EMAIL PROFILE' },
    members: null,
    invalid_fields: false,
    manageable: true,
  },
  userinfo: {
    methods: ['POST'],
    required_scope: null,
    sub: false,
    fields: {
      email: 'email',
      firstName: 'given_name',
      lastName: 'family_name',
      companyName: 'company',
      jobTitle: 'job_title',
      photo: 'picture',
      ctime: 'created_at',
    },
  },
}
