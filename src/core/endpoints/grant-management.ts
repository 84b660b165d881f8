import { consentId, withdrawConsent } from '../authorize/consent-records.ts'
import { authenticateApiKey } from '../client-auth/api-key.ts'
import { readBearer } from '../http/bearer.ts'
import { enveloped, inTheirWords, listed, managementOf, readPaging, readQuery } from '../http/management.ts'
import type { Client } from '../model/client.ts'
import { isIdle } from '../model/consent.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { Consent } from '../model/grant.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { idleOf } from '../model/lifetimes.ts'
import { splitScope } from '../model/scope.ts'

/** Of one person's consents at most so many are looked at. */
const MOST_GRANTS = 1000

interface Held {
  consent: Consent
  client: Client
}

/** What the person whose key this is has allowed to clients of this dialect. */
export async function listGrants(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  const { sub } = await authenticateApiKey(context, readBearer(http))
  const shape = managementOf(dialect)
  const paging = readPaging(readQuery(http), shape)
  return listed(shape, await findHeld(context, sub, dialect), paging, (held) => show(context, held, dialect))
}

/** One of them. */
export async function showGrant(context: Context, http: HttpRequest, dialect: Dialect, id: string): Promise<Reply> {
  const { sub } = await authenticateApiKey(context, readBearer(http))
  return enveloped(managementOf(dialect), show(context, await findOne(context, sub, dialect, id), dialect))
}

/** Takes one back; all that came from it ends, codes under way included. The answer is what it was. */
export async function deleteGrant(context: Context, http: HttpRequest, dialect: Dialect, id: string): Promise<Reply> {
  const { sub, by } = await authenticateApiKey(context, readBearer(http))
  const held = await findOne(context, sub, dialect, id)
  if (!(await withdrawConsent(context, held.consent, held.client.client_name, by))) throw notThere()
  context.log.info({ event: 'consent.withdrawn', sub, client_id: held.consent.client_id })
  return enveloped(managementOf(dialect), show(context, held, dialect))
}

/** In the order in which they were given. */
async function findHeld(context: Context, sub: string, dialect: Dialect): Promise<Held[]> {
  const now = context.clock()
  const consents = await context.store.consents.list(sub, { after: '', limit: MOST_GRANTS })
  const clients = await Promise.all(consents.map(({ client_id }) => context.store.clients.find(client_id)))
  return consents
    .flatMap((consent, i) => {
      const client = clients[i]
      if (!client || client.dialect !== dialect.name) return []
      const stands = (consent.expires_at ?? now + 1) > now && !isIdle(consent, now, idleOf(context, client))
      return stands ? [{ consent, client }] : []
    })
    .sort((one, other) => one.consent.granted_at - other.consent.granted_at)
}

async function findOne(context: Context, sub: string, dialect: Dialect, id: string): Promise<Held> {
  const held = (await findHeld(context, sub, dialect)).find(({ consent }) => consentId(context.issuer, consent) === id)
  if (!held) throw notThere()
  return held
}

const notThere = () => new OAuthError('invalid_request', 'There is no such grant.', { status: 404 })

function show(context: Context, { consent }: Held, dialect: Dialect): object {
  const { fields, constants } = managementOf(dialect).grant
  const known = {
    consent_id: consentId(context.issuer, consent),
    client_id: consent.client_id,
    scopes: splitScope(consent.scope),
    created_at: new Date(consent.granted_at).toISOString(),
  }
  return inTheirWords(fields, known, constants)
}
