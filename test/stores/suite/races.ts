import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { DAY, MINUTE } from '../../../src/core/model/clock.ts'
import type { Store } from '../../../src/core/model/store.ts'
import { aConsent, aGrant, aReceipt, aSession, aUser, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

const CALLERS = 50
let bucket = 1_000

/** Fifty callers, each on a connection of its own, at one moment. */
export function raceTests(world: World): void {
  let callers: Store[] = []
  before(async () => {
    callers = await Promise.all(Array.from({ length: CALLERS }, () => world.open()))
  })
  after(async () => {
    // what opens in memory is one and the same, and others use it still
    await Promise.all(callers.filter((store) => !world.stores.includes(store)).map((store) => store.close()))
  })
  const race = <T>(move: (store: Store, caller: number) => Promise<T>): Promise<T[]> => Promise.all(callers.map(move))

  it('RFC 6749 §4.1.2 one redeems', async () => {
    const grant = aGrant()
    const outcomes = await race((store, caller) => store.grants.redeem({ ...grant, scope: `s${caller}` }, {}))
    assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 1)
    const won = { ...grant, scope: `s${outcomes.indexOf('inserted')}` }
    for (const outcome of outcomes) if (outcome !== 'inserted') assert.deepEqual(outcome, won)
  })

  it('RFC 9700 §4.14.2 one rotates', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    const outcomes = await race((store, caller) => store.grants.rotate(grant.grant_id, 1, NOW + caller, NOW + DAY, null))
    assert.equal(outcomes.filter((outcome) => outcome !== null).length, 1)
    const found = await world.store.grants.find(grant.grant_id)
    assert.deepEqual([found?.generation, found?.rotated_at], [2, NOW + outcomes.findIndex((outcome) => outcome !== null)])
  })

  it('one revocation is the first, and its moment stays whatever comes later', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    const seen = await race(async (store, caller) => {
      await store.grants.revoke(grant.grant_id, NOW + caller)
      return (await store.grants.find(grant.grant_id))?.revoked_at
    })
    assert.equal(new Set(seen).size, 1, 'all see the same moment')
    await world.store.grants.revoke(grant.grant_id, NOW - DAY)
    assert.equal((await world.store.grants.find(grant.grant_id))?.revoked_at, seen[0])
  })

  it('of rotations and a revocation at once none is made after it', async () => {
    const grant = aGrant()
    await world.store.grants.redeem(grant, {})
    const outcomes = await race(async (store, caller) => {
      if (caller !== CALLERS / 2) return store.grants.rotate(grant.grant_id, 1, NOW, NOW + DAY, null)
      await store.grants.revoke(grant.grant_id, NOW)
      return store.grants.rotate(grant.grant_id, 2, NOW, NOW + DAY, null)
    })
    assert.equal(outcomes[CALLERS / 2], null, 'revoked before: nothing rotates')
    const found = await world.store.grants.find(grant.grant_id)
    assert.deepEqual([found?.revoked_at, (found?.generation ?? 0) <= 2], [NOW, true])
  })

  it('a decision is whole, and of equal epochs one that withdraws wins', async () => {
    const { sub, client_id } = aConsent()
    const epoch = await world.epoch(sub, client_id)
    const made = await race((store, caller) => {
      const consent = aConsent({ sub, client_id, scope: `s${caller}`, granted_at: caller })
      return store.consents.decide(consent, aReceipt(consent), { withdraw: true, epoch })
    })
    assert.equal(made.filter(Boolean).length, 1)
    const found = await world.store.consents.find(sub, client_id)
    assert.deepEqual([found.epoch, found.consent?.scope], [epoch + 1, `s${made.indexOf(true)}`])
  })

  it('receipts of one person that twenty nodes write are all kept, in one chain', async () => {
    const { sub } = aConsent()
    const nodes = callers.slice(0, 20)
    const decisions = nodes.map((store) => {
      const consent = aConsent({ sub })
      return store.consents.decide(consent, aReceipt(consent))
    })
    assert.ok((await Promise.all(decisions)).every(Boolean))
    const { receipts, findings } = await world.store.receipts.verify({ sub })
    assert.deepEqual([receipts, findings], [nodes.length, []])
  })

  it('attempts are counted one by one', async () => {
    const mine = ++bucket
    const outcomes = await race((store) => store.throttles.count(mine, MINUTE, NOW))
    assert.deepEqual(
      outcomes.map(({ count }) => count).sort((one, other) => one - other),
      Array.from({ length: CALLERS }, (_, i) => i + 1),
    )
  })

  it('no grant is redeemed after its session has ended', async () => {
    const session = aSession()
    await world.store.sessions.open(session)
    const outcomes = await race(async (store, caller) => {
      if (caller === CALLERS / 2) await store.sessions.end(session.session_hash)
      const grant = aGrant({ sid: session.sid })
      const outcome = await store.grants.redeem(grant, { sid: session.sid })
      return [outcome, (await store.grants.find(grant.grant_id)) !== null] as const
    })
    for (const [outcome, found] of outcomes) assert.deepEqual([outcome, found], found ? ['inserted', true] : ['withdrawn', false])
    assert.deepEqual(outcomes[CALLERS / 2], ['withdrawn', false])
  })

  it('no session outlives its person, nor an end that its opener did not see', async () => {
    for (let round = 0; round < 6; round++) {
      const user = aUser()
      await world.store.users.add(user)
      const opened = await race(async (store, caller) => {
        if (caller === CALLERS / 2) {
          if (round % 2 === 0) await store.users.delete(user.sub)
          else await store.users.update({ ...user, ended_at: NOW }, { end: 'sessions' })
          return null
        }
        await setTimeout(Math.random() * 40)
        const session = aSession({ sub: user.sub })
        await store.sessions.open(session)
        const seen = await store.users.find(user.sub)
        return { session, late: round % 2 === 1 && seen?.ended_at === NOW }
      })
      for (const one of opened) {
        if (one && !one.late) assert.equal(await world.store.sessions.find(one.session.session_hash, NOW), null)
      }
    }
  })

  it('a name is spent by one', async () => {
    const id = fresh('once')
    const outcomes = await race((store) => store.once.spend(id, NOW + DAY))
    assert.equal(outcomes.filter(Boolean).length, 1)
  })
}
