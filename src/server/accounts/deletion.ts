import type { Actor } from '../../core/model/audit.ts'
import type { Client } from '../../core/model/client.ts'
import type { Store } from '../../core/model/store.ts'

/** Clients of one owner that are deleted in one step. */
const STEP = 100

/** The apps that belong to a person: they go with their owner, as nobody else can look after them. */
export function listOwnApps({ store }: { store: Store }, sub: string): Promise<Client[]> {
  return store.clients.listOwned(sub, { after: '', limit: STEP })
}

/**
 * Deletes a person with all that is theirs. Their apps go first, while there is somebody who could try again; those that one of their
 * own keys added at the same moment go after it. False where there is no such person.
 */
export async function deletePerson(store: Store, sub: string, by: Actor): Promise<boolean> {
  await deleteApps(store, sub, by)
  const deleted = await store.users.delete(sub, by)
  if (deleted) await deleteApps(store, sub, by)
  return deleted
}

async function deleteApps(store: Store, sub: string, by: Actor): Promise<void> {
  for (;;) {
    const own = await listOwnApps({ store }, sub)
    for (const { client_id } of own) await store.clients.delete(client_id, by)
    if (own.length < STEP) return
  }
}
