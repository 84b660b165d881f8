import type { Client } from '../../../src/core/model/client.ts'
import { DAY } from '../../../src/core/model/clock.ts'
import type { Passkey, Totp } from '../../../src/core/model/factor.ts'
import type { Consent, Grant } from '../../../src/core/model/grant.ts'
import type { Identity } from '../../../src/core/model/identity.ts'
import type { Receipt, Shown } from '../../../src/core/model/receipt.ts'
import type { StoredKey } from '../../../src/core/model/stored-key.ts'
import type { StoredSession, User } from '../../../src/core/model/user.ts'

export const NOW = 1_790_000_000_000
/** Texts that have broken other stores. */
export const TEXTS = [
  'Zoë 👩‍👩‍👧‍👦',
  `it's "quoted" \\ $1 ?1 -- ; drop table users`,
  'ä'.repeat(10_000),
  '\u202Eright to left',
  'line\nbreak\ttab',
]
/** As it comes out of JSON: an own field by that name. */
export const PROTO = JSON.parse('{"__proto__":{"admin":true},"constructor":"c","toString":1}')

let turn = 0
/** A name that no other test of this run has used, growing with time. */
export function fresh(kind: string): string {
  return `${kind}-${String(++turn).padStart(6, '0')}`
}

export function aClient(fields: Partial<Client> = {}): Client {
  return {
    client_id: fresh('client'),
    client_name: 'Ledger',
    redirect_uris: ['https://ledger.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid invoices',
    application_type: 'web',
    id_token_signed_response_alg: 'ES256',
    dialect: 'standard',
    client_secrets: [{ hash: 'h', hint: 'abcd', created_at: NOW }],
    created_at: NOW,
    ...fields,
  }
}

export function aUser(fields: Partial<User> = {}): User {
  const sub = fresh('user')
  return { sub, email: `${sub}@example.com`, name: 'Ada', created_at: NOW, ...fields }
}

export function anIdentity(fields: Partial<Identity> = {}): Identity {
  const identity_id = fresh('identity')
  return { identity_id, issuer: 'https://work.example', subject: fresh('subject'), sub: fresh('user'), created_at: NOW, ...fields }
}

export function aGrant(fields: Partial<Grant> = {}): Grant {
  return {
    grant_id: fresh('grant'),
    client_id: fresh('client'),
    sub: fresh('user'),
    sid: fresh('sid'),
    scope: 'openid invoices',
    auth_time: NOW,
    epoch: 0,
    generation: 1,
    expires_at: NOW + DAY,
    ends_at: NOW + 30 * DAY,
    ...fields,
  }
}

export function aConsent(fields: Partial<Consent> = {}): Consent {
  return {
    sub: fresh('user'),
    client_id: fresh('client'),
    scope: 'openid',
    scope_at: { '': 'openid' },
    redirect_hosts: ['app.example'],
    granted_at: NOW,
    request_id: fresh('request'),
    ...fields,
  }
}

export function aReceipt({ sub, client_id, scope }: Consent, decision: Receipt['decision'] = 'allowed'): Receipt {
  return { receipt_id: fresh('receipt'), sub, client_id, at: NOW, decision, scope }
}

/** What stood on a page. */
export function aShown(title: string): Shown {
  const client = { name: 'Ledger', reviewed: true, looks: 'l' }
  return { language: 'en', title, client, redirect_host: 'app.example', scopes: [] }
}

export function aSession(fields: Partial<StoredSession> = {}): StoredSession {
  return { session_hash: fresh('hash'), sid: fresh('sid'), sub: fresh('user'), auth_time: NOW, expires_at: NOW + DAY, ...fields }
}

export function aKey(fields: Partial<StoredKey> = {}): StoredKey {
  return { kid: fresh('key'), use: 'mac', status: 'next', sealed: 'sealed', created_at: NOW, ...fields }
}

export function aPasskey(fields: Partial<Passkey> = {}): Passkey {
  return {
    passkey_id: fresh('passkey'),
    credential_id: fresh('credential'),
    sub: fresh('user'),
    public_key: 'pQECAyYgASFYIA',
    counter: 0,
    transports: ['internal'],
    label: 'Zoë\'s "phone"',
    created_at: NOW,
    ...fields,
  }
}

export function aTotp(fields: Partial<Totp> = {}): Totp {
  return { sub: fresh('user'), sealed: 'sealed', last_step: 100, created_at: NOW, ...fields }
}
