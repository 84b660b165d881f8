import type { Store } from '../core/model/store.ts'
import { createApiKeys } from './api-keys.ts'
import { withClientCache } from './client-cache.ts'
import { createClients } from './clients.ts'
import { createCodes } from './codes.ts'
import { createConsents } from './consents.ts'
import { createGrants } from './grants.ts'
import { createInitialAccessTokens } from './initial-access-tokens.ts'
import { createKeys } from './keys.ts'
import { migrate, requireSchema } from './migrate.ts'
import { createOnce } from './once.ts'
import { createSessions } from './sessions.ts'
import type { Sql } from './sql.ts'
import { createSweep } from './sweep.ts'
import { createThrottles } from './throttles.ts'
import { createTokens } from './tokens.ts'
import { createUsers } from './users.ts'

export interface SqlStoreOptions {
  /** False where the database is not to be brought up to date: then one that is not is refused. */
  migrate?: boolean
}

/** The one store, on any database that has a driver: all of them run these very statements. Brings the database up to date first. */
export async function openSqlStore(sql: Sql, options: SqlStoreOptions = {}): Promise<Store> {
  await (options.migrate === false ? requireSchema(sql) : migrate(sql))
  return withClientCache({
    clients: createClients(sql),
    consents: createConsents(sql),
    grants: createGrants(sql),
    tokens: createTokens(sql),
    codes: createCodes(sql),
    once: createOnce(sql),
    initialAccessTokens: createInitialAccessTokens(sql),
    apiKeys: createApiKeys(sql),
    users: createUsers(sql),
    sessions: createSessions(sql),
    throttles: createThrottles(sql),
    keys: createKeys(sql),
    sweep: createSweep(sql),
    skew: () => sql.skew(),
    ...(sql.work && { work: sql.work }),
    close: () => sql.close(),
  })
}
