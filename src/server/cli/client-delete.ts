import { CLIENT_ID_FLAG } from './clients.ts'
import { CliError, type Command, EXIT, operator, subject } from './command.ts'
import { printDone } from './output.ts'
import { withStoreOf } from './store-of-client.ts'

export const clientDelete: Command = {
  name: 'client delete',
  args: 'CLIENT_ID',
  about: 'take a client away for good, and end all that people have given to it',
  flags: { 'client-id': CLIENT_ID_FLAG },
  async run(call) {
    const [client_id, by] = [subject(call, 'client-id'), operator()]
    return withStoreOf(call, client_id, async (store) => {
      if (!(await store.clients.delete(client_id, by))) throw new CliError(EXIT.not_found, 'There is no client of this client_id.')
      printDone(call, `Deleted ${client_id}.`, { client_id, deleted: true })
      return EXIT.ok
    })
  },
}
