import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nextStep } from '../../src/core/authorize/next-step.ts'
import type { AuthorizationRequest } from '../../src/core/model/authorization-request.ts'
import type { Client } from '../../src/core/model/client.ts'
import { type ConsentRules, standard } from '../../src/core/model/dialect.ts'
import type { Consent } from '../../src/core/model/grant.ts'
import type { Session } from '../../src/core/model/user.ts'

const request = {
  request_id: 'r',
  client_id: 'c',
  redirect_uri: 'https://app.example/cb',
  scope: 'read',
  created_at: 100_000,
} as AuthorizationRequest
const client = { client_id: 'c', token_endpoint_auth_method: 'client_secret_basic' } as Client
const session: Session = { sid: 's', sub: 'u', auth_time: 50_000 }
const consent: Consent = {
  sub: 'u',
  client_id: 'c',
  scope: 'read',
  scope_at: { '': 'read' },
  redirect_hosts: ['app.example', '127.0.0.1', 'com.example.app:'],
  granted_at: 50_000,
  request_id: 'older',
}
const NATIVE = { redirect_uri: 'http://127.0.0.1:5555/cb' }
const PUBLIC = { token_endpoint_auth_method: 'none' }
const now = 110_000

interface Case {
  request?: Partial<AuthorizationRequest>
  client?: Partial<Client>
  session?: Partial<Session> | null
  consent?: Partial<Consent> | null
  rules?: Partial<ConsentRules>
}

const cases: [name: string, given: Case, outcome: string][] = [
  ['nobody is here', { session: null, consent: null }, 'login'],
  ['nobody is here, and we may not ask', { session: null, consent: null, request: { prompt: 'none' } }, 'login_required'],
  ['signed in, never asked', { consent: null }, 'consent'],
  ['signed in, never asked, and we may not ask', { consent: null, request: { prompt: 'none' } }, 'consent_required'],
  ['signed in and asked', {}, 'issue read'],
  ['signed in and asked, and we may not ask', { request: { prompt: 'none' } }, 'issue read'],
  ['asked for more than was allowed', { request: { scope: 'read write' } }, 'consent'],
  ['asked for less than was allowed', { consent: { scope: 'read write' } }, 'issue read'],
  ['one scope was left off: it is not asked again', { request: { scope: 'read write' }, consent: { declined: 'write' } }, 'issue read'],
  ['all that is asked was left off', { request: { scope: 'write' }, consent: { declined: 'write' } }, 'consent'],
  ['prompt=consent, asked before the request', { request: { prompt: 'consent' } }, 'consent'],
  ['prompt=consent, asked since', { request: { prompt: 'consent' }, consent: { granted_at: 100_000 } }, 'issue read'],
  ['the consent has ended', { consent: { expires_at: now } }, 'consent'],
  ['the consent ends in a moment', { consent: { expires_at: now + 1 } }, 'issue read'],
  ['just once, another request', { consent: { once: true } }, 'consent'],
  ['just once, this very request', { consent: { once: true, request_id: 'r' } }, 'issue read'],
  ['prompt=login, signed in before the request', { request: { prompt: 'login' } }, 'login'],
  ['prompt=login, signed in since', { request: { prompt: 'login' }, session: { auth_time: 100_000 } }, 'issue read'],
  ['max_age, a second too long ago', { request: { max_age: 49 } }, 'login'],
  ['max_age, just in time', { request: { max_age: 50 } }, 'issue read'],
  ['max_age=0, signed in since', { request: { max_age: 0 }, session: { auth_time: 100_000 } }, 'issue read'],
  ['max_age with prompt=none', { request: { max_age: 1, prompt: 'none' } }, 'login_required'],
  ['select_account, not chosen since', { request: { prompt: 'select_account' } }, 'login'],
  ['select_account, chosen since', { request: { prompt: 'select_account' }, session: { selected_at: 100_000 } }, 'issue read'],
  ['select_account, signed in since', { request: { prompt: 'select_account' }, session: { auth_time: 100_001 } }, 'issue read'],
  ['the hint names another person', { request: { hinted_sub: 'v' } }, 'login'],
  ['the hint names another person, and we may not ask', { request: { hinted_sub: 'v', prompt: 'none' } }, 'login_required'],
  [
    'another person than the hint names has signed in for it',
    { request: { hinted_sub: 'v' }, session: { auth_time: 100_001 } },
    'login_required',
  ],
  ['the hint names this person', { request: { hinted_sub: 'u' } }, 'issue read'],
  ['an essential acr that was not done', { request: { essential_acr: ['phr'] } }, 'login'],
  ['an essential acr, and we may not ask', { request: { essential_acr: ['phr'], prompt: 'none' } }, 'login_required'],
  ['an essential acr, and the person has no stronger way', { request: { essential_acr: ['phr'], no_stronger: true } }, 'access_denied'],
  ['an essential acr that was done', { request: { essential_acr: ['phr'] }, session: { acr: 'phr' } }, 'issue read'],
  ['a better acr is wished for', { request: { acr_values: ['2fa'] }, session: { acr: '1fa' } }, 'login'],
  ['a better acr is wished for, and we may not ask', { request: { acr_values: ['2fa'], prompt: 'none' } }, 'issue read'],
  ['a better acr is wished for, and the person has none', { request: { acr_values: ['2fa'], no_stronger: true } }, 'issue read'],
  ['a better acr is wished for, signed in since', { request: { acr_values: ['2fa'] }, session: { auth_time: 100_001 } }, 'issue read'],
  ['a resource that nobody has allowed', { request: { resource: ['https://api.example'] } }, 'consent'],
  [
    'a resource that was allowed',
    { request: { resource: ['https://api.example'] }, consent: { scope_at: { 'https://api.example': 'read' } } },
    'issue read',
  ],
  [
    'a scope that was allowed at another resource only',
    {
      request: { resource: ['https://a.example'] },
      consent: { scope_at: { 'https://a.example': 'write', 'https://b.example': 'read' }, scope: 'read write' },
    },
    'consent',
  ],
  ['a resource was allowed, and none is asked now', { consent: { scope_at: { 'https://a.example': 'read' } } }, 'consent'],
  ['another host of the same client', { request: { redirect_uri: 'https://other.example/cb' } }, 'consent'],
  [
    'a host that was shown, too',
    { request: { redirect_uri: 'https://other.example/cb' }, consent: { redirect_hosts: ['app.example', 'other.example'] } },
    'issue read',
  ],
  ['a claim that nobody has allowed', { request: { claims: ['name'] } }, 'consent'],
  ['refused', { request: { denied_at: 105_000 } }, 'access_denied'],
  ['refused, though nobody is here any more', { request: { denied_at: 105_000 }, session: null }, 'access_denied'],
  ['a native app, remembered', { request: NATIVE, client: PUBLIC }, 'consent'],
  ['a native app, this very request', { request: NATIVE, client: PUBLIC, consent: { request_id: 'r' } }, 'issue read'],
  ['a native app, remembered, and we may not ask', { request: { ...NATIVE, prompt: 'none' }, client: PUBLIC }, 'consent_required'],
  ['a custom scheme, remembered', { request: { redirect_uri: 'com.example.app:/cb' }, client: PUBLIC }, 'consent'],
  ['a public client with an https redirect, remembered', { client: PUBLIC }, 'issue read'],
  ['a confidential client on loopback, remembered', { request: NATIVE }, 'issue read'],
  ['a dialect that asks again at any change: the same', { rules: { asked_again: 'change' } }, 'issue read'],
  ['a dialect that asks again at any change: less', { rules: { asked_again: 'change' }, consent: { scope: 'read write' } }, 'consent'],
  [
    'a dialect that asks again at any change: in another order',
    { rules: { asked_again: 'change' }, request: { scope: 'b a' }, consent: { scope: 'a b' } },
    'issue b a',
  ],
  ['a dialect that remembers nothing', { rules: { remembered: false } }, 'consent'],
  ['a dialect that remembers nothing, this very request', { rules: { remembered: false }, consent: { request_id: 'r' } }, 'issue read'],
]

for (const [name, given, outcome] of cases) {
  it(`next step: ${name} → ${outcome}`, () => {
    const who = given.session === null ? null : { ...session, ...given.session }
    const scope_at = { '': given.consent?.scope ?? consent.scope }
    const allowed = given.consent === null ? null : { ...consent, scope_at, ...given.consent }
    const asks = { client: { ...client, ...given.client }, dialect: { consent: { ...standard.consent, ...given.rules } } }
    let found: string
    try {
      const step = nextStep({ ...request, ...given.request }, asks, who, allowed, now)
      found = step.go === 'issue' ? `issue ${step.scope}` : step.go
    } catch (error) {
      found = (error as { error: string }).error
    }
    assert.equal(found, outcome)
  })
}
