import { showClient } from '../../core/model/client-metadata.ts'
import { systemClock } from '../../core/model/clock.ts'
import { registerClient } from '../accounts/clients.ts'
import { dialectOf } from '../dialects/choose.ts'
import { METADATA_FLAG, readMetadata, readMetadataFlag } from './clients.ts'
import { type Call, CliError, type Command, EXIT, operator, textFlag, withStore } from './command.ts'
import { printRecord } from './output.ts'

/** Registers a client; its secret is shown this once. @spec RFC 7591 §3.2.1 */
export const clientAdd: Command = {
  name: 'client add',
  about: 'register a client; prints the registration response with its secret, which is never shown again',
  flags: {
    metadata: METADATA_FLAG,
    'client-id': { type: 'string', value: 'ID', about: 'its client_id (a random one unless said)' },
    dialect: { type: 'string', value: 'NAME', about: 'the one dialect in which it speaks (standard unless said)' },
  },
  async run(call) {
    const given = await readMetadataFlag(call)
    const dialect = textFlag(call, 'dialect')
    return withStore(call, async (store, config) => {
      const metadata = readMetadata(call, { ...given, ...(dialect !== undefined && { dialect }) }, config)
      const client_id = readClientId(call, dialectOf(metadata.dialect, config.own_dialects)?.client_id_suffix ?? '')
      const added = await registerClient(
        store,
        metadata,
        { reviewed: true, by: operator(), ...(client_id !== undefined && { client_id }) },
        systemClock,
      )
      if (!added) throw new CliError(EXIT.conflict, 'There is a client of this client_id already.')
      printRecord(call, showClient(added.client, added.client_secret))
      return EXIT.ok
    })
  },
}

/** The id that is wanted, or a random one where the dialect's have an ending; undefined leaves it to the registration. */
function readClientId(call: Call, suffix: string): string | undefined {
  const given = textFlag(call, 'client-id')
  if (suffix === '') return given
  if (given === undefined) return `${crypto.randomUUID()}${suffix}`
  if (given.endsWith(suffix) && given !== suffix) return given
  throw new CliError(EXIT.usage, `--client-id must end with ${suffix}, as all ids of this dialect do.`)
}
