import type { AuditEntry, AuditPlace } from '../../core/model/audit.ts'
import type { Client } from '../../core/model/client.ts'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { StoredReceipt } from '../../core/model/receipt.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { listConsents } from './consents.ts'
import { listOwnApps } from './deletion.ts'

/** Entries of the audit log that the file holds at most, the newest. */
const MOST_ENTRIES = 2000
/** Receipts of theirs, the newest too. */
const MOST_RECEIPTS = 2000
const MOST_SESSIONS = 200
const STEP = 200

/** The parts of the file, each by its name: what is kept about a person. */
const parts: Readonly<Record<string, (accounts: Accounts, user: User) => Promise<unknown>>> = {
  person: async (_accounts, user) => showPerson(user),
  identities: (accounts, { sub }) => listIdentities(accounts, sub),
  factors: (accounts, { sub }) => showFactors(accounts, sub),
  sessions: (accounts, { sub }) => listSessions(accounts, sub),
  consents: (accounts, { sub }) => listConsents(accounts, sub),
  receipts: (accounts, { sub }) => listReceipts(accounts, sub),
  apps: async (accounts, { sub }) => (await listOwnApps(accounts, sub)).map(showApp),
  decisions: (accounts, { sub }) => listDecisions(accounts, sub),
}

/** All that is kept about a person, of bounded size. Secrets and hashes of secrets are left out; moments are milliseconds and, beside them, dates. */
export async function exportPerson(accounts: Accounts, user: User): Promise<Record<string, unknown>> {
  const made = Object.entries(parts).map(async ([name, part]) => [name, await part(accounts, user)] as const)
  return { issuer: accounts.issuer, exported_at: iso(accounts.clock()), ...Object.fromEntries(await Promise.all(made)) }
}

function showPerson({
  password_hash,
  created_at,
  disabled_at,
  email_changed_at,
  email_changes: _,
  ended_at,
  ...user
}: User): Record<string, unknown> {
  return {
    ...user,
    has_password: password_hash !== undefined,
    created_at: iso(created_at),
    ...(email_changed_at !== undefined && { email_changed_at: iso(email_changed_at) }),
    ...(ended_at !== undefined && { ended_at: iso(ended_at) }),
    ...(disabled_at !== undefined && { disabled_at: iso(disabled_at) }),
  }
}

async function listIdentities({ store }: Accounts, sub: string): Promise<Record<string, unknown>[]> {
  return (await store.identities.list(sub)).map(({ created_at, ...identity }) => ({ ...identity, created_at: iso(created_at) }))
}

/** What is set up, and nothing by which anybody could sign in. */
async function showFactors({ store }: Accounts, sub: string): Promise<Record<string, unknown>> {
  const { totp, passkeys, recovery_codes } = await store.factors.find(sub)
  return {
    app: totp !== null,
    recovery_codes,
    passkeys: passkeys.map(({ label, created_at, used_at }) => ({
      label,
      created_at: iso(created_at),
      ...(used_at !== undefined && { used_at: iso(used_at) }),
    })),
  }
}

async function listSessions({ store, clock }: Accounts, sub: string): Promise<Record<string, unknown>[]> {
  const sessions = await store.sessions.list(sub, clock(), MOST_SESSIONS)
  return sessions.map(({ session_hash: _, auth_time, expires_at, ...session }) => ({
    ...session,
    auth_time: iso(auth_time),
    expires_at: iso(expires_at),
  }))
}

/** Whole, so that the chain can be verified by whoever has the file. */
async function listReceipts({ store }: Accounts, sub: string): Promise<StoredReceipt[]> {
  const found: StoredReceipt[] = []
  for (let part = STEP; part === STEP && found.length < MOST_RECEIPTS; ) {
    const after = found.at(-1)?.receipt_id
    const receipts = await store.receipts.list(sub, { limit: STEP, ...(after !== undefined && { after }) })
    found.push(...receipts)
    part = receipts.length
  }
  return found
}

function showApp({ client_secrets: _, ...app }: Client): Record<string, unknown> {
  return { ...app, created_at: iso(app.created_at) }
}

/** The newest first; hashes are the chain's own affair. */
async function listDecisions({ store }: Accounts, sub: string): Promise<Record<string, unknown>[]> {
  const found: AuditEntry[] = []
  let after: AuditPlace | null | undefined
  while (after !== null && found.length < MOST_ENTRIES) {
    const { entries, next } = await store.audit.list({ limit: STEP, sub, ...(after && { after }) })
    found.push(...entries)
    after = next
  }
  return found
    .slice(0, MOST_ENTRIES)
    .map(({ chain: _c, seq: _s, prev: _p, hash: _h, heads: _o, at, ...entry }) => ({ ...entry, at: iso(at) }))
}

const iso = (at: Milliseconds): string => new Date(at).toISOString()
