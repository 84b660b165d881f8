import { type Client, isPublic } from '../../core/model/client.ts'
import { withMetadata } from '../../core/model/client-metadata.ts'
import { CLIENT_ID_FLAG, changeClient, METADATA_FLAG, readMetadata, readMetadataFlag, showWhole } from './clients.ts'
import { type Command, EXIT, subject } from './command.ts'
import { printRecord, warn } from './output.ts'
import { withStoreOf } from './store-of-client.ts'

/** Lays members over the registration and checks the whole; null takes a member away. @spec RFC 7592 §2.2 */
export const clientUpdate: Command = {
  name: 'client update',
  args: 'CLIENT_ID',
  about: 'change members of a client; null takes one away, and what is not named stays',
  flags: {
    'client-id': CLIENT_ID_FLAG,
    metadata: METADATA_FLAG,
    revoke: { type: 'boolean', about: 'also end all that people have given to it' },
  },
  async run(call) {
    const client_id = subject(call, 'client-id')
    const given = await readMetadataFlag(call)
    return withStoreOf(call, client_id, async (store, config) => {
      const change = (before: Client) => withMetadata(before, readMetadata(call, { ...before, ...given }, config))
      const client = await changeClient(store, client_id, change, { withdraw: call.flags['revoke'] === true })
      if (!isPublic(client) && client.client_secrets.length === 0)
        warn(call, `it has no secret yet: run vouchsafe client secret add ${client_id}`)
      printRecord(call, showWhole(client))
      return EXIT.ok
    })
  },
}
