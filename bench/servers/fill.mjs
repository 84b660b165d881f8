import { sha256 } from '../../src/core/crypto/hash.ts'
import { hashPassword } from '../../src/server/accounts/password.ts'
import { openStore } from '../../src/server/store.ts'
import { emailOf, PASSWORD, PEOPLE, SERVICE, WEB } from '../lib/fixtures.mjs'

/** The two clients and the people of the bench; who is there already stays, and a client gets the format of tokens that is asked for. */
export async function fill(store, { TOKENS } = {}) {
  const created_at = Date.now()
  const keep = async (client) => (await store.clients.add(client)) || store.clients.update(client)
  const client = ({ client_id, client_secret }, more) => ({
    client_id,
    client_secrets: [{ hash: sha256(client_secret), hint: client_secret.slice(-4), created_at }],
    token_endpoint_auth_method: 'client_secret_post',
    application_type: 'web',
    id_token_signed_response_alg: 'ES256',
    dialect: 'standard',
    reviewed: true,
    created_at,
    ...(TOKENS === 'opaque' && { access_token_format: 'opaque' }),
    ...more,
  })
  const web = {
    client_name: 'Bench',
    redirect_uris: [WEB.redirect_uri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid',
  }
  const service = { client_name: 'Service', redirect_uris: [], grant_types: ['client_credentials'], response_types: [], scope: '' }
  await keep(client(WEB, web))
  await keep(client(SERVICE, service))
  const password_hash = await hashPassword(PASSWORD)
  for (let person = 0; person < PEOPLE; person++) {
    await store.users.add({ sub: `person-${person}`, email: emailOf(person), password_hash, created_at })
  }
}

/** The same in a database that no server has open. */
export async function fillDatabase(database) {
  const store = await openStore({ database, secrets: [] })
  await fill(store)
  await store.close()
}
