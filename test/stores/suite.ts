import { after, before, describe } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import { apiKeyTests } from './suite/api-keys.ts'
import { auditTests } from './suite/audit.ts'
import { brokenTests } from './suite/broken.ts'
import { clientTests } from './suite/clients.ts'
import { codeTests } from './suite/codes.ts'
import { consentTests } from './suite/consents.ts'
import { factorTests } from './suite/factors.ts'
import { grantTests } from './suite/grants.ts'
import { guardTests } from './suite/guards.ts'
import { identityTests } from './suite/identities.ts'
import { initialAccessTokenTests } from './suite/initial-access-tokens.ts'
import { keyRingTests } from './suite/key-ring.ts'
import { keyTests } from './suite/keys.ts'
import { noticeTests } from './suite/notices.ts'
import { onceTests } from './suite/once.ts'
import { pagingTests } from './suite/paging.ts'
import { raceTests } from './suite/races.ts'
import { receiptTests } from './suite/receipts.ts'
import { restrictionTests } from './suite/restrictions.ts'
import { sessionTests } from './suite/sessions.ts'
import { sweepTests } from './suite/sweep.ts'
import { throttleTests } from './suite/throttles.ts'
import { togetherTests } from './suite/together.ts'
import { tokenTests } from './suite/tokens.ts'
import { userTests } from './suite/users.ts'
import { versionTests } from './suite/versions.ts'
import { withdrawalTests } from './suite/withdrawals.ts'
import { openWorld, type World } from './suite/world.ts'

/** In this order: the last ones end what the others gave. */
const parts: Readonly<Record<string, (world: World) => void>> = {
  clients: clientTests,
  consents: consentTests,
  receipts: receiptTests,
  grants: grantTests,
  withdrawals: withdrawalTests,
  guards: guardTests,
  restrictions: restrictionTests,
  tokens: tokenTests,
  codes: codeTests,
  'initial access tokens': initialAccessTokenTests,
  'what may happen once': onceTests,
  'API keys': apiKeyTests,
  users: userTests,
  identities: identityTests,
  sessions: sessionTests,
  'factors besides a password': factorTests,
  throttles: throttleTests,
  keys: keyTests,
  notices: noticeTests,
  'key rings of several nodes': keyRingTests,
  races: raceTests,
  paging: pagingTests,
  versions: versionTests,
  'all together': togetherTests,
  sweep: sweepTests,
  // last: it reads what all the others have decided
  'audit log': auditTests,
}

/** What can be done to the connections of a store, where it has such. */
export interface Trouble {
  /** Ends all of them at this moment, in the midst of whatever they do. */
  breakConnections?(): Promise<void>
}

/**
 * What every store must do; a store of your own is done when this passes. `open` is called several times and always opens
 * the same database, empty at first, on a connection of its own where there are such things.
 */
export function testStore(name: string, open: () => Promise<Store>, trouble: Trouble = {}): void {
  describe(`store: ${name}`, () => {
    // filled before the first test runs; the parts are told of it earlier
    const world = {} as World
    before(async () => {
      Object.assign(world, await openWorld(open))
    })
    after(async () => {
      await Promise.all(world.stores.map((store) => store.close()))
    })
    const { breakConnections } = trouble
    if (breakConnections) describe('atomicity under a killed connection', () => brokenTests(world, breakConnections))
    for (const [part, test] of Object.entries(parts)) describe(part, () => test(world))
  })
}
