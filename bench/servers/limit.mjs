// Constant answers of realistic size: nothing is read, signed or kept.
import { createServer } from 'node:http'
import { WEB } from '../lib/fixtures.mjs'

const LOCATION = `${WEB.redirect_uri}?code=${'c'.repeat(330)}&state=s&iss=http%3A%2F%2F127.0.0.1`
const DISCOVERY = JSON.stringify({ issuer: 'http://127.0.0.1', padding: 'd'.repeat(1_800) })
const ACTIVE = JSON.stringify({ active: true, sub: 'person-1', client_id: WEB.client_id, exp: 1, iat: 1, scope: 'openid' })
const TOKENS = JSON.stringify({
  access_token: 'a'.repeat(450),
  token_type: 'Bearer',
  expires_in: 600,
  refresh_token: 'r'.repeat(62),
  id_token: 'i'.repeat(400),
  scope: 'openid',
})

function answer(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-length': body.length })
  response.end(body)
}

createServer((request, response) => {
  if (request.url.startsWith('/authorize')) {
    response.writeHead(302, { location: LOCATION, 'content-length': 0 })
    response.end()
  } else if (request.method === 'POST') {
    request.on('data', () => undefined)
    request.on('end', () => answer(response, request.url === '/introspect' ? ACTIVE : TOKENS))
  } else answer(response, DISCOVERY)
}).listen(Number(process.env.PORT), '127.0.0.1')
