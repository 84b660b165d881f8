import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY, HOUR, SECOND } from '../../../src/core/model/clock.ts'
import { aConsent, aGrant, aReceipt, aSession, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

let moment = NOW + 400 * DAY

/** What is deleted, when, and in what steps. */
export function sweepTests(world: World): void {
  /** A time of this test's own, at which nothing is left of the ones before. */
  async function later(): Promise<number> {
    moment += 100 * DAY
    await sweepAll(moment - DAY)
    return moment
  }

  async function sweepAll(now: number): Promise<number> {
    let total = 0
    for (let gone = 1; gone > 0; total += gone) gone = await world.store.sweep(now, SECOND)
    return total
  }

  async function redeem(expires_at: number): Promise<string> {
    const grant = aGrant({ expires_at, ends_at: expires_at })
    grant.epoch = await world.epoch(grant.sub, grant.client_id)
    assert.equal(await world.store.grants.redeem(grant, {}), 'inserted')
    return grant.grant_id
  }

  it('a grant stays for an hour after its end, revoked or not', async () => {
    const at = await later()
    const [over, revoked, last] = [await redeem(at), await redeem(at), await redeem(at + 1)]
    await world.store.grants.revoke(revoked!, at)
    assert.equal(await sweepAll(at + HOUR - 1), 0)
    assert.notEqual(await world.store.grants.find(over!), null)
    assert.equal(await sweepAll(at + HOUR), 2)
    assert.equal(await world.store.grants.find(over!), null)
    assert.equal(await world.store.grants.find(revoked!), null)
    assert.notEqual(await world.store.grants.find(last!), null)
  })

  it('sessions, parked codes and revoked tokens go at their end', async () => {
    const at = await later()
    const [session, longer] = [aSession({ expires_at: at }), aSession({ expires_at: at + 1 })]
    const [code, jti, once] = [fresh('code'), fresh('jti'), fresh('once')]
    for (const one of [session, longer]) await world.store.sessions.open(one)
    await world.store.codes.park(code, 'sealed', at)
    await world.store.tokens.revoke(jti, at)
    await world.store.once.spend(once, at)
    assert.equal(await sweepAll(at - 1), 0)
    assert.equal(await sweepAll(at), 3)
    assert.equal(await world.store.codes.find(code), null)
    assert.equal((await world.store.tokens.standing(fresh('client'), jti)).revoked, false)
    assert.deepEqual(await world.store.sessions.find(longer.session_hash, at), longer)
    // what was spent is remembered for longer than it could be shown, whatever the clocks say
    assert.equal(await world.store.once.spend(once, at), false)
    assert.equal(await sweepAll(at + HOUR - 1), 1)
    assert.equal(await sweepAll(at + HOUR), 1)
    assert.equal(await world.store.once.spend(once, at), true)
  })

  it('a consent stays until an hour after its end, one without an end stays', async () => {
    const at = await later()
    const consent = aConsent({ expires_at: at })
    const endless = aConsent({ sub: consent.sub })
    for (const one of [consent, endless]) await world.store.consents.decide(one, aReceipt(one))
    assert.equal(await sweepAll(at + HOUR - 1), 0)
    assert.deepEqual((await world.store.consents.find(consent.sub, consent.client_id)).consent, consent)
    assert.equal(await sweepAll(at + HOUR), 1)
    assert.deepEqual(await world.store.consents.list(consent.sub, { after: '', limit: 10 }), [endless])
  })

  it('goes on in small steps from where it stopped, and reaches the end of every table', async () => {
    const at = await later()
    // a table of few that are over makes steps long; here nearly all are
    const dead = await Promise.all(Array.from({ length: 800 }, (_, i) => redeem(i % 4 ? at : at + DAY)))
    await Promise.all(Array.from({ length: 300 }, () => world.store.sessions.open(aSession({ expires_at: at }))))
    const steps: number[] = []
    // each call without a budget makes one step: the tables take turns
    for (let i = 0; i < 60; i++) steps.push(await world.store.sweep(at + HOUR, 0))
    assert.ok(Math.max(...steps) <= 500, `one step deleted ${Math.max(...steps)} rows`)
    assert.equal(
      steps.reduce((sum, gone) => sum + gone, 0),
      600 + 300,
    )
    const found = await Promise.all(dead.map((grant_id) => world.store.grants.find(grant_id)))
    assert.ok(found.every((grant, i) => (grant === null) === (i % 4 !== 0)))
  })

  it('a walk tells when it ended and how many grants it left, where the store tells of walks', async () => {
    const at = await later()
    const walk = () => world.store.work?.().walk
    await sweepAll(at + HOUR)
    if (!walk()) return
    const { grants } = walk()!
    for (const expires_at of [at, at + DAY, at + DAY]) await redeem(expires_at)
    await sweepAll(at + HOUR + 1)
    assert.deepEqual(walk(), { grants: grants + 2, ended_at: at + HOUR + 1 })
  })

  it('of several nodes one sweeps, and when it has died another does, 30 seconds after its last work at the latest', async () => {
    const [one, other] = world.stores
    if (one === other) return // there are no nodes in memory
    const at = (await later()) + HOUR
    const sweep = async (node: typeof one, seconds: number): Promise<number> => {
      await redeem(at - HOUR)
      return node!.sweep(at + seconds * SECOND, SECOND)
    }
    assert.equal(await sweep(one, 0), 1)
    assert.equal(await sweep(other, 5), 0)
    assert.equal(await sweep(one, 25), 2)
    assert.equal(await sweep(other, 54), 0, 'whoever goes on sweeping keeps on being the one')
    assert.equal(await sweep(other, 56), 2) // some milliseconds after the last work began
    assert.equal(await sweep(one, 57), 0, 'the one before comes back, and finds another')
    assert.equal(await sweep(other, 60), 2)
  })

  it('nobody is the one while nothing is over', async () => {
    const at = (await later()) + HOUR
    const [one, other] = world.stores
    assert.equal(await one!.sweep(at, SECOND), 0)
    await redeem(at - HOUR)
    assert.equal(await other!.sweep(at, SECOND), 1)
  })

  it('several nodes may sweep at once', async () => {
    const at = await later()
    await Promise.all(Array.from({ length: 300 }, () => redeem(at)))
    const gone = await Promise.all(world.stores.map((store) => store.sweep(at + 2 * DAY, SECOND)))
    assert.equal(
      gone.reduce((sum, one) => sum + one, 0),
      300,
    )
    if (new Set(world.stores).size > 1) assert.equal(gone.filter((rows) => rows > 0).length, 1, 'one of them was first')
  })
}
