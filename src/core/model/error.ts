/** The refusals that the standards name. @spec RFC 6749 §4.1.2.1, RFC 6749 §5.2, OIDC Core §3.1.2.6, RFC 7591 §3.2.2 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'account_selection_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  | 'invalid_target'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unsupported_token_type'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  server_error: 500,
  temporarily_unavailable: 503,
}

export interface ErrorOptions {
  /** What went wrong beneath: for the log only, never on the wire. */
  cause?: unknown
  /** Another HTTP status than the code's own: 405, 408, 413 … */
  status?: number
  /** Response headers that belong to this refusal, such as `allow`. */
  headers?: Readonly<Record<string, string>>
  /** Seconds after which trying again makes sense: sent as Retry-After. */
  retry_after?: number
  /** False where sending the same request again cannot help. */
  retry?: boolean
  /** What a page for people says instead of the general text: a key of its catalogue. */
  reason?: ErrorReason
  /** Where several things are wrong at once: member → sentences about it. */
  invalid_fields?: Readonly<Record<string, readonly string[]>>
  /** Where a person may go on: the path of a page of the host's own, with its query. Programs are not told. */
  back?: string
}

/** What a person is told, where the code alone would say too little. */
export type ErrorReason =
  | 'unknown_client'
  | 'unknown_redirect'
  | 'ended'
  | 'not_found'
  | 'too_many'
  | 'foreign_form'
  | 'stale_form'
  | 'no_cookies'
  | 'moving'
  | 'upstream_failed'
  | 'upstream_away'
  | 'upstream_address'
  | 'upstream_unknown'
  | 'upstream_taken'
  | 'directory_away'
  | 'disabled'
  | 'handover'
  | 'signed_in_elsewhere'

/** A refusal that the client is meant to read. Anything else that is thrown is our own fault. */
export class OAuthError extends Error {
  readonly error: ErrorCode
  /** One true, harmless sentence: which parameter, what is wrong with it, never its value. */
  readonly error_description: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly retry: boolean
  readonly reason: ErrorReason | undefined
  readonly invalid_fields: ErrorOptions['invalid_fields']
  readonly back: ErrorOptions['back']

  constructor(error: ErrorCode, error_description: string, options: ErrorOptions = {}) {
    super(`${error}: ${error_description}`, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'OAuthError'
    this.error = error
    this.error_description = error_description
    this.status = options.status ?? STATUS[error] ?? 400
    this.headers =
      options.retry_after === undefined ? (options.headers ?? {}) : { ...options.headers, 'retry-after': String(options.retry_after) }
    this.retry = options.retry ?? true
    this.reason = options.reason
    this.invalid_fields = options.invalid_fields
    this.back = options.back
  }

  /** The same refusal with more said about it. */
  with(options: Pick<ErrorOptions, 'headers' | 'back'>): OAuthError {
    const { error, error_description, status, headers, retry, reason, invalid_fields, back, cause } = this
    const own = { status, retry, ...(reason && { reason }), ...(invalid_fields && { invalid_fields }), ...(back !== undefined && { back }) }
    return new OAuthError(error, error_description, { ...own, cause, ...options, headers: { ...headers, ...options.headers } })
  }

  /** A stranger becomes `server_error`: its message stays in the log, never on the wire. */
  static from(cause: unknown): OAuthError {
    if (cause instanceof OAuthError) return cause
    return new OAuthError('server_error', 'The server could not complete the request.', { cause })
  }
}
