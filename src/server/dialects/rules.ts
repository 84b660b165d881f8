import { type Dialect, type EndpointName, pathsOf } from '../../core/model/dialect.ts'

// What no single field can say: the fields of a dialect that contradict each other.

type Rule = readonly [field: string, isBroken: (dialect: Dialect) => boolean, problem: string]

const has = (dialect: Dialect, endpoint: EndpointName): boolean => dialect.paths[endpoint] !== undefined
/** Whether a client without a secret may come. */
const isPublicAllowed = ({ client_auth }: Dialect): boolean => client_auth === 'registered' || client_auth.includes('none')
const PROTECTION = ['code_challenge', 'code_challenge_method'] as const

const RULES: readonly Rule[] = [
  [
    'pkce.methods',
    (dialect) => dialect.pkce.methods.length === 0 && isPublicAllowed(dialect),
    'must not be empty where client_auth lets clients without a secret in: nothing else ties a code to them',
  ],
  [
    'pkce.methods',
    (dialect) => dialect.pkce.methods.length === 0 && (dialect.pkce.required !== 'never' || PROTECTION.some((name) => asks(dialect, name))),
    'must not be empty where a challenge is asked for',
  ],
  [
    'pkce.method_required',
    ({ pkce }) => !pkce.method_required && pkce.methods.length > 0 && !pkce.methods.includes('plain'),
    'must be true where methods leaves out plain: a challenge without a method means plain',
  ],
  ['required', (dialect) => asks(dialect, 'scope') && !dialect.scope_parameter, 'must not hold scope where scope_parameter is false'],
  [
    'discovery',
    (dialect) => dialect.discovery.includes('openid') && !(has(dialect, 'userinfo') && has(dialect, 'jwks') && dialect.id_tokens),
    'must not hold openid without paths.userinfo, paths.jwks and id_tokens',
  ],
  ['grant_types', ({ grant_types }) => grant_types?.includes('authorization_code') === false, 'must hold authorization_code'],
  [
    'refresh_tokens',
    ({ refresh_tokens, grant_types }) => refresh_tokens === 'registered' && grant_types?.includes('refresh_token') === false,
    'must be never where grant_types leaves out refresh_token',
  ],
  [
    'registration.policy',
    (dialect) => dialect.registration.policy !== 'closed' && !has(dialect, 'register'),
    'must be closed where paths.register is missing',
  ],
  [
    'management',
    (dialect) =>
      dialect.management === null &&
      (dialect.consent_page !== null || (['clients', 'grants', 'consents', 'decide'] as const).some((endpoint) => has(dialect, endpoint))),
    'must not be null where paths.clients, paths.grants, paths.consents, paths.decide or consent_page is there',
  ],
  [
    'management.paging.default_size',
    ({ management }) => management !== null && management.paging.default_size > management.paging.most,
    'must not be more than management.paging.most',
  ],
  [
    'consent_page',
    (dialect) => dialect.consent_page !== null && !(has(dialect, 'consents') && has(dialect, 'decide')),
    'must be null where paths.consents or paths.decide is missing: that page could not decide',
  ],
  ['form_types', ({ form_types, body }) => form_types.length > 0 && !body.includes('form'), 'must be empty where body leaves out form'],
]

function asks({ required }: Dialect, name: Dialect['required'][number]): boolean {
  return required.includes(name)
}

/** Everything in which the fields of one dialect contradict each other, one sentence each, with the field's path below `where`. */
export function findContradictions(dialect: Dialect, where: string): string[] {
  const under = (field: string): string => (where === '' ? field : `${where}.${field}`)
  const broken = RULES.filter(([, isBroken]) => isBroken(dialect)).map(([field, , problem]) => `${under(field)} ${problem}.`)
  return [...broken, ...findClashes(dialect).map(([field, problem]) => `${under(field)} ${problem}.`)]
}

/** A decision is sent to the address at which grants are listed: one is a POST, the other a GET. */
const TOGETHER = new Set(['decide grants', 'grants decide'])

function findClashes(dialect: Dialect): [field: string, problem: string][] {
  const taken = new Map<string, EndpointName[]>()
  const clashes: [string, string][] = []
  for (const endpoint of Object.keys(dialect.paths) as EndpointName[]) {
    for (const path of pathsOf(dialect, endpoint)) {
      const before = taken.get(path) ?? []
      const other = before.find((one) => !TOGETHER.has(`${one} ${endpoint}`))
      if (other !== undefined) clashes.push([`paths.${endpoint}`, `must not be the path of ${other} too`])
      taken.set(path, [...before, endpoint])
    }
  }
  return clashes
}

/** The paths that two dialects claim, one sentence each: a server can have them on one at a time. */
export function findSharedPaths(dialects: readonly Dialect[]): string[] {
  const owners = new Map<string, string>()
  const shared: string[] = []
  for (const dialect of dialects) {
    const own = (Object.keys(dialect.paths) as EndpointName[]).flatMap((endpoint) => pathsOf(dialect, endpoint))
    for (const path of new Set(own)) {
      const owner = owners.get(path)
      if (owner === undefined) owners.set(path, dialect.name)
      else shared.push(`${owner} and ${dialect.name} both answer at ${path}: leave one of them off, or change its paths.`)
    }
  }
  return shared
}
