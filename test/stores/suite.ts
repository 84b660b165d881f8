import { after, before, describe } from 'node:test'
import type { Store } from '../../src/core/model/store.ts'
import { apiKeyTests } from './suite/api-keys.ts'
import { clientTests } from './suite/clients.ts'
import { codeTests } from './suite/codes.ts'
import { consentTests } from './suite/consents.ts'
import { grantTests } from './suite/grants.ts'
import { guardTests } from './suite/guards.ts'
import { initialAccessTokenTests } from './suite/initial-access-tokens.ts'
import { keyTests } from './suite/keys.ts'
import { onceTests } from './suite/once.ts'
import { sessionTests } from './suite/sessions.ts'
import { sweepTests } from './suite/sweep.ts'
import { throttleTests } from './suite/throttles.ts'
import { togetherTests } from './suite/together.ts'
import { tokenTests } from './suite/tokens.ts'
import { userTests } from './suite/users.ts'
import { withdrawalTests } from './suite/withdrawals.ts'
import { openWorld, type World } from './suite/world.ts'

/** In this order: the last ones end what the others gave. */
const parts: Readonly<Record<string, (world: World) => void>> = {
  clients: clientTests,
  consents: consentTests,
  grants: grantTests,
  withdrawals: withdrawalTests,
  guards: guardTests,
  tokens: tokenTests,
  codes: codeTests,
  'initial access tokens': initialAccessTokenTests,
  'what may happen once': onceTests,
  'API keys': apiKeyTests,
  users: userTests,
  sessions: sessionTests,
  throttles: throttleTests,
  keys: keyTests,
  'all together': togetherTests,
  sweep: sweepTests,
}

/**
 * What every store must do; a store of your own is done when this passes. `open` is called several times and always opens
 * the same database, empty at first, on a connection of its own where there are such things.
 */
export function testStore(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    // filled before the first test runs; the parts are told of it earlier
    const world = {} as World
    before(async () => {
      Object.assign(world, await openWorld(open))
    })
    after(async () => {
      await Promise.all(world.stores.map((store) => store.close()))
    })
    for (const [part, test] of Object.entries(parts)) describe(part, () => test(world))
  })
}
