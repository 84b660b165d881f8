import assert from 'node:assert/strict'
import { it } from 'node:test'
import { aClient, aConsent, aReceipt, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

const ROUNDS = 40

/** Moves that are guarded by rows which they only read: what happens to those at the same moment must not slip past. */
export function guardTests(world: World): void {
  const [one, other] = [0, 1].map((i) => () => world.stores[i % world.stores.length]!) as [() => World['store'], () => World['store']]

  it('a decision beside a withdrawal: it came first and is gone, or it did not count', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const first = aConsent()
      await world.store.consents.decide(first, aReceipt(first))
      const { epoch } = await world.store.consents.find(first.sub, first.client_id)
      const again = { ...first, request_id: fresh('request') }
      const [written] = await Promise.all([
        one().consents.decide(again, aReceipt(again), { epoch }),
        other().consents.withdraw(first.sub, first.client_id, aReceipt(first, 'withdrawn')),
      ])
      const { consent } = await world.store.consents.find(first.sub, first.client_id)
      assert.equal(consent, null, `round ${i}: written ${written}`)
    }
  })

  it('a decision beside a client that is forgotten leaves no consent to the other one', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const client = aClient()
      await world.store.clients.add(client)
      const consent = aConsent({ client_id: client.client_id })
      const { epoch } = await world.store.consents.find(consent.sub, consent.client_id)
      await Promise.all([
        one().consents.decide(consent, aReceipt(consent), { epoch }),
        other().clients.update({ ...client, client_name: 'Another' }, { forget: true }),
      ])
      assert.equal((await world.store.consents.find(consent.sub, consent.client_id)).consent, null, `round ${i}`)
    }
  })

  it('a client that registered itself and is deleted at the moment of its first use stays dead', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const client = aClient({ sealed: 'kept' })
      await world.store.clients.add(client)
      await Promise.all([one().clients.delete(client.client_id), other().clients.add(client)])
      const rows = await world.store.clients.list({ after: client.client_id.slice(0, -1), limit: 1000 }) // never cached
      assert.ok(!rows.some(({ client_id }) => client_id === client.client_id), `round ${i}`)
      assert.equal(await world.store.clients.isGone(client.client_id), true)
    }
  })

  it('of 50 clients that one person makes at once no more come to be than may be', async () => {
    const owner = fresh('owner')
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, i) => world.stores[i % world.stores.length]!.clients.add(aClient({ owner }), { most: 3 })),
    )
    assert.equal(made.filter(Boolean).length, 3)
  })

  it('a consent that is renewed while it is swept stays', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const over = aConsent({ expires_at: NOW - 2 * 3_600_000 })
      await world.store.consents.decide(over, aReceipt(over))
      const { expires_at: _, ...renewed } = over
      await Promise.all([one().sweep(NOW, 50), other().consents.decide(renewed, aReceipt(renewed))])
      assert.notEqual((await world.store.consents.find(over.sub, over.client_id)).consent, null, `round ${i}`)
    }
  })
}
