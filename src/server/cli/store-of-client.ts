import { LONGEST_CHOSEN_ID } from '../accounts/clients.ts'
import type { Config } from '../config.ts'
import { openStore } from '../store.ts'
import { type Call, configOf, withStore } from './command.ts'

type Work<Outcome> = Parameters<typeof withStore<Outcome>>[1]

/**
 * Opens the database for work on one client. One that registered itself and was not used yet stands in its long client_id alone, which
 * only the server's keys open: for such a one they are opened too.
 */
export async function withStoreOf<Outcome>(call: Call, client_id: string, work: Work<Outcome>): Promise<Outcome> {
  if (client_id.length <= LONGEST_CHOSEN_ID) return withStore(call, work)
  const config: Config = await configOf(call)
  const { createApp } = await import('../app.ts')
  const store = await openStore(config)
  try {
    const { server } = await createApp({ config, store })
    return await work(server.store, config)
  } finally {
    await store.close()
  }
}
