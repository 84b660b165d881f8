import type { Parameter } from '../../core/model/params.ts'
import { type Description, UnreadableDescription } from './description.ts'
import { isObject } from './readers.ts'
import { PARAMETERS } from './schema.ts'

// Finding one's way in a description of endpoints, as OpenAPI 3.0 and 3.1 write them.

type Node = Readonly<Record<string, unknown>>

/** A parameter of the authorization endpoint. */
export interface Described {
  /** As it is written there. */
  word: string
  /** By its registered name; null where the standard has none like it. */
  name: Parameter | null
  in: string
  required: boolean
  schema: Node
  description: string
  example: unknown
}

/** One operation of the description. */
export interface Operation {
  /** Below the server's own path. */
  path: string
  node: Node
  parameters: Described[]
}

/** Other words for parameters that are often met; compared without regard to case, hyphens and underscores. */
const OTHER_WORDS: Readonly<Partial<Record<Parameter, readonly string[]>>> = {
  client_id: ['appid', 'applicationid', 'clientkey', 'consumerkey'],
  redirect_uri: ['redirecturl', 'redirect', 'callback', 'callbackurl', 'callbackuri', 'returnurl'],
  scope: ['scopes', 'permission', 'permissions'],
}
const MOST_REFERENCES = 16

const bare = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
export const nodeOf = (value: unknown): Node => (isObject(value) ? value : {})
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What a reference inside the document stands for; anything else as it is. */
export function resolve(document: Node, value: unknown): Node {
  let node = nodeOf(value)
  for (let hops = 0; typeof node['$ref'] === 'string'; hops += 1) {
    const path = /^#\/(.+)$/.exec(node['$ref'])?.[1]
    if (path === undefined || hops === MOST_REFERENCES)
      throw new UnreadableDescription('The description refers to something outside itself, or in a circle: put all of it into one file.')
    node = path
      .split('/')
      .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<Node>((found, key) => nodeOf(Object.hasOwn(found, key) ? found[key] : undefined), document)
  }
  return node
}

/** Every operation with this method, with its parameters under the standard's names. */
export function operationsOf({ document }: Description, method: 'get' | 'post'): Operation[] {
  return Object.entries(nodeOf(document['paths'])).flatMap(([path, given]) => {
    const item = resolve(document, given)
    if (!isObject(item[method])) return []
    const node = nodeOf(item[method])
    const parameters = [item['parameters'], node['parameters']].flatMap((list) => (Array.isArray(list) ? list : []))
    return [{ path, node, parameters: parameters.map((parameter) => describe(document, resolve(document, parameter))) }]
  })
}

function describe(document: Node, parameter: Node): Described {
  const word = textOf(parameter['name'])
  const schema = resolve(document, parameter['schema'])
  return {
    word,
    name: nameOf(word),
    in: textOf(parameter['in']),
    required: parameter['required'] === true,
    schema,
    description: textOf(parameter['description']),
    example: parameter['example'] ?? schema['example'],
  }
}

/** The registered name of a parameter, also where it is spelled in another way. */
function nameOf(word: string): Parameter | null {
  const exact = PARAMETERS.find((name) => name === word) ?? PARAMETERS.find((name) => bare(name) === bare(word))
  return exact ?? PARAMETERS.find((name) => OTHER_WORDS[name]?.includes(bare(word))) ?? null
}

/** The authorization endpoint: a GET with a client and a type of response. @spec RFC 6749 §4.1.1 */
export function findAuthorization(description: Description): { operation: Operation; others: number } {
  const all = operationsOf(description, 'get')
  const fitting = all.filter(({ parameters }) =>
    ['client_id', 'response_type'].every((name) => parameters.some((parameter) => parameter.name === name && parameter.in === 'query')),
  )
  const operation = fitting.find(({ path }) => path === description.path) ?? fitting[0]
  if (!operation)
    throw new UnreadableDescription(
      'The description has no authorization endpoint: a GET with the query parameters client_id and response_type.',
    )
  return { operation, others: fitting.length - 1 }
}

/** The path that all paths stand below: the first server's. */
export function basePathOf({ document }: Description): { base: string; servers: number } {
  const servers = Array.isArray(document['servers']) ? document['servers'].map(nodeOf) : []
  const variables = nodeOf(servers[0]?.['variables'])
  const url = textOf(servers[0]?.['url']).replaceAll(
    /\{([^{}]+)\}/g,
    (_, name: string) => textOf(nodeOf(variables[name])['default']) || name,
  )
  const parsed = URL.canParse(url, 'https://server.example') ? new URL(url, 'https://server.example') : null
  return { base: parsed ? parsed.pathname.replace(/\/+$/, '') : '', servers: servers.length }
}

/** The authorization code flow of the first security scheme that has one. */
export function codeFlowOf({ document }: Description): Node {
  const schemes = Object.values(nodeOf(nodeOf(document['components'])['securitySchemes'])).map((scheme) => resolve(document, scheme))
  return schemes.map((scheme) => nodeOf(nodeOf(scheme['flows'])['authorizationCode'])).find((flow) => Object.keys(flow).length > 0) ?? {}
}

/** The body of an operation, by media type: the schema of each. */
export function bodiesOf({ document }: Description, { node }: Operation): Readonly<Record<string, Node>> {
  const content = nodeOf(resolve(document, node['requestBody'])['content'])
  return Object.fromEntries(Object.entries(content).map(([type, body]) => [type, resolve(document, nodeOf(body)['schema'])]))
}
