import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { metAcr } from '../../src/core/model/acr.ts'
import { acrOf, addAmr, WITH_CODE, WITH_PASSKEY } from '../../src/server/accounts/acr.ts'

describe('OIDC Core §5.5.1.1 which way that was asked for was met', () => {
  const order = ['1fa', '2fa', 'phr']
  const cases: [done: string | undefined, asked: string[], met: string | undefined][] = [
    [undefined, ['1fa'], undefined],
    ['1fa', ['1fa'], '1fa'],
    ['1fa', ['2fa', 'phr'], undefined],
    ['2fa', ['phr', '2fa'], '2fa'],
    ['phr', ['2fa', 'phr'], '2fa'],
    ['phr', ['urn:other'], undefined],
    ['urn:other', ['urn:other'], 'urn:other'],
    ['urn:other', ['1fa'], undefined],
    ['2fa', [], undefined],
    ['constructor', ['1fa'], undefined],
  ]
  for (const [done, asked, met] of cases)
    it(`${done} for ${asked.join(' ') || 'nothing'} → ${met}`, () => assert.equal(metAcr(done, asked, order), met))

  it('without an order each does for itself alone', () => {
    assert.equal(metAcr('phr', ['2fa'], []), undefined)
    assert.equal(metAcr('phr', ['2fa', 'phr'], []), 'phr')
  })
})

describe('RFC 8176 §2 what was shown', () => {
  const cases: [before: string[], shown: readonly string[], amr: string[], acr: string][] = [
    [[], ['pwd'], ['pwd'], '1fa'],
    [['pwd'], WITH_CODE, ['pwd', 'otp', 'mfa'], '2fa'],
    [[], WITH_PASSKEY, ['pop', 'user', 'mfa'], 'phr'],
    [['pwd'], WITH_PASSKEY, ['pwd', 'pop', 'user', 'mfa'], 'phr'],
    [['pwd', 'otp', 'mfa'], WITH_PASSKEY, ['pwd', 'otp', 'mfa', 'pop', 'user'], 'phr'],
  ]
  for (const [before, shown, amr, acr] of cases) {
    it(`${amr.join(' ')} is ${acr}`, () => {
      assert.deepEqual(addAmr(before, shown), amr)
      assert.equal(acrOf(amr), acr)
    })
  }
})
