import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Duration, durationsFor, offeredDuration, withLimit } from '../../src/core/model/consent-policy.ts'
import type { ConsentRules } from '../../src/core/model/dialect.ts'

describe('for how long something may be allowed', () => {
  const choices: [deployment: Duration[], client: Duration[] | undefined, left: Duration[]][] = [
    [['once', '30d', 'revoked'], undefined, ['once', '30d', 'revoked']],
    [['revoked', 'once'], undefined, ['once', 'revoked']],
    [['once', '30d', '1y'], ['30d', 'revoked'], ['30d']],
    [['30d', '1y'], ['revoked'], ['30d']],
    [['once'], [], ['once']],
  ]
  for (const [durations, consent_durations, left] of choices) {
    it(`${durations} of the deployment and ${consent_durations ?? 'nothing'} of the client leave ${left}`, () => {
      assert.deepEqual(durationsFor({ durations }, { ...(consent_durations && { consent_durations }) }), left)
    })
  }

  const offers: [offered: Duration[], asked: Duration, counts: Duration][] = [
    [['once', '30d', 'revoked'], 'revoked', 'revoked'],
    [['once', '30d'], 'revoked', '30d'],
    [['30d', '1y'], 'once', '30d'],
    [['once', '1y'], '30d', 'once'],
  ]
  for (const [offered, asked, counts] of offers) {
    it(`of ${offered}, ${asked} counts as ${counts}`, () => assert.equal(offeredDuration(offered, asked), counts))
  }

  it('of two limits the shorter one counts', () => {
    const rules: ConsentRules = { remembered: true, asked_again: 'growth' }
    const limit = (dialect: number | undefined, longest: number | undefined) =>
      withLimit(
        { ...rules, ...(dialect !== undefined && { longest: dialect }) },
        { durations: ['once'], ...(longest !== undefined && { longest }) },
      ).longest
    assert.deepEqual(
      [limit(undefined, undefined), limit(5, undefined), limit(undefined, 7), limit(5, 7), limit(9, 7)],
      [undefined, 5, 7, 5, 7],
    )
  })
})
