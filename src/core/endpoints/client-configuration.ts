import { readBearer } from '../http/bearer.ts'
import { readJsonBody } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Actor } from '../model/audit.ts'
import type { Client } from '../model/client.ts'
import { withRegistration } from '../model/client-metadata.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { isSecretOf, proveRegistered } from '../registration/access.ts'
import { readRegistration, showRegistered, withSecret } from '../registration/register.ts'
import { countChange } from '../registration/throttle.ts'

/** A client reads, changes or deletes its own registration. @spec RFC 7592 §2 */
export async function clientConfiguration(context: Context, http: HttpRequest, dialect: Dialect, client_id: string): Promise<Reply> {
  const registration_access_token = readBearer(http)
  const client = await proveRegistered(context, client_id, registration_access_token, dialect)
  const shown = { registration_access_token: registration_access_token! }
  if (http.method === 'PUT') return json(showRegistered(context, dialect, { ...(await change(context, http, client, dialect)), ...shown }))
  if (http.method === 'DELETE') return remove(context, client)
  return json(showRegistered(context, dialect, { client, ...shown }))
}

/** The whole registration anew. What people were shown when they allowed something must not change behind them: then they are asked again. @spec RFC 7592 §2.2 */
async function change(context: Context, http: HttpRequest, client: Client, dialect: Dialect) {
  checkInUse(client)
  const input = readUpdate(context, await readJsonBody(http), client)
  const changed = withRegistration(client, readRegistration(context, input, dialect))
  const told = withSecret(context, changed.client)
  await countChange(context, client)
  const by: Actor = { type: 'client', id: client.client_id }
  if (!(await context.store.clients.update(told.client, { forget: changed.looks_different, replaces: client, by })))
    throw new OAuthError('temporarily_unavailable', 'The client was changed by somebody else at this moment.', { status: 409 })
  context.log.info({ event: 'client.changed', client_id: client.client_id })
  return told
}

async function remove(context: Context, client: Client): Promise<Reply> {
  checkInUse(client)
  await context.store.clients.delete(client.client_id, { type: 'client', id: client.client_id })
  context.log.info({ event: 'client.deleted', client_id: client.client_id })
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
}

/** Of a client that nobody has used yet nothing is kept that could be changed or deleted. @spec RFC 7592 §2.3 */
function checkInUse(client: Client): void {
  if (client.sealed !== 'carried') return
  throw new OAuthError('invalid_request', 'Nothing is kept of this client before its first use: register anew, and forget this one.', {
    status: 405,
    headers: { allow: 'GET' },
  })
}

const TOLD_BY_US = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

/** What names the client in the request must be its own; the rest is metadata. @spec RFC 7592 §2.2 */
function readUpdate(context: Context, input: Readonly<Record<string, unknown>>, client: Client): object {
  const { client_id, client_secret, ...metadata } = input
  if (client_id !== client.client_id) throw wrong('client_id', 'must be that of this client')
  if (client_secret !== undefined && !isSecretOf(context, client, client_secret))
    throw wrong('client_secret', 'must be that of this client')
  const ours = TOLD_BY_US.find((member) => Object.hasOwn(metadata, member))
  if (ours !== undefined) throw wrong(ours, 'must be left out')
  return metadata
}

function wrong(member: string, problem: string): OAuthError {
  const sentence = `The member ${member} ${problem}.`
  return new OAuthError('invalid_client_metadata', sentence, { invalid_fields: { [member]: [sentence] } })
}
