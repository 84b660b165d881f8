import type { Store } from '../core/model/store.ts'
import { createApiKeys } from './api-keys.ts'
import type { Ledger } from './audit.ts'
import { listEntries } from './audit-read.ts'
import { createClients } from './clients.ts'
import { createConsents } from './consents.ts'
import { createInitialAccessTokens } from './initial-access-tokens.ts'
import { createReceipts, type ReceiptLedger } from './receipts.ts'
import type { Sql } from './sql.ts'
import { createUsers } from './users.ts'

/**
 * Asks a copy that may lag behind for lists whose caller says that this does no harm, and for nothing else: what decides anything is
 * always read where it is written.
 */
export function withReplica(store: Store, sql: Sql, replica: Sql['all'], ledger: Ledger, receiptLedger: ReceiptLedger): Store {
  const copy: Sql = { ...sql, all: replica }
  const clients = createClients(copy, ledger)
  const consents = createConsents(copy, receiptLedger)
  const receipts = createReceipts(copy)
  const users = createUsers(copy, ledger)
  const apiKeys = createApiKeys(copy, ledger)
  const initialAccessTokens = createInitialAccessTokens(copy, ledger)
  return {
    ...store,
    clients: {
      ...store.clients,
      list: (page) => (page.may_lag ? clients : store.clients).list(page),
      listOwned: (owner, page) => (page.may_lag ? clients : store.clients).listOwned(owner, page),
    },
    consents: { ...store.consents, list: (sub, page) => (page.may_lag ? consents : store.consents).list(sub, page) },
    receipts: { ...store.receipts, list: (sub, page) => (page.may_lag ? receipts : store.receipts).list(sub, page) },
    users: { ...store.users, list: (page) => (page.may_lag ? users : store.users).list(page) },
    apiKeys: { ...store.apiKeys, list: (page) => (page.may_lag ? apiKeys : store.apiKeys).list(page) },
    initialAccessTokens: {
      ...store.initialAccessTokens,
      list: (page) => (page.may_lag ? initialAccessTokens : store.initialAccessTokens).list(page),
    },
    audit: { ...store.audit, list: (page) => (page.may_lag ? listEntries(replica, page) : store.audit.list(page)) },
  }
}
