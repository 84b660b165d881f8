import { showKey } from './api-keys.ts'
import { type Command, EXIT, readAll, withStore } from './command.ts'
import { moment, printList } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const apiKeyList: Command = {
  name: 'api-key list',
  args: '[SUB|EMAIL]',
  about: 'list the API keys, of one person where one is named',
  flags: PERSON_FLAGS,
  async run(call) {
    return withStore(call, async (store) => {
      const isNamed = call.args.length > 0 || call.flags['sub'] !== undefined || call.flags['email'] !== undefined
      const person = isNamed ? await findPerson(call, store) : null
      const all = await readAll(store.apiKeys.list, ({ key_id }) => key_id)
      const keys = person ? all.filter(({ sub }) => sub === person.sub) : all
      if (call.flags['json'] === true) printList(call, keys.map(showKey), {})
      else
        printList(call, keys, {
          key_id: ({ key_id }) => key_id,
          sub: ({ sub }) => sub,
          label: ({ label }) => label ?? '-',
          hint: ({ hint }) => hint,
          made: ({ created_at }) => moment(created_at),
        })
      return EXIT.ok
    })
  },
}
