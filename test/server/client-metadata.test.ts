import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientAuth } from '../../src/core/client-auth/index.ts'
import { grants } from '../../src/core/grants/index.ts'
import type { Client } from '../../src/core/model/client.ts'
import { AUTH_METHODS, GRANT_TYPES, readClientMetadata, showClient } from '../../src/core/model/client-metadata.ts'
import { OAuthError } from '../../src/core/model/error.ts'

const URI = 'https://app.example/callback'
const read = (input: unknown) => readClientMetadata(input, ['standard', 'other'])
const refusal = (input: unknown): OAuthError => {
  try {
    read(input)
  } catch (cause) {
    if (cause instanceof OAuthError) return cause
    throw cause
  }
  return assert.fail('it was taken')
}

describe('what is left out', () => {
  it('RFC 7591 §2 a client that names only its redirect gets the defaults of the registry', () => {
    assert.deepEqual(read({ redirect_uris: [URI] }), {
      client_name: 'Unnamed app',
      redirect_uris: [URI],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      application_type: 'web',
      scope: 'openid profile email',
      id_token_signed_response_alg: 'RS256',
      dialect: 'standard',
    })
  })
  it('a client that refreshes may also ask for offline_access', () => {
    assert.equal(
      read({ redirect_uris: [URI], grant_types: ['authorization_code', 'refresh_token'] }).scope,
      'openid profile email offline_access',
    )
  })
  it('RFC 6749 §3.3 a scope is a set: what is named twice is kept once', () => {
    const { scope, default_scope } = read({ redirect_uris: [URI], scope: 'openid email openid', default_scope: 'email email' })
    assert.deepEqual({ scope, default_scope }, { scope: 'openid email', default_scope: 'email' })
  })
  it('a client without people needs no redirect and asks for nothing', () => {
    const { redirect_uris, response_types, scope } = read({ grant_types: ['client_credentials'] })
    assert.deepEqual({ redirect_uris, response_types, scope }, { redirect_uris: [], response_types: [], scope: '' })
  })
  it('RFC 7591 §2 members that are not known are passed over', () => {
    assert.deepEqual(read({ redirect_uris: [URI], colour: 'red', client_id: 'mine' }), read({ redirect_uris: [URI] }))
  })
  it('RFC 7592 §2.2 null is the same as not given', () => {
    assert.deepEqual(read({ redirect_uris: [URI], logo_uri: null, scope: null }), read({ redirect_uris: [URI] }))
  })
  it('members of a prototype count for nothing', () => {
    const input = JSON.parse(`{"redirect_uris":["${URI}"],"__proto__":{"require_pkce":false}}`)
    assert.equal(read(input).require_pkce, undefined)
    assert.equal(read(Object.assign(Object.create({ require_pkce: false }), { redirect_uris: [URI] })).require_pkce, undefined)
  })
})

describe('redirect URIs that are taken, letter by letter', () => {
  const taken: [string, 'web' | 'native'][] = [
    [URI, 'web'],
    ['https://App.Example/Callback', 'web'],
    ['https://app.example./cb', 'web'],
    ['https://app.example:443/cb?tenant=a&x=%20', 'web'],
    ['https://xn--bcher-kva.example/cb', 'web'],
    ['https://app.example', 'web'],
    ['http://localhost:3000/cb', 'web'],
    ['http://127.0.0.1/cb', 'native'],
    ['http://[::1]:9000/cb', 'native'],
    ['https://[2001:db8::1]/cb', 'web'],
    ['com.example.app:/callback', 'native'],
    ['com.example.app://callback', 'native'],
  ]
  for (const [uri, application_type] of taken) {
    it(`${uri} of a ${application_type} client`, () => {
      assert.deepEqual(read({ redirect_uris: [uri], application_type }).redirect_uris, [uri])
    })
  }
})

describe('RFC 9700 §4.1.3 redirect URIs that are refused', () => {
  const refused: [string, 'web' | 'native'][] = [
    ['', 'web'],
    ['/callback', 'web'],
    ['//app.example/cb', 'web'],
    ['app.example/cb', 'web'],
    ['https:', 'web'],
    ['https://', 'web'],
    ['https:app.example/cb', 'web'],
    ['HTTPS://app.example/cb', 'web'],
    ['http://app.example/cb', 'web'],
    ['http://localhost.evil.example/cb', 'web'],
    ['http://LOCALHOST/cb', 'web'],
    ['http://127.1/cb', 'native'],
    ['http://0x7f.1/cb', 'native'],
    ['http://2130706433/cb', 'native'],
    ['https://127.1/cb', 'web'],
    ['http://[::ffff:127.0.0.1]/cb', 'native'],
    ['http://[0:0:0:0:0:0:0:1]/cb', 'native'],
    ['https://user@app.example/cb', 'web'],
    ['https://app.example@evil.example/cb', 'web'],
    ['https://app.example\\@evil.example/cb', 'web'],
    ['https://app.example/cb#top', 'web'],
    ['https://app.example/cb#', 'web'],
    ['https://*.app.example/cb', 'web'],
    ['https://app.example/*', 'web'],
    ['https://app.example/a/../cb', 'web'],
    ['https://app.example/./cb', 'web'],
    ['https://app.example/a/.', 'web'],
    ['https://app.example/%2e%2e/cb', 'web'],
    ['https://app.example/%252E%252e/cb', 'web'],
    ['https://app.example/a%2Fcb', 'web'],
    ['https://app.example/a%5ccb', 'web'],
    ['https://app.example/cb%0d%0aset-cookie:a', 'web'],
    ['https://app.example/cb%00', 'web'],
    ['https://app.example/cb%', 'web'],
    ['https://app.example/cb%zz', 'web'],
    ['https://app.example/a;/cb', 'web'],
    ['https://app.example/c b', 'web'],
    ['https://app.example/cb\t', 'web'],
    ['https://app.example/cb\r\nx', 'web'],
    [' https://app.example/cb', 'web'],
    ['https://bücher.example/cb', 'web'],
    ['https://аpp.example/cb', 'web'],
    ['https://app.example:0/cb', 'web'],
    ['https://app.example:65536/cb', 'web'],
    ['https://app.example:/cb', 'web'],
    ['https://-.example:080/cb', 'web'],
    ['javascript:alert(1)', 'native'],
    ['JavaScript:alert(1)', 'native'],
    ['data:text/html,x', 'native'],
    ['vbscript:x', 'native'],
    ['file:///etc/passwd', 'native'],
    ['blob:https://app.example/x', 'native'],
    ['about:blank', 'native'],
    ['myapp:/callback', 'native'],
    ['com.example.app:/callback', 'web'],
    ['com.example.app://user@callback', 'native'],
    [`https://app.example/${'a'.repeat(500)}`, 'web'],
  ]
  for (const [uri, application_type] of refused) {
    it(`${JSON.stringify(uri.slice(0, 60))} of a ${application_type} client`, () => {
      const error = refusal({ redirect_uris: [uri], application_type })
      assert.equal(error.error, 'invalid_redirect_uri')
      assert.match(error.error_description, /^The member redirect_uris /)
      if (uri.length > 10) assert.ok(!error.error_description.includes(uri), 'the value is not repeated')
    })
  }
})

describe('RFC 7591 §3.2.2 metadata that is refused, naming the member', () => {
  const refused: [member: string, input: Record<string, unknown>, code?: string][] = [
    ['redirect_uris', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['redirect_uris', { redirect_uris: URI }],
    ['redirect_uris', { redirect_uris: [7] }, 'invalid_redirect_uri'],
    ['redirect_uris', { redirect_uris: Array.from({ length: 51 }, (_, i) => `${URI}/${i}`) }],
    ['post_logout_redirect_uris', { post_logout_redirect_uris: ['http://app.example/out'] }],
    ['grant_types', { grant_types: [] }],
    ['grant_types', { grant_types: ['implicit'] }],
    ['grant_types', { grant_types: 'authorization_code' }],
    ['grant_types', { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' }],
    ['response_types', { response_types: ['token'] }],
    ['response_types', { response_types: [] }],
    ['response_types', { grant_types: ['client_credentials'], response_types: ['code'] }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'private_key' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'toString' }],
    ['application_type', { application_type: 'Web' }],
    ['id_token_signed_response_alg', { id_token_signed_response_alg: 'none' }],
    ['id_token_signed_response_alg', { id_token_signed_response_alg: 'HS256' }],
    ['client_name', { client_name: '' }],
    ['client_name', { client_name: '   ' }],
    ['client_name', { client_name: 'a'.repeat(201) }],
    ['client_name', { client_name: 'Ban\u202Ek' }],
    ['client_name', { client_name: 'Ba\u200Bnk' }],
    ['client_name', { client_name: 'Bank\nof' }],
    ['client_name', { client_name: ['a'] }],
    ['scope', { scope: 'openid  email' }],
    ['scope', { scope: 'open"id' }],
    ['scope', { scope: ['openid'] }],
    ['scope', { scope: 'a'.repeat(513) }],
    ['default_scope', { scope: 'openid', default_scope: 'email' }],
    ['optional_scope', { scope: 'openid', optional_scope: 'email' }],
    ['logo_uri', { logo_uri: 'http://app.example/logo.png' }],
    ['logo_uri', { logo_uri: 'data:image/png;base64,AA' }],
    ['client_uri', { client_uri: 'javascript:alert(1)' }],
    ['client_uri', { client_uri: 'https://a@b.example' }],
    ['policy_uri', { policy_uri: 'https://app.example/ x' }],
    ['tos_uri', { tos_uri: 'https:\\\\app.example' }],
    ['contacts', { contacts: Array.from({ length: 11 }, () => 'a@b.example') }],
    ['contacts', { contacts: [''] }],
    ['software_id', { software_id: 7 }],
    ['default_max_age', { default_max_age: -1 }],
    ['default_max_age', { default_max_age: 1.5 }],
    ['default_max_age', { default_max_age: '60' }],
    ['require_auth_time', { require_auth_time: 'true' }],
    ['require_pkce', { require_pkce: 0 }],
    ['require_pkce', { require_pkce: false, token_endpoint_auth_method: 'none' }],
    ['access_token_format', { access_token_format: 'JWT' }],
    ['consent_durations', { consent_durations: ['90d'] }],
    ['consent_durations', { consent_durations: 'once' }],
    ['refresh_token_grace', { refresh_token_grace: 301 }],
    ['refresh_token_grace', { refresh_token_grace: -1 }],
    ['dialect', { dialect: 'unheard-of' }],
  ]
  for (const [member, input, code] of refused) {
    it(`${member}: ${JSON.stringify(input).slice(0, 70)}`, () => {
      const error = refusal({ redirect_uris: [URI], ...input })
      assert.equal(error.error, code ?? 'invalid_client_metadata')
      assert.ok(error.error_description.startsWith(`The member ${member} `), error.error_description)
    })
  }
  for (const input of [null, 'text', 7, [], undefined]) {
    it(`no object but ${JSON.stringify(input)}`, () => assert.equal(refusal(input).error, 'invalid_client_metadata'))
  }
})

describe('metadata that is taken', () => {
  const taken: [string, Record<string, unknown>][] = [
    [
      'all members of ours',
      {
        require_pkce: false,
        access_token_format: 'opaque',
        scope: 'a b',
        default_scope: 'a',
        optional_scope: 'b',
        refresh_token_grace: 300,
        dialect: 'other',
        theme: 'plum',
      },
    ],
    ['a name in another script, with a joiner', { client_name: 'نمونه\u200Cها 👩\u200D💻' }],
    ['links', { logo_uri: 'https://cdn.example/a%2Fb.png', client_uri: 'http://localhost:4001', tos_uri: 'https://app.example/#terms' }],
    ['the ages', { default_max_age: 0, require_auth_time: true, refresh_token_grace: 0 }],
  ]
  for (const [name, input] of taken) {
    it(name, () => {
      const given = { redirect_uris: [URI], ...input }
      const metadata = read(given) as unknown as Record<string, unknown>
      for (const [member, value] of Object.entries(given)) assert.deepEqual(metadata[member], value, member)
    })
  }
  it('what is listed twice is kept once', () => {
    assert.deepEqual(read({ redirect_uris: [URI, URI] }).redirect_uris, [URI])
  })
})

describe('showClient', () => {
  const client: Client = {
    ...read({ redirect_uris: [URI], client_name: 'A' }),
    client_id: 'id',
    client_secrets: [{ hash: 'HASH', hint: 'cret', created_at: 1_000 }],
    created_at: 1_700_000_000_999,
    reviewed: true,
  }
  it('RFC 7591 §3.2.1 times are in seconds, a new secret comes with its end, and no hash is shown', () => {
    const shown = showClient(client, 'the-secret')
    assert.equal(shown['client_id_issued_at'], 1_700_000_000)
    assert.equal(shown['client_secret'], 'the-secret')
    assert.equal(shown['client_secret_expires_at'], 0)
    assert.ok(!JSON.stringify(shown).includes('HASH'))
  })
  it('without a new secret there is no member for it', () => {
    assert.ok(!('client_secret' in showClient(client)) && !('client_secret_expires_at' in showClient(client)))
  })
  it('what is shown can be registered again and is the same', () => {
    assert.deepEqual(showClient({ ...client, ...read(showClient(client)) }), showClient(client))
  })
})

it('every grant type and method of authentication that can be registered has its handler, and the other way round', () => {
  assert.deepEqual([...GRANT_TYPES].sort(), Object.keys(grants).sort())
  assert.deepEqual([...AUTH_METHODS].sort(), Object.keys(clientAuth).sort())
})
