import type { AuditEntry, AuditPlace } from '../../core/model/audit.ts'
import type { Client } from '../../core/model/client.ts'
import type { Milliseconds } from '../../core/model/clock.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { listConsents } from './consents.ts'
import { listOwnApps } from './deletion.ts'
import { receiptFile } from './receipts.ts'

/** Entries of the audit log that the file holds at most, the newest. */
const MOST_ENTRIES = 2000
const STEP = 200
const MOST_SESSIONS = 500

/** The parts of the file, each by its name: what is kept about a person. */
const parts: Readonly<Record<string, (accounts: Accounts, user: User) => Promise<unknown>>> = {
  person: async (_accounts, user) => showPerson(user),
  consents: (accounts, { sub }) => listConsents(accounts, sub),
  apps: async (accounts, { sub }) => (await listOwnApps(accounts, sub)).map(showApp),
  receipts: (accounts, { sub }) => receiptFile(accounts, sub),
  sign_in: (accounts, user) => showWays(accounts, user),
  sessions: (accounts, { sub }) => listSessions(accounts, sub),
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
  ...user
}: User): Record<string, unknown> {
  return {
    ...user,
    has_password: password_hash !== undefined,
    created_at: iso(created_at),
    ...(email_changed_at !== undefined && { email_changed_at: iso(email_changed_at) }),
    ...(disabled_at !== undefined && { disabled_at: iso(disabled_at) }),
  }
}

function showApp({ client_secrets: _, ...app }: Client): Record<string, unknown> {
  return { ...app, created_at: iso(app.created_at) }
}

/** How the person signs in: what stands in the store of it, without what is secret. */
async function showWays({ store }: Accounts, { sub }: User): Promise<Record<string, unknown>> {
  const [{ totp, passkeys, recovery_codes }, identities] = await Promise.all([store.factors.find(sub), store.identities.list(sub)])
  return {
    authenticator_app: totp === null ? null : { created_at: iso(totp.created_at) },
    passkeys: passkeys.map(({ sub: _, created_at, used_at, ...passkey }) => ({
      ...passkey,
      created_at: iso(created_at),
      ...(used_at !== undefined && { used_at: iso(used_at) }),
    })),
    recovery_codes_left: recovery_codes,
    identities: identities.map(({ sub: _, created_at, ...identity }) => ({ ...identity, created_at: iso(created_at) })),
  }
}

/** Those that last. */
async function listSessions({ store, clock }: Accounts, sub: string): Promise<Record<string, unknown>[]> {
  const sessions = await store.sessions.list(sub, clock(), MOST_SESSIONS)
  return sessions.map(({ session_hash: _h, sub: _s, auth_time, selected_at, expires_at, ...session }) => ({
    ...session,
    auth_time: iso(auth_time),
    expires_at: iso(expires_at),
    ...(selected_at !== undefined && { selected_at: iso(selected_at) }),
  }))
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
