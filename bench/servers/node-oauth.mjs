// @node-oauth/oauth2-server 5.3 with a model on Maps, in the thinnest frame that it allows. It signs nothing and asks nobody.
import { createServer } from 'node:http'
import OAuth2Server from '@node-oauth/oauth2-server'
import { SERVICE, WEB } from '../lib/fixtures.mjs'

const { Request, Response } = OAuth2Server
const codes = new Map()
const accessTokens = new Map()
const refreshTokens = new Map()
const clients = new Map([
  [
    WEB.client_id,
    { id: WEB.client_id, secret: WEB.client_secret, redirectUris: [WEB.redirect_uri], grants: ['authorization_code', 'refresh_token'] },
  ],
  [SERVICE.client_id, { id: SERVICE.client_id, secret: SERVICE.client_secret, redirectUris: [], grants: ['client_credentials'] }],
])

const model = {
  getClient: async (id, secret) => {
    const client = clients.get(id)
    return client && (secret === null || secret === undefined || secret === client.secret) ? client : null
  },
  getUserFromClient: async ({ id }) => ({ id }),
  saveAuthorizationCode: async (code, client, user) => {
    const saved = { ...code, client, user }
    codes.set(code.authorizationCode, saved)
    return saved
  },
  getAuthorizationCode: async (code) => codes.get(code),
  revokeAuthorizationCode: async ({ authorizationCode }) => codes.delete(authorizationCode),
  saveToken: async (token, client, user) => {
    const saved = { ...token, client, user }
    accessTokens.set(token.accessToken, saved)
    if (token.refreshToken) refreshTokens.set(token.refreshToken, saved)
    return saved
  },
  getAccessToken: async (token) => accessTokens.get(token),
  getRefreshToken: async (token) => refreshTokens.get(token),
  revokeToken: async ({ refreshToken }) => refreshTokens.delete(refreshToken),
  validateScope: async (_user, _client, scope) => scope ?? ['openid'],
  verifyScope: async () => true,
}
const server = new OAuth2Server({
  model,
  accessTokenLifetime: 3_600,
  refreshTokenLifetime: 14 * 86_400,
  alwaysIssueNewRefreshToken: true,
})
const signedIn = {
  handle: async ({ headers }) => {
    const person = /sid=([^;]+)/.exec(headers.cookie ?? '')?.[1]
    return person ? { id: person } : null
  },
}

createServer(async (incoming, outgoing) => {
  const url = new URL(incoming.url, 'http://127.0.0.1')
  let text = ''
  for await (const part of incoming) text += part
  const { method, headers } = incoming
  const query = Object.fromEntries(url.searchParams)
  const request = new Request({ method, headers, query, body: Object.fromEntries(new URLSearchParams(text)) })
  const response = new Response()
  try {
    if (url.pathname === '/authorize') await server.authorize(request, response, { authenticateHandler: signedIn })
    else if (url.pathname === '/token') await server.token(request, response)
    else response.body = { issuer: 'http://127.0.0.1' }
  } catch (cause) {
    response.status = cause.code || 500
    response.body = { error: cause.name, error_description: cause.message }
  }
  const body = response.body ? JSON.stringify(response.body) : ''
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  outgoing.end(body)
}).listen(Number(process.env.PORT), '127.0.0.1')
