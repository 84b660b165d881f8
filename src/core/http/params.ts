import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { readForm, readJsonForm, readJsonObject } from '../model/form.ts'
import type { HttpRequest } from '../model/http.ts'
import type { Parameter, Params } from '../model/params.ts'

type Name = Parameter | 'resource'

const NAMES: readonly Name[] = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'display',
  'prompt',
  'max_age',
  'ui_locales',
  'id_token_hint',
  'login_hint',
  'acr_values',
  'claims',
  'request',
  'request_uri',
  'registration',
  'code_challenge',
  'code_challenge_method',
  'ticket',
  'grant_type',
  'code',
  'code_verifier',
  'refresh_token',
  'token',
  'token_type_hint',
  'access_token',
  'client_assertion',
  'post_logout_redirect_uri',
  'logout_hint',
  'since',
  'cursor',
  'resource',
]
const MOST_RESOURCES = 8

const MEDIA_TYPE = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const

const words = new WeakMap<Dialect, ReadonlyMap<string, Name>>()

/** Every word that a dialect has for a parameter, the standard's own included. */
function wordsOf(dialect: Dialect): ReadonlyMap<string, Name> {
  let known = words.get(dialect)
  if (!known) words.set(dialect, (known = new Map([...NAMES.map((name) => [name, name] as const), ...Object.entries(dialect.aliases)])))
  return known
}

/**
 * Reads the query of a GET or the body of a POST and renames each parameter to the standard's word: past this door no one knows a vendor's
 * name for anything. `body` says how a body may be written; what is repeated is refused, known or not, unless two words for one parameter agree; what is not known is passed over.
 * @spec RFC 6749 §3.1, RFC 6749 §3.2
 */
export async function readParams(http: HttpRequest, dialect: Dialect, body: Dialect['body'] = dialect.body): Promise<Params> {
  const params: { [name in Parameter]?: string } & { resource?: string[] } = {}
  const seen: string[] = []
  const names = wordsOf(dialect)
  for (const [word, value] of http.method === 'POST' ? await readBody(http, dialect, body) : readForm(http.query)) {
    const name = names.get(word)
    if (name === 'resource') {
      if (value !== '') params.resource = [...(params.resource ?? []), value]
      if (params.resource && params.resource.length > MOST_RESOURCES)
        throw new OAuthError('invalid_target', `At most ${MOST_RESOURCES} resources are allowed.`)
      continue
    }
    const other = name && params[name]
    if (seen.includes(word) || (other !== undefined && other !== value)) {
      throw new OAuthError('invalid_request', name ? `The parameter ${name} is given twice.` : 'A parameter is given twice.')
    }
    seen.push(word)
    if (value !== '' && name) params[name] = value // §3.1: sent without a value is omitted
  }
  if (!dialect.scope_parameter) delete params.scope // a parameter that the vendor does not have
  if (params.scope !== undefined && dialect.scope_separator !== ' ') params.scope = params.scope.replaceAll(dialect.scope_separator, ' ')
  return params
}

async function readBody(http: HttpRequest, dialect: Dialect, body: Dialect['body']): Promise<[name: string, value: string][]> {
  if (isForm(http, dialect) && body.includes('form')) return readForm(await http.text())
  if (mediaType(http) === MEDIA_TYPE.json && body.includes('json')) return readJsonForm(await http.text())
  throw new OAuthError('invalid_request', `The body must be ${body.map((kind) => MEDIA_TYPE[kind]).join(' or ')}.`)
}

/** The body as a JSON object; none at all is an empty one. Throws OAuthError `invalid_request`. */
export async function readJsonBody(http: HttpRequest): Promise<Readonly<Record<string, unknown>>> {
  const text = await http.text()
  if (text !== '' && mediaType(http) !== MEDIA_TYPE.json) throw new OAuthError('invalid_request', `The body must be ${MEDIA_TYPE.json}.`)
  return readJsonObject(text)
}

/** Whether the body is a form, under any of the names that the dialect has for it. */
export function isForm(http: HttpRequest, { form_types }: Dialect): boolean {
  const type = mediaType(http)
  return type === MEDIA_TYPE.form || (type !== undefined && form_types.includes(type))
}

function mediaType(http: HttpRequest): string | undefined {
  return http.header('content-type')?.replace(/;.*$/s, '').trim().toLowerCase()
}
