/** What a dialect's words for a managed client can stand for. */
export const CLIENT_FIELDS = [
  'client_id',
  'client_name',
  'owner',
  'client_type',
  'require_pkce',
  'scopes',
  'grant_types',
  'redirect_uris',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'client_secret',
  'reviewed',
  'created_at',
  'updated_at',
] as const
export type ClientField = (typeof CLIENT_FIELDS)[number]

/** What a list of clients can be narrowed by. */
export const CLIENT_FILTERS = ['client_id', 'client_name', 'client_name_contains', 'client_type', 'grant_types', 'reviewed'] as const
export type ClientFilter = (typeof CLIENT_FILTERS)[number]

/** What is told of a grant. `last_used_at` is not known, so it is null. */
export const GRANT_FIELDS = ['consent_id', 'client_id', 'scopes', 'created_at', 'last_used_at'] as const
export type GrantField = (typeof GRANT_FIELDS)[number]

/** What is told of a request that waits for a decision. */
export const CONSENT_FIELDS = [
  'client_id',
  'client_name',
  'scopes',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'redirect_uri',
  'reviewed',
] as const
export type ConsentField = (typeof CONSENT_FIELDS)[number]

/** What is told of one scope of it. */
export const SCOPE_FIELDS = ['scope', 'title', 'description'] as const
export type ScopeField = (typeof SCOPE_FIELDS)[number]
