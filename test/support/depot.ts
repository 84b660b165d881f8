import { completeDialect, standard } from '../../src/core/model/dialect.ts'
import type { User } from '../../src/core/model/user.ts'
import { addApiKey } from '../../src/server/accounts/api-keys.ts'
import type { Answer, Given, World } from './world.ts'

/** A vendor that nobody has, with words of its own for everything that can be managed. */
export const depot = completeDialect({
  name: 'depot',
  source: standard.source,
  base: '/depot',
  paths: {
    authorize: '/depot/auth',
    token: '/depot/token',
    introspect: '/depot/introspect',
    consents: '/depot/waiting',
    decide: '/depot/decision',
    clients: '/depot/apps',
    grants: ['/depot/permissions', '/depot/allowed'],
  },
  discovery: [],
  redirect_status: 302,
  client_auth: ['client_secret_post', 'none'],
  client_id_suffix: '.depot.example',
  consent_page: 'https://shop.example/decide?from=depot',
  introspection: { callers: ['client', 'api_key'], members: null, rate_limit: { requests: 5, seconds: 60 } },
  management: {
    envelope: 'result',
    paging: { number: 'page', size: 'per_page', default_size: 5, most: 10 },
    meta: { name: 'about', number: 'page', size: 'per_page', total: 'total', pages: 'pages' },
    client: {
      fields: {
        key: 'client_id',
        title: 'client_name',
        kind: 'client_type',
        grants: 'grant_types',
        may: 'scopes',
        callbacks: 'redirect_uris',
        pkce: 'require_pkce',
        logo: 'logo_uri',
        owner: 'owner',
        secret: 'client_secret',
        made: 'created_at',
        changed: 'updated_at',
      },
      constants: { type: 'app' },
      required: ['title', 'kind', 'may', 'grants'],
      filters: {
        kind: 'client_type',
        title: 'client_name',
        title_has: 'client_name_contains',
        checked: 'reviewed',
        grant: 'grant_types',
        key: 'client_id',
      },
      created_status: 200,
    },
    grant: {
      fields: { id: 'consent_id', app: 'client_id', may: 'scopes', since: 'created_at', used: 'last_used_at' },
      constants: { type: 'permission' },
    },
    consent: {
      fields: { app: 'client_id', title: 'client_name', may: 'scopes', logo: 'logo_uri', callback: 'redirect_uri', checked: 'reviewed' },
      scope: { word: 'scope', label: 'title', text: 'description' },
      decision: { token: 'slip', allowed: 'yes', redirect_uri: 'go_to' },
    },
    invalid_status: 422,
  },
})

/** A world in which that vendor is on. */
export const withDepot = (given: Given = {}): Given => ({
  ...given,
  config: { dialects: ['standard', 'depot'], own_dialects: [depot], ...given.config },
})

/** One person's program: calls with that person's key. */
export interface Program {
  api_key: string
  key_id: string
  get(path: string): Promise<Answer>
  send(method: string, path: string, body?: unknown): Promise<Answer>
}

/** Makes a key for a person, and the program that has it. */
export async function openProgram(world: World, user: User = world.mara): Promise<Program> {
  const { api_key, kept } = await addApiKey(world.store, { sub: user.sub }, () => world.time.now)
  return { ...programOf(world, api_key), key_id: kept.key_id }
}

/** A program that shows this key, whatever it is worth; '' for none. */
export function programOf(world: World, api_key: string): Omit<Program, 'key_id'> {
  async function send(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = {
      ...(api_key !== '' && { authorization: `Bearer ${api_key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const text = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body)
    const response = await world.send(new Request(world.issuer + path, { method, headers, body: text }))
    const answered = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(answered) : answered }
  }
  return { api_key, send, get: (path) => send('GET', path) }
}
