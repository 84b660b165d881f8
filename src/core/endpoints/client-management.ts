import { isChallengeRequired } from '../authorize/checks/pkce.ts'
import { authenticateApiKey } from '../client-auth/api-key.ts'
import { readBearer } from '../http/bearer.ts'
import { enveloped, inTheirWords, listed, managementOf, readPaging, readQuery } from '../http/management.ts'
import { readJsonBody } from '../http/params.ts'
import { type Client, type ClientMetadata, isPublic } from '../model/client.ts'
import { withRegistration } from '../model/client-metadata.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { readManagedMetadata } from '../model/managed-client.ts'
import type { ClientFilter } from '../model/managed-words.ts'
import { splitScope } from '../model/scope.ts'
import { makeClientId } from '../registration/client-id.ts'
import { withSecret } from '../registration/register.ts'

/** Clients that one person may have. */
const MOST_CLIENTS = 500
/** How often a change begins anew where somebody else was faster. */
const TRIES = 3

/** The clients of the person whose key this is, those that fit the filters, the oldest first. */
export async function listClients(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { sub } = await authenticateApiKey(context, readBearer(http))
  const shape = managementOf(dialect)
  const query = readQuery(http)
  const paging = readPaging(query, shape)
  const fits = readFilters(query, shape.client.filters)
  const owned = await context.store.clients.listOwned(sub, { after: '', limit: MOST_CLIENTS })
  const found = owned
    .filter((client) => client.dialect === dialect.name && fits(client))
    .sort((one, other) => one.created_at - other.created_at)
  return listed(shape, found, paging, (client) => show(client, dialect))
}

/** A new client. Its secret is in this answer and never again. */
export async function createClient(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { sub, by } = await authenticateApiKey(context, readBearer(http))
  const shape = managementOf(dialect)
  const metadata = readManagedMetadata(context, await readJsonBody(http), dialect, shape, null)
  const { client, client_secret } = withSecret(context, {
    ...metadata,
    client_id: makeClientId(dialect.client_id_suffix),
    client_secrets: [],
    created_at: context.clock(),
    owner: sub,
  })
  if (!(await context.store.clients.add(client, { most: MOST_CLIENTS, by }))) {
    throw new OAuthError('invalid_request', `There are ${MOST_CLIENTS} clients already: delete one first.`, {
      status: shape.invalid_status,
    })
  }
  context.log.info({ event: 'client.added', client_id: client.client_id, owner: sub })
  return enveloped(shape, show(client, dialect, client_secret), shape.client.created_status)
}

/** One of them. */
export async function showClient(context: Context, http: HttpRequest, dialect: Dialect, client_id: string): Promise<Reply> {
  const { sub } = await authenticateApiKey(context, readBearer(http))
  return enveloped(managementOf(dialect), show(await findOwn(context, client_id, sub, dialect), dialect))
}

/** Lays what is given over what is there, and checks the whole. Where it looks different to people, they are asked again. */
export async function updateClient(context: Context, http: HttpRequest, dialect: Dialect, client_id: string): Promise<Reply> {
  const { sub, by } = await authenticateApiKey(context, readBearer(http))
  const shape = managementOf(dialect)
  const given = await readJsonBody(http)
  for (let tries = 0; tries < TRIES; tries++) {
    const client = await findOwn(context, client_id, sub, dialect)
    const metadata = readManagedMetadata(context, given, dialect, shape, client)
    const { client: changed, looks_different: forget } = withRegistration(withPkce(client, metadata), metadata)
    changed.updated_at = context.clock()
    if (!(await context.store.clients.update(changed, { forget, replaces: client, by }))) continue
    context.log.info({ event: 'client.updated', client_id, owner: sub })
    return enveloped(shape, show(changed, dialect))
  }
  throw new OAuthError('invalid_request', 'The client was changed by somebody else at the same moment.', { status: 409 })
}

/** Takes it away, and ends all that was given to it. */
export async function deleteClient(context: Context, http: HttpRequest, dialect: Dialect, client_id: string): Promise<Reply> {
  const { sub, by } = await authenticateApiKey(context, readBearer(http))
  await findOwn(context, client_id, sub, dialect)
  if (!(await context.store.clients.delete(client_id, by))) throw notThere()
  context.log.info({ event: 'client.deleted', client_id, owner: sub })
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
}

/** Somebody else's is not there. */
async function findOwn(context: Context, client_id: string, sub: string, dialect: Dialect): Promise<Client> {
  const client = await context.store.clients.find(client_id)
  if (!client || client.owner !== sub || client.dialect !== dialect.name) throw notThere()
  return client
}

const notThere = () => new OAuthError('invalid_request', 'There is no such client.', { status: 404 })

/** The one member of ours that its owner decides. */
function withPkce({ require_pkce: _before, ...client }: Client, { require_pkce }: ClientMetadata): Client {
  return require_pkce === undefined ? client : { ...client, require_pkce }
}

function show(client: Client, dialect: Dialect, client_secret?: string): object {
  const { fields, constants } = managementOf(dialect).client
  const known = {
    ...client,
    client_secret,
    client_type: typeOf(client),
    scopes: splitScope(client.scope),
    require_pkce: isChallengeRequired(client, dialect.pkce),
    created_at: new Date(client.created_at).toISOString(),
    updated_at: new Date(client.updated_at ?? client.created_at).toISOString(),
  }
  return inTheirWords(fields, known, constants)
}

const typeOf = (client: Client) => (isPublic(client) ? 'public' : 'confidential')

type Filter = (value: string, name: string) => (client: Client) => boolean

/** What a list can be narrowed by. */
const FILTERS: Readonly<Record<ClientFilter, Filter>> = {
  client_type: (value, name) => {
    const type = oneOf(value, name, ['confidential', 'public'])
    return (client) => typeOf(client) === type
  },
  reviewed: (value, name) => {
    const reviewed = oneOf(value, name, ['true', 'false']) === 'true'
    return (client) => (client.reviewed === true) === reviewed
  },
  grant_types: (value) => (client) => client.grant_types.includes(value),
  client_name: (value) => (client) => client.client_name === value,
  client_name_contains: (value) => (client) => client.client_name.toLowerCase().includes(value.toLowerCase()),
  client_id: (value) => (client) => client.client_id === value,
}

function readFilters(query: ReadonlyMap<string, string>, words: Readonly<Record<string, ClientFilter>>): (client: Client) => boolean {
  const filters = Object.entries(words).flatMap(([theirs, ours]) => {
    const value = query.get(theirs)
    return value === undefined ? [] : [FILTERS[ours](value, theirs)]
  })
  return (client) => filters.every((fits) => fits(client))
}

function oneOf(value: string, name: string, words: readonly string[]): string {
  if (!words.includes(value)) throw new OAuthError('invalid_request', `The parameter ${name} must be ${words.join(' or ')}.`)
  return value
}
