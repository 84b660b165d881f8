import { CLIENT_ID_FLAG, findClient, showWhole } from './clients.ts'
import { type Command, EXIT, subject } from './command.ts'
import { printRecord } from './output.ts'
import { withStoreOf } from './store-of-client.ts'

export const clientShow: Command = {
  name: 'client show',
  args: 'CLIENT_ID',
  about: 'show a client, without its secrets',
  flags: { 'client-id': CLIENT_ID_FLAG },
  async run(call) {
    const client_id = subject(call, 'client-id')
    return withStoreOf(call, client_id, async (store) => {
      printRecord(call, showWhole(await findClient(store, client_id)))
      return EXIT.ok
    })
  },
}
