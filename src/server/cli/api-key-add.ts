import { systemClock } from '../../core/model/clock.ts'
import { addApiKey } from '../accounts/api-keys.ts'
import { showKey } from './api-keys.ts'
import { type Command, EXIT, operator, textFlag, withStore } from './command.ts'
import { printRecord } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const apiKeyAdd: Command = {
  name: 'api-key add',
  args: 'SUB|EMAIL',
  about: "make a key for a person's own programs; prints it, and never again",
  flags: { ...PERSON_FLAGS, label: { type: 'string', value: 'TEXT', about: 'what its owner calls it' } },
  async run(call) {
    const [label, by] = [textFlag(call, 'label'), operator()]
    return withStore(call, async (store) => {
      const { sub } = await findPerson(call, store)
      const { api_key, kept } = await addApiKey(store, { sub, ...(label !== undefined && { label }) }, systemClock, by)
      printRecord(call, { ...showKey(kept), api_key })
      return EXIT.ok
    })
  },
}
