import type { Client } from '../model/client.ts'
import { HOUR, SECOND } from '../model/clock.ts'
import type { Context } from '../model/context.ts'
import { OAuthError } from '../model/error.ts'
import { networkOf, siteOf } from '../model/network.ts'

/** In an hour, from one network and from one site of IPv6. Not in all: nothing is stored, and whoever came first could shut out the others. */
const REGISTRATIONS = { network: 20, site: 200 } as const
/** Rows that come to be in an hour without any person: clients that registered themselves and then act for themselves. */
const FIRST_TOKENS = 100
const TRIES = 3
/** In an hour, of one client by itself. */
const CHANGES = 20

/** Counters of our own, in a table of fixed size: two networks may share one, and none can be chosen to. */
const FIRST_BUCKET = 65_536
const BUCKETS = 16_381 // prime

/** Counts a registration that nobody vouches for. Throws OAuthError 429 where it is one too many. */
export async function countRegistration(context: Context, address: string): Promise<void> {
  const network = networkOf(address)
  const site = siteOf(network)
  if (network !== '') await count(context, `network ${network}`, REGISTRATIONS.network)
  if (site !== null) await count(context, `site ${site}`, REGISTRATIONS.site)
}

/** A client changes itself, and each time is an entry in the audit log. Throws OAuthError 429 where it is too often. */
export async function countChange(context: Context, client: Client): Promise<void> {
  await count(context, `change ${client.client_id}`, CHANGES)
}

/** A client that registered itself gets a token for itself: from now on it is a row. Throws OAuthError 429 where too many come to be so. */
export async function keepForItself(context: Context, client: Client): Promise<void> {
  if (client.sealed !== 'carried') return
  await count(context, `first token ${client.client_id}`, TRIES) // of one client that asks many times at once, the others keep their share
  if ((await context.store.clients.find(client.client_id))?.sealed !== 'carried') return
  await count(context, 'first tokens', FIRST_TOKENS)
  await context.store.clients.add(client, { by: { type: 'client', id: client.client_id } })
}

async function count({ store, keys, clock }: Context, what: string, most: number): Promise<void> {
  const now = clock()
  const { count: found, ends_at } = await store.throttles.count(bucketOf(keys.mac('registration', what)), HOUR, now)
  if (found <= most) return
  throw new OAuthError('temporarily_unavailable', 'Too many clients were registered or changed lately.', {
    status: 429, // RFC 7591 §3.2.2 has no word for it; RFC 6585 §4 has the status
    retry_after: Math.ceil((ends_at - now) / SECOND),
    reason: 'too_many',
  })
}

function bucketOf(mac: string): number {
  let sum = 0
  for (let i = 0; i < mac.length; i++) sum = (sum * 64 + mac.charCodeAt(i)) % BUCKETS
  return FIRST_BUCKET + sum
}
