import { sameText, sha256 } from '../crypto/hash.ts'
import type { Client } from '../model/client.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { InitialAccessToken } from '../model/initial-access-token.ts'

/** The token that lets its holder register clients in this dialect. Throws OAuthError `invalid_token`. @spec RFC 7591 §3 */
export async function proveRegistrar(context: Context, shown: string | null, dialect: Dialect): Promise<InitialAccessToken> {
  if (shown === null) throw new OAuthError('invalid_token', 'An initial access token is needed.')
  const token = await context.store.initialAccessTokens.find(sha256(shown), context.clock())
  if (token?.dialect !== dialect.name) throw new OAuthError('invalid_token', 'The initial access token is not valid here.')
  return token
}

/**
 * The client that this registration access token stands for. Whoever is not there, is disabled or belongs elsewhere is refused like whoever
 * shows a wrong one. Throws OAuthError `invalid_token`. @spec RFC 7592 §2
 */
export async function proveRegistered(context: Context, client_id: string, shown: string | null, dialect: Dialect): Promise<Client> {
  if (shown === null) throw new OAuthError('invalid_token', 'The registration access token is needed.')
  const client = await context.store.clients.find(client_id)
  const hash = client?.dialect === dialect.name && client.disabled_at === undefined ? client.registration_token_hash : undefined
  if (!client || hash === undefined || !sameText(sha256(shown), hash))
    throw new OAuthError('invalid_token', 'The registration access token is not valid here.')
  return client
}

/** Whether this is one of the client's live secrets. */
export function isSecretOf({ clock }: Context, client: Client, secret: unknown): boolean {
  const live = client.client_secrets.filter(({ expires_at }) => expires_at === undefined || expires_at > clock())
  return typeof secret === 'string' && live.some(({ hash }) => sameText(sha256(secret), hash))
}
