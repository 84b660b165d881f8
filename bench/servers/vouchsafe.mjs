// Our own server as `vouchsafe serve` runs it, with two clients and some people in its database.
import { join } from 'node:path'
import { sha256 } from '../../src/core/crypto/hash.ts'
import { hashPassword } from '../../src/server/accounts/password.ts'
import { readConfig } from '../../src/server/config.ts'
import { createLog } from '../../src/server/log.ts'
import { startServer } from '../../src/server/serve.ts'
import { openStore } from '../../src/server/store.ts'
import { emailOf, PASSWORD, PEOPLE, SERVICE, WEB } from '../lib/fixtures.mjs'

const { PORT, STATE, DATABASE, TOKENS, SECRET } = process.env
const flags = { port: PORT, issuer: `http://127.0.0.1:${PORT}`, database: DATABASE ?? `sqlite:${join(STATE, 'vouchsafe.db')}` }
const env = { VOUCHSAFE_LOG: 'error', ...(SECRET && { VOUCHSAFE_SECRET: SECRET }) }
const config = await readConfig({ flags, env, cwd: STATE })
const store = await openStore(config)
const created_at = Date.now()

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
await store.clients.add(client(WEB, web))
await store.clients.add(
  client(SERVICE, { client_name: 'Service', redirect_uris: [], grant_types: ['client_credentials'], response_types: [], scope: '' }),
)
const password_hash = await hashPassword(PASSWORD)
for (let person = 0; person < PEOPLE; person++) {
  await store.users.add({ sub: `person-${person}`, email: emailOf(person), password_hash, created_at })
}
await startServer(config, { log: createLog(config.log), store })
