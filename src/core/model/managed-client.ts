import type { Client, ClientMetadata } from './client.ts'
import { readClientMetadata } from './client-metadata.ts'
import { type Dialect, type ManagementShape, scopesOf } from './dialect.ts'
import { OAuthError } from './error.ts'
import type { ClientField } from './managed-words.ts'
import { isScope, joinScope, splitScope } from './scope.ts'

/** What a vendor's word for a client's member can stand for, and the registry's member behind it. */
const MEMBERS: Readonly<Partial<Record<ClientField, keyof ClientMetadata>>> = {
  client_name: 'client_name',
  client_type: 'token_endpoint_auth_method',
  require_pkce: 'require_pkce',
  scopes: 'scope',
  grant_types: 'grant_types',
  redirect_uris: 'redirect_uris',
  logo_uri: 'logo_uri',
  tos_uri: 'tos_uri',
  policy_uri: 'policy_uri',
}
const MOST_SCOPES = 100

type Given = Readonly<Record<string, unknown>>
type Known = Parameters<typeof scopesOf>[0]

/**
 * The metadata of a client that its owner manages, from the vendor's members: of a new one, or with those that are there as the ground.
 * The rules are those of every other way in. Throws OAuthError, naming the vendor's member; what is not known is refused.
 */
export function readManagedMetadata(
  context: Known,
  given: Given,
  dialect: Dialect,
  shape: ManagementShape,
  present: Client | null,
): ClientMetadata {
  const words = wordsOf(shape)
  const methods = dialect.client_auth === 'registered' ? null : dialect.client_auth
  const wrong = (theirs: string, problem: string) =>
    new OAuthError('invalid_client_metadata', `The member ${theirs} ${problem}.`, { status: shape.invalid_status })
  const input: Record<string, unknown> = present ? groundOf(present) : { dialect: dialect.name }
  for (const theirs of Object.keys(given)) checkMember(theirs, words, wrong, present !== null)
  for (const theirs of shape.client.required) if (!present || Object.hasOwn(given, theirs)) requireMember(theirs, given)
  for (const [theirs, ours] of words) {
    if (!Object.hasOwn(given, theirs)) continue
    const value = given[theirs]
    const refuse = (problem: string) => wrong(theirs, problem)
    if (ours === 'scopes') input['scope'] = readScopes(value, refuse)
    else if (ours === 'client_type') Object.assign(input, readType(value, refuse, methods))
    else input[MEMBERS[ours]!] = value
  }
  try {
    const rules = { grant_types: dialect.grant_types, auth_methods: methods, scopes: scopesOf(context, dialect) }
    return readClientMetadata(input, [dialect.name], rules)
  } catch (cause) {
    throw inTheirName(cause, words, shape.invalid_status)
  }
}

/** The vendor's members that can be written → ours. */
function wordsOf({ client }: ManagementShape): ReadonlyMap<string, ClientField> {
  return new Map(Object.entries(client.fields).filter(([, ours]) => Object.hasOwn(MEMBERS, ours)))
}

/** What follows from others is left out, to follow again. */
function groundOf(client: Client): Record<string, unknown> {
  const { response_types: _follows, ...ground } = client
  return ground
}

function checkMember(
  theirs: string,
  words: ReadonlyMap<string, ClientField>,
  wrong: (theirs: string, problem: string) => OAuthError,
  present: boolean,
): void {
  const name = /^[\w.-]{1,64}$/.test(theirs) ? `The member ${theirs}` : 'A member'
  const ours = words.get(theirs)
  if (ours === undefined) throw new OAuthError('invalid_request', `${name} is not known here.`)
  if (present && ours === 'client_type') throw wrong(theirs, 'cannot be changed')
}

function requireMember(theirs: string, given: Given): void {
  if (!Object.hasOwn(given, theirs) || given[theirs] === null) throw new OAuthError('invalid_request', `The member ${theirs} is missing.`)
}

type Refuse = (problem: string) => OAuthError

/** A list of them, where the registry has one text. */
function readScopes(value: unknown, refuse: Refuse): string {
  if (!Array.isArray(value) || value.length > MOST_SCOPES) throw refuse(`must be a list of at most ${MOST_SCOPES} scopes`)
  for (const scope of value) {
    if (typeof scope !== 'string' || !isScope(scope) || splitScope(scope).length !== 1) throw refuse('must be a list of scopes')
  }
  return joinScope(value.join(' '), '')
}

/** Whether it can keep a secret. One that cannot may be a program on somebody's machine, which waits where such programs do. */
function readType(value: unknown, refuse: Refuse, methods: readonly string[] | null): Partial<ClientMetadata> {
  if (value === 'public' && methods?.includes('none') === false) throw refuse('must be confidential')
  if (value === 'public') return { token_endpoint_auth_method: 'none', application_type: 'native' }
  if (value !== 'confidential') throw refuse('must be confidential or public')
  return { token_endpoint_auth_method: methods?.find((method) => method !== 'none') ?? 'client_secret_basic' }
}

/** The same refusal under the vendor's names of the members, with its status. */
function inTheirName(cause: unknown, words: ReadonlyMap<string, ClientField>, status: number): unknown {
  if (!(cause instanceof OAuthError)) return cause
  const names = new Map([...words].map(([theirs, ours]) => [MEMBERS[ours]! as string, theirs]))
  const say = (sentence: string) =>
    sentence.replace(/^The member (\w+)/, (_, member: string) => `The member ${names.get(member) ?? member}`)
  const invalid_fields = Object.fromEntries(
    Object.entries(cause.invalid_fields ?? {}).map(([member, sentences]) => [names.get(member) ?? member, sentences.map(say)]),
  )
  return new OAuthError(cause.error, say(cause.error_description), { status, invalid_fields })
}
