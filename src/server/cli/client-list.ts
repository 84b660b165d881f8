import { showWhole } from './clients.ts'
import { type Command, EXIT, readAll, withStore } from './command.ts'
import { printList } from './output.ts'

/** Characters of an id in the table: one that holds a whole registration is far longer. */
const WIDEST = 40

export const clientList: Command = {
  name: 'client list',
  about: 'list the clients',
  flags: {},
  async run(call) {
    return withStore(call, async (store) => {
      const clients = await readAll(store.clients.list, ({ client_id }) => client_id)
      printList(call, clients.map(showWhole), {
        client_id: (client) => shorten(String(client['client_id'])),
        name: (client) => String(client['client_name']),
        auth: (client) => String(client['token_endpoint_auth_method']),
        dialect: (client) => String(client['dialect']),
        state: (client) => (client['disabled_at'] === undefined ? 'on' : 'disabled'),
      })
      return EXIT.ok
    })
  },
}

/** Both ends stay: a dialect's ids may end alike, and sealed ones begin alike. */
function shorten(client_id: string): string {
  return client_id.length <= WIDEST ? client_id : `${client_id.slice(0, WIDEST - 13)}…${client_id.slice(-12)}`
}
