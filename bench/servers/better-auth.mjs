// better-auth 1.7 with its OAuth provider on SQLite. People are signed up and consent by its own interface, at an address of the bench's.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { emailOf, PASSWORD, RESOURCE, SERVICE, WEB } from '../lib/fixtures.mjs'

const { PORT, STATE } = process.env
const SCOPES = ['openid', 'offline_access', 'api:read']
const database = new DatabaseSync(join(STATE, 'better-auth.db'))
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768')

const options = {
  baseURL: `http://127.0.0.1:${PORT}`,
  basePath: '/api/auth',
  secret: 'bench-secret-0123456789-0123456789-0123456789',
  database,
  telemetry: { enabled: false },
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, disableSettingJwtHeader: true }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes: SCOPES,
      resources: [RESOURCE],
      enforcePerClientResources: false,
      rateLimit: { token: false, authorize: false, introspect: false, revoke: false, register: false, userinfo: false },
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)
const { adapter } = await auth.$context

const now = new Date()
const client = ({ client_id, client_secret }, more) => ({
  clientId: client_id,
  clientSecret: createHash('sha256').update(client_secret).digest('base64url'),
  scopes: SCOPES,
  tokenEndpointAuthMethod: 'client_secret_post',
  applicationType: 'web',
  public: false,
  disabled: false,
  createdAt: now,
  updatedAt: now,
  ...more,
})
const clients = [
  client(WEB, {
    redirectUris: [WEB.redirect_uri],
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
  }),
  client(SERVICE, {
    redirectUris: [],
    grantTypes: ['client_credentials'],
    responseTypes: [],
    clientCredentialsScopes: ['api:read'],
  }),
]
for (const data of clients) {
  // a server that is started again has them
  const known = await adapter.findOne({ model: 'oauthClient', where: [{ field: 'clientId', value: data.clientId }] })
  if (!known) await adapter.create({ model: 'oauthClient', data })
}

async function enter(person) {
  const body = { email: emailOf(person), password: PASSWORD, name: `Person ${person}` }
  const { response, headers } = await auth.api.signUpEmail({ body, returnHeaders: true })
  await adapter.create({
    model: 'oauthConsent',
    data: { clientId: WEB.client_id, userId: response.user.id, scopes: SCOPES, resources: [RESOURCE], createdAt: now, updatedAt: now },
  })
  return headers.getSetCookie()
}

const handle = toNodeHandler(auth)
createServer(async (request, response) => {
  const person = /^\/bench\/enter\?person=(\d+)$/.exec(request.url)
  if (person) {
    response.writeHead(200, { 'set-cookie': await enter(person[1]), 'content-length': 0 })
    return response.end()
  }
  if (request.url === '/.well-known/openid-configuration') request.url = `/api/auth${request.url}`
  return handle(request, response)
}).listen(Number(PORT), '127.0.0.1')
