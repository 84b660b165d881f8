import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import { aConsent, aReceipt, aSession, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Sessions of our own pages. */
export function sessionTests(world: World): void {
  it('are found while they last', async () => {
    const session = aSession({ acr: '1', amr: ['pwd'], selected_at: NOW })
    assert.equal(await world.store.sessions.find(session.session_hash, NOW), null)
    await world.store.sessions.open(session)
    for (const store of world.stores) assert.deepEqual(await store.sessions.find(session.session_hash, NOW + DAY - 1), session)
    assert.equal(await world.store.sessions.find(session.session_hash, NOW + DAY), null)
  })

  it('are found beside what their person has allowed a client, with the epoch', async () => {
    const session = aSession({ selected_at: NOW })
    const { client_id } = aConsent()
    const look = (at = NOW) => world.store.sessions.standing(session.session_hash, client_id, at)
    assert.equal(await look(), null)
    await world.store.sessions.open(session)
    const epoch = await world.epoch(session.sub, client_id)
    assert.deepEqual(await look(), { session, consent: null, epoch })
    for (const expires_at of [NOW + 2 * DAY, undefined]) {
      const consent = aConsent({ sub: session.sub, client_id, ...(expires_at && { expires_at }) })
      const other = aConsent({ sub: session.sub })
      for (const one of [consent, other]) await world.store.consents.decide(one, aReceipt(one))
      for (const store of world.stores)
        assert.deepEqual(await store.sessions.standing(session.session_hash, client_id, NOW), { session, consent, epoch })
    }
    await world.store.grants.withdraw({ sub: session.sub, client_id })
    assert.equal((await look())?.epoch, epoch + 1)
    await world.store.grants.withdraw({ sub: session.sub, client_id: '' })
    assert.equal((await look())?.epoch, epoch + 2)
    assert.equal((await look())?.epoch, await world.epoch(session.sub, client_id))
    assert.equal(await look(NOW + DAY), null)
  })

  it('a new one replaces the one that this browser had, and no other', async () => {
    const [old, other, next] = [aSession(), aSession(), aSession()]
    await world.store.sessions.open(old)
    await world.store.sessions.open(other)
    await world.store.sessions.open(next, old.session_hash)
    assert.equal(await world.store.sessions.find(old.session_hash, NOW), null)
    assert.deepEqual(await world.store.sessions.find(other.session_hash, NOW), other)
    assert.deepEqual(await world.store.sessions.find(next.session_hash, NOW), next)
  })

  it('one that cannot be opened leaves the one that it would replace', async () => {
    const [old, other] = [aSession(), aSession()]
    await world.store.sessions.open(old)
    await world.store.sessions.open(other)
    await assert.rejects(world.store.sessions.open(aSession({ sid: other.sid }), old.session_hash))
    assert.deepEqual(await world.store.sessions.find(old.session_hash, NOW), old)
  })

  it('one of many takes a sid', async () => {
    const sid = fresh('sid')
    const outcomes = await Promise.allSettled(
      await world.race(async (store) =>
        store.sessions.open(aSession({ sid })).then(
          () => true,
          () => false,
        ),
      ),
    )
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length, 1)
  })

  it('remember when their account was chosen', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    await world.store.sessions.select(session.session_hash, NOW + 5)
    assert.deepEqual(await world.store.sessions.find(session.session_hash, NOW), { ...session, selected_at: NOW + 5 })
    await world.store.sessions.select(fresh('hash'), NOW)
  })

  it('one of many gives a session another secret; its sid stays', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    const next = Array.from({ length: 50 }, () => fresh('hash'))
    const outcomes = await world.race((store, caller) => store.sessions.renew(session.session_hash, next[caller]!, NOW + 7))
    assert.equal(outcomes.filter(Boolean).length, 1)
    assert.equal(await world.store.sessions.find(session.session_hash, NOW), null)
    const session_hash = next[outcomes.indexOf(true)]!
    for (const store of world.stores)
      assert.deepEqual(await store.sessions.find(session_hash, NOW), { ...session, session_hash, selected_at: NOW + 7 })
    assert.equal(await world.store.sessions.renew(fresh('hash'), fresh('hash'), NOW), false)
  })

  it('end once and for all', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    await world.store.sessions.end(session.session_hash)
    for (const store of world.stores) assert.equal(await store.sessions.find(session.session_hash, NOW), null)
    await world.store.sessions.end(session.session_hash)
  })

  it('are listed for one person while they last, of many those that last longest', async () => {
    const sub = fresh('user')
    const sessions = [3, 1, 2].map((days) =>
      aSession({ sub, expires_at: NOW + days * DAY, agent: { browser: 'Firefox', system: 'Linux' } }),
    )
    for (const session of [...sessions, aSession()]) await world.store.sessions.open(session)
    const [three, one, two] = sessions
    assert.deepEqual(await world.store.sessions.list(sub, NOW, 10), [three, two, one])
    assert.deepEqual(await world.store.sessions.list(sub, NOW + DAY, 10), [three, two])
    assert.deepEqual(await world.store.sessions.list(sub, NOW, 1), [three])
  })

  it('end by their sid, where they are this person’s', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    assert.equal(await world.store.sessions.endOne(fresh('user'), session.sid), false)
    assert.deepEqual(await world.store.sessions.find(session.session_hash, NOW), session)
    const ended = await world.race((store) => store.sessions.endOne(session.sub, session.sid))
    assert.equal(ended.filter(Boolean).length, 1)
    assert.equal(await world.store.sessions.find(session.session_hash, NOW), null)
  })

  it('end all at once, or all but one, and what was given only where asked', async () => {
    const sub = fresh('user')
    const [mine, other] = [aSession({ sub }), aSession({ sub })]
    const stranger = aSession()
    for (const session of [mine, other, stranger]) await world.store.sessions.open(session)
    const before = await world.epoch(sub, 'any')
    await world.store.sessions.endAll(sub, { but: mine.session_hash })
    assert.deepEqual(await world.store.sessions.list(sub, NOW, 10), [mine])
    assert.equal(await world.epoch(sub, 'any'), before)
    await world.store.sessions.endAll(sub, { withdraw: true, by: { type: 'user', id: sub } })
    assert.deepEqual(await world.store.sessions.list(sub, NOW, 10), [])
    assert.equal(await world.epoch(sub, 'any'), before + 1)
    const { entries } = await world.store.audit.list({ sub, limit: 1 })
    assert.deepEqual([entries[0]?.event, entries[0]?.ended], ['withdrawn', 'everything'])
    assert.deepEqual(await world.store.sessions.find(stranger.session_hash, NOW), stranger)
  })
}
