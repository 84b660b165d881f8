import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuthorizationRequest } from '../../src/core/model/authorization-request.ts'
import { consentAfter, standing } from '../../src/core/model/consent.ts'
import type { Consent } from '../../src/core/model/grant.ts'
import { networkOf } from '../../src/core/model/network.ts'
import { hashPassword, verifyPassword } from '../../src/server/accounts/password.ts'
import { TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS } from '../../src/server/accounts/throttle.ts'
import { addUser } from '../../src/server/accounts/users.ts'
import { ids, textOf, type Visit } from '../support/browser.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from '../support/site.ts'

describe('passwords', () => {
  it('are kept as argon2id with 19 MiB and two passes, each under its own salt', async () => {
    const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)])
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    assert.notEqual(one, other)
    assert.equal(await verifyPassword(PASSWORD, one), true)
    assert.equal(await verifyPassword(`${PASSWORD} `, one), false, 'nothing is trimmed')
  })

  it('RFC 8265 §4.2.1 the same letters are the same password on every keyboard', async () => {
    const hash = await hashPassword('caf\u00E9-lantern')
    assert.equal(await verifyPassword('cafe\u0301-lantern', hash), true)
    assert.equal(await verifyPassword('cafe-lantern', hash), false)
    assert.equal(await verifyPassword('caf\u00E9\u2010lantern', hash), false)
  })

  it('a hash that cannot be read is nobody’s', async () => {
    assert.equal(await verifyPassword(PASSWORD, 'scrypt$x$y'), false)
  })

  it('wait in a line that has an end', async () => {
    const asked = Array.from({ length: 80 }, () => hashPassword(PASSWORD))
    const came = await Promise.allSettled(asked)
    const refused = came.filter((one) => one.status === 'rejected')
    assert.equal(refused.length, 80 - 2 - 64)
    for (const { reason } of refused) {
      assert.equal(reason.error, 'temporarily_unavailable')
      assert.equal(reason.headers['retry-after'], '2')
    }
    assert.match(await hashPassword(PASSWORD), /^\$argon2id/, 'and then there is room again')
  })
})

describe('people', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('are added under a trimmed address in lower case, once', async () => {
    const user = await addUser(site.store, { email: ' Otto@Otterbakery.Example ', password: PASSWORD, name: ' Otto ' }, () => 7)
    assert.equal(user.email, 'otto@otterbakery.example')
    assert.equal(user.name, 'Otto')
    assert.equal(user.created_at, 7)
    await assert.rejects(
      addUser(site.store, { email: 'OTTO@otterbakery.example', password: PASSWORD }, () => 8),
      /belongs to somebody/,
    )
  })

  const refused: [name: string, email: string, password: string, sentence: RegExp][] = [
    ['no @', 'otter', PASSWORD, /needs one @/],
    ['two @', 'a@b@c', PASSWORD, /needs one @/],
    ['a space', 'a b@c', PASSWORD, /needs one @/],
    ['a control character', 'a\u0000b@c', PASSWORD, /needs one @/],
    ['a long address', `${'a'.repeat(250)}@b.example`, PASSWORD, /longer than 254/],
    ['a short password', 'a@b.example', '1234567', /fewer than 8/],
    ['a long password', 'a@b.example', 'x'.repeat(1025), /more than 1024/],
    ['a password of too many bytes', 'a@b.example', '\u{1F9A6}'.repeat(1024), /more than 1024/],
  ]
  for (const [name, email, password, sentence] of refused) {
    it(`are refused with ${name}`, () =>
      assert.rejects(
        addUser(site.store, { email, password }, () => 0),
        sentence,
      ))
  }
})

describe('signing in', () => {
  let site: TestSite
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const attempt = (email: string, password: string, address?: string): Promise<Visit> =>
    site.browser(address).post(`${ISSUER}/login`, { next: 'apps', email, password })

  it('an email that nobody has, a wrong password and a person who is disabled are answered alike', async () => {
    const disabled = await site.addPerson('disabled@otterbakery.example')
    await site.store.users.update({ ...disabled, disabled_at: 1 })
    const pages = await Promise.all([
      attempt('nobody@otterbakery.example', PASSWORD),
      attempt(site.mara.email, 'wrong-password'),
      attempt(disabled.email, PASSWORD),
      attempt(site.mara.email, 'x'.repeat(5000)),
    ])
    const texts = pages.map(({ html }) => textOf(html))
    assert.deepEqual(new Set(texts).size, 1)
    for (const page of pages) {
      assert.equal(page.status, 403)
      assert.deepEqual(page.cookies, [])
      assert.ok(ids(page.html).includes('login-error'))
      assert.ok(!page.html.includes('wrong-password'), 'a password is never shown again')
    }
  })

  it('capitals and spaces around the address do not matter', async () => {
    assert.equal((await attempt(' MARA@otterbakery.example ', PASSWORD)).status, 303)
  })

  it('counts tries aloud when few are left, pauses, and lets go when the time is over', async () => {
    const { email } = await site.addPerson('tries@otterbakery.example')
    const texts: string[] = []
    for (let i = 0; i < TRIES_PER_ACCOUNT; i++) texts.push(textOf((await attempt(email, 'wrong-password')).html))
    assert.doesNotMatch(texts[5]!, /left/)
    assert.match(texts[6]!, /Three tries are left/)
    assert.match(texts[8]!, /One try is left/)
    assert.match(texts[9]!, /Too many tries.*paused for 15 minutes/)
    const paused = await attempt(email, PASSWORD)
    assert.equal(paused.status, 429, 'even the right password')
    assert.ok(Number(paused.headers.get('retry-after')) > 800)
    site.time.now += 15 * 60_000
    assert.equal((await attempt(email, PASSWORD)).status, 303)
  })

  it('the right password clears the account', async () => {
    const { email } = await site.addPerson('clears@otterbakery.example')
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < TRIES_PER_ACCOUNT - 1; i++) await attempt(email, 'wrong-password')
      assert.equal((await attempt(email, PASSWORD)).status, 303)
    }
  })

  it('fifty attempts at once get no more tries than ten', async () => {
    const { email } = await site.addPerson('parallel@otterbakery.example')
    const pages = await Promise.all(Array.from({ length: 50 }, (_, i) => attempt(email, `wrong-${i}-password`)))
    assert.equal(pages.filter(({ status }) => status === 403).length, TRIES_PER_ACCOUNT - 1)
    assert.equal(pages.filter(({ status }) => status === 429).length, 50 - TRIES_PER_ACCOUNT + 1)
    assert.equal((await attempt(email, PASSWORD)).status, 429)
  })

  it('one address has a limit of its own, IPv6 by its network, and does not use up anybody’s tries beyond it', async () => {
    const { email } = await site.addPerson('far@otterbakery.example')
    for (let i = 0; i < TRIES_PER_ADDRESS; i++) await attempt(`guess-${i}@otterbakery.example`, 'x', '2001:db8:1:2::77')
    for (let i = 0; i < TRIES_PER_ACCOUNT + 1; i++) assert.equal((await attempt(email, PASSWORD, '2001:db8:1:2:ffff::1')).status, 429)
    assert.equal((await attempt(email, PASSWORD, '2001:db8:1:3::1')).status, 303)
  })
})

describe('networkOf', () => {
  const cases: [address: string, network: string][] = [
    ['', ''],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ]
  for (const [address, network] of cases)
    it(`${address || 'nothing'} is ${network || 'nothing'}`, () => assert.equal(networkOf(address), network))
})

describe('a consent after a decision', () => {
  const request = {
    request_id: 'r2',
    client_id: 'c',
    redirect_uri: 'https://c.example/cb',
    scope: 'openid a b',
    created_at: 500,
  } as AuthorizationRequest
  const earlier: Consent = {
    sub: 's',
    client_id: 'c',
    scope: 'openid a z',
    declined: 'b y',
    scope_at: { 'https://r1': 'openid a z' },
    redirect_hosts: ['old.example'],
    granted_at: 1,
    request_id: 'r1',
  }
  const decision = {
    sub: 's',
    request,
    scope: 'openid b',
    claims: [],
    client_name: 'C',
    redirect_host: 'c.example',
    rules: { remembered: true, asked_again: 'growth' as const },
    idle: 90 * 86_400,
  }

  it('replaces what was asked, keeps what was not', () => {
    assert.deepEqual(consentAfter(earlier, { ...decision, duration: 'revoked' }, 1000), {
      sub: 's',
      client_id: 'c',
      scope: 'z openid b',
      declined: 'y a',
      scope_at: { 'https://r1': 'openid z', '': 'openid b' },
      redirect_hosts: ['old.example', 'c.example'],
      granted_at: 1000,
      used_at: 1000,
      request_id: 'r2',
    })
  })

  const earlierOnes: [name: string, consent: Consent | null, holds: boolean][] = [
    ['none', null, false],
    ['one without an end', earlier, true],
    ['one that is over', { ...earlier, expires_at: 1000 }, false],
    ['one that is not over', { ...earlier, expires_at: 1001 }, true],
    ['one that was not used for long', { ...earlier, used_at: 1000 - 90 * 86_400_000 }, false],
    ['one that was used', { ...earlier, used_at: 1001 - 90 * 86_400_000 }, true],
    ['one that rests is not unused', { ...earlier, used_at: 1, paused_at: 2 }, true],
    ['one for once', { ...earlier, once: true, expires_at: 2000 }, false],
  ]
  for (const [name, consent, holds] of earlierOnes) {
    it(`what an earlier consent adds: ${name}`, () => assert.equal(standing(consent, 1000, 90 * 86_400) !== null, holds))
  }
})
