import { deletePerson } from '../accounts/deletion.ts'
import { CliError, type Command, EXIT, operator, withStore } from './command.ts'
import { printDone } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const userDelete: Command = {
  name: 'user delete',
  args: 'SUB|EMAIL',
  about: 'take a person away for good, with their apps, and end all that they have given; nobody gets their sub again',
  flags: PERSON_FLAGS,
  async run(call) {
    return withStore(call, async (store) => {
      const { sub, email } = await findPerson(call, store)
      if (!(await deletePerson(store, sub, operator()))) throw new CliError(EXIT.not_found, 'The person was deleted meanwhile.')
      printDone(call, `Deleted ${email}.`, { sub, email, deleted: true })
      return EXIT.ok
    })
  },
}
