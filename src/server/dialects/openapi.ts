import { GRANT_TYPES } from '../../core/model/client-metadata.ts'
import type { Dialect, DialectDifference } from '../../core/model/dialect.ts'
import type { Parameter } from '../../core/model/params.ts'
import { type ScopeDefinition, standardScopes } from '../../core/model/scope.ts'
import { type Description, UnreadableDescription } from './description.ts'
import { differenceOf } from './difference.ts'
import {
  basePathOf,
  bodiesOf,
  codeFlowOf,
  type Described,
  findAuthorization,
  nodeOf,
  type Operation,
  operationsOf,
  resolve,
  textOf,
} from './operation.ts'
import { readDialect } from './schema.ts'

/** A dialect as far as a description tells, and what a person still has to look at. */
export interface Draft {
  difference: DialectDifference
  /** What was read out of it although it does not quite say so. */
  assumed: string[]
  /** What it does not say. */
  unknown: string[]
}

export interface DraftOptions {
  /** Made from the title unless given. */
  name: string | undefined
  /** The day on which the description was read: 2026-11-21. */
  today: string
}

/** What is found out on the way, sentence by sentence. */
type Notes = Pick<Draft, 'assumed' | 'unknown'>

/** Drafts a dialect from the description of its authorization endpoint. Throws UnreadableDescription where there is none. @spec RFC 6749 §4.1.1 */
export function draftDialect(description: Description, { name, today }: DraftOptions): Draft {
  const version = textOf(description.document['openapi'])
  if (!/^3\.[01](\.|$)/.test(version)) throw new UnreadableDescription('The description is not of OpenAPI 3.0 or 3.1.')
  const notes: Notes = { assumed: [], unknown: [] }
  const { operation, others } = findAuthorization(description)
  if (others > 0) notes.assumed.push(`${operation.path} is the authorization endpoint; ${others} more would fit.`)
  const { base, servers } = basePathOf(description)
  if (servers > 1) notes.assumed.push(`base is the path of the first of ${servers} servers.`)
  const said: DialectDifference = {
    name: name ?? nameFrom(description, notes),
    source: { url: sourceOf(description, notes), read: today },
    base,
    ...draftToken(description, operation, base, notes),
    discovery: [],
    ...draftParameters(operation, notes),
    ...draftScopes(description, operation, notes),
    pkce: draftPkce(operation, notes),
    ...draftResponses(description, operation, notes),
  }
  notes.unknown.push(...SILENT)
  const problems: string[] = []
  const dialect = readDialect(said, problems)
  if (!dialect) throw new UnreadableDescription(`No dialect can say this: ${problems.join(' ')}`)
  return { difference: differenceOf(dialect), ...notes }
}

/** What no description of an authorization endpoint tells. */
const SILENT: readonly string[] = [
  'client_auth: how clients prove who they are at the token endpoint.',
  'redirect_uri_at_token: whether the redirect_uri is repeated there.',
  'token_response, error_body, errors: the shape and words of its answers.',
  'lifetime: how long codes, tokens and grants live.',
  'refresh_tokens, id_tokens, access_token_format: which tokens there are, and of what kind.',
  'consent: whether what a person allowed is remembered, and what is asked again.',
  'registration, userinfo, introspection, management: what else there is.',
]

function nameFrom({ document }: Description, { assumed }: Notes): string {
  const title = textOf(nodeOf(document['info'])['title']).toLowerCase()
  const slug = title.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[^a-z]+|-+$/g, '')
  const name = slug.slice(0, 32).replace(/-+$/, '') || 'imported'
  assumed.push(`name is made from the title: ${name}.`)
  return name
}

function sourceOf({ document, address }: Description, { assumed }: Notes): string {
  const [server] = Array.isArray(document['servers']) ? document['servers'].map(nodeOf) : []
  const given = [address, textOf(nodeOf(document['externalDocs'])['url']), textOf(server?.['url'])]
  const url = given.find((one) => one !== undefined && /^https:\/\/[^\s{}]+$/.test(one))
  if (url !== undefined) return url
  assumed.push('source.url is a place-holder: write the address of the page there.')
  return 'https://source.example/'
}

const query = ({ parameters }: Operation): Described[] => parameters.filter((parameter) => parameter.in === 'query')
const find = (operation: Operation, name: Parameter): Described | undefined => query(operation).find((one) => one.name === name)

type Parameters = Pick<Dialect, 'aliases' | 'required' | 'redirect_default' | 'unknown_resource'>

function draftParameters(operation: Operation, { assumed, unknown }: Notes): Parameters {
  const known = query(operation).flatMap(({ name, ...rest }) => (name === null ? [] : [{ ...rest, name }]))
  const aliases = Object.fromEntries(known.filter(({ word, name }) => word !== name).map(({ word, name }) => [word, name]))
  for (const [word, name] of Object.entries(aliases)) assumed.push(`aliases: ${word} is a word for ${name}.`)
  const strangers = query(operation).filter(({ name }) => name === null)
  for (const { word } of strangers.filter((one) => one.word !== 'resource')) unknown.push(`The parameter ${word}: it is passed over.`)
  const resource = strangers.some(({ word }) => word === 'resource')
  if (!resource) assumed.push('unknown_resource: there is no resource, so one that is sent is passed over, as RFC 6749 §3.1 says.')
  for (const { word, in: place } of operation.parameters.filter((one) => one.in !== 'query'))
    unknown.push(`The ${place} ${word}: people sign in here, and are known by a cookie of ours.`)
  const flagged = known.filter(({ required }) => required).map(({ name }) => name)
  const essential = (['client_id', 'response_type'] as const).filter((name) => !flagged.includes(name))
  if (essential.length > 0) assumed.push(`required: ${essential.join(' and ')} too, although not flagged.`)
  const always = flagged.includes('redirect_uri')
  if (!always) assumed.push('redirect_default: without a redirect_uri the only one that is registered is meant.')
  return {
    aliases,
    required: [...new Set([...flagged, ...essential])],
    redirect_default: always ? 'none' : 'only',
    unknown_resource: resource ? 'refuse' : 'ignore',
  }
}

type Scopes = Pick<Dialect, 'scopes' | 'scope_parameter' | 'scope_separator'>

function draftScopes(description: Description, operation: Operation, { assumed, unknown }: Notes): Scopes {
  const parameter = find(operation, 'scope')
  if (!parameter) assumed.push('scope_parameter: there is none, so clients get what their registration says.')
  const listed = nodeOf(codeFlowOf(description)['scopes'])
  const items = nodeOf(parameter?.schema['items'])
  const examples = [parameter?.schema['enum'], items['enum'], textOf(parameter?.example).split(/[\s,]+/)].find(Array.isArray) ?? []
  const texts = { ...Object.fromEntries(examples.map((name) => [String(name), ''])), ...listed }
  const own = Object.entries(texts).filter(([name]) => /^[\x21-\x7E]{1,100}$/.test(name) && !Object.hasOwn(standardScopes, name))
  const scopes = Object.fromEntries(own.slice(0, 200).map(([name, text]) => [name, defineScope(name, textOf(text))]))
  if (own.length > 0) unknown.push(`scopes: what people read about ${own.length === 1 ? 'the one' : 'each of them'}, and its level.`)
  else unknown.push('scopes: which there are.')
  const commas = parameter?.schema['type'] === 'array' || /\bcommas?\b/i.test(parameter?.description ?? '')
  if (commas) assumed.push('scope_separator: scopes stand with commas between them.')
  return { scopes, scope_parameter: parameter !== undefined, scope_separator: commas ? ',' : ' ' }
}

/** Level 3 until somebody says less: people are then warned rather than lulled. */
function defineScope(name: string, text: string): ScopeDefinition {
  const said = text.trim().slice(0, 500)
  return {
    title: { en: said.slice(0, 100) || `Use ${name}` },
    description: { en: said || `What ${name} opens is yet to be written.` },
    level: 3,
  }
}

/** @spec RFC 7636 §4.3 */
function draftPkce(operation: Operation, { assumed, unknown }: Notes): Dialect['pkce'] {
  const [challenge, method] = [find(operation, 'code_challenge'), find(operation, 'code_challenge_method')]
  if (!challenge) {
    assumed.push('pkce: not mentioned, so it is kept where it is sent, and asked only of clients without a secret.')
    return { required: 'never', methods: ['S256'], method_required: true }
  }
  const listed = Array.isArray(method?.schema['enum']) ? method.schema['enum'] : null
  if (!listed) unknown.push('pkce.methods: S256 alone, as the standard has it.')
  const methods = (['S256', 'plain'] as const).filter((one) => listed?.includes(one) ?? one === 'S256')
  const plain = methods.includes('plain')
  if (!challenge.required) assumed.push('pkce.required: of clients that are registered so, and of those without a secret.')
  if (plain && !method?.required) assumed.push('pkce.method_required: a challenge without a method means plain.')
  return { required: challenge.required ? 'always' : 'if_registered', methods, method_required: !plain || method?.required === true }
}

type Responses = Pick<Dialect, 'redirect_status' | 'interaction' | 'error_page'>

function draftResponses(description: Description, operation: Operation, { assumed, unknown }: Notes): Responses {
  const { document } = description
  const responses = Object.entries(nodeOf(operation.node['responses'])).map(([status, node]) => ({ status, ...resolve(document, node) }))
  const has = (status: number): boolean => responses.some((one) => one.status === String(status))
  const redirect_status = ([302, 303, 308] as const).find(has)
  if (redirect_status === undefined) unknown.push('redirect_status: 303, as the standard has it.')
  const embedded = has(200)
  if (embedded) assumed.push('interaction: 200 is sign-in and consent on the address itself.')
  const refusals = responses.filter(({ status }) => /^4\d\d$/.test(status))
  const types = refusals.flatMap((one) => Object.keys(nodeOf((one as Readonly<Record<string, unknown>>)['content'])))
  const json = types.length > 0 && types.every((type) => type.includes('json'))
  if (types.length === 0) unknown.push('error_page: pages for people, as the standard has it.')
  return {
    redirect_status: redirect_status ?? 303,
    interaction: embedded ? 'embedded' : 'redirected',
    error_page: { type: json ? 'json' : 'html', status: draftStatuses(refusals, assumed) },
  }
}

/** The statuses that speak of the client or of its address, by their descriptions. */
function draftStatuses(refusals: readonly { status: string }[], assumed: string[]): Dialect['error_page']['status'] {
  const about = (word: RegExp) =>
    refusals.find((one) => one.status !== '400' && word.test(textOf((one as Readonly<Record<string, unknown>>)['description'])))
  const [redirect, client] = [about(/redirect|callback/i), about(/client|application/i)]
  if (redirect) assumed.push(`error_page.status: ${redirect.status} is for an address that is not registered.`)
  if (client) assumed.push(`error_page.status: ${client.status} is for a client that is not known.`)
  return { ...(client && { unknown_client: Number(client.status) }), ...(redirect && { unknown_redirect: Number(redirect.status) }) }
}

type Token = Pick<Dialect, 'paths'> & Partial<Pick<Dialect, 'body' | 'grant_types' | 'refresh_tokens'>>

function draftToken(description: Description, { path }: Operation, base: string, { assumed, unknown }: Notes): Token {
  const authorize = base + path
  const operation = operationsOf(description, 'post').find((one) =>
    Object.values(bodiesOf(description, one)).some((schema) => isTokenBody(schema)),
  )
  if (operation) return { paths: { authorize, token: base + operation.path }, ...draftBody(description, operation) }
  const url = textOf(codeFlowOf(description)['tokenUrl'])
  if (url !== '' && URL.canParse(url, 'https://server.example')) {
    return { paths: { authorize, token: new URL(url, 'https://server.example').pathname } }
  }
  const named = operationsOf(description, 'post').find((one) => /(^|\/)token$/.test(one.path))
  if (named) {
    assumed.push(`paths.token is ${base + named.path}, by its name.`)
    unknown.push('body, grant_types: the token endpoint is described without them.')
    return { paths: { authorize, token: base + named.path } }
  }
  const token = authorize.replace(/[^/]+$/, 'token')
  unknown.push('paths.token, body, grant_types: the token endpoint is not described.')
  assumed.push(`paths.token is beside the authorization endpoint: ${token}.`)
  return { paths: { authorize, token } }
}

const isTokenBody = (schema: Readonly<Record<string, unknown>>): boolean => Object.hasOwn(nodeOf(schema['properties']), 'grant_type')

function draftBody(description: Description, operation: Operation): Omit<Token, 'paths'> {
  const bodies = bodiesOf(description, operation)
  const body = (['form', 'json'] as const).filter((kind) => Object.keys(bodies).some((type) => type.includes(kind)))
  const schema = Object.values(bodies).find(isTokenBody)
  const listed = nodeOf(nodeOf(schema?.['properties'])['grant_type'])['enum']
  const grant_types = Array.isArray(listed) ? GRANT_TYPES.filter((type) => listed.includes(type)) : []
  return {
    ...(body.length > 0 && { body }),
    ...(grant_types.includes('authorization_code') && {
      grant_types,
      refresh_tokens: grant_types.includes('refresh_token') ? 'registered' : 'never',
    }),
  }
}
