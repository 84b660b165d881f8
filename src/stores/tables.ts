/** A table that moves with its house: its key, by which it is read in pages, and all of its columns. */
export interface Table {
  name: string
  key: readonly string[]
  columns: readonly string[]
}

const table = (name: string, key: string, others: string): Table => ({
  name,
  key: key.split(' '),
  columns: [...key.split(' '), ...others.split(' ').filter(Boolean)],
})

/** All that a deployment would miss, in the order in which it is written. A test holds this to the schema: no table and no column is forgotten. */
export const TABLES: readonly Table[] = [
  table('keys', 'kid', 'use status sealed created_at active_at retired_at'),
  table('clients', 'client_id', 'record owner'),
  table('gone_clients', 'client_id', ''),
  table('initial_access_tokens', 'token_hash', 'token_id uses expires_at record'),
  table('users', 'sub', 'email record'),
  table('gone_users', 'sub', ''),
  table('identities', 'issuer subject', 'sub identity_id record'),
  table('api_keys', 'key_hash', 'key_id sub record'),
  table('passkeys', 'passkey_id', 'credential_id sub counter used_at record'),
  table('totp', 'sub', 'last_step record'),
  table('recovery_codes', 'sub code_hash', ''),
  table('sessions', 'session_hash', 'sid sub expires_at selected_at record'),
  // counters, and what carries their sums, move together or not at all
  table('withdrawals', 'sub client_id', 'epoch limits'),
  table('consents', 'sub client_id', 'expires_at used_at use_by_day used_from record'),
  table('receipt_chains', 'sub', 'entries head'),
  table('receipts', 'receipt_id', 'sub client_id record seq hash shown salt'),
  table('grants', 'grant_id', 'client_id sub epoch generation rotated_at rotated_for expires_at ends_at revoked_at record'),
  table('revoked_tokens', 'jti', 'expires_at'),
  table('parked_codes', 'code_key', 'expires_at sealed'),
  table('spent_ids', 'id', 'expires_at'),
  table('audit_chains', 'chain', 'entries head'),
  table('audit', 'chain seq', 'at event sub client_id record hash'),
]

/** What stays behind: the schema's own steps, counters that are over in minutes, and who does what just now. */
export const LEFT_BEHIND: readonly string[] = ['migrations', 'additions', 'throttles', 'leases']
