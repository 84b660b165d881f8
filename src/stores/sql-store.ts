import { type Clock, systemClock } from '../core/model/clock.ts'
import type { Store } from '../core/model/store.ts'
import { createApiKeys } from './api-keys.ts'
import { createLedger } from './audit.ts'
import { listEntries, listHeads, verifyChains } from './audit-read.ts'
import { withClientCache } from './client-cache.ts'
import { createClients } from './clients.ts'
import { createCodes } from './codes.ts'
import { createConsents } from './consents.ts'
import { createFactors } from './factors.ts'
import { tellFrozen } from './freeze.ts'
import { createGrants } from './grants.ts'
import { createIdentities } from './identities.ts'
import { createInitialAccessTokens } from './initial-access-tokens.ts'
import { createKeys } from './keys.ts'
import { migrate, requireSchema } from './migrate.ts'
import { createOnce } from './once.ts'
import { createReceiptLedger, createReceipts } from './receipts.ts'
import { withReplica } from './replica.ts'
import { createSessions } from './sessions.ts'
import type { Sql } from './sql.ts'
import { createSweeper } from './sweep.ts'
import { createThrottles } from './throttles.ts'
import { createTokens } from './tokens.ts'
import { createUsers } from './users.ts'

export interface SqlStoreOptions {
  /** False where the database is not to be brought up to date: then one that is not is refused. */
  migrate?: boolean
  /** What the entries of the audit log are dated by; the system's clock unless given. */
  clock?: Clock
}

/** The one store, on any database that has a driver: all of them run these very statements. Brings the database up to date first. */
export async function openSqlStore(driver: Sql, options: SqlStoreOptions = {}): Promise<Store> {
  await (options.migrate === false ? requireSchema(driver) : migrate(driver))
  const sql = tellFrozen(driver)
  const ledger = createLedger(sql, options.clock ?? systemClock)
  const receipts = createReceiptLedger(sql, ledger)
  const sweeper = createSweeper(sql)
  const store: Store = {
    clients: createClients(sql, ledger),
    consents: createConsents(sql, receipts),
    receipts: createReceipts(sql),
    grants: createGrants(sql, ledger),
    tokens: createTokens(sql, ledger),
    codes: createCodes(sql),
    once: createOnce(sql),
    initialAccessTokens: createInitialAccessTokens(sql, ledger),
    apiKeys: createApiKeys(sql, ledger),
    users: createUsers(sql, ledger),
    factors: createFactors(sql, ledger),
    identities: createIdentities(sql, ledger),
    sessions: createSessions(sql, ledger),
    throttles: createThrottles(sql),
    keys: createKeys(sql, ledger),
    audit: {
      list: (page) => listEntries(sql.all, page),
      heads: (page) => listHeads(sql.all, page),
      verify: (against) => verifyChains(sql.all, against),
      follow: ledger.follow,
    },
    sweep: sweeper.sweep,
    ...(sql.watch && { watch: sql.watch }),
    skew: () => sql.skew(),
    ...(sql.work && { work: () => ({ ...sql.work!(), walk: sweeper.walk() }) }),
    close: async () => {
      await sweeper.stop()
      await ledger.idle()
      await sql.close()
    },
  }
  return withClientCache(sql.lagging ? withReplica(store, sql, sql.lagging, ledger, receipts) : store)
}
