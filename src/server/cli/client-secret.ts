import type { Client, ClientSecret } from '../../core/model/client.ts'
import { showClient } from '../../core/model/client-metadata.ts'
import { systemClock } from '../../core/model/clock.ts'
import { isSecretOf, withNewSecret } from '../accounts/clients.ts'
import { CLIENT_ID_FLAG, changeClient, showWhole } from './clients.ts'
import { type Call, CliError, type Command, EXIT, secretFlag, subject, textFlag, withStore } from './command.ts'
import { printRecord } from './output.ts'

/** A second secret beside the first, so that an app can change over without a gap. */
export const clientSecretAdd: Command = {
  name: 'client secret add',
  args: 'CLIENT_ID',
  about: 'give a client one more secret, which is shown this once; the others stay',
  flags: { 'client-id': CLIENT_ID_FLAG },
  async run(call) {
    const client_id = subject(call, 'client-id')
    return withStore(call, async (store) => {
      let client_secret: string | undefined
      const client = await changeClient(store, client_id, (before) => {
        const made = withNewSecret(before, systemClock())
        client_secret = made.client_secret
        return made.client
      })
      printRecord(call, showClient(client, client_secret))
      return EXIT.ok
    })
  },
}

export const clientSecretRemove: Command = {
  name: 'client secret remove',
  args: 'CLIENT_ID',
  about: 'end one secret of a client, at once',
  flags: {
    'client-id': CLIENT_ID_FLAG,
    hint: { type: 'string', value: 'XXXX', about: 'the last four characters of the secret' },
    secret: { type: 'string', value: 'SECRET', about: 'the whole secret; shows in the list of processes' },
    'secret-stdin': { type: 'boolean', about: 'read the whole secret from standard input' },
  },
  async run(call) {
    const client_id = subject(call, 'client-id')
    const secret = await secretFlag(call, 'secret')
    return withStore(call, async (store) => {
      const client = await changeClient(store, client_id, (before) => {
        const gone = findSecret(call, before, secret)
        return { ...before, client_secrets: before.client_secrets.filter((one) => one !== gone) }
      })
      printRecord(call, showWhole(client))
      return EXIT.ok
    })
  },
}

function findSecret(call: Call, client: Client, secret: string | undefined): ClientSecret {
  const hint = textFlag(call, 'hint')
  if ((hint === undefined) === (secret === undefined)) throw new CliError(EXIT.usage, 'Name the secret by --hint, or by --secret-stdin.')
  const [found, another] = client.client_secrets.filter((kept) => (secret === undefined ? kept.hint === hint : isSecretOf(kept, secret)))
  if (!found) throw new CliError(EXIT.not_found, 'The client has no such secret.')
  if (another) throw new CliError(EXIT.conflict, 'Two secrets end like this: name the whole one by --secret-stdin.')
  return found
}
