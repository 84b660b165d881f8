import type { ClientMetadata } from '../../core/model/client.ts'
import { AUTH_METHODS, GRANT_TYPES, readClientMetadata } from '../../core/model/client-metadata.ts'
import { completeDialect, type Dialect, type DialectDifference, type EndpointName, type ManagementShape } from '../../core/model/dialect.ts'
import { type ErrorCode, type ErrorReason, OAuthError } from '../../core/model/error.ts'
import type { DialectLifetimes } from '../../core/model/lifetimes.ts'
import { CLIENT_FIELDS, CLIENT_FILTERS, CONSENT_FIELDS, GRANT_FIELDS, SCOPE_FIELDS } from '../../core/model/managed-words.ts'
import type { Parameter } from '../../core/model/params.ts'
import { findLinkProblem } from '../../core/model/redirect-uri.ts'
import type { ScopeDefinition } from '../../core/model/scope.ts'
import {
  below,
  type Fields,
  flag,
  isObject,
  list,
  nullable,
  object,
  oneOf,
  oneOrSome,
  type Place,
  type Read,
  record,
  text,
  unknown,
  whole,
  wordOr,
  wrong,
} from './readers.ts'
import { findContradictions } from './rules.ts'

// The vocabulary of dialects once more, as readers. Each list of words is held to its type: what one has and the other lacks does not compile.

const words = <Word extends string>(all: Readonly<Record<Word, 1>>): Word[] => Object.keys(all) as Word[]

/** Every parameter, by its registered name. */
export const PARAMETERS = words<Parameter>({
  client_id: 1,
  client_secret: 1,
  redirect_uri: 1,
  response_type: 1,
  response_mode: 1,
  scope: 1,
  state: 1,
  nonce: 1,
  display: 1,
  prompt: 1,
  max_age: 1,
  ui_locales: 1,
  id_token_hint: 1,
  login_hint: 1,
  acr_values: 1,
  claims: 1,
  request: 1,
  request_uri: 1,
  registration: 1,
  code_challenge: 1,
  code_challenge_method: 1,
  ticket: 1,
  grant_type: 1,
  code: 1,
  code_verifier: 1,
  refresh_token: 1,
  token: 1,
  token_type_hint: 1,
  access_token: 1,
  client_assertion: 1,
  post_logout_redirect_uri: 1,
  logout_hint: 1,
  since: 1,
  cursor: 1,
})

const ERRORS = words<ErrorCode>({
  invalid_request: 1,
  invalid_client: 1,
  invalid_grant: 1,
  unauthorized_client: 1,
  unsupported_grant_type: 1,
  unsupported_response_type: 1,
  invalid_scope: 1,
  access_denied: 1,
  server_error: 1,
  temporarily_unavailable: 1,
  login_required: 1,
  consent_required: 1,
  interaction_required: 1,
  account_selection_required: 1,
  request_not_supported: 1,
  request_uri_not_supported: 1,
  registration_not_supported: 1,
  invalid_target: 1,
  invalid_token: 1,
  insufficient_scope: 1,
  unsupported_token_type: 1,
  invalid_redirect_uri: 1,
  invalid_client_metadata: 1,
})

const REASONS = words<ErrorReason>({
  unknown_client: 1,
  unknown_redirect: 1,
  ended: 1,
  not_found: 1,
  too_many: 1,
  foreign_form: 1,
  stale_form: 1,
  no_cookies: 1,
  moving: 1,
  upstream_failed: 1,
  upstream_away: 1,
  upstream_address: 1,
  upstream_unknown: 1,
  upstream_taken: 1,
  directory_away: 1,
  disabled: 1,
  handover: 1,
  signed_in_elsewhere: 1,
})

const MEMBERS = words<keyof ClientMetadata>({
  redirect_uris: 1,
  token_endpoint_auth_method: 1,
  grant_types: 1,
  response_types: 1,
  client_name: 1,
  client_uri: 1,
  logo_uri: 1,
  scope: 1,
  contacts: 1,
  tos_uri: 1,
  policy_uri: 1,
  software_id: 1,
  software_version: 1,
  application_type: 1,
  id_token_signed_response_alg: 1,
  post_logout_redirect_uris: 1,
  default_max_age: 1,
  require_auth_time: 1,
  require_pkce: 1,
  access_token_format: 1,
  default_scope: 1,
  optional_scope: 1,
  consent_durations: 1,
  refresh_token_grace: 1,
  consent_idle: 1,
  dialect: 1,
  theme: 1,
  publisher: 1,
  ai_agent: 1,
})

const DAY = 86_400
const YEAR = 365 * DAY
const seconds = (least: number, most: number) => whole(least, most, 'seconds')

const word = text(/^[\x21-\x7E]{1,100}$/, 'one word of 1 to 100 visible ASCII characters')
const sentence = text(/^(?=.*\S).{1,500}$/su, 'a text of 1 to 500 characters')
const named = text(/^[a-z][a-z0-9-]{0,31}$/, 'a name of 1 to 32 lower-case letters, digits and hyphens, a letter first')
const parameter = oneOf(...PARAMETERS)
/** Another word for a parameter; one of the standard's own would hide that parameter. */
const alias: Read<string> = (value, at) =>
  PARAMETERS.includes(value as Parameter) ? wrong(at, 'is a word of the standard already') : word(value, at)
const grantType = oneOf(...GRANT_TYPES)
const authMethod = oneOf(...AUTH_METHODS)
const refusalStatus = whole(400, 499)
const names = record(word, word)

const path: Read<string> = (value, at) => {
  if (typeof value !== 'string') return wrong(at, 'must be a path')
  if (!value.startsWith('/')) return wrong(at, 'must begin with a slash')
  if (/[?#]/.test(value)) return wrong(at, 'must have no query and no fragment')
  if (value.startsWith('/.well-known/')) return wrong(at, 'must not be a well-known address: discovery says which of those there are')
  const plain = value.length <= 200 && /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(value)
  return plain ? value : wrong(at, 'must be plain segments with single slashes between them: letters, digits, hyphens, dots')
}

const link: Read<string> = (value, at) => {
  if (typeof value !== 'string') return wrong(at, 'must be an absolute https address')
  const problem = findLinkProblem(value)
  return problem === null ? value : wrong(at, problem)
}

const scope = object<ScopeDefinition>(
  {
    title: texts,
    description: texts,
    level: oneOf(1, 2, 3),
    optional: flag,
    claims: list(word),
    silent: flag,
  },
  ['optional', 'claims', 'silent'],
)

/** Texts by language tag, of which English is one. @spec RFC 5646 §2.1 */
function texts(value: unknown, at: Place): Record<string, string> {
  const read = record(text(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag'), sentence)(value, at)
  if (isObject(value) && value['en'] === undefined) wrong(below(at, 'en'), 'is missing')
  return read
}

/** What a member of a registration means that is left out, by the schema that reads registrations. @spec RFC 7591 §2 */
const defaults: Read<Partial<ClientMetadata>> = (value, at) => {
  if (!isObject(value)) return wrong(at, 'must be an object')
  for (const key of Object.keys(value)) {
    if (key === 'dialect') wrong(below(at, key), 'cannot be said: it is this one')
    else if (!MEMBERS.includes(key as keyof ClientMetadata)) unknown(below(at, key), MEMBERS, key)
  }
  try {
    readClientMetadata({ redirect_uris: ['https://app.example/callback'], ...value, dialect: 'standard' }, ['standard'])
  } catch (cause) {
    if (!(cause instanceof OAuthError)) throw cause
    const [, member, problem] = /^The member (\w+) (.+)\.$/s.exec(cause.error_description) ?? []
    if (member === undefined || problem === undefined) return wrong(at, 'must be client metadata')
    wrong(below(at, member), problem)
  }
  return value as Partial<ClientMetadata> // the registration's own reader has looked at it
}

const FIELDS: Fields<Dialect> = {
  name: named,
  source: object<Dialect['source']>({ url: link, read: text(/^\d{4}-[01]\d-[0-3]\d$/, 'a day, such as 2026-11-21') }),
  base: (value, at) => (value === '' ? '' : path(value, at)),
  paths: object<Dialect['paths']>(
    {
      authorize: oneOrSome(path),
      token: oneOrSome(path),
      userinfo: oneOrSome(path),
      introspect: oneOrSome(path),
      revoke: oneOrSome(path),
      withdrawn: oneOrSome(path),
      jwks: oneOrSome(path),
      logout: oneOrSome(path),
      register: oneOrSome(path),
      consents: oneOrSome(path),
      decide: oneOrSome(path),
      clients: oneOrSome(path),
      grants: oneOrSome(path),
    } satisfies Record<EndpointName, unknown>,
    ['userinfo', 'introspect', 'revoke', 'withdrawn', 'jwks', 'logout', 'register', 'consents', 'decide', 'clients', 'grants'],
  ),
  discovery: list(oneOf('authorization_server', 'openid', 'protected_resource')),
  aliases: record(alias, parameter),
  required: list(parameter),
  redirect_default: oneOf('only', 'first', 'none'),
  scopes: record(word, scope),
  scope_parameter: flag,
  scope_separator: oneOf(' ', ','),
  unknown_scope: oneOf('refuse', 'ignore'),
  unknown_resource: oneOf('refuse', 'ignore'),
  pkce: object<Dialect['pkce']>({
    required: oneOf('always', 'unless_waived', 'if_registered', 'never'),
    methods: list(oneOf('S256', 'plain')),
    method_required: flag,
  }),
  interaction: oneOf('redirected', 'embedded'),
  consent: object<Dialect['consent']>({ remembered: flag, asked_again: oneOf('growth', 'change'), longest: seconds(60, 10 * YEAR) }, [
    'longest',
  ]),
  redirect_status: oneOf(302, 303, 308),
  error_page: object<Dialect['error_page']>({ type: oneOf('html', 'json'), status: record(REASONS, refusalStatus) }),
  grant_types: nullable(list(grantType, { least: 1 })),
  client_auth: wordOr('registered', list(authMethod, { least: 1 })),
  body: list(oneOf('form', 'json'), { least: 1 }),
  form_types: list(text(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/, 'a media type in lower case, such as application/x-www-form-urlencoded')),
  redirect_uri_at_token: oneOf('required', 'optional'),
  code_replay: oneOf('revoke', 'tolerate'),
  token_response: object<Dialect['token_response']>({
    expires: oneOf('expires_in', 'expires'),
    token_type: flag,
    scope: oneOf('text', 'null', 'left_out'),
  }),
  refresh_tokens: oneOf('registered', 'never'),
  id_tokens: flag,
  access_token_format: oneOf('jwt', 'opaque'),
  lifetime: object<Partial<DialectLifetimes>>(
    {
      code: seconds(10, 600), // RFC 6749 §4.1.2: ten minutes at most
      ticket: seconds(60, DAY),
      consent_token: seconds(30, DAY),
      access_token: seconds(30, YEAR),
      refresh_token: seconds(60, 10 * YEAR),
      grant: seconds(60, 10 * YEAR),
      grace: seconds(0, 300),
    },
    ['code', 'ticket', 'consent_token', 'access_token', 'refresh_token', 'grant', 'grace'],
  ),
  error_body: object<Dialect['error_body']>({ description: oneOf('error_description', 'errorDescription') }),
  errors: record(ERRORS, object<{ status: number; error?: string }>({ status: whole(400, 599), error: word }, ['error'])),
  userinfo: object<Dialect['userinfo']>({
    methods: list(oneOf('GET', 'POST'), { least: 1 }),
    required_scope: nullable(word),
    sub: flag,
    fields: nullable(names),
  }),
  introspection: object<Dialect['introspection']>(
    {
      callers: list(oneOf('client', 'api_key'), { least: 1 }),
      members: nullable(list(word)),
      rate_limit: object<{ requests: number; seconds: number }>({ requests: whole(1, 1_000_000), seconds: seconds(1, DAY) }),
    },
    ['rate_limit'],
  ),
  registration: object<Dialect['registration']>({
    policy: oneOf('closed', 'initial_access_token', 'open'),
    unknown_members: oneOf('refuse', 'ignore'),
    redirect_uris: oneOf('required', 'optional'),
    defaults,
    members: nullable(list(word)),
    invalid_fields: flag,
    manageable: flag,
  }),
  management: nullable(
    object<ManagementShape>({
      envelope: word,
      paging: object({ number: word, size: word, default_size: whole(1, 1000), most: whole(1, 1000) }),
      meta: object({ name: word, number: word, size: word, total: word, pages: word }),
      client: object<ManagementShape['client']>({
        fields: record(word, oneOf(...CLIENT_FIELDS)),
        constants: names,
        required: list(word),
        filters: record(word, oneOf(...CLIENT_FILTERS)),
        created_status: oneOf(200, 201),
      }),
      grant: object<ManagementShape['grant']>({ fields: record(word, oneOf(...GRANT_FIELDS)), constants: names }),
      consent: object<ManagementShape['consent']>({
        fields: record(word, oneOf(...CONSENT_FIELDS)),
        scope: record(word, oneOf(...SCOPE_FIELDS)),
        decision: object({ token: word, allowed: word, redirect_uri: word }),
      }),
      invalid_status: oneOf(400, 422),
    }),
  ),
  client_id_suffix: text(/^([A-Za-z0-9._~-]{1,64})?$/, 'at most 64 letters, digits, dots, hyphens, underscores or tildes'),
  consent_page: nullable(link),
}

const ESSENTIAL: readonly (keyof Dialect)[] = ['name', 'source', 'paths']
const OTHERS = (Object.keys(FIELDS) as (keyof Dialect)[]).filter((field) => !ESSENTIAL.includes(field))

const readWhole = object<Dialect>(FIELDS)
const readDifference = object<DialectDifference>(
  FIELDS,
  OTHERS as Exclude<keyof Dialect, 'name' | 'source' | 'paths'>[], // what is left over when the essential ones are gone
)

/** What a file says of a dialect, completed with the standard; null where something is wrong, which is noted with the path of its field. */
export function readDialect(input: unknown, problems: string[]): Dialect | null {
  const found: string[] = []
  const difference = readDifference(input, { path: '', problems: found })
  const dialect = found.length === 0 ? completeDialect(difference) : null
  if (dialect) found.push(...findContradictions(dialect, ''))
  if (dialect?.name === 'standard') found.push('name must not be standard: that one is there, and dialect_settings changes it.')
  problems.push(...found)
  return found.length === 0 ? dialect : null
}

/** A dialect with settings laid over it: members of objects one by one, everything else whole. Null where something is wrong, which is noted. */
export function overlayDialect(dialect: Dialect, settings: unknown, { path: where, problems }: Place): Dialect | null {
  const found: string[] = []
  const at = { path: where, problems: found }
  if (!isObject(settings)) wrong(at, 'must be an object')
  else if (settings['name'] !== undefined) wrong(below(at, 'name'), 'cannot be changed')
  const laid = found.length === 0 ? readWhole(lay(dialect, settings), at) : null
  if (laid && found.length === 0) found.push(...findContradictions(laid, where))
  problems.push(...found)
  return found.length === 0 ? laid : null
}

function lay(under: unknown, over: unknown): unknown {
  if (over === undefined) return under
  if (!isObject(under) || !isObject(over)) return over
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])]
  // made whole at once: a member named __proto__ stays a member
  return Object.fromEntries(keys.map((key) => [key, lay(own(under, key), own(over, key))]))
}

const own = (given: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(given, key) ? given[key] : undefined)
