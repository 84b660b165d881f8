import type { ErrorCode, OAuthError } from './error.ts'
import type { Parameter } from './params.ts'

/** How one vendor's endpoints differ from the standard: plain data, no functions. */
export interface Dialect {
  name: string
  /** Where the vendor says so, and the day it was read. */
  source: { url: string; read: string }
  /** Below the issuer's own path. An endpoint without a path is not there. */
  paths: {
    authorize: string
    token: string
    userinfo?: string
    introspect?: string
    revoke?: string
    jwks?: string
    logout?: string
  }
  /** Its own discovery document is served at the host's root and below its paths. */
  discovery: boolean
  /** The vendor's word → the standard's word. Anything not listed keeps its name. */
  aliases: Readonly<Record<string, Parameter>>
  /** Parameters that an authorization request must bring. */
  required: readonly Parameter[]
  scope_separator: ' ' | ','
  /** A scope that the catalogue does not know: refused, or passed over. */
  unknown_scope: 'refuse' | 'ignore'
  pkce: {
    /** Of whom a challenge is asked; `client` lets a confidential client's registration say. A client without a secret always needs one. */
    required: 'always' | 'client' | 'never'
    methods: readonly ('S256' | 'plain')[]
    /** A challenge without a method is refused, where otherwise it would mean `plain`. */
    method_required: boolean
  }
  /** The status of every answer to a GET at authorize that sends the browser on; a POST is always answered 303. */
  redirect_status: 302 | 303 | 308
  errors: Readonly<Partial<Record<ErrorCode, { status: number; error?: string }>>>
}

/** The standards as they are today; each dialect says how it differs. @spec RFC 9700 §2, RFC 6749 §3 */
export const standard: Dialect = {
  name: 'standard',
  source: { url: 'https://www.rfc-editor.org/rfc/rfc9700', read: '2026-11-21' },
  paths: {
    authorize: '/authorize',
    token: '/token',
    userinfo: '/userinfo',
    introspect: '/introspect',
    revoke: '/revoke',
    jwks: '/jwks',
    logout: '/logout',
  },
  discovery: true,
  aliases: {},
  required: ['client_id', 'response_type'],
  scope_separator: ' ',
  unknown_scope: 'refuse',
  pkce: { required: 'client', methods: ['S256'], method_required: true },
  redirect_status: 303,
  errors: {},
}

/** The vendor's own status and word for this refusal. */
export function inDialect(error: OAuthError, dialect: Dialect): { status: number; code: string } {
  const own = dialect.errors[error.error]
  return { status: own?.status ?? error.status, code: own?.error ?? error.error }
}
