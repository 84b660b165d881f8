import type { Client, ClientMetadata } from './client.ts'
import { DAY, numericDate, SECOND } from './clock.ts'
import { type ErrorCode, OAuthError } from './error.ts'
import { findLinkProblem, findRedirectProblem, LONGEST_URI } from './redirect-uri.ts'
import { isScope, joinScope, missingScope } from './scope.ts'

/** What a client may register; the tables of grants and of client authentication hold a handler for each. */
export const GRANT_TYPES: readonly string[] = ['authorization_code', 'refresh_token', 'client_credentials']
export const AUTH_METHODS: readonly string[] = ['client_secret_basic', 'client_secret_post', 'none']

/** What a client that signs people in may ask for unless it says otherwise. */
const DEFAULT_SCOPE = 'openid profile email'
const LONGEST_SCOPE = 512
const LONGEST_NAME = 200
const LONGEST_MAX_AGE = (3650 * DAY) / SECOND
/** Cannot be seen, or turns the direction of what stands around it: a name must be what it looks like. ZWJ and ZWNJ are letters to some scripts. */
const INVISIBLE =
  /[\p{Cc}\p{Cs}\p{Co}\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]/u

type Given = Readonly<Record<string, unknown>>
type Read<Member extends keyof ClientMetadata> = (value: unknown, field: string, given: Given) => ClientMetadata[Member]

/** One reader for each member: it gives the value back or throws. Their order is the order in which a client is shown. */
const MEMBERS: { readonly [Member in keyof Required<ClientMetadata>]: Read<Member> } = {
  client_name: readName,
  redirect_uris: (value, field, given) => readList(value, field, 50, (uri) => readRedirect(uri, field, given, 'invalid_redirect_uri')),
  post_logout_redirect_uris: (value, field, given) =>
    readList(value, field, 50, (uri) => readRedirect(uri, field, given, 'invalid_client_metadata')),
  token_endpoint_auth_method: (value, field) => readOneOf(value, field, AUTH_METHODS),
  grant_types: (value, field) => readList(value, field, GRANT_TYPES.length, (type) => readOneOf(type, field, GRANT_TYPES)),
  response_types: (value, field) => readList(value, field, 1, (type) => readOneOf(type, field, ['code'])),
  application_type: (value, field) => readOneOf(value, field, ['web', 'native']),
  scope: readScope,
  default_scope: readScope,
  optional_scope: readScope,
  client_uri: readLink,
  logo_uri: readLink,
  tos_uri: readLink,
  policy_uri: readLink,
  contacts: (value, field) => readList(value, field, 10, (contact) => readText(contact, field, 254)),
  software_id: (value, field) => readText(value, field, LONGEST_NAME),
  software_version: (value, field) => readText(value, field, LONGEST_NAME),
  id_token_signed_response_alg: (value, field) => readOneOf(value, field, ['RS256', 'ES256']),
  default_max_age: (value, field) => readWhole(value, field, 0, LONGEST_MAX_AGE),
  require_auth_time: readBoolean,
  require_pkce: readBoolean,
  access_token_format: (value, field) => readOneOf(value, field, ['jwt', 'opaque']),
  refresh_token_grace: (value, field) => readWhole(value, field, 0, 300),
  dialect: (value, field) => readText(value, field, 64),
}

/**
 * Client metadata from outside, the one schema for every way in. Members that are not known are passed over, null means not given,
 * and what is left out gets the registry's default; `scope` is then `openid profile email`, with `offline_access` where refresh tokens
 * are used, and nothing for a client without people. Throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`, naming the member.
 * @spec RFC 7591 §2, OIDC Registration §2
 */
export function readClientMetadata(input: unknown, dialects: readonly string[]): ClientMetadata {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new OAuthError('invalid_client_metadata', 'The client metadata must be a JSON object.')
  }
  const metadata = withDefaults(readMembers(input as Given))
  checkDialect(metadata, dialects)
  checkGrants(metadata)
  checkPublic(metadata)
  checkScopes(metadata)
  return metadata
}

/** The client as its registration response shows it: without hashes; with a new secret, that once. @spec RFC 7591 §3.2.1 */
export function showClient(client: Client, client_secret?: string): Record<string, unknown> {
  const shown: Record<string, unknown> = { client_id: client.client_id, client_id_issued_at: numericDate(client.created_at) }
  if (client_secret !== undefined) {
    const ends = client.client_secrets.at(-1)?.expires_at
    shown['client_secret'] = client_secret
    shown['client_secret_expires_at'] = ends === undefined ? 0 : numericDate(ends)
  }
  for (const member of Object.keys(MEMBERS) as (keyof ClientMetadata)[]) {
    if (client[member] !== undefined) shown[member] = client[member]
  }
  return shown
}

function readMembers(given: Given): Partial<ClientMetadata> {
  const read: Record<string, unknown> = {}
  for (const member in MEMBERS) {
    // own members only: nothing that a __proto__ brought along
    const value = Object.hasOwn(given, member) ? given[member] : null
    if (value !== null && value !== undefined) read[member] = MEMBERS[member as keyof ClientMetadata](value, member, given)
  }
  return read
}

/** @spec RFC 7591 §2, OIDC Registration §2 */
function withDefaults(given: Partial<ClientMetadata>): ClientMetadata {
  const grant_types = given.grant_types ?? ['authorization_code']
  const asks = grant_types.includes('authorization_code')
  const scope = asks ? joinScope(DEFAULT_SCOPE, grant_types.includes('refresh_token') ? 'offline_access' : '') : ''
  return {
    client_name: 'Unnamed app',
    redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_basic',
    response_types: asks ? ['code'] : [],
    application_type: 'web',
    id_token_signed_response_alg: 'RS256',
    dialect: 'standard',
    ...given,
    grant_types,
    scope: given.scope ?? joinScope(scope, joinScope(given.default_scope ?? '', given.optional_scope ?? '')),
  }
}

function checkDialect({ dialect }: ClientMetadata, dialects: readonly string[]): void {
  if (!dialects.includes(dialect)) throw refusal('dialect', `must be one of: ${dialects.join(', ')}`)
}

/** @spec RFC 7591 §2.1 */
function checkGrants({ grant_types, response_types, redirect_uris }: ClientMetadata): void {
  if (grant_types.length === 0) throw refusal('grant_types', 'must not be empty')
  const asks = grant_types.includes('authorization_code')
  if (asks !== response_types.includes('code'))
    throw refusal('response_types', 'must hold code exactly where grant_types holds authorization_code')
  if (asks && redirect_uris.length === 0) {
    throw new OAuthError(
      'invalid_redirect_uri',
      'The member redirect_uris must name at least one address for the grant authorization_code.',
    )
  }
}

/** @spec RFC 6749 §4.4, RFC 9700 §2.1.1 */
function checkPublic({ token_endpoint_auth_method, grant_types, require_pkce }: ClientMetadata): void {
  if (token_endpoint_auth_method !== 'none') return
  if (grant_types.includes('client_credentials'))
    throw refusal('grant_types', 'must not hold client_credentials for a client without a secret')
  if (require_pkce === false) throw refusal('require_pkce', 'must not be false for a client without a secret')
}

function checkScopes(metadata: ClientMetadata): void {
  for (const member of ['default_scope', 'optional_scope'] as const) {
    if (missingScope(metadata[member] ?? '', metadata.scope).length > 0) throw refusal(member, 'must hold scopes of the member scope only')
  }
}

function readName(value: unknown, field: string): string {
  const name = readText(value, field, LONGEST_NAME)
  if (name.trim() === '') throw refusal(field, 'must not be blank')
  return name
}

function readText(value: unknown, field: string, longest: number): string {
  if (typeof value !== 'string') throw refusal(field, 'must be text')
  if (value === '') throw refusal(field, 'must not be empty')
  if (value.length > longest) throw refusal(field, `must be at most ${longest} characters`)
  if (INVISIBLE.test(value)) throw refusal(field, 'must not contain control characters or invisible ones')
  return value
}

function readList<Item>(value: unknown, field: string, most: number, read: (item: unknown) => Item): Item[] {
  if (!Array.isArray(value)) throw refusal(field, 'must be a list')
  if (value.length > most) throw refusal(field, `must hold at most ${most}`)
  return [...new Set(value.map(read))]
}

function readOneOf<const Word extends string>(value: unknown, field: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === value)
  if (word === undefined) throw refusal(field, `must be one of: ${words.join(', ')}`)
  return word
}

function readBoolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw refusal(field, 'must be true or false')
  return value
}

function readWhole(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw refusal(field, `must be a whole number from ${least} to ${most}`)
  }
  return value
}

function readScope(value: unknown, field: string): string {
  if (typeof value !== 'string') throw refusal(field, 'must be text')
  if (value.length > LONGEST_SCOPE) throw refusal(field, `must be at most ${LONGEST_SCOPE} characters`)
  if (value !== '' && !isScope(value)) throw refusal(field, 'must be scopes with single spaces between them')
  return joinScope(value, '')
}

function readLink(value: unknown, field: string): string {
  const uri = readText(value, field, LONGEST_URI)
  const problem = findLinkProblem(uri)
  if (problem) throw refusal(field, problem)
  return uri
}

function readRedirect(value: unknown, field: string, given: Given, code: ErrorCode): string {
  if (typeof value !== 'string') throw refusal(field, 'must hold text', code)
  const problem = findRedirectProblem(value, given['application_type'] === 'native' ? 'native' : 'web')
  if (problem) throw refusal(field, `holds an address that ${problem}`, code)
  return value
}

function refusal(field: string, problem: string, code: ErrorCode = 'invalid_client_metadata'): OAuthError {
  return new OAuthError(code, `The member ${field} ${problem}.`)
}
