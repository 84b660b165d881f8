import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rewrapKeys } from '../../src/core/keys/acts.ts'
import { openKeyRing } from '../../src/core/keys/key-ring.ts'
import { dueActs, schedules } from '../../src/core/keys/schedule.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/model/clock.ts'
import type { AuthorizationCode } from '../../src/core/model/grant.ts'
import type { Keys } from '../../src/core/model/keys.ts'
import { type Log, type LogEvent, silentLog } from '../../src/core/model/log.ts'
import type { Store } from '../../src/core/model/store.ts'
import type { StoredKey } from '../../src/core/model/stored-key.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'

const protects = { access_token: 10 * MINUTE, grant: 365 * DAY }

async function openRing(given: { store?: Store; secrets?: string[]; issuer?: string; time?: { readonly now: number }; log?: Log } = {}) {
  const time = (given.time ?? { now: 1_800_000_000_000 }) as { now: number }
  const store = given.store ?? (await openSqliteStore(':memory:'))
  const options = {
    store: store.keys,
    issuer: given.issuer ?? 'https://id.example',
    clock: () => time.now,
    log: given.log ?? silentLog,
    secrets: given.secrets ?? ['m'.repeat(43)],
    protects,
  }
  return { store, time, keys: await openKeyRing(options) }
}

const [OLD, NEW] = ['a'.repeat(43), 'b'.repeat(43)] as const

/** Another node's clock, which goes with this one. */
const clockOf = (time: { now: number }, skew: number) => ({
  get now() {
    return time.now + skew
  },
})

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
  it('open the same in a process that has not sealed them, the first time and again', async () => {
    const { keys, store, time } = await openRing()
    const { keys: other } = await openRing({ store, time })
    const whole: AuthorizationCode = { ...code, nonce: 'n"\n😀', amr: ['pwd'], ends_at: 5 }
    const claims = { sub: 'u', client_id: 'c', scope: '', aud: 'a', jti: 'j', iat: 1, exp: 2, iss: 'https://id.example' }
    const [sealed, token] = [keys.code.seal(whole), keys.access_token.seal(claims)]
    for (const ring of [keys, keys, other, other]) {
      assert.deepEqual(ring.code.open(sealed), whole)
      assert.deepEqual(ring.access_token.open(token), claims)
    }
    await store.close()
  })

  it('that were opened before open whole and unaltered only', async () => {
    const { keys, store } = await openRing()
    const sealed = keys.code.seal(code)
    const at = sealed.length - 10
    const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    assert.deepEqual(keys.code.open(sealed), code)
    for (const text of [altered, `${sealed}A`, sealed.slice(0, -1), sealed.toUpperCase(), ` ${sealed}`])
      assert.equal(keys.code.open(text), null)
    await store.close()
  })

  it('are remembered in bounds, and those that are forgotten open as before', async () => {
    const { keys, store } = await openRing()
    const texts = Array.from({ length: 2_000 }, (_, i) => keys.code.seal({ ...code, epoch: i }))
    for (const [i, text] of texts.entries()) assert.equal(keys.code.open(text)?.epoch, i)
    await store.close()
  })

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
    assert.equal(again.keys.list().length, 7)
    await assert.rejects(openRing({ store, secrets: ['x'.repeat(43)] }), /master secret does not open/)
    await store.close()
  })

  it('no private part of a key stands in the store in clear', async () => {
    const { store } = await openRing()
    for (const key of await store.keys.list()) assert.doesNotMatch(JSON.stringify(key), /"d"|kty\\?"|"p":/)
    await store.close()
  })

  it('two master secrets are accepted during a change, and the first alone afterwards', async () => {
    const { keys, store } = await openRing({ secrets: ['a'.repeat(43)] })
    const sealed = keys.code.seal(code)
    const both = await openRing({ store, secrets: ['b'.repeat(43), 'a'.repeat(43)] })
    const { rewrapped, left } = await both.keys.rewrap()
    assert.deepEqual([rewrapped.length, left], [7, []])
    const after = await openRing({ store, secrets: ['b'.repeat(43)] })
    assert.deepEqual(after.keys.code.open(sealed), code)
    await store.close()
  })

  it('while a second master secret is brought to one node after the other, nothing is made that a node without it cannot open', async () => {
    const { keys: old, store } = await openRing({ secrets: [OLD] })
    const { keys: both } = await openRing({ store, secrets: [NEW, OLD] })
    await both.rotate(['ticket', 'sig-ES256'])
    await old.reload()
    assert.equal(old.list().length, 9)
    await openRing({ store, secrets: [OLD] })
    await both.rewrap()
    await both.rotate(['mac'])
    const { keys: after } = await openRing({ store, secrets: [NEW] })
    assert.equal(after.list().length, 10)
    await store.close()
  })

  for (const [what, orders] of [
    ['the new one first', [[NEW, OLD]]],
    [
      'each in its own order',
      [
        [NEW, OLD],
        [OLD, NEW],
      ],
    ],
  ] as const) {
    it(`keys that are made while others are wrapped anew end up under the new secret too: ${what}`, async () => {
      const { store, time } = await openRing({ secrets: [OLD] })
      const rings = await Promise.all(orders.map((secrets) => openRing({ store, time, secrets: [...secrets] })))
      const work = rings.flatMap(({ keys }) => (['ticket', 'token', 'mac', 'client'] as const).map((use) => () => keys.rotate([use])))
      await Promise.all([work[0]!(), rings[0]!.keys.rewrap(), ...work.slice(1).map((rotate) => rotate())])
      assert.equal((await openRing({ store, secrets: [NEW] })).keys.list().length, 11)
      await store.close()
    })
  }

  it('a running node that lacks the new master secret goes on with what it has, says so once, and still hears of destroyed keys', async () => {
    const events: LogEvent[] = []
    const { store, time } = await openRing({ secrets: [OLD] })
    const { keys: old } = await openRing({ store, time, secrets: [OLD], log: { ...silentLog, error: (event) => events.push(event) } })
    const { keys: both } = await openRing({ store, time, secrets: [NEW, OLD] })
    const [sealed, signed] = [old.code.seal(code), old.refreshTokens.write('g', 1)]
    await both.rewrap()
    await both.rotate(['ticket'])
    time.now += MINUTE
    await both.maintain()
    for (let i = 0; i < 3; i++) await old.reload()
    assert.equal(events.filter(({ event }) => event === 'key.unreadable').length, 1)
    assert.deepEqual(both.code.open(old.code.seal(code)), code, 'it seals with the key before, which is kept')
    assert.deepEqual(old.code.open(sealed), code)
    const mac = both.list().find(({ use }) => use === 'mac')!.kid
    await both.destroy(mac)
    await old.reload()
    assert.equal(old.refreshTokens.read(signed), null)
    await store.close()
  })

  it('what no given secret opens is told after wrapping anew', async () => {
    const { store } = await openRing({ secrets: [OLD] })
    const kids = (await store.keys.list()).map(({ kid }) => kid)
    const { left } = await rewrapKeys({ store: store.keys, secrets: [NEW, 'c'.repeat(43)], log: silentLog })
    assert.deepEqual(left, kids)
    await store.close()
  })

  for (const standing of [false, true]) {
    it(`a destroyed key ends what it protects at once, and its successor works at once${standing ? ', also where one stood by' : ''}`, async () => {
      const { keys, store, time } = await openRing()
      const { keys: other } = await openRing({ store, time })
      if (standing) await keys.rotate()
      const claims = { iss: 'https://id.example', sub: 'u', aud: 'c', iat: time.now / 1000, exp: time.now / 1000 + 999 }
      const [sealed, jwt] = [keys.code.seal(code), await keys.signer.sign(claims, 'at+jwt', 'ES256')]
      for (const use of ['ticket', 'sig-ES256']) {
        const kid = other.list().find((key) => key.use === use && key.status === 'active')!.kid
        assert.equal(await other.destroy(kid), true)
        assert.equal(await other.destroy(kid), false)
      }
      await keys.reload()
      for (const ring of [keys, other]) {
        assert.equal(ring.code.open(sealed), null)
        await assert.rejects(ring.signer.verify(jwt, 'at+jwt'))
      }
      assert.deepEqual(other.code.open(keys.code.seal(code)), code)
      assert.equal((await keys.signer.verify(await other.signer.sign(claims, 'at+jwt', 'ES256'), 'at+jwt')).sub, 'u')
      assert.equal((await store.keys.list()).filter(({ status }) => status === 'active').length, 7)
      await store.close()
    })
  }

  it('a key to come and a retired one are just taken away', async () => {
    const { keys, store, time } = await openRing()
    await keys.rotate(['ticket'])
    time.now += MINUTE
    await keys.maintain()
    await keys.rotate(['ticket'])
    const before = keys.list().filter(({ use }) => use === 'ticket')
    for (const { kid } of before.filter(({ status }) => status !== 'active')) assert.equal(await keys.destroy(kid), true)
    assert.deepEqual(
      keys.list().filter(({ use }) => use === 'ticket'),
      before.filter(({ status }) => status === 'active'),
    )
    assert.equal(await keys.destroy('none'), false)
    await store.close()
  })

  it('fifty who destroy the same key leave one successor', async () => {
    const { store, time } = await openRing()
    const rings = await Promise.all(Array.from({ length: 50 }, () => openRing({ store, time })))
    const kid = rings[0]!.keys.list().find(({ use }) => use === 'mac')!.kid
    await Promise.all(rings.map(({ keys }) => keys.destroy(kid)))
    assert.equal((await store.keys.list()).filter(({ use }) => use === 'mac').length, 1)
    await store.close()
  })

  it('who asks to reload while another reload runs sees what was done before they asked', async () => {
    const { keys: other, store } = await openRing()
    let gate: Promise<void> | undefined
    const slow: Store = {
      ...store,
      keys: {
        ...store.keys,
        list: async () => {
          const rows = await store.keys.list()
          await gate
          return rows
        },
      },
    }
    const { keys } = await openRing({ store: slow })
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    const first = keys.reload()
    await other.rotate(['ticket'])
    const second = keys.reload()
    resolve()
    await second
    assert.equal(keys.list().length, 8)
    await first
    await store.close()
  })

  it('a key whose node looked before all keys were wrapped anew, and added it afterwards, follows them', async () => {
    const { store } = await openRing({ secrets: [OLD] })
    const late: Store = {
      ...store,
      keys: {
        ...store.keys,
        add: async (key) => {
          await rewrapKeys({ store: store.keys, secrets: [NEW, OLD], log: silentLog })
          return store.keys.add(key)
        },
      },
    }
    const { keys } = await openRing({ store: late, secrets: [NEW, OLD] })
    await keys.rotate(['mac'])
    assert.equal((await openRing({ store, secrets: [NEW] })).keys.list().length, 8)
    await store.close()
  })

  it('nodes whose clocks are 5 s apart sign only with what all have published for minutes, and accept what any of them signs', async () => {
    const { store, time } = await openRing()
    const skews = [-5000, 0, 2000, 5000]
    const rings = await Promise.all(skews.map((skew) => openRing({ store, time: clockOf(time, skew) })))
    const kidsOf = (keys: Keys) => keys.signer.jwks().keys.map((key) => (key as { kid: string }).kid)
    const since = new Map<string, number>()
    const used = new Set<string>()
    await rings[0]!.keys.rotate(['sig-ES256'])
    for (let second = 0; second < 15 * 60; second += 2) {
      time.now += 2000
      for (const [i, { keys }] of rings.entries()) if (second % 10 === 2 * i) await keys.maintain()
      for (const kid of rings.map(({ keys }) => kidsOf(keys)).reduce((all, kids) => all.filter((kid) => kids.includes(kid)))) {
        if (!since.has(kid)) since.set(kid, time.now)
      }
      if (second % 30 !== 0 && second < 9 * 60) continue
      for (const { keys, time: own } of rings) {
        const iat = own.now / 1000
        const jwt = await keys.signer.sign({ iss: 'https://id.example', sub: 'u', aud: 'c', iat, exp: iat + 60 }, 'at+jwt', 'ES256')
        const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString())
        if (used.size > 0 && !used.has(kid)) assert.ok(time.now - since.get(kid)! > 5 * MINUTE, 'clients have had time to fetch it')
        used.add(kid)
        for (const ring of rings) assert.equal((await ring.keys.signer.verify(jwt, 'at+jwt')).sub, 'u')
        const sealed = keys.code.seal(code)
        for (const ring of rings) assert.deepEqual(ring.keys.code.open(sealed), code)
      }
    }
    assert.equal(used.size, 2, 'the successor took over')
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
    assert.equal((await store.keys.list()).length, 7)
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
  const others = (['sig-ES256', 'sig-RS256', 'ticket', 'token', 'client', 'factor'] as const).map((use) =>
    key({ use, kid: use, active_at: 1e15 }),
  )
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
