import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hotp } from '../../src/core/crypto/otp.ts'
import { matchStep, newTotpSecret, otpauthUri, stepAt, toBase32 } from '../../src/server/accounts/totp.ts'
import { fromBase32 } from '../support/totp.ts'

const SECRET = Buffer.from('12345678901234567890')

describe('one-time passwords', () => {
  const byCounter = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  for (const [counter, code] of byCounter.entries()) {
    it(`RFC 4226 §D the vector of counter ${counter}`, () => assert.equal(hotp(SECRET, counter), code))
  }

  const byTime: [seconds: number, code: string][] = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ]
  for (const [seconds, code] of byTime) {
    it(`RFC 6238 §B the vector of ${seconds}, its last six digits`, () => {
      assert.equal(hotp(SECRET, stepAt(seconds * 1000)), code.slice(2))
      assert.equal(matchStep(SECRET.toString('base64url'), code.slice(2), seconds * 1000), stepAt(seconds * 1000))
    })
  }

  it('RFC 6238 §5.2 one step before and after is good, two are not', () => {
    const now = 2_000_000_000_000
    const secret = newTotpSecret()
    const code = (step: number) => hotp(Buffer.from(secret, 'base64url'), stepAt(now) + step)
    const found = [-2, -1, 0, 1, 2].map((step) => matchStep(secret, code(step), now))
    assert.deepEqual(found, [null, stepAt(now) - 1, stepAt(now), stepAt(now) + 1, null])
  })

  it('RFC 4226 §4 a secret has 160 bits', () => assert.equal(Buffer.from(newTotpSecret(), 'base64url').length, 20))

  const base32: [text: string, encoded: string][] = [
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ]
  for (const [text, encoded] of base32) {
    it(`RFC 4648 §10 ${text} is ${encoded}, without its padding`, () => {
      const secret = Buffer.from(text).toString('base64url')
      assert.equal(toBase32(secret), encoded)
      assert.equal(fromBase32(encoded), secret)
    })
  }

  it('the address for apps names the product and the person, and can be read again', () => {
    const url = new URL(otpauthUri('Harbour: Books & Co', 'mara+1@otterbakery.example', 'AAAA'))
    assert.equal(url.protocol, 'otpauth:')
    assert.equal(url.host, 'totp')
    assert.equal(decodeURIComponent(url.pathname), '/Harbour  Books & Co:mara+1@otterbakery.example')
    assert.equal(url.searchParams.get('issuer'), 'Harbour  Books & Co')
    assert.equal(url.searchParams.get('secret'), toBase32('AAAA'))
  })
})
