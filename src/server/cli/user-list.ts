import { type Command, EXIT, readAll, withStore } from './command.ts'
import { printList } from './output.ts'
import { showUser } from './users.ts'

export const userList: Command = {
  name: 'user list',
  about: 'list the people',
  flags: {},
  async run(call) {
    return withStore(call, async (store) => {
      const users = await readAll(store.users.list, ({ sub }) => sub)
      printList(call, users.map(showUser), {
        sub: (user) => String(user['sub']),
        email: (user) => String(user['email']),
        name: (user) => String(user['name'] ?? '-'),
        state: (user) => (user['disabled_at'] === undefined ? 'on' : 'disabled'),
      })
      return EXIT.ok
    })
  },
}
