import type { Store } from '../../../src/core/model/store.ts'

/** One database, opened several times. */
export interface World {
  stores: Store[]
  readonly store: Store
  /** One more connection to it; whoever opens it closes it. */
  open(): Promise<Store>
  /** Fifty callers at one moment, spread over the connections. */
  race<T>(move: (store: Store, caller: number) => Promise<T>): Promise<T[]>
  epoch(sub: string, client_id: string): Promise<number>
}

/** Four connections to it. */
export async function openWorld(open: () => Promise<Store>): Promise<World> {
  const stores: Store[] = []
  for (let i = 0; i < 4; i++) stores.push(await open())
  const store = stores[0]!
  return {
    stores,
    store,
    open,
    race: (move) => Promise.all(Array.from({ length: 50 }, (_, caller) => move(stores[caller % stores.length]!, caller))),
    epoch: async (sub, client_id) => (await store.consents.find(sub, client_id)).epoch,
  }
}
