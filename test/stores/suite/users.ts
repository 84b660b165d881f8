import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pages } from './pages.ts'
import { aClient, aConsent, aGrant, aReceipt, aSession, aUser, fresh, NOW, PROTO } from './records.ts'
import type { World } from './world.ts'

/** People, each with an email of their own. */
export function userTests(world: World): void {
  it('are found by their sub and by their email', async () => {
    const user = aUser({ password_hash: '$argon2id$', claims: { ...PROTO, address: { locality: 'Zürich' } }, email_verified: true })
    assert.equal(await world.store.users.find(user.sub), null)
    assert.equal(await world.store.users.findByEmail(user.email), null)
    assert.equal(await world.store.users.add(user), 'added')
    for (const store of world.stores) {
      assert.deepEqual(await store.users.find(user.sub), user)
      assert.deepEqual(await store.users.findByEmail(user.email), user)
    }
  })

  it('one of many gets an email', async () => {
    const email = `${fresh('mail')}@example.com`
    const people = Array.from({ length: 50 }, () => aUser({ email }))
    const outcomes = await world.race((store, caller) => store.users.add(people[caller]!))
    assert.equal(outcomes.filter((outcome) => outcome === 'added').length, 1)
    assert.deepEqual(await world.store.users.findByEmail(email), people[outcomes.indexOf('added')])
  })

  it('are updated where they are, and their old email is free', async () => {
    const user = aUser()
    assert.equal(await world.store.users.update(user), false)
    await world.store.users.add(user)
    const moved = { ...user, email: `${fresh('mail')}@example.com`, disabled_at: NOW }
    assert.equal(await world.store.users.update(moved), true)
    assert.deepEqual(await world.store.users.find(user.sub), moved)
    assert.equal(await world.store.users.findByEmail(user.email), null)
    assert.equal(await world.store.users.add(aUser({ email: user.email })), 'added')
  })

  it('an update to an email of somebody else is refused as a whole', async () => {
    const [one, other] = [aUser(), aUser()]
    const session = aSession({ sub: one.sub })
    await world.store.users.add(one)
    await world.store.users.add(other)
    await world.store.sessions.open(session)
    await assert.rejects(world.store.users.update({ ...one, email: other.email }, { end: 'everything' }))
    assert.deepEqual(await world.store.users.find(one.sub), one)
    assert.deepEqual(await world.store.sessions.find(session.session_hash, NOW), session)
  })

  for (const [end, sessions, grant] of [
    [undefined, true, undefined],
    ['sessions', false, undefined],
    ['everything', false, 0],
  ] as const) {
    it(`an update ends ${end ?? 'nothing'} where asked, of nobody else`, async () => {
      const user = aUser()
      await world.store.users.add(user)
      const mine = [aSession({ sub: user.sub }), aSession({ sub: user.sub })]
      const foreign = aSession()
      const given = aGrant({ sub: user.sub })
      for (const session of [...mine, foreign]) await world.store.sessions.open(session)
      await world.store.grants.redeem(given, {})
      assert.equal(await world.store.users.update(user, end && { end }), true)
      for (const { session_hash } of mine) assert.equal((await world.store.sessions.find(session_hash, NOW)) !== null, sessions)
      assert.notEqual(await world.store.sessions.find(foreign.session_hash, NOW), null)
      assert.equal((await world.store.grants.find(given.grant_id))?.revoked_at, grant)
    })
  }

  for (const [end, grant] of [
    ['sessions', undefined],
    ['everything', 0],
  ] as const) {
    it(`an update that ends ${end} leaves the session that is named`, async () => {
      const user = aUser()
      await world.store.users.add(user)
      const [mine, other] = [aSession({ sub: user.sub }), aSession({ sub: user.sub })]
      const given = aGrant({ sub: user.sub })
      for (const session of [mine, other]) await world.store.sessions.open(session)
      await world.store.grants.redeem(given, {})
      const options = { end, keeping: mine.session_hash, by: { type: 'user', id: user.sub } } as const
      assert.equal(await world.store.users.update({ ...user, ended_at: NOW }, options), true)
      assert.notEqual(await world.store.sessions.find(mine.session_hash, NOW), null)
      assert.equal(await world.store.sessions.find(other.session_hash, NOW), null)
      assert.equal((await world.store.grants.find(given.grant_id))?.revoked_at, grant)
      const { entries } = await world.store.audit.list({ limit: 1, sub: user.sub })
      assert.deepEqual(
        entries.map(({ event, changed, ended }) => [event, changed, ended]),
        [['user.changed', ['ended_at'], end === 'sessions' ? 'other_sessions' : end]],
      )
    })
  }

  it('an update that replaces what is there no more changes nothing', async () => {
    const user = aUser({ password_hash: 'one', claims: PROTO })
    await world.store.users.add(user)
    const seen = (await world.store.users.find(user.sub))!
    await world.store.users.update({ ...user, password_hash: 'two' })
    assert.equal(await world.store.users.update({ ...seen, name: 'Eve' }, { replaces: seen, end: 'everything' }), false)
    assert.equal((await world.store.users.find(user.sub))?.name, 'Ada')
    assert.equal(await world.epoch(user.sub, ''), 0)
    const now = (await world.store.users.find(user.sub))!
    assert.equal(await world.store.users.update({ ...now, email: `${fresh('mail')}@example.com` }, { replaces: now }), true)
    assert.equal(await world.store.users.update({ ...now, name: 'Eve' }, { replaces: now }), false, 'the email counts too')
    assert.equal(await world.store.users.update(aUser(), { replaces: now }), false)
  })

  it('one of many replaces what all have seen', async () => {
    const user = aUser({ password_hash: 'seen' })
    await world.store.users.add(user)
    const outcomes = await world.race((store, caller) =>
      store.users.update({ ...user, password_hash: `hash ${caller}` }, { replaces: user, end: 'sessions' }),
    )
    assert.equal(outcomes.filter(Boolean).length, 1)
    assert.equal((await world.store.users.find(user.sub))?.password_hash, `hash ${outcomes.indexOf(true)}`)
  })

  it('go for good with all that is theirs, and nobody gets their sub again', async () => {
    const [user, other] = [aUser(), aUser()]
    const [consent, foreign] = [aConsent({ sub: user.sub }), aConsent({ sub: other.sub })]
    const session = aSession({ sub: user.sub })
    const given = aGrant({ sub: user.sub })
    const key = { key_hash: fresh('key-hash'), key_id: fresh('key-id'), sub: user.sub, hint: 'abcd', created_at: NOW }
    for (const one of [user, other]) await world.store.users.add(one)
    for (const one of [consent, foreign]) await world.store.consents.decide(one, aReceipt(one))
    await world.store.sessions.open(session)
    await world.store.grants.redeem(given, {})
    await world.store.apiKeys.add(key)
    const epoch = await world.epoch(user.sub, consent.client_id)
    const outcomes = await world.race((store) => store.users.delete(user.sub, { type: 'user', id: user.sub }))
    assert.equal(outcomes.filter(Boolean).length, 1)
    for (const store of world.stores) {
      assert.equal(await store.users.find(user.sub), null)
      assert.equal(await store.users.findByEmail(user.email), null)
      assert.equal(await store.sessions.find(session.session_hash, NOW), null)
      assert.equal(await store.apiKeys.find(key.key_hash), null)
      assert.equal((await store.grants.find(given.grant_id))?.revoked_at, 0)
      assert.deepEqual(await store.consents.find(user.sub, consent.client_id), { consent: null, epoch: epoch + 1 })
      assert.deepEqual((await store.consents.find(other.sub, foreign.client_id)).consent, foreign)
    }
    assert.equal(await world.store.users.add(aUser({ sub: user.sub })), 'taken')
    assert.equal(await world.store.users.add(aUser({ email: user.email })), 'added', 'the email is free')
    const { entries } = await world.store.audit.list({ limit: 10, sub: user.sub })
    assert.deepEqual(
      entries.map(({ event }) => event).filter((event) => event.startsWith('user.')),
      ['user.deleted', 'user.added'],
    )
  })

  it('nothing comes to be of who was deleted meanwhile: no session, no API key, no app of theirs', async () => {
    const user = aUser()
    await world.store.users.add(user)
    await world.store.users.delete(user.sub)
    const [session, own] = [aSession({ sub: user.sub }), aClient({ owner: user.sub })]
    const key = { key_hash: fresh('key-hash'), key_id: fresh('key-id'), sub: user.sub, hint: 'abcd', created_at: NOW }
    await world.store.sessions.open(session)
    await world.store.apiKeys.add(key)
    assert.equal(await world.store.clients.add(own, { most: 5 }), false)
    assert.equal(await world.store.sessions.find(session.session_hash, NOW), null)
    assert.equal(await world.store.apiKeys.find(key.key_hash), null)
    assert.equal(await world.store.clients.find(own.client_id), null)
    const { entries } = await world.store.audit.list({ limit: 3, sub: user.sub })
    assert.deepEqual(
      entries.map(({ event }) => event),
      ['user.deleted', 'user.added'],
      'and nothing says that it had',
    )
  })

  it('are listed in parts', async () => {
    const people = Array.from({ length: 5 }, () => aUser())
    for (const user of people) await world.store.users.add(user)
    const found = await pages(
      (page) => world.store.users.list(page),
      (user) => user.sub,
      2,
    )
    assert.deepEqual(
      found.filter(({ sub }) => people.some((user) => user.sub === sub)),
      people,
    )
  })
}
