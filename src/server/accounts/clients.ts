import { sameText, sha256 } from '../../core/crypto/hash.ts'
import { randomName } from '../../core/crypto/random.ts'
import type { Actor } from '../../core/model/audit.ts'
import { type Client, type ClientMetadata, type ClientSecret, isPublic } from '../../core/model/client.ts'
import type { Clock, Milliseconds } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Store } from '../../core/model/store.ts'

/** Live secrets that a client may have side by side. */
const MOST_SECRETS = 5
/** Characters of a client_id that somebody has chosen. */
export const LONGEST_CHOSEN_ID = 128
/** RFC 3986 unreserved characters: such a name goes into Basic credentials and addresses as it is. */
const CLIENT_ID = /^[A-Za-z0-9._~-]{1,128}$/

/** A client, and its secret in clear where it has just got one: the only moment at which it can be shown. */
export interface WithSecret {
  client: Client
  client_secret?: string
}

export interface RegistrationOptions {
  /** A UUID unless given. */
  client_id?: string
  /** Somebody of the deployment vouches for it. */
  reviewed: boolean
  by?: Actor
}

/** Registers a client; null where the client_id is taken. Throws OAuthError `invalid_request` where the client_id cannot be one. */
export async function registerClient(
  store: Store,
  metadata: ClientMetadata,
  options: RegistrationOptions,
  clock: Clock,
): Promise<WithSecret | null> {
  const { client_id = crypto.randomUUID(), reviewed, by } = options
  if (!CLIENT_ID.test(client_id)) {
    throw new OAuthError('invalid_request', 'The client_id must be 1 to 128 letters, digits, dots, hyphens, underscores or tildes.')
  }
  const client: Client = { ...metadata, client_id, client_secrets: [], created_at: clock(), reviewed }
  const made = isPublic(client) ? { client } : withNewSecret(client, clock())
  return (await store.clients.add(made.client, { by })) ? made : null
}

/** The client with one more secret. Throws OAuthError where it cannot have one. Nothing is stored. */
export function withNewSecret(client: Client, now: Milliseconds): Required<WithSecret> {
  if (isPublic(client)) throw new OAuthError('invalid_request', 'The client has the token_endpoint_auth_method none, so it has no secret.')
  const live = client.client_secrets.filter(({ expires_at }) => expires_at === undefined || expires_at > now)
  if (live.length >= MOST_SECRETS)
    throw new OAuthError('invalid_request', `The client has ${MOST_SECRETS} secrets already: remove one first.`)
  const client_secret = randomName(32)
  const kept: ClientSecret = { hash: sha256(client_secret), hint: client_secret.slice(-4), created_at: now }
  return { client: { ...client, client_secrets: [...live, kept] }, client_secret }
}

/** True where this is the secret that is kept. */
export function isSecretOf(kept: ClientSecret, client_secret: string): boolean {
  return sameText(kept.hash, sha256(client_secret))
}
