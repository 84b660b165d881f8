import { DAY } from '../../src/core/model/clock.ts'
import type { Store } from '../../src/core/model/store.ts'
import { NOW } from './suite/records.ts'

/** What `acknowledging.ts` says, and what must then be so. */
export const promises: Readonly<Record<string, (store: Store, key: string, sub?: string) => Promise<unknown>>> = {
  redeemed: (store, grant_id) => store.grants.find(grant_id),
  spent: async (store, id) => !(await store.once.spend(id, NOW + DAY)),
  rotated: async (store, grant_id) => (await store.grants.find(grant_id))?.generation === 2,
  revoked: async (store, grant_id) => (await store.grants.find(grant_id))?.revoked_at !== undefined,
  decided: async (store, sub) => {
    const { consent, epoch } = await store.consents.find(sub, 'client')
    return consent !== null || epoch > 0
  },
  withdrawn: async (store, grant_id, sub) => {
    const { consent, epoch } = await store.consents.find(sub!, 'client')
    return consent === null && epoch === 1 && (await store.grants.find(grant_id))?.revoked_at === 0
  },
}
