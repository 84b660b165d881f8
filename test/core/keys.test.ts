import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openKeyRing } from '../../src/core/keys/key-ring.ts'
import { dueActs, schedules } from '../../src/core/keys/schedule.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/model/clock.ts'
import type { AuthorizationCode } from '../../src/core/model/grant.ts'
import { silentLog } from '../../src/core/model/log.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { StoredKey } from '../../src/core/model/stored-key.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'

const protects = { access_token: 10 * MINUTE, grant: 365 * DAY }

async function openRing(given: { store?: Store; secrets?: string[]; issuer?: string; time?: { now: number } } = {}) {
  const time = given.time ?? { now: 1_800_000_000_000 }
  const store = given.store ?? (await openSqliteStore(':memory:'))
  const options = {
    store: store.keys,
    issuer: given.issuer ?? 'https://id.example',
    clock: () => time.now,
    log: silentLog,
    secrets: given.secrets ?? ['m'.repeat(43)],
    protects,
  }
  return { store, time, keys: await openKeyRing(options) }
}

const code: AuthorizationCode = {
  grant_id: 'g',
  client_id: 'c',
  sub: 'u',
  sid: 's',
  scope: 'openid',
  redirect_hash: 'h',
  auth_time: 1,
  epoch: 0,
}

describe('sealed texts', () => {
  it('open to what was sealed, fields that are absent included', async () => {
    const { keys, store } = await openRing()
    assert.deepEqual(keys.code.open(keys.code.seal(code)), code)
    assert.deepEqual(keys.code.open(keys.code.seal({ ...code, nonce: 'n"\n😀', amr: ['pwd'], ends_at: 5 })), {
      ...code,
      nonce: 'n"\n😀',
      amr: ['pwd'],
      ends_at: 5,
    })
    await store.close()
  })

  it('do not open when a character is changed, cut off or added', async () => {
    const { keys, store } = await openRing()
    const sealed = keys.code.seal(code)
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      assert.equal(keys.code.open(sealed.slice(0, at) + other + sealed.slice(at + 1)), null, `changed at ${at}`)
      assert.equal(keys.code.open(sealed.slice(0, at)), null, `cut at ${at}`)
    }
    for (const more of ['A', '=', '.', ' ', '.A']) assert.equal(keys.code.open(sealed + more), null)
    await store.close()
  })

  it('open for no other purpose and no other issuer', async () => {
    const { keys, store } = await openRing()
    const other = await openRing({ store, issuer: 'https://other.example' })
    const sealed = keys.code.seal(code)
    assert.equal(keys.ticket.open(sealed), null)
    assert.equal(keys.logout.open(sealed), null)
    assert.equal(keys.access_token.open(sealed), null)
    assert.equal(keys.refreshTokens.read(sealed), null)
    assert.equal(other.keys.code.open(sealed), null)
    assert.equal(other.keys.refreshTokens.read(keys.refreshTokens.write('g', 1)), null)
    await store.close()
  })

  it('a refresh token cannot be turned to another grant or generation', async () => {
    const { keys, store } = await openRing()
    const parts = keys.refreshTokens.write('grant', 1).split('.')
    assert.deepEqual(keys.refreshTokens.read(parts.join('.')), { grant_id: 'grant', generation: 1 })
    for (const changed of [
      parts.with(1, 'x'),
      parts.with(2, '2'),
      parts.with(2, '01'),
      parts.with(2, '1.0'),
      parts.with(3, 'A'.repeat(32)),
      parts.with(0, 'zzzz'),
      [...parts, 'x'],
      parts.slice(0, 3),
    ]) {
      assert.equal(keys.refreshTokens.read(changed.join('.')), null, changed.join('.'))
    }
    await store.close()
  })
})

describe('the key ring', () => {
  it('is the same when it is opened again, and not opened by another master secret', async () => {
    const { keys, store } = await openRing()
    const sealed = keys.code.seal(code)
    const again = await openRing({ store })
    assert.deepEqual(again.keys.code.open(sealed), code)
    assert.equal(again.keys.list().length, 6)
    await assert.rejects(openRing({ store, secrets: ['x'.repeat(43)] }), /master secret does not open/)
    await store.close()
  })

  it('no private part of a key stands in the store in clear', async () => {
    const { store } = await openRing()
    for (const key of await store.keys.list()) assert.doesNotMatch(JSON.stringify(key), /"d"|kty|"p":/)
    await store.close()
  })

  it('two master secrets are accepted during a change, and the first alone afterwards', async () => {
    const { keys, store } = await openRing({ secrets: ['a'.repeat(43)] })
    const sealed = keys.code.seal(code)
    await openRing({ store, secrets: ['b'.repeat(43), 'a'.repeat(43)] })
    const after = await openRing({ store, secrets: ['b'.repeat(43)] })
    assert.deepEqual(after.keys.code.open(sealed), code)
    await store.close()
  })

  it('rotates by itself: published first, then used, then kept, then destroyed', async () => {
    const { keys, store, time } = await openRing()
    const sealed = keys.code.seal(code)
    const active = () => keys.list().find((key) => key.use === 'ticket' && key.status === 'active')!.kid
    const first = active()
    time.now += DAY - MINUTE
    await keys.maintain()
    assert.deepEqual(
      keys
        .list()
        .filter((key) => key.use === 'ticket')
        .map((key) => key.status)
        .sort(),
      ['active', 'next'],
    )
    assert.equal(active(), first, 'a new key is known to all before it is used')
    time.now += MINUTE
    await keys.maintain()
    assert.notEqual(active(), first)
    assert.deepEqual(keys.code.open(sealed), code, 'what is under way stays good')
    time.now += DAY
    await keys.maintain()
    assert.equal(
      keys.list().some((key) => key.kid === first),
      false,
    )
    assert.equal(keys.code.open(sealed), null, 'a destroyed root opens nothing')
    await store.close()
  })

  it('publishes a signing key before it signs, and after it has signed', async () => {
    const { keys, store, time } = await openRing()
    const kids = () => keys.signer.jwks().keys.map((key) => (key as { kid: string }).kid)
    const jwt = await keys.signer.sign(
      { iss: 'https://id.example', sub: 'u', aud: 'c', iat: time.now / 1000, exp: time.now / 1000 + 999 },
      'at+jwt',
      'ES256',
    )
    await keys.rotate(['sig-ES256'])
    assert.equal(kids().length, 3)
    time.now += 10 * MINUTE
    await keys.maintain()
    const next = await keys.signer.sign({}, 'at+jwt', 'ES256')
    assert.notEqual(next.split('.')[0], jwt.split('.')[0])
    assert.equal(kids().length, 3)
    assert.equal((await keys.signer.verify(jwt, 'at+jwt')).sub, 'u')
    assert.equal(new Set(kids()).size, 3)
    await store.close()
  })

  it('many nodes that find the same things due agree on one key of each', async () => {
    const store = await openSqliteStore(':memory:')
    const rings = await Promise.all(Array.from({ length: 8 }, () => openRing({ store })))
    assert.equal((await store.keys.list()).length, 6)
    for (const { keys } of rings) assert.deepEqual(rings[0]!.keys.code.open(keys.code.seal(code)), code)
    await store.close()
  })
})

describe('what is due', () => {
  const by = schedules(protects)
  const key = (given: Partial<StoredKey>): StoredKey => ({
    kid: 'a',
    use: 'mac',
    status: 'active',
    sealed: '',
    created_at: 0,
    active_at: 0,
    ...given,
  })
  const others = (['sig-ES256', 'sig-RS256', 'ticket', 'token', 'client'] as const).map((use) => key({ use, kid: use, active_at: 1e15 }))
  const cases: [string, StoredKey[], number, string[]][] = [
    ['nothing is there', [], 0, ['make active']],
    ['young', [key({})], HOUR, []],
    ['its end is near', [key({})], 90 * DAY - MINUTE, ['make next']],
    [
      'its successor is known, but not for long',
      [key({}), key({ kid: 'b', status: 'next', created_at: 90 * DAY - MINUTE })],
      90 * DAY - 1,
      [],
    ],
    ['its successor is ready', [key({}), key({ kid: 'b', status: 'next', created_at: 90 * DAY - MINUTE })], 90 * DAY, ['promote']],
    ['no active one, a next one', [key({ status: 'next' })], MINUTE, ['promote']],
    ['retired, still needed', [key({}), key({ kid: 'b', status: 'retired', retired_at: 0 })], 89 * DAY, []],
    [
      'retired, not needed any more',
      [key({ active_at: 360 * DAY }), key({ kid: 'b', status: 'retired', retired_at: 0 })],
      366 * DAY,
      ['destroy'],
    ],
  ]
  for (const [name, keys, now, acts] of cases) {
    it(`${name} → ${acts.join() || 'nothing'}`, () => {
      assert.deepEqual(
        dueActs([...others, ...keys], by, now).map((act) => (act.act === 'make' ? `make ${act.status}` : act.act)),
        acts,
      )
    })
  }
})
