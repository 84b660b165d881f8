import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { findLinkProblem } from '../core/model/redirect-uri.ts'
import type { HostLogin } from './accounts/handover.ts'

type HostKey = HostLogin['keys'][number]

const MEMBERS = ['login', 'logout', 'issuer', 'audience', 'jwks', 'public_key', 'claims', 'create']
const USUAL_CLAIMS = ['name', 'email', 'email_verified']
const MOST_KEYS = 10
const MOST_CLAIMS = 50
const LEAST_RSA = 2048
/** What a hand-over says of itself or of the sign-in, and members of a person's record: none of it is a claim to take over. */
const NOT_CLAIMS =
  'iss aud exp iat nbf jti nonce sub auth_time amr acr claims password password_hash email_changed_at email_changes ended_at created_at disabled_at'.split(
    ' ',
  )

/**
 * Where people are signed in already, and by which keys it says so. `secret` is the value of VOUCHSAFE_HOST_LOGIN_SECRET, '' where there is
 * none. What it throws ends the sentence that begins with the setting's name.
 */
export function readHostLogin(value: unknown, issuer: string, secret: string): HostLogin {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('must be an object.')
  const given: Readonly<Record<string, unknown>> = { ...value }
  const stranger = Object.keys(given).find((member) => !MEMBERS.includes(member))
  if (stranger !== undefined) throw new Error(`has a member ${stranger} that is not known: there are ${MEMBERS.join(', ')}.`)
  const { create = true, audience = issuer } = given
  if (typeof create !== 'boolean') throw new Error('needs create to be true or false.')
  const logout = given['logout'] === undefined ? undefined : readAddress(given, 'logout')
  return {
    login: readAddress(given, 'login'),
    ...(logout !== undefined && { logout }),
    issuer: readName(given['issuer'], 'issuer: what stands in iss of its hand-overs'),
    audience: readName(audience, 'audience to be what stands in aud of its hand-overs'),
    keys: readKeys(given, secret),
    claims: readClaims(given['claims'] ?? USUAL_CLAIMS),
    create,
  }
}

function readAddress(given: Readonly<Record<string, unknown>>, member: string): string {
  const uri = given[member]
  const problem =
    typeof uri !== 'string' ? 'must be an absolute https address' : uri.includes('#') ? 'must not have a fragment' : findLinkProblem(uri)
  if (typeof uri !== 'string' || problem) throw new Error(`needs ${member}: it ${problem}.`)
  return uri
}

function readName(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 255) throw new Error(`needs ${what}, 1 to 255 characters.`)
  return value
}

function readClaims(value: unknown): string[] {
  if (
    !Array.isArray(value) ||
    value.length > MOST_CLAIMS ||
    !value.every((name) => typeof name === 'string' && /^[\w:./-]{1,100}$/.test(name))
  )
    throw new Error(`needs claims to be a list of at most ${MOST_CLAIMS} names.`)
  const wrong = value.find((name) => NOT_CLAIMS.includes(name) || Object.hasOwn(Object.prototype, name))
  if (wrong !== undefined) throw new Error(`has ${wrong} among its claims, which is none that can be taken over.`)
  return value
}

/** Exactly one way to prove a hand-over: two would make the weaker one count. */
function readKeys({ jwks, public_key }: Readonly<Record<string, unknown>>, secret: string): HostKey[] {
  const ways = [jwks, public_key, secret === '' ? undefined : secret].filter((way) => way !== undefined)
  if (ways.length !== 1)
    throw new Error('needs one way to prove its hand-overs: jwks, or public_key, or the variable VOUCHSAFE_HOST_LOGIN_SECRET.')
  // plain data all of it: workers are told the configuration as JSON
  if (secret !== '') return [{ alg: 'HS256', key: { kty: 'oct', k: Buffer.from(secret).toString('base64url'), alg: 'HS256' } }]
  if (public_key !== undefined) return [readKey(typeof public_key === 'string' ? fromPem(public_key) : public_key)]
  const keys = (jwks as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS)
    throw new Error(`needs jwks to be a JWK Set with 1 to ${MOST_KEYS} public keys.`)
  const read = keys.map(readKey)
  const kids = new Set(read.map(({ kid }) => kid))
  if (read.length > 1 && (kids.size < read.length || kids.has(undefined))) throw new Error('needs a kid of its own for each key of jwks.')
  return read
}

function fromPem(pem: string): JsonWebKey {
  try {
    if (pem.includes('PRIVATE')) throw new Error('A private key.')
    return createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    throw new Error('needs public_key to be a public key as PEM or JWK: a private one never leaves the product.')
  }
}

/** The key says which algorithm it is for. @spec RFC 8725 §3.1, RFC 7518 §3.3 */
function readKey(value: unknown): HostKey {
  const jwk = (typeof value === 'object' && value !== null ? value : {}) as JsonWebKey & { kid?: unknown; alg?: unknown }
  if (jwk.d !== undefined || jwk.k !== undefined) throw new Error('holds a private or secret key: write the public part only.')
  const alg = algOf(jwk)
  if (alg === null || (jwk.alg !== undefined && jwk.alg !== alg))
    throw new Error('holds a key that is none of: EC P-256 (ES256), RSA of 2048 bits or more (RS256, PS256), Ed25519 (EdDSA).')
  const { kid } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 255)) throw new Error('holds a key whose kid is not a short text.')
  const { kty, crv, x, y, n, e } = jwk
  const members = Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, member]) => member !== undefined))
  return { alg, key: { ...members, alg }, ...(kid !== undefined && { kid }) }
}

function algOf(jwk: JsonWebKey & { alg?: unknown }): HostKey['alg'] | null {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({ key: jwk, format: 'jwk' })
    if (type === 'ec') return details?.namedCurve === 'prime256v1' ? 'ES256' : null
    if (type === 'ed25519') return 'EdDSA'
    if (type !== 'rsa' || (details?.modulusLength ?? 0) < LEAST_RSA) return null
    return jwk.alg === 'PS256' ? 'PS256' : 'RS256'
  } catch {
    return null
  }
}
