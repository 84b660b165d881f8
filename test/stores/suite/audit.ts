import assert from 'node:assert/strict'
import { before, beforeEach, it } from 'node:test'
import type { Actor, AuditEntry, AuditHead, AuditPlace } from '../../../src/core/model/audit.ts'
import type { Store } from '../../../src/core/model/store.ts'
import { aClient, aConsent, aGrant, aKey, anIdentity, aPasskey, aReceipt, aTotp, aUser, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

const BY: Actor = { type: 'operator', id: 'ada' }

/** What a decision leaves behind, without its place. */
type Left = Partial<AuditEntry>

/** Each decision, and the entry that it leaves: this and nothing else. */
const decisions: Readonly<Record<string, (store: Store) => Promise<Left>>> = {
  'a client is added': async (store) => {
    const client = aClient({ owner: 'mara', reviewed: true })
    await store.clients.add(client, { by: BY })
    return { event: 'client.added', actor: BY, client_id: client.client_id, owner: 'mara', reviewed: true }
  },
  'a client is changed': async (store) => {
    const client = await added(store)
    await store.clients.update({ ...client, client_name: 'Other', client_secrets: [] }, { withdraw: true, by: BY })
    const changed = ['client_name', 'client_secrets']
    return { event: 'client.changed', actor: BY, client_id: client.client_id, changed, withdrawn: true }
  },
  'what people have allowed a client is forgotten': async (store) => {
    const client = await added(store)
    await store.clients.update({ ...client, client_uri: 'https://other.example' }, { forget: true, replaces: client, by: BY })
    const changed = ['client_uri']
    return { event: 'client.changed', actor: BY, client_id: client.client_id, changed, withdrawn: true, forgotten: true }
  },
  'a client is disabled': async (store) => {
    const client = await added(store)
    await store.clients.update({ ...client, disabled_at: NOW }, { by: BY })
    return { event: 'client.disabled', actor: BY, client_id: client.client_id, changed: ['disabled_at'] }
  },
  'a client is enabled': async (store) => {
    const client = await added(store, { disabled_at: NOW })
    const { disabled_at: _, ...enabled } = client
    await store.clients.update(enabled, { by: BY })
    return { event: 'client.enabled', actor: BY, client_id: client.client_id, changed: ['disabled_at'] }
  },
  'a client is deleted': async (store) => {
    const { client_id } = await added(store)
    await store.clients.delete(client_id, BY)
    return { event: 'client.deleted', actor: BY, client_id }
  },
  'a consent is given': async (store) => {
    const consent = aConsent()
    const receipt = aReceipt(consent)
    await store.consents.decide(consent, receipt, { withdraw: true, by: BY })
    const { sub, client_id } = consent
    const details = { receipt_id: receipt.receipt_id, scope: receipt.scope, withdrawn: true as const }
    return { event: 'consent.given', actor: BY, sub, client_id, ...details }
  },
  'a consent is withdrawn': async (store) => {
    const consent = aConsent()
    await store.consents.decide(consent, aReceipt(consent))
    const receipt = aReceipt(consent, 'withdrawn')
    await store.consents.withdraw(consent.sub, consent.client_id, receipt, BY)
    const { sub, client_id } = consent
    return { event: 'consent.withdrawn', actor: BY, sub, client_id, receipt_id: receipt.receipt_id }
  },
  'a grant is revoked': async (store) => {
    const grant = await redeemed(store)
    const { grant_id, sub, client_id } = grant
    await store.grants.revoke(grant_id, NOW, BY, 'code_replayed')
    return { event: 'grant.revoked', actor: BY, sub, client_id, grant_id, reason: 'code_replayed' }
  },
  'all of a person and a client is withdrawn': async (store) => {
    const [sub, client_id] = [fresh('user'), fresh('client')]
    await store.grants.withdraw({ sub, client_id }, BY)
    return { event: 'withdrawn', actor: BY, sub, client_id }
  },
  'all of a client is withdrawn': async (store) => {
    const client_id = fresh('client')
    await store.grants.withdraw({ sub: '', client_id }, BY)
    return { event: 'withdrawn', actor: BY, client_id }
  },
  'a token is revoked': async (store) => {
    const jti = fresh('jti')
    await store.tokens.revoke(jti, NOW, { type: 'client', id: 'c9' })
    return { event: 'token.revoked', actor: { type: 'client', id: 'c9' }, client_id: 'c9', jti }
  },
  'a person is added': async (store) => {
    const user = aUser()
    await store.users.add(user, BY)
    return { event: 'user.added', actor: BY, sub: user.sub }
  },
  'a person is changed': async (store) => {
    const user = aUser({ password_hash: 'one' })
    await store.users.add(user)
    await store.users.update({ ...user, password_hash: 'two' }, { end: 'sessions', by: BY })
    return { event: 'user.changed', actor: BY, sub: user.sub, changed: ['password'], ended: 'sessions' }
  },
  'a person is disabled': async (store) => {
    const user = aUser()
    await store.users.add(user)
    await store.users.update({ ...user, disabled_at: NOW }, { end: 'everything', by: BY })
    return { event: 'user.disabled', actor: BY, sub: user.sub, changed: ['disabled_at'], ended: 'everything' }
  },
  'a person is enabled': async (store) => {
    const user = aUser()
    await store.users.add({ ...user, disabled_at: NOW })
    await store.users.update(user, { by: BY })
    return { event: 'user.enabled', actor: BY, sub: user.sub, changed: ['disabled_at'] }
  },
  'a passkey is added': async (store) => {
    const passkey = aPasskey()
    await store.factors.addPasskey(passkey, { by: BY, keeping: 'own' })
    return {
      event: 'factor.added',
      actor: BY,
      sub: passkey.sub,
      factor: 'passkey',
      passkey_id: passkey.passkey_id,
      ended: 'other_sessions',
    }
  },
  'a passkey is renamed': async (store) => {
    const { passkey_id, ...passkey } = aPasskey()
    await store.factors.addPasskey({ passkey_id, ...passkey })
    await store.factors.renamePasskey(passkey.sub, passkey_id, 'Blue key', { by: BY })
    return { event: 'factor.changed', actor: BY, sub: passkey.sub, factor: 'passkey', passkey_id, changed: ['label'] }
  },
  'an authenticator app is taken away': async (store) => {
    const totp = aTotp()
    await store.factors.setTotp(totp)
    await store.factors.removeTotp(totp.sub, { by: BY })
    return { event: 'factor.removed', actor: BY, sub: totp.sub, factor: 'totp' }
  },
  'a recovery code is used': async (store) => {
    const { sub } = aTotp()
    await store.factors.setRecoveryCodes(sub, ['a'])
    await store.factors.spendRecoveryCode(sub, 'a', { by: BY })
    return { event: 'recovery_code.used', actor: BY, sub, factor: 'recovery_codes' }
  },
  'recovery codes are taken away': async (store) => {
    const { sub } = aTotp()
    await store.factors.setRecoveryCodes(sub, ['a'])
    await store.factors.setRecoveryCodes(sub, [], { by: BY })
    return { event: 'factor.removed', actor: BY, sub, factor: 'recovery_codes' }
  },
  'all factors are taken away': async (store) => {
    const totp = aTotp()
    await store.factors.setTotp(totp)
    await store.factors.reset(totp.sub, { by: BY, keeping: '' })
    return { event: 'factor.reset', actor: BY, sub: totp.sub, ended: 'sessions' }
  },
  'a person comes with an identity': async (store) => {
    const user = aUser()
    const { issuer, identity_id, ...identity } = anIdentity({ sub: user.sub })
    await store.identities.add({ ...identity, issuer, identity_id }, { user, by: BY })
    return { event: 'user.added', actor: BY, sub: user.sub, issuer, identity_id }
  },
  'an identity is linked': async (store) => {
    const user = aUser()
    await store.users.add(user)
    const identity = anIdentity({ sub: user.sub })
    const { sub, issuer, identity_id } = identity
    await store.identities.add(identity, { by: BY })
    return { event: 'identity.linked', actor: BY, sub, issuer, identity_id }
  },
  'an identity is unlinked': async (store) => {
    const user = aUser()
    await store.users.add(user)
    const identity = anIdentity({ sub: user.sub })
    const { sub, issuer, identity_id } = identity
    await store.identities.add(identity)
    await store.identities.remove(sub, identity_id, { by: BY })
    return { event: 'identity.unlinked', actor: BY, sub, issuer, identity_id }
  },
  'an API key is added': async (store) => {
    const key = anApiKey()
    await store.apiKeys.add(key, BY)
    return { event: 'api_key.added', actor: BY, sub: key.sub, key_id: key.key_id }
  },
  'an API key is revoked': async (store) => {
    const key = anApiKey()
    await store.apiKeys.add(key)
    await store.apiKeys.revoke(key.key_id, BY)
    return { event: 'api_key.revoked', actor: BY, sub: key.sub, key_id: key.key_id }
  },
  'an initial access token is added': async (store) => {
    const token = anInitialAccessToken()
    await store.initialAccessTokens.add(token, BY)
    return { event: 'initial_access_token.added', actor: BY, token_id: token.token_id, dialect: 'standard', reviewed: true }
  },
  'an initial access token is revoked': async (store) => {
    const { token_id, ...token } = anInitialAccessToken()
    await store.initialAccessTokens.add({ token_id, ...token })
    await store.initialAccessTokens.revoke(token_id, BY)
    return { event: 'initial_access_token.revoked', actor: BY, token_id }
  },
  'a key is made': async (store) => {
    const key = aKey({ status: 'retired' })
    await store.keys.add(key)
    return { event: 'key.made', actor: { type: 'server' }, kid: key.kid, use: key.use, status: 'retired' }
  },
  'a key is destroyed': async (store) => {
    const key = aKey({ status: 'retired' })
    await store.keys.add(key)
    await store.keys.delete(key.kid, BY)
    return { event: 'key.destroyed', actor: BY, kid: key.kid }
  },
  'a key is sealed anew': async (store) => {
    const key = aKey({ status: 'retired' })
    await store.keys.add(key)
    await store.keys.rewrap(key.kid, 'other')
    return { event: 'key.rewrapped', actor: { type: 'server' }, kid: key.kid }
  },
  'a key takes the place of another': async (store) => {
    for (const { kid, status } of await store.keys.list()) if (status !== 'retired') await store.keys.delete(kid)
    const [active, next] = [aKey({ status: 'active' }), aKey({ status: 'next' })]
    await store.keys.add(active)
    await store.keys.add(next)
    await store.keys.promote(active.kid, next.kid, NOW)
    return { event: 'key.promoted', actor: { type: 'server' }, kid: next.kid, replaces: active.kid }
  },
}

async function added(store: Store, fields = {}) {
  const client = aClient(fields)
  await store.clients.add(client)
  return client
}

async function redeemed(store: Store) {
  const grant = aGrant()
  grant.epoch = (await store.consents.find(grant.sub, grant.client_id)).epoch
  assert.equal(await store.grants.redeem(grant, {}), 'inserted')
  return grant
}

const anApiKey = () => ({ key_id: fresh('key'), key_hash: fresh('hash'), sub: fresh('user'), hint: 'abcd', created_at: NOW })
const anInitialAccessToken = () => ({
  token_id: fresh('token'),
  token_hash: fresh('hash'),
  dialect: 'standard',
  reviewed: true,
  created_at: NOW,
  expires_at: NOW * 2,
})

/** Who decided what: in the move that does it, one chain for each store. */
export function auditTests(world: World): void {
  let told: AuditEntry[] = []
  before(() => world.store.audit.follow((entry) => told.push(entry)))
  beforeEach(() => {
    told = []
  })

  for (const [name, decide] of Object.entries(decisions)) {
    it(`${name}: this leaves one entry`, async () => {
      const left = await decide(world.store)
      const entry = told.at(-1)!
      const { chain, seq, at, heads: _, prev, hash, ...said } = entry
      assert.deepEqual(said, left)
      assert.equal(told.filter(({ event }) => event === left.event).length, 1)
      const others = told.slice(0, -1)
      assert.ok(others.every((other) => other.chain === chain && other.seq < seq && other.at <= at))
      assert.equal(others.at(-1)?.hash ?? prev, prev)
      assert.match(hash, /^[\w-]{43}$/)
      const page = await world.stores.at(-1)!.audit.list({ limit: 1000, since: at })
      assert.deepEqual(
        page.entries.find((other) => other.hash === hash),
        entry,
        'as it stands for everybody',
      )
    })
  }

  it('issuing, refreshing and attempts leave none, and neither does what changes nothing', async () => {
    const { store } = world
    const [client, user, grant] = [await added(store), aUser(), await redeemed(store)]
    await store.users.add(user)
    await store.grants.revoke(grant.grant_id, NOW)
    const other = await redeemed(store)
    told = []
    assert.ok(await store.grants.rotate(other.grant_id, 1, NOW, NOW * 2, null))
    await store.grants.redeem(aGrant({ revoked_at: NOW }), {})
    await store.grants.revoke(grant.grant_id, NOW)
    await store.grants.revoke('nobody', NOW)
    await store.tokens.revoke(fresh('jti'), NOW, null)
    await store.clients.update(client)
    assert.equal(await store.clients.update({ ...client, scope: 'other' }, { replaces: aClient({ client_name: 'Never' }) }), false)
    assert.equal(await store.clients.update(aClient(), { withdraw: true }), false)
    assert.equal(await store.clients.add(client), false)
    assert.equal(await store.clients.delete('nobody'), false)
    await store.users.update(user)
    assert.equal(await store.users.update(aUser(), { end: 'everything' }), false)
    assert.equal(await store.users.add(aUser({ email: user.email })), 'taken')
    const consent = aConsent()
    assert.equal(await store.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent, 'withdrawn')), false)
    assert.equal(await store.consents.decide(consent, aReceipt(consent), { epoch: -1 }), false)
    assert.equal(await store.apiKeys.revoke('nobody'), false)
    assert.equal(await store.initialAccessTokens.revoke('nobody'), false)
    assert.equal(await store.factors.removePasskey('nobody', 'none'), false)
    assert.equal(await store.factors.renamePasskey('nobody', 'none', 'x'), false)
    assert.equal(await store.factors.removeTotp('nobody'), false)
    assert.equal(await store.factors.spendRecoveryCode('nobody', 'a'), false)
    assert.equal(await store.factors.reset('nobody'), false)
    await store.keys.delete('nobody')
    await store.keys.rewrap('nobody', 'sealed')
    assert.equal(await store.keys.promote('nobody', 'none', NOW), false)
    assert.deepEqual(told, [])
  })

  it('a token is revoked once, and written down once', async () => {
    const jti = fresh('jti')
    await Promise.all(Array.from({ length: 5 }, () => world.store.tokens.revoke(jti, NOW)))
    assert.equal(told.length, 1)
  })

  it('what fails leaves no entry, and takes nothing of what was decided beside it with it', async () => {
    const consent = aConsent()
    const receipt = aReceipt(consent)
    await world.store.consents.decide(consent, receipt)
    told = []
    const users = Array.from({ length: 10 }, () => aUser())
    const outcomes = await Promise.allSettled([
      ...users.slice(0, 5).map((user) => world.store.users.add(user)),
      world.store.consents.decide({ ...consent, scope: 'wider' }, receipt, { withdraw: true }),
      world.store.clients.delete('nobody'),
      world.store.users.add(aUser({ email: users[0]!.email })),
      ...users.slice(5).map((user) => world.store.users.add(user)),
    ])
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1)
    assert.deepEqual(
      told.map(({ sub }) => sub),
      users.map(({ sub }) => sub),
    )
    for (const { sub } of users) assert.ok(await world.store.users.find(sub))
    assert.deepEqual((await world.store.consents.find(consent.sub, consent.client_id)).consent, consent)
  })

  it('of 50 who revoke one grant one leaves an entry', async () => {
    const { grant_id, sub } = await redeemed(world.store)
    await world.race((one, caller) => one.grants.revoke(grant_id, NOW + caller))
    const { entries } = await world.store.audit.list({ limit: 100, sub })
    assert.deepEqual(
      entries.map(({ event }) => event),
      ['grant.revoked'],
    )
  })

  it('50 decisions at one moment on several connections are in the chains, and each chain is whole', async () => {
    const earlier = await headsOf(world.store)
    const sub = fresh('user')
    await world.race((one, caller) => one.grants.withdraw({ sub, client_id: `client ${caller}` }))
    const { entries } = await world.store.audit.list({ limit: 100, sub })
    assert.deepEqual(
      new Set(entries.map(({ client_id }) => client_id)),
      new Set(Array.from({ length: 50 }, (_, caller) => `client ${caller}`)),
    )
    const heads = await headsOf(world.store)
    const sum = (all: AuditHead[]) => all.reduce((entries, head) => entries + head.entries, 0)
    assert.ok(sum(heads) >= sum(earlier) + 50)
    assert.deepEqual(await world.store.audit.verify(earlier), { chains: heads.length, entries: sum(heads), findings: [], more: false })
  })

  it('entries are listed in parts, the newest first, each once, while others come', async () => {
    const [sub, client_id] = [fresh('user'), fresh('client')]
    for (let i = 0; i < 7; i++) await world.stores[i % 2]!.grants.withdraw({ sub, client_id: i % 2 === 0 ? client_id : 'other' })
    const read = async (of: object) => {
      const found: AuditEntry[] = []
      let after: AuditPlace | null | undefined
      while (after !== null) {
        const part = await world.store.audit.list({ ...of, limit: 2, ...(after && { after }) })
        assert.ok(part.entries.length <= 2)
        found.push(...part.entries)
        after = part.next
        await world.store.grants.withdraw({ sub, client_id: 'later' })
      }
      return found.filter((entry) => entry.client_id !== 'later')
    }
    const own = await read({ sub })
    assert.equal(own.length, 7)
    assert.equal(new Set(own.map(({ hash }) => hash)).size, 7)
    for (const [i, entry] of own.entries()) assert.ok(i === 0 || entry.at <= own[i - 1]!.at)
    assert.equal((await read({ sub, client_id })).length, 4)
    assert.deepEqual(await read({ sub, since: Number.MAX_SAFE_INTEGER }), [])
  })
}

async function headsOf(store: Store): Promise<AuditHead[]> {
  const heads: AuditHead[] = []
  for (;;) {
    const part = await store.audit.heads({ after: heads.at(-1)?.chain ?? '', limit: 2 })
    heads.push(...part)
    if (part.length < 2) return heads
  }
}
