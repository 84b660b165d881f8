import type { Client } from '../core/model/client.ts'
import type { Store } from '../core/model/store.ts'

/** Milliseconds for which a client that another process has changed may still be served as it was; where notices arrive, that is sooner. */
const LIFETIME = 500
const MOST = 10_000

/**
 * Clients change seldom and are read twice in every flow: this keeps them parsed, for a moment. Nobody may write to what `find` returns.
 * What can be revoked is never kept, and neither is who is not there, or strangers could fill it.
 */
export function withClientCache(store: Store): Store {
  const known = new Map<string, { client: Client; until: number }>()
  let changes = 0

  async function find(client_id: string): Promise<Client | null> {
    const kept = known.get(client_id)
    const now = performance.now()
    if (kept && kept.until > now) return kept.client
    const before = changes
    const client = await store.clients.find(client_id)
    // read before a change that has been acknowledged since: good for this call, but not for the next
    if (client && before === changes) keep(client, now)
    return client
  }

  function keep(client: Client, now: number): void {
    if (known.size >= MOST) known.clear()
    known.set(client.client_id, { client, until: now + LIFETIME })
  }

  async function change<T>(client_id: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } finally {
      changes++
      known.delete(client_id)
    }
  }

  function forget(client_id: string | undefined): void {
    if (client_id === undefined) return
    changes++
    if (client_id === '') known.clear()
    else known.delete(client_id)
  }

  const { watch } = store
  return {
    ...store,
    ...(watch && {
      watch: (listener) =>
        watch((notice) => {
          forget(notice.clients)
          listener(notice)
        }),
    }),
    clients: {
      ...store.clients,
      find,
      update: (client, options) => change(client.client_id, () => store.clients.update(client, options)),
      delete: (client_id, by) => change(client_id, () => store.clients.delete(client_id, by)),
    },
  }
}
