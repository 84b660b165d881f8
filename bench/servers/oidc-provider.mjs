// oidc-provider 9.13. Who the header names is signed in and consents at once; after that session and grant are remembered.
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { Provider } from 'oidc-provider'
import { RESOURCE, SERVICE, WEB } from '../lib/fixtures.mjs'
import { createSqliteAdapter } from './oidc-sqlite-adapter.mjs'

const { PORT, STATE, STORE, TOKENS } = process.env
const HOUR = 3_600
const FORTNIGHT = 14 * 24 * HOUR
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const common = { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }
const resources = {
  enabled: TOKENS !== 'opaque',
  defaultResource: () => RESOURCE,
  useGrantedResource: () => true,
  getResourceServerInfo: () => ({
    scope: 'openid api:read',
    audience: RESOURCE,
    accessTokenFormat: 'jwt',
    accessTokenTTL: HOUR,
    jwt: { sign: { alg: 'ES256' } },
  }),
}

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  ...(STORE === 'sqlite' && { adapter: createSqliteAdapter(join(STATE, 'oidc.db')) }),
  clients: [
    {
      ...common,
      client_id: WEB.client_id,
      client_secret: WEB.client_secret,
      redirect_uris: [WEB.redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    {
      ...common,
      client_id: SERVICE.client_id,
      client_secret: SERVICE.client_secret,
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
    },
  ],
  jwks: { keys: [{ ...jwk, kid: 'bench', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['bench-cookie-key-0123456789'] },
  findAccount: async (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: HOUR,
    AuthorizationCode: 60,
    ClientCredentials: HOUR,
    IdToken: HOUR,
    RefreshToken: FORTNIGHT,
    Session: FORTNIGHT,
    Grant: FORTNIGHT,
    Interaction: HOUR,
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    resourceIndicators: resources,
  },
})

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next()
  const { prompt, grantId, session, params } = await provider.interactionDetails(ctx.req, ctx.res)
  ctx.respond = false
  if (prompt.name === 'login') {
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: ctx.get('x-bench-person') } })
    return
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope('openid')
  grant.addResourceScope(RESOURCE, 'openid api:read')
  await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } })
})
provider.listen(Number(PORT), '127.0.0.1')
