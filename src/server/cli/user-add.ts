import { systemClock } from '../../core/model/clock.ts'
import { addUser, normalEmail } from '../accounts/users.ts'
import { CliError, type Command, EXIT, operator, readJsonObject, requiredFlag, secretFlag, textFlag, withStore } from './command.ts'
import { printRecord } from './output.ts'
import { showUser } from './users.ts'

export const userAdd: Command = {
  name: 'user add',
  about: 'add a person; prints the record with its sub',
  flags: {
    email: { type: 'string', value: 'ADDRESS', about: 'what the person signs in with' },
    'email-verified': { type: 'boolean', about: 'somebody has made sure that the address is theirs' },
    password: { type: 'string', value: 'PASSWORD', about: 'at least 8 characters; shows in the list of processes' },
    'password-stdin': { type: 'boolean', about: 'read the password from standard input' },
    name: { type: 'string', value: 'NAME', about: 'the full name' },
    claims: { type: 'string', value: 'JSON', about: 'further standard claims, as userinfo returns them' },
  },
  async run(call) {
    const [email, by] = [requiredFlag(call, 'email'), operator()]
    const password = await secretFlag(call, 'password')
    if (password === undefined) throw new CliError(EXIT.usage, '--password or --password-stdin is missing.')
    const name = textFlag(call, 'name')
    const given = textFlag(call, 'claims')
    const claims = given === undefined ? undefined : readJsonObject(given, 'claims')
    return withStore(call, async (store) => {
      if (await store.users.findByEmail(normalEmail(email))) throw new CliError(EXIT.conflict, 'This email belongs to somebody already.')
      const email_verified = call.flags['email-verified'] === true
      const person = { email, email_verified, password, ...(name !== undefined && { name }), ...(claims && { claims }) }
      const user = await addUser(store, person, systemClock, by)
      printRecord(call, showUser(user))
      return EXIT.ok
    })
  },
}
