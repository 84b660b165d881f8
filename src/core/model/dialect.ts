import type { ClientMetadata } from './client.ts'
import type { ErrorCode, ErrorReason, OAuthError } from './error.ts'
import type { DialectLifetimes } from './lifetimes.ts'
import type { ClientField, ClientFilter, ConsentField, GrantField, ScopeField } from './managed-words.ts'
import type { Parameter } from './params.ts'
import { type ScopeDefinition, splitScope } from './scope.ts'

/** The endpoints that a dialect can have. Those that end in `s` are collections: what stands behind a further slash names one of them. */
export type EndpointName =
  | 'authorize'
  | 'token'
  | 'userinfo'
  | 'introspect'
  | 'revoke'
  | 'withdrawn'
  | 'jwks'
  | 'logout'
  | 'register'
  | 'consents'
  | 'decide'
  | 'clients'
  | 'grants'

/** A path below the issuer's own; of several the first is the one that is told, the others are answered too. */
export type Paths = string | readonly string[]

/** How a dialect's consent is remembered. */
export interface ConsentRules {
  /** A remembered consent bypasses the page. */
  remembered: boolean
  /** What is asked again: a request for more than before, or for anything else than before; then a decision stands for itself, and what was given beyond it ends. */
  asked_again: 'growth' | 'change'
  /** The longest that a person may allow, in seconds. */
  longest?: number
}

/** The body of a token response, where it is not that of RFC 6749 §5.1. */
export interface TokenResponseShape {
  /** Seconds from now, or the moment itself in milliseconds since the epoch under the name `expires`. */
  expires: 'expires_in' | 'expires'
  token_type: boolean
  /** What was granted, null whatever was granted, or nothing. */
  scope: 'text' | 'null' | 'left_out'
}

/** The user information endpoint, where it is not that of OIDC Core §5.3. */
export interface UserinfoShape {
  methods: readonly ('GET' | 'POST')[]
  /** A scope without which nothing is told; null where each scope opens its own. */
  required_scope: string | null
  sub: boolean
  /** Claims under the vendor's names: theirs → ours. Null: ours are theirs. */
  fields: Readonly<Record<string, string>> | null
}

/** Introspection, where it is not that of RFC 7662. */
export interface IntrospectionShape {
  /** Who may ask: an authenticated client, or the bearer of an API key too. */
  callers: readonly ('client' | 'api_key')[]
  /** The members that are told; null for all of them. */
  members: readonly string[] | null
  /** At most so many requests of one caller in so many seconds. */
  rate_limit?: { requests: number; seconds: number }
}

/** Dynamic registration. @spec RFC 7591 §3 */
export interface RegistrationShape {
  /** Nobody, the holder of an initial access token, or everybody. */
  policy: 'closed' | 'initial_access_token' | 'open'
  unknown_members: 'refuse' | 'ignore'
  /** Whether the code grant needs an address to answer to. A client without one is registered, but can never authorize. @spec RFC 7591 §2 */
  redirect_uris: 'required' | 'optional'
  /** What a member means that is left out, where it is not what the registry says. */
  defaults: Readonly<Partial<ClientMetadata>>
  /** The members of the answer; null for all of them. */
  members: readonly string[] | null
  /** A refusal names the members that were wrong, each with its sentences, under `invalid_fields`. */
  invalid_fields: boolean
  /** The client may read, change and delete itself. @spec RFC 7592 §2 */
  manageable: boolean
}

/** Clients and grants as resources of an API for their owners, by the vendor's names. */
export interface ManagementShape {
  /** The member that holds what is answered. */
  envelope: string
  paging: { number: string; size: string; default_size: number; most: number }
  meta: { name: string; number: string; size: string; total: string; pages: string }
  client: {
    /** Theirs → ours. */
    fields: Readonly<Record<string, ClientField>>
    constants: Readonly<Record<string, string>>
    /** Theirs that a new one must bring. */
    required: readonly string[]
    filters: Readonly<Record<string, ClientFilter>>
    created_status: 200 | 201
  }
  grant: { fields: Readonly<Record<string, GrantField>>; constants: Readonly<Record<string, string>> }
  /** A request that waits for its person's decision, and the decision. */
  consent: {
    /** Theirs → ours. */
    fields: Readonly<Record<string, ConsentField>>
    /** Of one scope in the list of those asked for: theirs → ours. */
    scope: Readonly<Record<string, ScopeField>>
    /** Their names of the token, of the answer, and of the address to go on to. */
    decision: { token: string; allowed: string; redirect_uri: string }
  }
  /** The status of what is well-formed and cannot be: a value against the rules, a token that is over. */
  invalid_status: 400 | 422
}

/** How one vendor's endpoints differ from the standard: plain data, no functions. Each field's meaning is neutral. */
export interface Dialect {
  name: string
  /** Where the vendor says so, and the day it was read. */
  source: { url: string; read: string }
  /** The part of its paths under which it serves its own discovery; '' where it has none. */
  base: string
  /** An endpoint without a path is not there. */
  paths: Readonly<Partial<Record<EndpointName, Paths>>> & { authorize: Paths; token: Paths }
  /** Which documents it publishes, below its base and, where no other dialect does, at the host's root. @spec RFC 8414 §3, RFC 9728 §3 */
  discovery: readonly ('authorization_server' | 'openid' | 'protected_resource')[]
  /** The vendor's word → the standard's word. Anything not listed keeps its name; two words for one parameter must agree. */
  aliases: Readonly<Record<string, Parameter>>
  /** Parameters that an authorization request must bring. */
  required: readonly Parameter[]
  /** Without a redirect_uri the client's only one is meant, or the first of several, or none. */
  redirect_default: 'only' | 'first' | 'none'
  /** Scopes that come with the dialect. */
  scopes: Readonly<Record<string, ScopeDefinition>>
  /** Whether clients ask for scopes, or always get what their registration says. */
  scope_parameter: boolean
  scope_separator: ' ' | ','
  /** A scope that the catalogue does not know: refused, or passed over. */
  unknown_scope: 'refuse' | 'ignore'
  /** A resource that the catalogue does not know: refused, or passed over, which leaves the default one. */
  unknown_resource: 'refuse' | 'ignore'
  pkce: {
    /** Of whom a challenge is asked. A client without a secret always needs one. */
    required: 'always' | 'unless_waived' | 'if_registered' | 'never'
    methods: readonly ('S256' | 'plain')[]
    /** A challenge without a method is refused, where otherwise it would mean `plain`. */
    method_required: boolean
  }
  /** Sign-in and consent are shown on the authorize address itself (200), or on pages of their own. */
  interaction: 'redirected' | 'embedded'
  consent: ConsentRules
  /** The status of every answer to a GET at authorize that sends the browser on; a POST is always answered 303. */
  redirect_status: 302 | 303 | 308
  /** How errors are shown to a person who cannot be sent back, and with what status. */
  error_page: { type: 'html' | 'json'; status: Readonly<Partial<Record<ErrorReason, number>>> }
  /** The grants that it offers; null for all that the server has. */
  grant_types: readonly string[] | null
  /** The one method that a client is registered for, or whichever of these it uses. */
  client_auth: 'registered' | readonly string[]
  /** How bodies at token, introspection and revocation may be written. */
  body: readonly ('form' | 'json')[]
  /** Further names of the form's media type. */
  form_types: readonly string[]
  /** Whether the redirect_uri of the authorization request must be repeated at token; where it is sent, it must be the same. */
  redirect_uri_at_token: 'required' | 'optional'
  /** A code that comes again from its own client, with everything right: it revokes what it gave, or does not within ten seconds. */
  code_replay: 'revoke' | 'tolerate'
  token_response: TokenResponseShape
  refresh_tokens: 'registered' | 'never'
  id_tokens: boolean
  access_token_format: 'jwt' | 'opaque'
  /** Seconds; what is not named is the deployment's. */
  lifetime: Readonly<Partial<DialectLifetimes>>
  error_body: { description: 'error_description' | 'errorDescription' }
  /** The vendor's own status and word for a refusal. */
  errors: Readonly<Partial<Record<ErrorCode, { status: number; error?: string }>>>
  userinfo: UserinfoShape
  introspection: IntrospectionShape
  registration: RegistrationShape
  management: ManagementShape | null
  /** What stands behind the client_ids that are made for it. */
  client_id_suffix: string
  /** Where a person is sent to decide, with a consent token, instead of our own page: the page of a first party. */
  consent_page: string | null
}

/** The standards as they are today; each dialect says how it differs. @spec RFC 9700 §2, RFC 6749 §3 */
export const standard: Dialect = {
  name: 'standard',
  source: { url: 'https://www.rfc-editor.org/rfc/rfc9700', read: '2026-11-21' },
  base: '',
  paths: {
    authorize: '/authorize',
    token: '/token',
    userinfo: '/userinfo',
    introspect: '/introspect',
    revoke: '/revoke',
    withdrawn: '/withdrawn',
    jwks: '/jwks',
    logout: '/logout',
    register: '/register',
  },
  discovery: ['authorization_server', 'openid'],
  aliases: {},
  required: ['client_id', 'response_type'],
  redirect_default: 'only',
  scopes: {},
  scope_parameter: true,
  scope_separator: ' ',
  unknown_scope: 'refuse',
  unknown_resource: 'refuse',
  pkce: { required: 'unless_waived', methods: ['S256'], method_required: true },
  interaction: 'redirected',
  consent: { remembered: true, asked_again: 'growth' },
  redirect_status: 303,
  error_page: { type: 'html', status: {} },
  grant_types: null,
  client_auth: 'registered',
  body: ['form'],
  form_types: [],
  redirect_uri_at_token: 'required',
  code_replay: 'revoke',
  token_response: { expires: 'expires_in', token_type: true, scope: 'text' },
  refresh_tokens: 'registered',
  id_tokens: true,
  access_token_format: 'jwt',
  lifetime: {},
  error_body: { description: 'error_description' },
  errors: {},
  userinfo: { methods: ['GET', 'POST'], required_scope: 'openid', sub: true, fields: null },
  introspection: { callers: ['client'], members: null },
  registration: {
    policy: 'closed',
    unknown_members: 'ignore',
    redirect_uris: 'required',
    defaults: {},
    members: null,
    invalid_fields: false,
    manageable: true,
  },
  management: null,
  client_id_suffix: '',
  consent_page: null,
}

/** What a vendor's file says: where it differs from the standard, and nothing else. */
export type DialectDifference = Pick<Dialect, 'name' | 'source' | 'paths'> & Partial<Dialect>

/** The whole dialect: what the vendor does not say is the standard's. */
export function completeDialect(difference: DialectDifference): Dialect {
  return { ...standard, ...difference }
}

/** All paths of an endpoint, the one that is told first; none where it is not there. */
export function pathsOf(dialect: Dialect, endpoint: EndpointName): readonly string[] {
  const paths = dialect.paths[endpoint]
  return paths === undefined ? [] : typeof paths === 'string' ? [paths] : paths
}

/** The scopes that clients of a dialect may ask for: those of the deployment and its own, but not other dialects'. */
export function scopesOf({ common_scopes }: { common_scopes: Catalogue }, dialect: Pick<Dialect, 'scopes'>): string[] {
  return Object.keys({ ...common_scopes, ...dialect.scopes })
}

type Catalogue = Readonly<Record<string, ScopeDefinition>>

export function isKnownScope({ common_scopes }: { common_scopes: Catalogue }, dialect: Pick<Dialect, 'scopes'>, word: string): boolean {
  return Object.hasOwn(common_scopes, word) || Object.hasOwn(dialect.scopes, word)
}

/** What is asked for, without what the dialect passes over. */
export function knownScope(
  context: { common_scopes: Catalogue },
  dialect: Pick<Dialect, 'scopes' | 'unknown_scope'>,
  scope: string,
): string {
  if (dialect.unknown_scope === 'refuse') return scope
  return splitScope(scope)
    .filter((word) => isKnownScope(context, dialect, word))
    .join(' ')
}

/** The vendor's own status and word for this refusal. */
export function inDialect(error: OAuthError, dialect: Dialect): { status: number; code: string } {
  const own = dialect.errors[error.error]
  return { status: own?.status ?? error.status, code: own?.error ?? error.error }
}
