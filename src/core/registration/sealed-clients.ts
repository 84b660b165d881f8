import { sha256 } from '../crypto/hash.ts'
import { type Client, type ClientSecret, isPublic, LONGEST_CLIENT_ID, type Registration } from '../model/client.ts'
import type { Milliseconds } from '../model/clock.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Keys } from '../model/keys.ts'
import type { Store } from '../model/store.ts'

type Sealing = Pick<Keys, 'client'>

/** A client that has just registered, with what it is told this once. */
export interface Registered {
  client: Client
  client_secret?: string
  registration_access_token?: string
}

/** A secret as it is kept: its hash, and its last characters. */
export function hashedSecret(client_secret: string, created_at: Milliseconds): ClientSecret {
  return { hash: sha256(client_secret), hint: client_secret.slice(-4), created_at }
}

/** The registration as a client_id. Nothing is stored. Throws OAuthError `invalid_client_metadata` where it would be too long. @spec RFC 7591 §3.2.1 */
export function sealClient(keys: Sealing, registration: Registration, dialect: Dialect): Registered {
  const client_id = keys.client.seal(registration) + dialect.client_id_suffix
  if (client_id.length > LONGEST_CLIENT_ID) {
    throw new OAuthError(
      'invalid_client_metadata',
      `The client metadata is too long: its client_id would have ${client_id.length} characters, and may have ${LONGEST_CLIENT_ID}. Name fewer redirect_uris, or shorter ones.`,
    )
  }
  return registered(keys, client_id, registration, dialect)
}

/** The client that a client_id carries, while its dialect lets clients register themselves; null for whatever was not sealed by us, whole. */
function openClient(keys: Sealing, dialects: readonly Dialect[], client_id: string): Client | null {
  if (client_id.length > LONGEST_CLIENT_ID) return null
  for (const dialect of dialects) {
    if (dialect.registration.policy !== 'open' || !client_id.endsWith(dialect.client_id_suffix)) continue
    const registration = keys.client.open(withoutSuffix(client_id, dialect))
    if (registration?.dialect === dialect.name) return registered(keys, client_id, registration, dialect).client
  }
  return null
}

function registered(keys: Sealing, client_id: string, registration: Registration, dialect: Dialect): Registered {
  const sealed = withoutSuffix(client_id, dialect)
  const { created_at } = registration
  const client: Client = { ...registration, client_id, client_secrets: [], sealed: 'carried' }
  const told: Registered = { client }
  const client_secret = isPublic(client) ? null : keys.client.proof('secret', sealed)
  const token = dialect.registration.manageable ? keys.client.proof('registration_access_token', sealed) : null
  if (client_secret !== null) {
    told.client_secret = client_secret
    client.client_secrets.push(hashedSecret(client_secret, created_at))
  }
  if (token !== null) {
    told.registration_access_token = token
    client.registration_token_hash = sha256(token)
  }
  return told
}

const withoutSuffix = (client_id: string, { client_id_suffix }: Dialect) => client_id.slice(0, client_id.length - client_id_suffix.length)

/**
 * The store with the clients that registered themselves. Until somebody gives such a client something there is no row of it; then one is
 * made, and from there on the row is the client: it can be listed, changed, disabled and deleted like every other.
 */
export function withSealedClients(store: Store, keys: Sealing, dialects: readonly Dialect[]): Store {
  async function find(client_id: string): Promise<Client | null> {
    const row = await store.clients.find(client_id)
    if (row) return row
    const carried = openClient(keys, dialects, client_id)
    return carried && !(await store.clients.isGone(client_id)) ? carried : null
  }

  /** Of many at once one makes the row. */
  async function keep(client_id: string): Promise<void> {
    const carried = openClient(keys, dialects, client_id)
    if (carried && !(await store.clients.find(client_id))) await store.clients.add(kept(carried), { by: { type: 'client', id: client_id } })
  }

  return {
    ...store,
    clients: {
      ...store.clients,
      find,
      add: (client, options) => store.clients.add(kept(client), options),
      update: async (client, options) => {
        if (client.sealed) await keep(client.client_id)
        return store.clients.update(kept(client), options)
      },
      delete: async (client_id, by) => {
        await keep(client_id)
        return store.clients.delete(client_id, by)
      },
    },
    consents: {
      ...store.consents,
      decide: async (consent, receipt, options) => {
        await keep(consent.client_id)
        return store.consents.decide(consent, receipt, options)
      },
    },
    grants: {
      ...store.grants,
      redeem: async (grant, guard) => {
        await keep(grant.client_id) // its consent may have been written by a host that knows the store alone
        return store.grants.redeem(grant, guard)
      },
    },
  }
}

const kept = (client: Client): Client => (client.sealed === 'carried' ? { ...client, sealed: 'kept' } : client)
