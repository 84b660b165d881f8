import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { type Answer, type Call, type DemoLog, type Door, openDoor, type Place } from './door.ts'

/** Where the demo API is, and whose tokens it takes. */
export interface ApiOptions extends Place {
  issuer: string
  /** What a token must be made for. @spec RFC 8707 §2 */
  audience: string
  log: DemoLog
}

interface Invoice {
  number: number
  customer: string
  due: string
  /** In cents. */
  amount: number
  currency: string
  status: 'draft' | 'sent' | 'paid'
}

const BOOKS: readonly Invoice[] = [
  { number: 1039, customer: 'Lighthouse Café', due: '2026-11-14', amount: 48_200, currency: 'EUR', status: 'paid' },
  { number: 1040, customer: 'Nordic Ferries', due: '2026-11-28', amount: 219_500, currency: 'EUR', status: 'sent' },
  { number: 1041, customer: 'Pier 9 Bakery', due: '2026-12-05', amount: 12_750, currency: 'EUR', status: 'sent' },
  { number: 1042, customer: 'Saltworks AB', due: '2026-12-19', amount: 86_000, currency: 'EUR', status: 'draft' },
]

/** A refusal as a resource server says it. @spec RFC 6750 §3.1 */
class Challenge extends Error {
  readonly status: number
  readonly challenge: string

  constructor(status: number, fields: Record<string, string>) {
    super(fields['error_description'] ?? 'No access token was sent.')
    this.status = status
    const all = { realm: 'Harbour Books', ...fields }
    this.challenge = `Bearer ${Object.entries(all)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`
  }
}

/** Opens the API of Harbour Books: a list of invoices for whoever brings a token with the scope, made for this audience. */
export async function openApi(options: ApiOptions): Promise<Door> {
  const books = BOOKS.map((invoice) => ({ ...invoice }))
  const verify = createVerifier(options)
  return openDoor(options, options.log, async (call) => {
    try {
      return await serve(call, books, verify)
    } catch (refusal) {
      if (!(refusal instanceof Challenge)) throw refusal
      const body = { error: /error="([^"]+)"/.exec(refusal.challenge)?.[1] ?? 'token_missing', error_description: refusal.message }
      return json(refusal.status, body, { 'www-authenticate': refusal.challenge })
    }
  })
}

type Verify = (token: string) => Promise<JWTPayload>

async function serve(call: Call, books: Invoice[], verify: Verify): Promise<Answer> {
  if (call.path === '/') return json(200, { name: 'Harbour Books API', try: 'GET /invoices', needs: 'invoices.read' })
  if (call.path === '/invoices') {
    if (call.method !== 'GET') return json(405, { error: 'method_not_allowed' }, { allow: 'GET' })
    const claims = await authorize(call, 'invoices.read', verify)
    return json(200, { asked_by: claims['client_id'], for: claims.sub, invoices: books })
  }
  const number = /^\/invoices\/(\d{1,6})\/send$/.exec(call.path)?.[1]
  const invoice = books.find((candidate) => String(candidate.number) === number)
  if (!invoice) return json(404, { error: 'not_found' })
  if (call.method !== 'POST') return json(405, { error: 'method_not_allowed' }, { allow: 'POST' })
  await authorize(call, 'invoices.send', verify)
  if (invoice.status === 'draft') invoice.status = 'sent'
  return json(200, invoice)
}

/** The claims of the token that came along; throws a Challenge unless it is good and has the scope. @spec RFC 6750 §2.1 */
async function authorize(call: Call, scope: string, verify: Verify): Promise<JWTPayload> {
  const header = call.header('authorization')
  if (header === undefined || !/^bearer( |$)/i.test(header)) throw new Challenge(401, { scope })
  const token = /^bearer +([\w~+/.-]+=*)$/i.exec(header)?.[1]
  if (!token) throw new Challenge(400, { error: 'invalid_request', error_description: 'The Authorization header is not well-formed.' })
  const claims = await verify(token)
  const held = typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : []
  if (!held.includes(scope)) {
    throw new Challenge(403, { error: 'insufficient_scope', error_description: `This needs the scope ${scope}.`, scope })
  }
  return claims
}

/** Reads the issuer's keys when the first token comes: the issuer may start after us. @spec RFC 9068 §4 */
function createVerifier({ issuer, audience, log }: ApiOptions): Verify {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | null = null
  return async (token) => {
    keys ??= findKeys(issuer)
    try {
      const { payload } = await jwtVerify(token, await keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['ES256', 'RS256'],
        requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
      })
      return payload
    } catch (cause) {
      // what jose names by a code of its own was wrong with the token; anything else was wrong with the way to the keys
      if (cause instanceof errors.JOSEError && !UNREACHABLE.has(cause.code)) {
        const error_description = cause instanceof errors.JWTExpired ? 'The token has expired.' : 'The token is not valid here.'
        throw new Challenge(401, { error: 'invalid_token', error_description })
      }
      keys = null
      log.error({ event: 'demo.keys_unreachable', error: cause })
      throw cause
    }
  }
}

const UNREACHABLE = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'])

async function findKeys(issuer: string) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, { redirect: 'error', signal: AbortSignal.timeout(5000) })
  const metadata: unknown = await response.json()
  if (typeof metadata !== 'object' || metadata === null || !('issuer' in metadata) || metadata.issuer !== issuer) {
    throw new Error('The discovery document names another issuer.')
  }
  if (!('jwks_uri' in metadata) || typeof metadata.jwks_uri !== 'string') throw new Error('The discovery document has no jwks_uri.')
  return createRemoteJWKSet(new URL(metadata.jwks_uri))
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(body)}\n`,
  }
}
