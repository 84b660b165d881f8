import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { base64url, importJWK, SignJWT } from 'jose'
import { createJwtSigner, generateSigningKey, type JwtAlg, publicKey, verifyJwt } from '../../src/core/crypto/jwt.ts'

const now = 1_800_000_000_000
const claims = { iss: 'me', sub: 'u', aud: 'c', iat: now / 1000 - 1, exp: now / 1000 + 60 }
const options = { issuer: 'me', typ: 'at+jwt', now }

async function makeKey(alg: JwtAlg) {
  const private_jwk = await generateSigningKey(alg)
  const { jwk, key } = publicKey(private_jwk)
  return {
    private_jwk,
    jwk,
    sign: createJwtSigner(private_jwk, 'k1', alg),
    find: (kid?: string) => (kid === 'k1' ? { alg, key } : undefined),
  }
}

describe('jwt', () => {
  it('RFC 7518 §3.4 what our signer signs, jose verifies: also signatures whose integers are short', async () => {
    const { sign, find } = await makeKey('ES256')
    for (let i = 0; i < 1500; i++) {
      // about one in 128 has an integer with a leading zero byte
      assert.equal((await verifyJwt(await sign({ ...claims, i }, 'at+jwt'), find, options)).i, i)
    }
  })

  it('RFC 7518 §3.3 RS256 too', async () => {
    const { sign, find } = await makeKey('RS256')
    assert.equal((await verifyJwt(await sign(claims, 'at+jwt'), find, options)).sub, 'u')
  })

  it('the public half has no private part', async () => {
    for (const alg of ['ES256', 'RS256'] as const) {
      const { jwk } = await makeKey(alg)
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(part in jwk, false)
    }
  })

  it('RFC 8725 §3 refuses what is forged', async () => {
    const own = await makeKey('ES256')
    const other = await makeKey('ES256')
    const rsa = await makeKey('RS256')
    const jwt = await own.sign(claims, 'at+jwt')
    const [header, body, signature] = jwt.split('.') as [string, string, string]
    const encode = (value: object) => base64url.encode(JSON.stringify(value))
    const forgeries: [string, string][] = [
      ['another key', await other.sign(claims, 'at+jwt')],
      ['alg none', `${encode({ alg: 'none', typ: 'at+jwt', kid: 'k1' })}.${body}.`],
      ['no signature', `${header}.${body}.`],
      ['a changed body', `${header}.${encode({ ...claims, sub: 'v' })}.${signature}`],
      ['a cut signature', jwt.slice(0, -1)],
      ['another typ', await own.sign(claims, 'JWT')],
      ['another issuer', await own.sign({ ...claims, iss: 'you' }, 'at+jwt')],
      ['no issuer', await own.sign({ ...claims, iss: undefined }, 'at+jwt')],
      ['no audience', await own.sign({ ...claims, aud: undefined }, 'at+jwt')],
      ['no end', await own.sign({ ...claims, exp: undefined }, 'at+jwt')],
      ['an end that is over', await own.sign({ ...claims, exp: now / 1000 }, 'at+jwt')],
      ['an unknown kid', await createJwtSigner(own.private_jwk, 'k2', 'ES256')(claims, 'at+jwt')],
      ['an algorithm that is not the key’s', await createJwtSigner(rsa.private_jwk, 'k1', 'RS256')(claims, 'at+jwt')],
      [
        'HS256 with the public key',
        await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
          .sign(new TextEncoder().encode(JSON.stringify(own.jwk))),
      ],
      [
        'a key of its own in the header',
        await new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', jwk: other.jwk as never })
          .sign(await importJWK(other.private_jwk as never, 'ES256')),
      ],
      ['nothing', ''],
      ['five parts', `${jwt}.x.y`],
    ]
    for (const [what, forged] of forgeries) await assert.rejects(verifyJwt(forged, own.find, options), what)
  })

  it('OIDC Core §3.1.2.1 a hint may be old', async () => {
    const { sign, find } = await makeKey('ES256')
    const old = await sign({ ...claims, iat: now / 1000 - 9_000_000, exp: now / 1000 - 8_000_000 }, 'at+jwt')
    await assert.rejects(verifyJwt(old, find, options))
    assert.equal((await verifyJwt(old, find, { ...options, expired: true })).sub, 'u')
  })
})
