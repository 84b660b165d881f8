import type { Client, ClientMetadata } from './client.ts'
import { DAY, numericDate, SECOND } from './clock.ts'
import { DURATIONS, type Duration } from './consent-policy.ts'
import { type ErrorCode, OAuthError } from './error.ts'
import { findLinkProblem, findRedirectProblem, LONGEST_URI } from './redirect-uri.ts'
import { commonScope, isScope, joinScope, missingScope } from './scope.ts'

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
  consent_durations: (value, field) => readList(value, field, 4, (one) => readOneOf(one, field, Object.keys(DURATIONS))) as Duration[],
  refresh_token_grace: (value, field) => readWhole(value, field, 0, 300),
  consent_idle: (value, field) => readWhole(value, field, 3600, 315_360_000),
  dialect: (value, field) => readText(value, field, 64),
  theme: (value, field) => readText(value, field, 32),
  publisher: (value, field) => readText(value, field, 100),
  ai_agent: readBoolean,
}

/** Members that are no registry's. They can loosen what protects people, so only the deployment gives them; an app may say of itself that it is an agent. */
const OURS: ReadonlySet<string> = new Set<keyof ClientMetadata>([
  'require_pkce',
  'access_token_format',
  'default_scope',
  'optional_scope',
  'consent_durations',
  'refresh_token_grace',
  'consent_idle',
  'dialect',
  'theme',
  'publisher',
])
/** Unknown members that are named. */
const MOST_UNKNOWN = 20

/** How a way in differs from that of the deployment itself, which may bring every member and is asked for no more than the schema. */
export interface MetadataRules {
  /** Whoever comes is not of the deployment: members of ours are unknown to it. */
  stranger?: boolean
  unknown_members?: 'refuse' | 'ignore'
  /** What a member means that is left out, where it is not what the registry says. */
  defaults?: Readonly<Partial<ClientMetadata>>
  /** Whether the code grant can be registered without an address to answer to. */
  redirect_uris?: 'required' | 'optional'
  /** The only ones that make sense there; null for all. */
  grant_types?: readonly string[] | null
  auth_methods?: readonly string[] | null
  scopes?: readonly string[] | null
  /** A scope that is none of these: refused, or passed over. */
  unknown_scope?: 'refuse' | 'ignore'
}

/**
 * Client metadata from outside, the one schema for every way in. Members that are not known are passed over, null means not given,
 * and what is left out gets the registry's default; `scope` is then `openid profile email`, with `offline_access` where refresh tokens
 * are used, and nothing for a client without people. Throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`, naming the first
 * member that is wrong, and in `invalid_fields` all of them.
 * @spec RFC 7591 §2, OIDC Registration §2
 */
export function readClientMetadata(input: unknown, dialects: readonly string[], rules: MetadataRules = {}): ClientMetadata {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new OAuthError('invalid_client_metadata', 'The client metadata must be a JSON object.')
  }
  const refusals: OAuthError[] = []
  const given = readMembers(input as Given, rules, refusals)
  if (rules.unknown_members === 'refuse') refusals.push(...refuseUnknown(input as Given, rules))
  const wrong = new Set(refusals.flatMap(({ invalid_fields }) => Object.keys(invalid_fields ?? {})))
  const metadata = withDefaults(given, rules)
  for (const [members, check] of CHECKS) {
    if (!members.some((member) => wrong.has(member))) note(refusals, () => check(metadata, dialects, rules))
  }
  if (refusals.length > 0) throw joined(refusals)
  return metadata
}

/** The client under another registration. What is not metadata stays; a client without a secret keeps none. */
export function withMetadata(client: Client, metadata: ClientMetadata): Client {
  const kept = Object.fromEntries(Object.entries(client).filter(([name]) => !Object.hasOwn(MEMBERS, name)))
  const changed = { ...kept, ...metadata } as Client // the members of a client are its metadata and what was kept
  return metadata.token_endpoint_auth_method === 'none' ? { ...changed, client_secrets: [] } : changed
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

/** What a person could have seen, or a reviewer relied on, when they allowed something. */
const SEEN: readonly (keyof ClientMetadata)[] = [
  'client_name',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'redirect_uris',
  'scope',
  'application_type',
  'token_endpoint_auth_method',
  'grant_types',
  'publisher',
  'ai_agent',
]

/** All of that in one text: where it is another one, somebody was shown another app. */
export function looksOf(client: ClientMetadata): string {
  return JSON.stringify(SEEN.map((member) => client[member]))
}

/**
 * The client under a registration that it brings itself: members of ours stay as the deployment has set them. Where it looks different
 * from before, nobody of the deployment has reviewed that. @spec RFC 7592 §2.2
 */
export function withRegistration(client: Client, registration: ClientMetadata): { client: Client; looks_different: boolean } {
  const ours = Object.fromEntries(
    [...OURS].map((name) => [name, client[name as keyof ClientMetadata]]).filter(([, value]) => value !== undefined),
  )
  const metadata: ClientMetadata = { ...registration, ...ours }
  for (const member of ['default_scope', 'optional_scope'] as const) {
    if (metadata[member] !== undefined) metadata[member] = commonScope(metadata[member], metadata.scope)
  }
  // the one thing of ours that a client without a secret cannot have
  if (metadata.token_endpoint_auth_method === 'none' && metadata.require_pkce === false) delete metadata.require_pkce
  const { reviewed, ...changed } = withMetadata(client, metadata)
  const looks_different = looksOf(client) !== looksOf(changed)
  return { client: reviewed && !looks_different ? { ...changed, reviewed } : changed, looks_different }
}

function isKnown(member: string, { stranger }: MetadataRules): boolean {
  return Object.hasOwn(MEMBERS, member) && !(stranger && OURS.has(member))
}

function readMembers(given: Given, rules: MetadataRules, refusals: OAuthError[]): Partial<ClientMetadata> {
  const read: Record<string, unknown> = {}
  for (const member in MEMBERS) {
    // own members only: nothing that a __proto__ brought along
    const value = isKnown(member, rules) && Object.hasOwn(given, member) ? given[member] : null
    if (value === null || value === undefined) continue
    note(refusals, () => {
      read[member] = MEMBERS[member as keyof ClientMetadata](value, member, given)
    })
  }
  return read
}

function refuseUnknown(given: Given, rules: MetadataRules): OAuthError[] {
  return unknownMembers(given, rules).map((member) => refusal(member, 'is not known here'))
}

/** Names of members that are not known, the first twenty. They are somebody's text as well: what could not be a member's is '?'. */
export function unknownMembers(given: Given, rules: MetadataRules = {}): string[] {
  const unknown = Object.keys(given).filter((member) => !isKnown(member, rules))
  return unknown.slice(0, MOST_UNKNOWN).map((member) => (/^[\w.-]{1,64}$/.test(member) ? member : '?'))
}

/** Keeps what is refused, so that the next member is looked at too. */
function note(refusals: OAuthError[], read: () => void): void {
  try {
    read()
  } catch (cause) {
    if (!(cause instanceof OAuthError)) throw cause
    refusals.push(cause)
  }
}

/** One refusal for all: the first one's words, and every member that was wrong. */
function joined(refusals: readonly OAuthError[]): OAuthError {
  const [first] = refusals
  const sentences = new Map<string, string[]>()
  for (const { invalid_fields = {} } of refusals) {
    for (const [member, said] of Object.entries(invalid_fields)) sentences.set(member, [...(sentences.get(member) ?? []), ...said])
  }
  return new OAuthError(first!.error, first!.error_description, { invalid_fields: Object.fromEntries(sentences) })
}

/** @spec RFC 7591 §2, OIDC Registration §2 */
function withDefaults(given: Partial<ClientMetadata>, { defaults = {}, auth_methods, scopes, ...rules }: MetadataRules): ClientMetadata {
  const grant_types = given.grant_types ?? defaults.grant_types ?? ['authorization_code']
  const asks = grant_types.includes('authorization_code')
  const usual = asks ? joinScope(DEFAULT_SCOPE, grant_types.includes('refresh_token') ? 'offline_access' : '') : ''
  const scope = commonScope(defaults.scope ?? usual, scopes?.join(' ') ?? defaults.scope ?? usual)
  const asked = rules.unknown_scope === 'ignore' && scopes ? given.scope && commonScope(given.scope, scopes.join(' ')) : given.scope
  const method = auth_methods?.find((one) => one !== 'none') ?? auth_methods?.[0] ?? 'client_secret_basic'
  const metadata: ClientMetadata = {
    client_name: 'Unnamed app',
    redirect_uris: [],
    token_endpoint_auth_method: auth_methods?.includes('client_secret_basic') ? 'client_secret_basic' : method,
    response_types: asks ? ['code'] : [],
    application_type: 'web',
    id_token_signed_response_alg: 'RS256',
    dialect: 'standard',
    ...defaults,
    ...given,
    grant_types,
    scope: asked ?? joinScope(scope, joinScope(given.default_scope ?? '', given.optional_scope ?? '')),
  }
  // a default that fits clients with a secret does not speak for those without
  if (metadata.token_endpoint_auth_method === 'none' && given.require_pkce === undefined) delete metadata.require_pkce
  return metadata
}

type Check = (metadata: ClientMetadata, dialects: readonly string[], rules: MetadataRules) => void

/** What members must be to one another. Those that were wrong by themselves are left alone. */
const CHECKS: readonly [members: readonly (keyof ClientMetadata)[], check: Check][] = [
  [['dialect'], checkDialect],
  [['grant_types'], checkGrants],
  [['grant_types', 'response_types'], checkResponseTypes],
  [['grant_types', 'redirect_uris'], checkRedirects],
  [['token_endpoint_auth_method'], checkMethod],
  [['token_endpoint_auth_method', 'grant_types', 'require_pkce'], checkPublic],
  [['scope', 'default_scope', 'optional_scope'], checkScopes],
]

function checkDialect({ dialect }: ClientMetadata, dialects: readonly string[]): void {
  if (!dialects.includes(dialect)) throw refusal('dialect', `must be one of: ${dialects.join(', ')}`)
}

function checkGrants({ grant_types }: ClientMetadata, _dialects: readonly string[], { grant_types: offered }: MetadataRules): void {
  if (grant_types.length === 0) throw refusal('grant_types', 'must not be empty')
  if (offered && grant_types.some((type) => !offered.includes(type)))
    throw refusal('grant_types', `must hold only what is offered here: ${offered.join(', ')}`)
}

/** @spec RFC 7591 §2.1 */
function checkResponseTypes({ grant_types, response_types }: ClientMetadata): void {
  if (grant_types.includes('authorization_code') !== response_types.includes('code'))
    throw refusal('response_types', 'must hold code exactly where grant_types holds authorization_code')
}

/** Without an address a client can be registered where that is wanted, but nobody is ever sent back to it. @spec RFC 7591 §2 */
function checkRedirects(metadata: ClientMetadata, _dialects: readonly string[], rules: MetadataRules): void {
  if (rules.redirect_uris === 'optional' || metadata.redirect_uris.length > 0 || !metadata.grant_types.includes('authorization_code'))
    return
  throw refusal('redirect_uris', 'must name at least one address for the grant authorization_code', 'invalid_redirect_uri')
}

function checkMethod({ token_endpoint_auth_method }: ClientMetadata, _dialects: readonly string[], { auth_methods }: MetadataRules): void {
  if (auth_methods && !auth_methods.includes(token_endpoint_auth_method))
    throw refusal('token_endpoint_auth_method', `must be one of: ${auth_methods.join(', ')}`)
}

/** @spec RFC 6749 §4.4, RFC 9700 §2.1.1 */
function checkPublic({ token_endpoint_auth_method, grant_types, require_pkce }: ClientMetadata): void {
  if (token_endpoint_auth_method !== 'none') return
  if (grant_types.includes('client_credentials'))
    throw refusal('grant_types', 'must not hold client_credentials for a client without a secret')
  if (require_pkce === false) throw refusal('require_pkce', 'must not be false for a client without a secret')
}

function checkScopes(metadata: ClientMetadata, _dialects: readonly string[], { scopes }: MetadataRules): void {
  if (scopes && missingScope(metadata.scope, scopes.join(' ')).length > 0) throw refusal('scope', 'holds a scope that is not known here')
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
  const sentence = field === '?' ? `A member ${problem}.` : `The member ${field} ${problem}.`
  return new OAuthError(code, sentence, { invalid_fields: { [field]: [sentence] } })
}
