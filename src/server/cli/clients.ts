import type { Client } from '../../core/model/client.ts'
import { readClientMetadata, showClient } from '../../core/model/client-metadata.ts'
import { numericDate } from '../../core/model/clock.ts'
import { splitScope } from '../../core/model/scope.ts'
import type { Store } from '../../core/model/store.ts'
import { type Config, DIALECTS } from '../config.ts'
import { type Call, CliError, EXIT, type Flag, readJsonObject, requiredFlag } from './command.ts'
import { warn } from './output.ts'

// What the commands on clients have in common.

export const CLIENT_ID_FLAG: Flag = { type: 'string', value: 'ID', about: 'the client' }
export const METADATA_FLAG: Flag = {
  type: 'string',
  value: 'JSON|@FILE|-',
  about: 'client metadata by the names of RFC 7591; - reads standard input',
}

/** The metadata that was given, wherever it lies. */
export async function readMetadataFlag(call: Call): Promise<Record<string, unknown>> {
  const given = requiredFlag(call, 'metadata')
  if (given === '-') return readJsonObject(await call.io.stdin(), 'metadata')
  if (!given.startsWith('@')) return readJsonObject(given, 'metadata')
  return readJsonObject(await call.io.file(given.slice(1)), 'metadata')
}

/** Reads metadata for a database of this server; says what would not work with the present configuration. */
export function readMetadata(call: Call, input: Record<string, unknown>, config: Config) {
  const metadata = readClientMetadata(input, DIALECTS)
  if (!config.dialects.includes(metadata.dialect)) {
    warn(
      call,
      `the dialect ${metadata.dialect} is not on: serve with --dialects ${[...config.dialects, metadata.dialect].join(',')} to let this client in.`,
    )
  }
  const unknown = splitScope(metadata.scope).filter((name) => !Object.hasOwn(config.scopes, name))
  if (unknown.length > 0) warn(call, `not declared in the configuration, so never granted: ${unknown.join(' ')}`)
  return metadata
}

/** The client of this id. Throws where there is none. */
export async function findClient(store: Store, client_id: string): Promise<Client> {
  const client = await store.clients.find(client_id)
  if (!client) throw new CliError(EXIT.not_found, 'There is no client of this client_id.')
  return client
}

/** The client as its operator sees it: its registration, and which secrets it has. Moments in seconds. */
export function showWhole(client: Client): Record<string, unknown> {
  return {
    ...showClient(client),
    client_secrets: client.client_secrets.map(({ hint, created_at, expires_at }) => ({
      hint,
      created_at: numericDate(created_at),
      ...(expires_at !== undefined && { expires_at: numericDate(expires_at) }),
    })),
    reviewed: client.reviewed === true,
    ...(client.disabled_at !== undefined && { disabled_at: numericDate(client.disabled_at) }),
  }
}
