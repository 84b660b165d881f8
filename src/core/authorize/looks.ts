import { sha256 } from '../crypto/hash.ts'
import type { Client } from '../model/client.ts'
import { looksOf } from '../model/client-metadata.ts'
import type { ShownClient } from '../model/receipt.ts'

/** Stands for how an app looks at this moment: name, addresses, scopes. An answer counts only for what was shown. */
export function hashLooks(client: Client): string {
  return sha256(looksOf(client)).slice(0, 22)
}

const identities = new WeakMap<Client, string>()

/** Stands for who an app says it is, by name and addresses: a consent counts only for the one to whom it was given. */
export function identityOf(client: Client): string {
  let found = identities.get(client)
  if (found === undefined) {
    const { client_name, logo_uri, client_uri, policy_uri, tos_uri, publisher, ai_agent } = client
    // consents from before there were publishers and agents stay good
    const told = [
      client_name,
      logo_uri,
      client_uri,
      policy_uri,
      tos_uri,
      ...(publisher === undefined ? [] : [publisher]),
      ...(ai_agent ? [true] : []),
    ]
    found = sha256(JSON.stringify(told)).slice(0, 22)
    identities.set(client, found)
  }
  return found
}

/** The app as it was told through an API. */
export function shownClient(client: Client): ShownClient {
  const { client_name: name, reviewed = false, logo_uri, client_uri, policy_uri, tos_uri, publisher, ai_agent } = client
  return {
    name,
    reviewed,
    looks: hashLooks(client),
    ...(reviewed && publisher !== undefined && { publisher }),
    ...(ai_agent && { ai_agent }),
    ...(logo_uri !== undefined && { logo_uri }),
    ...(client_uri !== undefined && { client_uri }),
    ...(policy_uri !== undefined && { policy_uri }),
    ...(tos_uri !== undefined && { tos_uri }),
  }
}
