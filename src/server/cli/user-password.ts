import { changePerson } from '../accounts/ending.ts'
import { hashPassword } from '../accounts/password.ts'
import { checkPassword } from '../accounts/users.ts'
import { CliError, type Command, EXIT, operator, secretFlag, withStore } from './command.ts'
import { printDone } from './output.ts'
import { findPerson, PERSON_FLAGS, showUser } from './users.ts'

export const userPassword: Command = {
  name: 'user password',
  args: 'SUB|EMAIL',
  about: 'set a new password, and sign the person out everywhere',
  flags: {
    ...PERSON_FLAGS,
    password: { type: 'string', value: 'PASSWORD', about: 'at least 8 characters; shows in the list of processes' },
    'password-stdin': { type: 'boolean', about: 'read the password from standard input' },
    revoke: { type: 'boolean', about: 'also end all that the person has given to apps' },
  },
  async run(call) {
    const password = await secretFlag(call, 'password')
    if (password === undefined) throw new CliError(EXIT.usage, '--password or --password-stdin is missing.')
    checkPassword(password)
    return withStore(call, async (store) => {
      const { sub } = await findPerson(call, store)
      const password_hash = await hashPassword(password)
      const end = call.flags['revoke'] === true ? 'everything' : 'sessions'
      const user = await changePerson(store, sub, (person) => ({ ...person, password_hash }), { end, by: operator() })
      if (!user) throw new CliError(EXIT.not_found, 'The person was deleted meanwhile.')
      printDone(call, `Changed the password of ${user.email}.`, showUser(user))
      return EXIT.ok
    })
  },
}
