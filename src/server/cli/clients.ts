import type { Client } from '../../core/model/client.ts'
import { type MetadataRules, readClientMetadata, showClient, unknownMembers } from '../../core/model/client-metadata.ts'
import { numericDate } from '../../core/model/clock.ts'
import type { Dialect } from '../../core/model/dialect.ts'
import { splitScope } from '../../core/model/scope.ts'
import type { Store } from '../../core/model/store.ts'
import type { Config } from '../config.ts'
import { DIALECTS, dialectOf } from '../dialects/choose.ts'
import { type Call, CliError, EXIT, type Flag, operator, readFileOf, readJsonObject, requiredFlag } from './command.ts'
import { warn } from './output.ts'

// What the commands on clients have in common.

export const CLIENT_ID_FLAG: Flag = { type: 'string', value: 'ID', about: 'the client' }
export const METADATA_FLAG: Flag = {
  type: 'string',
  value: 'JSON|@FILE|-',
  about: 'client metadata by the names of RFC 7591; - reads standard input',
}

/** The metadata that was given, wherever it lies. Says which members nobody knows: a misspelled one would just be missing. */
export async function readMetadataFlag(call: Call): Promise<Record<string, unknown>> {
  const given = readJsonObject(await metadataText(call), 'metadata')
  const unknown = unknownMembers(given)
  if (unknown.length > 0) warn(call, `not known, so passed over: ${unknown.join(', ')}`)
  return given
}

async function metadataText(call: Call): Promise<string> {
  const given = requiredFlag(call, 'metadata')
  if (given === '-') return call.io.stdin()
  return given.startsWith('@') ? readFileOf(call, given.slice(1)) : given
}

/** What a dialect asks of the registrations of its clients: the words that it has, and what it means by saying nothing. */
export function rulesOf({ registration, grant_types, client_auth }: Dialect): MetadataRules {
  const { defaults, redirect_uris } = registration
  return { defaults, redirect_uris, grant_types, auth_methods: client_auth === 'registered' ? null : client_auth }
}

/** Reads metadata for a database of this server; says what would not work with the present configuration. */
export function readMetadata(call: Call, input: Record<string, unknown>, config: Config) {
  const { own_dialects = [] } = config
  const dialect = dialectOf(typeof input['dialect'] === 'string' ? input['dialect'] : 'standard', own_dialects)
  const metadata = readClientMetadata(input, [...DIALECTS, ...own_dialects.map(({ name }) => name)], dialect ? rulesOf(dialect) : {})
  if (!config.dialects.includes(metadata.dialect)) {
    warn(
      call,
      `the dialect ${metadata.dialect} is not on, so nobody lets this client in: name it among --dialects (now ${config.dialects.join(', ')}).`,
    )
  }
  const scopes = { ...config.scopes, ...dialect?.scopes }
  const unknown = splitScope(metadata.scope).filter((name) => !Object.hasOwn(scopes, name))
  if (unknown.length > 0) warn(call, `not declared in the configuration, so never granted: ${unknown.join(' ')}`)
  return metadata
}

/** The client of this id. Throws where there is none. */
export async function findClient(store: Store, client_id: string): Promise<Client> {
  const client = await store.clients.find(client_id)
  if (!client) throw new CliError(EXIT.not_found, 'There is no client of this client_id.')
  return client
}

/** How often somebody else may have been faster. */
const TRIES = 10

/** Writes what `change` makes of a client as it is found, and nothing over what somebody else has written meanwhile. Throws where there is none. */
export async function changeClient(
  store: Store,
  client_id: string,
  change: (client: Client) => Client,
  options: { withdraw?: boolean } = {},
): Promise<Client> {
  for (let tries = 0; tries < TRIES; tries++) {
    const replaces = await findClient(store, client_id)
    const client = change(replaces)
    if (await store.clients.update(client, { ...options, replaces, by: operator() })) return client
  }
  throw new CliError(EXIT.conflict, 'The client changes all the time: try again.')
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
    ...(client.owner !== undefined && { owner: client.owner }),
    ...(client.disabled_at !== undefined && { disabled_at: numericDate(client.disabled_at) }),
  }
}
