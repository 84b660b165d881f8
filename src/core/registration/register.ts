import { sha256 } from '../crypto/hash.ts'
import { randomName, randomToken } from '../crypto/random.ts'
import type { Actor } from '../model/audit.ts'
import { type Client, type ClientMetadata, isPublic } from '../model/client.ts'
import { readClientMetadata, showClient } from '../model/client-metadata.ts'
import type { Context } from '../model/context.ts'
import { type Dialect, pathsOf, scopesOf } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { InitialAccessToken } from '../model/initial-access-token.ts'
import { makeClientId } from './client-id.ts'
import { hashedSecret, type Registered, sealClient } from './sealed-clients.ts'
import { countRegistration } from './throttle.ts'

/**
 * Metadata that a client brings itself, by the rules of its dialect. Members of ours are unknown to it: they could loosen what protects
 * people. Throws OAuthError as the schema does. @spec RFC 7591 §2, RFC 7591 §5
 */
export function readRegistration(context: Context, input: unknown, dialect: Dialect): ClientMetadata {
  const { defaults, unknown_members, redirect_uris } = dialect.registration
  return readClientMetadata(input, [dialect.name], {
    stranger: true,
    unknown_members,
    redirect_uris,
    defaults: { ...defaults, dialect: dialect.name },
    grant_types: dialect.grant_types,
    auth_methods: dialect.client_auth === 'registered' ? null : dialect.client_auth,
    scopes: scopesOf(context, dialect),
    unknown_scope: dialect.unknown_scope,
  })
}

/** Registers a client that nobody vouches for: nothing is stored until somebody gives it something. Throws OAuthError 429 where there are too many. */
export async function registerOpenly(context: Context, metadata: ClientMetadata, dialect: Dialect, address: string): Promise<Registered> {
  const told = sealClient(context.keys, { ...metadata, created_at: context.clock() }, dialect)
  await countRegistration(context, address)
  return told
}

/** Registers a client for the holder of an initial access token: it is a row at once. Throws OAuthError `invalid_token` where none of its uses is left. */
export async function registerByToken(
  context: Context,
  metadata: ClientMetadata,
  dialect: Dialect,
  token: InitialAccessToken,
): Promise<Registered> {
  const now = context.clock()
  const registration_access_token = dialect.registration.manageable ? randomToken() : undefined
  const client: Client = {
    ...metadata,
    client_id: makeClientId(dialect.client_id_suffix),
    client_secrets: [],
    created_at: now,
    ...(token.reviewed && { reviewed: true }),
    ...(registration_access_token !== undefined && { registration_token_hash: sha256(registration_access_token) }),
  }
  const told = withSecret(context, client)
  if (!(await context.store.initialAccessTokens.spend(token.token_hash, now)))
    throw new OAuthError('invalid_token', 'The initial access token is not good any more.')
  const by: Actor = { type: 'client', id: client.client_id, via: token.token_id }
  if (!(await context.store.clients.add(told.client, { by }))) throw new Error('A random client_id was taken.')
  context.log.info({ event: 'client.registered', client_id: client.client_id, dialect: dialect.name, token_id: token.token_id })
  return { ...told, ...(registration_access_token !== undefined && { registration_access_token }) }
}

/** The client with a secret, where it should have one and has none. */
export function withSecret({ clock }: Context, client: Client): Registered {
  if (isPublic(client) || client.client_secrets.length > 0) return { client }
  const client_secret = randomName(32)
  return { client: { ...client, client_secrets: [hashedSecret(client_secret, clock())] }, client_secret }
}

/** The answer to a registration, as far as the dialect tells it. @spec RFC 7591 §3.2.1, RFC 7592 §3 */
export function showRegistered({ issuer }: Context, dialect: Dialect, told: Registered): object {
  const { members } = dialect.registration
  const { client, client_secret, registration_access_token } = told
  const shown: Record<string, unknown> = showClient(client, client_secret)
  if (registration_access_token !== undefined) {
    shown['registration_access_token'] = registration_access_token
    shown['registration_client_uri'] = `${issuer}${pathsOf(dialect, 'register')[0]}/${encodeURIComponent(client.client_id)}`
  }
  return members === null ? shown : Object.fromEntries(Object.entries(shown).filter(([name]) => members.includes(name)))
}
