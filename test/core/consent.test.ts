import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuthorizationRequest } from '../../src/core/model/authorization-request.ts'
import { conclude, type Decision } from '../../src/core/model/consent.ts'
import type { Consent } from '../../src/core/model/grant.ts'

const request: AuthorizationRequest = {
  request_id: 'r2',
  client_id: 'c1',
  redirect_uri: 'https://app.example/cb',
  response_mode: 'query',
  scope: 'openid email',
  resource: ['https://api.example'],
  dialect: 'standard',
  created_at: 1000,
  expires_at: 2000,
}
const decision: Decision = {
  sub: 'u1',
  request,
  scope: 'openid email',
  claims: [],
  duration: '30d',
  client_name: 'App',
  redirect_host: 'app.example',
  rules: { remembered: true, asked_again: 'growth' },
  idle: 90 * 86_400,
}
const before: Consent = {
  sub: 'u1',
  client_id: 'c1',
  scope: 'openid email calendar',
  scope_at: { '': 'openid email calendar' },
  redirect_hosts: ['app.example'],
  granted_at: 1,
  expires_at: 2000,
  request_id: 'r1',
}
const { expires_at: _, ...endless } = before
const forever: Decision = { ...decision, duration: 'revoked' }

describe('what a decision leaves behind', () => {
  it('is a consent and its receipt, of the same moment', () => {
    const { consent, receipt, withdraw } = conclude(null, decision, 1500, 'receipt')
    const expires_at = 1500 + 30 * 86_400_000
    const shared = { sub: 'u1', client_id: 'c1', scope: 'openid email', expires_at }
    const where = { scope_at: { 'https://api.example': 'openid email' }, redirect_hosts: ['app.example'] }
    assert.deepEqual(consent, { ...shared, ...where, granted_at: 1500, used_at: 1500, request_id: 'r2', receipt_id: 'receipt' })
    const shown = { client_name: 'App', redirect_host: 'app.example', resource: ['https://api.example'] }
    assert.deepEqual(receipt, { ...shared, ...shown, receipt_id: 'receipt', at: 1500, decision: 'allowed' })
    assert.equal(withdraw, false)
  })

  const cases: [what: string, found: Consent | null, decision: Decision, scope: string, withdraw: boolean][] = [
    ['what was not asked for goes on', before, forever, 'calendar openid email', false],
    ['what is left off ends what was given', before, { ...forever, scope: 'openid' }, 'calendar openid', true],
    [
      'what was never held ends nothing',
      { ...before, scope: 'openid', scope_at: { '': 'openid' } },
      { ...forever, scope: 'openid' },
      'openid',
      false,
    ],
    [
      'where any change is asked again nothing goes on, and what was given beyond it ends',
      before,
      { ...forever, rules: { remembered: true, asked_again: 'change' } },
      'openid email',
      true,
    ],
    [
      'where any change is asked again, what is allowed as it was ends nothing',
      { ...before, scope: 'openid', scope_at: { 'https://api.example': 'openid' } },
      { ...forever, rules: { remembered: true, asked_again: 'change' } },
      'openid email',
      false,
    ],
    [
      'where any change is asked again, another resource ends what was given at the one before',
      { ...before, scope: 'openid' },
      { ...forever, rules: { remembered: true, asked_again: 'change' } },
      'openid email',
      true,
    ],
    ['what was for once ends where less is allowed now', { ...before, once: true }, forever, 'openid email', true],
    [
      'what rests does not go on unnamed, where any change is asked again',
      { ...before, paused_at: 1200 },
      { ...forever, rules: { remembered: true, asked_again: 'change' } },
      'openid email',
      true,
    ],
    ['what rests goes on where it was named', { ...before, paused_at: 1200 }, forever, 'calendar openid email', false],
    ['what is over does not go on', { ...before, expires_at: 1500 }, forever, 'openid email', false],
    ['what ends earlier now ends what was given', endless, decision, 'calendar openid email', true],
  ]
  for (const [what, found, given, scope, withdraw] of cases) {
    it(what, () => {
      const concluded = conclude(found, given, 1500, 'receipt')
      assert.deepEqual([concluded.consent.scope, concluded.withdraw], [scope, withdraw])
    })
  }

  it('is never older than the request that it answers, whatever a clock says', () => {
    assert.equal(conclude(null, decision, 900, 'receipt').consent.granted_at, 1000)
  })
})
