/** What takes a schema one step on. Text is one statement that takes no time; the others are for tables that are large by then. */
export type Step = string | IndexStep | FillStep | BreakingStep

/** An index on what is there already, made beside those who read and write: `on` is the table and, in brackets, its columns. */
export interface IndexStep {
  index: string
  on: string
  unique?: boolean
}

/** Writes into all rows of a table, range by range of its key: `set` and `where` are SQL. Rows of older servers may lack it even later. */
export interface FillStep {
  fill: string
  key: readonly string[]
  set: string
  where?: string
}

/** A statement after which servers that do not know this step cannot go on: to be taken only when the last of them is gone. */
export interface BreakingStep {
  breaking: string
}

/** Steps of the first release. It counts them in the table `migrations`, where those stand that a server must know to run. */
export const FIRST_RELEASE = 26

/**
 * The steps from an empty database to today's, in words that every database understands. New steps are added at the end; none is
 * ever changed. They only add, so that the version before runs on them too: a column must have a default or may be null.
 * What is searched, ordered or guarded is a column; the rest is the record, so a new field needs no step.
 * A new table or column is named in `tables.ts` too, so that it moves with its house.
 * `clustered` is the driver's word for tables whose rows lie in the order of their key.
 */
export const migrations = (clustered: string): readonly Step[] => [
  'create table clients (client_id text not null primary key, record text not null)',
  'create table users (sub text not null primary key, email text not null unique, record text not null)',
  `create table consents (
    sub text not null, client_id text not null, expires_at bigint, record text not null, primary key (sub, client_id))${clustered}`,
  'create index consents_by_client on consents (client_id)',
  'create index consents_by_end on consents (expires_at) where expires_at is not null',
  `create table receipts (
    receipt_id text not null primary key, sub text not null, client_id text not null, record text not null)${clustered}`,
  // counters, only ever incremented; '' stands for every person or every client
  `create table withdrawals (
    sub text not null, client_id text not null, epoch bigint not null, primary key (sub, client_id))${clustered}`,
  // no index but its key: this is the table that every code and every refresh writes
  `create table grants (
    grant_id text not null primary key, client_id text not null, sub text not null, epoch bigint not null,
    generation bigint not null, rotated_at bigint, rotated_for text,
    expires_at bigint not null, ends_at bigint not null, revoked_at bigint, record text not null)${clustered}`,
  `create table revoked_tokens (jti text not null primary key, expires_at bigint not null)${clustered}`,
  'create index revoked_tokens_by_end on revoked_tokens (expires_at)',
  'create table parked_codes (code_key text not null primary key, expires_at bigint not null, sealed text not null)',
  'create index parked_codes_by_end on parked_codes (expires_at)',
  `create table sessions (
    session_hash text not null primary key, sid text not null unique, sub text not null,
    expires_at bigint not null, selected_at bigint, record text not null)${clustered}`,
  'create index sessions_by_sub on sessions (sub)',
  'create index sessions_by_end on sessions (expires_at)',
  `create table throttles (bucket bigint not null primary key, attempts bigint not null, ends_at bigint not null)${clustered}`,
  `create table keys (
    kid text not null primary key, use text not null, status text not null, sealed text not null,
    created_at bigint not null, active_at bigint, retired_at bigint)`,
  // two nodes that make a key at the same moment: one of them finds the place taken
  "create unique index keys_one_of_each on keys (use, status) where status in ('next', 'active')",
  'alter table clients add column owner text',
  'create index clients_by_owner on clients (owner, client_id) where owner is not null',
  'create table api_keys (key_hash text not null primary key, key_id text not null unique, sub text not null, record text not null)',
  `create table spent_ids (id text not null primary key, expires_at bigint not null)${clustered}`,
  'create index spent_ids_by_end on spent_ids (expires_at)',
  // clients that registered themselves and were deleted
  `create table gone_clients (client_id text not null primary key)${clustered}`,
  `create table initial_access_tokens (
    token_hash text not null primary key, token_id text not null unique, uses bigint, expires_at bigint not null, record text not null)`,
  'create index initial_access_tokens_by_end on initial_access_tokens (expires_at)',
  // who decided what: one chain per process that has decided anything, its head beside it
  `create table audit_chains (chain text not null primary key, entries bigint not null, head text not null)${clustered}`,
  `create table audit (
    chain text not null, seq bigint not null, at bigint not null, event text not null, sub text, client_id text,
    record text not null, hash text not null, primary key (chain, seq))${clustered}`,
  'create index audit_by_time on audit (at)',
  // which node does what only one needs to do, and until when
  `create table leases (name text not null primary key, holder text not null, ends_at bigint not null)${clustered}`,
  // a person's receipts are a chain; those of older servers have no place in it
  'alter table receipts add column seq bigint',
  'alter table receipts add column hash text',
  // what was shown, and what its hash in the record was salted with: both can be erased
  'alter table receipts add column shown text',
  'alter table receipts add column salt text',
  { index: 'receipts_by_person', on: 'receipts (sub, seq)', unique: true },
  `create table receipt_chains (sub text not null primary key, entries bigint not null, head text not null)${clustered}`,
  // what was taken back of a consent that goes on, and when it was of use
  'alter table withdrawals add column limits text',
  'alter table consents add column used_at bigint',
  'alter table consents add column use_by_day text',
  // people who were deleted: nobody is given their sub again
  `create table gone_users (sub text not null primary key)${clustered}`,
  // what people show besides a password
  `create table passkeys (
    passkey_id text not null primary key, credential_id text not null unique, sub text not null,
    counter bigint not null, used_at bigint, record text not null)`,
  'create index passkeys_by_sub on passkeys (sub)',
  `create table totp (sub text not null primary key, last_step bigint not null, record text not null)${clustered}`,
  `create table recovery_codes (sub text not null, code_hash text not null, primary key (sub, code_hash))${clustered}`,
  // what people are called somewhere else: one person for each, and one of each issuer for a person
  `create table identities (
    issuer text not null, subject text not null, sub text not null, identity_id text not null unique, record text not null,
    primary key (issuer, subject), unique (sub, issuer))`,
  // the last networks from which what was allowed was of use
  'alter table consents add column used_from text',
]
