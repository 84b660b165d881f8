import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import { OAuthError } from '../../../src/core/model/error.ts'
import type { Store } from '../../../src/core/model/store.ts'
import { aConsent, aGrant, aReceipt, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

const ROUNDS = 8

/** Connections end at random moments under fifty callers: what was acknowledged is there once, what was not is there whole or not at all. */
export function brokenTests(world: World, breakConnections: () => Promise<void>): void {
  /** Runs the moves of fifty callers while connections break; how often a caller was sent away. */
  async function underTrouble(run: (store: Store, tell: () => void) => Promise<void>): Promise<number> {
    let away = 0
    let done = false
    const moves = world
      .race((store) => run(store, () => void away++))
      .finally(() => {
        done = true
      })
    let broken = 0
    while (!done) {
      await breakConnections()
      broken++
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 60))
    }
    await moves
    assert.ok(broken > 1, 'connections were broken')
    return away
  }

  /** The outcome, or undefined where nobody knows; anything but `temporarily_unavailable` is a fault. */
  async function attempt<T>(move: () => Promise<T>, tell: () => void): Promise<{ outcome: T } | undefined> {
    try {
      return { outcome: await move() }
    } catch (cause) {
      assert.ok(cause instanceof OAuthError && cause.error === 'temporarily_unavailable' && cause.status === 503, String(cause))
      assert.ok(Number(cause.headers['retry-after']) > 0)
      tell()
      return undefined
    }
  }

  /** Asks until there is an answer. */
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    for (let tries = 0; tries < 50; tries++) {
      const answer = await attempt(question, () => undefined)
      if (answer) return answer.outcome
    }
    throw new Error('No answer.')
  }

  it('a redemption counts once, and a rotation at most once', async () => {
    await underTrouble(async (store, tell) => {
      const grant = aGrant()
      const first = await attempt(() => store.grants.redeem(grant, {}), tell)
      if (first) assert.notEqual(first.outcome, 'withdrawn')
      // whoever does not know asks again, and finds their own
      else await ask(() => store.grants.redeem(grant, {}))
      let generation = 1
      for (let round = 0; round < ROUNDS; round++) {
        const turned = await attempt(() => store.grants.rotate(grant.grant_id, generation, NOW + round, NOW + DAY, null), tell)
        const found = await ask(() => store.grants.find(grant.grant_id))
        assert.ok(found)
        if (turned) assert.equal(turned.outcome?.generation, generation + 1)
        assert.ok(found.generation === generation + 1 || (!turned && found.generation === generation), 'one step or none')
        generation = found.generation
      }
    })
  })

  it('a decision is written with all that belongs to it, or not at all', async () => {
    const receipts: number[] = []
    await underTrouble(async (store, tell) => {
      const consent = aConsent()
      let epoch = await ask(() => store.consents.find(consent.sub, consent.client_id)).then((found) => found.epoch)
      let before: string | undefined
      for (let round = 0; round < ROUNDS; round++) {
        const next = { ...consent, request_id: fresh('request') }
        const decided = await attempt(() => store.consents.decide(next, aReceipt(next), { withdraw: true }), tell)
        const found = await ask(() => store.consents.find(consent.sub, consent.client_id))
        const isWritten = found.consent?.request_id === next.request_id
        if (decided) assert.ok(decided.outcome && isWritten, 'what was acknowledged is there')
        if (!isWritten) assert.equal(found.consent?.request_id, before)
        assert.equal(found.epoch, epoch + (isWritten ? 1 : 0), 'once, or not at all')
        epoch = found.epoch
        before = found.consent?.request_id
      }
      receipts.push(epoch)
    })
    assert.equal(receipts.length, 50)
  })

  it('nobody is left waiting: afterwards everything answers, on every connection', async () => {
    const found = await world.race((store) => store.consents.find(fresh('user'), fresh('client')))
    assert.equal(found.length, 50)
  })
}
