import { systemClock } from '../../core/model/clock.ts'
import { withdraw } from '../accounts/consents.ts'
import { CliError, type Command, EXIT, operator, requiredFlag, withStore } from './command.ts'
import { printDone } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const consentRevoke: Command = {
  name: 'consent revoke',
  args: 'SUB|EMAIL',
  about: 'take back what a person has allowed a client; all that came from it ends',
  flags: { ...PERSON_FLAGS, 'client-id': { type: 'string', value: 'ID', about: 'the client' } },
  async run(call) {
    const [client_id, by] = [requiredFlag(call, 'client-id'), operator()]
    return withStore(call, async (store) => {
      const { sub, email } = await findPerson(call, store)
      const { consent } = await store.consents.find(sub, client_id)
      const name = (await store.clients.find(client_id))?.client_name ?? client_id
      if (!consent || !(await withdraw({ store, clock: systemClock }, consent, name, by, 'command'))) {
        throw new CliError(EXIT.not_found, 'The person has allowed nothing to this client.')
      }
      printDone(call, `Took back what ${email} had allowed ${name}.`, { sub, client_id, revoked: true })
      return EXIT.ok
    })
  },
}
