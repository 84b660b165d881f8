import { systemClock } from '../../core/model/clock.ts'
import type { User } from '../../core/model/user.ts'
import { changePerson, disabled, enabled } from '../accounts/ending.ts'
import { type Call, CliError, type Command, EXIT, type ExitCode, operator, withStore } from './command.ts'
import { printDone } from './output.ts'
import { findPerson, PERSON_FLAGS, showUser } from './users.ts'

export const userDisable: Command = {
  name: 'user disable',
  args: 'SUB|EMAIL',
  about: 'shut a person out, and end their sessions and all that they have given to apps',
  flags: PERSON_FLAGS,
  run: (call) => change(call, 'Disabled', (user) => disabled(user, systemClock())),
}

export const userEnable: Command = {
  name: 'user enable',
  args: 'SUB|EMAIL',
  about: 'let a disabled person in again; what was ended stays ended',
  flags: PERSON_FLAGS,
  run: (call) => change(call, 'Enabled', (user) => enabled(user, systemClock())),
}

async function change(call: Call, done: 'Disabled' | 'Enabled', after: (user: User) => User): Promise<ExitCode> {
  return withStore(call, async (store) => {
    const { sub } = await findPerson(call, store)
    const by = operator()
    const user = await changePerson(store, sub, after, done === 'Disabled' ? { end: 'everything', by } : { by })
    if (!user) throw new CliError(EXIT.not_found, 'The person was deleted meanwhile.')
    printDone(call, `${done} ${user.email}.`, showUser(user))
    return EXIT.ok
  })
}
