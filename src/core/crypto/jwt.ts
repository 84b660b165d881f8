import { createPrivateKey, createPublicKey, generateKeyPair, type JsonWebKey as Jwk, type KeyObject, sign } from 'node:crypto'

export type { Jwk }
export type JwtAlg = 'ES256' | 'RS256'
export type SignJwt = (claims: object, typ: string) => string | Promise<string>

/** A public key as a verifier finds it by its kid. */
export interface VerificationKey {
  alg: JwtAlg
  key: KeyObject
}

/**
 * Signs with one private key. ES256 on the thread that asks, since a P-256 signature takes less time than a trip to another thread;
 * RS256 takes fifty times as long and goes to one. @spec RFC 7515 §5.1, RFC 7518 §3
 */
export function createJwtSigner(private_jwk: Jwk, kid: string, alg: JwtAlg): SignJwt {
  const key = createPrivateKey({ key: private_jwk, format: 'jwk' })
  const textOf = createInput(kid, alg)
  if (alg === 'RS256') {
    return (claims, typ) => {
      const text = textOf(claims, typ)
      return new Promise((resolve, reject) => {
        sign('sha256', Buffer.from(text, 'latin1'), key, (error, signature) => {
          if (error) reject(error)
          else resolve(`${text}.${signature.toString('base64url')}`)
        })
      })
    }
  }
  return (claims, typ) => {
    const text = textOf(claims, typ)
    // a bare key and DER: on Node 24 asking sign() for 'ieee-p1363' doubles the time of a signature
    return `${text}.${joseSignature(sign('sha256', Buffer.from(text, 'latin1'), key)).toString('base64url')}`
  }
}

/** Signs where the private key lives: `sign` is given the signing input and returns the signature as a JWS has it. @spec RFC 7515 §5.1 */
export function createHomeSigner(sign: (text: string) => Promise<string>, kid: string, alg: JwtAlg): SignJwt {
  const textOf = createInput(kid, alg)
  return async (claims, typ) => {
    const text = textOf(claims, typ)
    return `${text}.${await sign(text)}`
  }
}

/** What is signed: the header, made once for each `typ`, and the claims. */
function createInput(kid: string, alg: JwtAlg): (claims: object, typ: string) => string {
  const headers = new Map<string, string>()
  return (claims, typ) => {
    let header = headers.get(typ)
    if (!header) headers.set(typ, (header = `${encode(JSON.stringify({ alg, typ, kid }))}.`))
    return header + encode(JSON.stringify(claims))
  }
}

/** DER sequence of two integers → r and s, 32 bytes each. @spec RFC 7518 §3.4, SEC 1 §C.5 */
function joseSignature(der: Buffer): Buffer {
  const both = Buffer.allocUnsafe(64).fill(0) // out of Node's pool: memory of its own is slower to get than all of this
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1]!
    const start = at + 2
    const skip = Math.max(0, length - 32) // a leading zero keeps a large integer positive
    for (let i = skip; i < length; i++) both[end - length + i] = der[start + i]!
    at = start + length
  }
  return both
}

const encode = (text: string): string => Buffer.from(text).toString('base64url')

/** A new private key as a JWK: P-256, or RSA of 2048 bits. */
export function generateSigningKey(alg: JwtAlg): Promise<Jwk> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _public: KeyObject, key: KeyObject) =>
      error ? reject(error) : resolve(key.export({ format: 'jwk' }))
    if (alg === 'ES256') generateKeyPair('ec', { namedCurve: 'P-256' }, done)
    else generateKeyPair('rsa', { modulusLength: 2048 }, done)
  })
}

/** The public half, computed from the private one, so that no stored copy can differ from it. */
export function publicKey(private_jwk: Jwk): { jwk: Jwk; key: KeyObject } {
  const key = createPublicKey({ key: private_jwk, format: 'jwk' })
  return { jwk: key.export({ format: 'jwk' }), key }
}

export interface VerifyOptions {
  issuer: string
  typ: string
  /** Milliseconds. */
  now: number
  /** A token that has expired will do: as a hint of who it was. */
  expired?: boolean
}

const DECADES = 20 * 365 * 86_400 // seconds

/** The claims of a JWS of ours. The verification is jose's, loaded when the first token is shown. Throws where it is not genuine. @spec RFC 8725 §3.1 */
export async function verifyJwt(
  jwt: string,
  find: (kid: string | undefined) => VerificationKey | undefined,
  options: VerifyOptions,
): Promise<Record<string, unknown>> {
  const { jwtVerify } = await import('jose')
  const { payload } = await jwtVerify(
    jwt,
    ({ kid, alg }) => {
      const found = find(kid)
      if (!found || found.alg !== alg) throw new Error('No key of ours.') // the key decides the algorithm, never the token
      return found.key as never // jose takes a KeyObject; the core knows it by a narrower type
    },
    {
      issuer: options.issuer,
      typ: options.typ,
      algorithms: ['ES256', 'RS256'],
      currentDate: new Date(options.now),
      requiredClaims: ['exp', 'iat', 'sub', 'aud'],
      ...(options.expired && { clockTolerance: DECADES }),
    },
  )
  return payload
}

/** A key by which somebody else signs what they send us, as a JWK: public, or `oct` where we share a secret. */
export interface ForeignKey {
  kid?: string
  alg: 'ES256' | 'RS256' | 'PS256' | 'EdDSA' | 'HS256'
  key: Jwk
}

export interface ForeignOptions extends Pick<VerifyOptions, 'typ' | 'now'> {
  issuer: string
  audience: string
  /** Seconds that their clock may differ from ours. */
  tolerance: number
  required: string[]
}

/** The claims of a JWS of somebody whose keys we were given; a kid chooses among several. Throws where it is not genuine. @spec RFC 8725 §3.1, RFC 8725 §3.11 */
export async function verifyForeignJwt(
  jwt: string,
  keys: readonly ForeignKey[],
  { issuer, audience, typ, now, tolerance, required }: ForeignOptions,
): Promise<Record<string, unknown>> {
  const { jwtVerify } = await import('jose')
  const { payload } = await jwtVerify(
    jwt,
    ({ kid, alg }) => {
      const found = keys.length === 1 && kid === undefined ? keys[0] : keys.find((key) => key.kid === kid)
      if (!found || found.alg !== alg) throw new Error('No key of theirs.') // the key decides the algorithm, never the token
      return found.key as never // jose knows a JWK by another type
    },
    {
      issuer,
      audience,
      typ,
      algorithms: [...new Set(keys.map(({ alg }) => alg))],
      currentDate: new Date(now),
      clockTolerance: tolerance,
      requiredClaims: ['iss', 'aud', 'exp', 'iat', ...required],
    },
  )
  // a list could be good elsewhere too: whoever received it there could show it here
  if (payload.aud !== audience) throw new Error('The audience is a list.')
  return payload
}
