import { CliError, type Command, EXIT, operator, subject, withStore } from './command.ts'
import { printDone } from './output.ts'

export const apiKeyRevoke: Command = {
  name: 'api-key revoke',
  args: 'KEY_ID',
  about: 'end an API key; what was done with it stays',
  flags: { 'key-id': { type: 'string', value: 'ID', about: 'the key, by the name that the list shows' } },
  async run(call) {
    const [key_id, by] = [subject(call, 'key-id'), operator()]
    return withStore(call, async (store) => {
      if (!(await store.apiKeys.revoke(key_id, by))) throw new CliError(EXIT.not_found, 'There is no API key of this key_id.')
      printDone(call, `Revoked ${key_id}.`, { key_id, revoked: true })
      return EXIT.ok
    })
  },
}
