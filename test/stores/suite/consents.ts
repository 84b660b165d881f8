import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DAY } from '../../../src/core/model/clock.ts'
import { pages } from './pages.ts'
import { aClient, aConsent, aReceipt, aUser, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** Decisions of people, with their receipts. */
export function consentTests(world: World): void {
  it('are found as they were decided, with the epoch in any case', async () => {
    const consent = aConsent({ expires_at: NOW + DAY, scope_at: { 'https://api.example': 'openid' }, declined: 'email', once: true })
    const before = await world.store.consents.find(consent.sub, consent.client_id)
    assert.equal(before.consent, null)
    assert.equal(typeof before.epoch, 'number')
    await world.store.consents.decide(consent, aReceipt(consent))
    assert.deepEqual(await world.store.consents.find(consent.sub, consent.client_id), { consent, epoch: before.epoch })
  })

  it('a new decision replaces the one before, its end included', async () => {
    const first = aConsent({ expires_at: NOW + DAY })
    const { expires_at: _, ...endless } = { ...first, scope: 'openid invoices' }
    await world.store.consents.decide(first, aReceipt(first))
    await world.store.consents.decide(endless, aReceipt(endless))
    assert.deepEqual((await world.store.consents.find(first.sub, first.client_id)).consent, endless)
  })

  it('a decision withdraws what was given before, where asked', async () => {
    const consent = aConsent()
    const before = await world.epoch(consent.sub, consent.client_id)
    await world.store.consents.decide(consent, aReceipt(consent))
    assert.equal(await world.epoch(consent.sub, consent.client_id), before)
    await world.store.consents.decide(consent, aReceipt(consent), { withdraw: true })
    assert.equal(await world.epoch(consent.sub, consent.client_id), before + 1)
  })

  it('many decisions at once leave one of them whole, and lose no withdrawal', async () => {
    const { sub, client_id } = aConsent()
    const before = await world.epoch(sub, client_id)
    await world.race((one, caller) => {
      const consent = aConsent({ sub, client_id, scope: `s${caller}`, granted_at: caller, expires_at: NOW + caller })
      return one.consents.decide(consent, aReceipt(consent), { withdraw: true })
    })
    const found = await world.store.consents.find(sub, client_id)
    assert.equal(found.epoch, before + 50)
    assert.equal(found.consent?.scope, `s${found.consent?.granted_at}`)
    assert.equal(found.consent?.expires_at, NOW + found.consent!.granted_at)
  })

  it('nobody who was deleted allows anything, and where it is asked for nothing is allowed to a client that is not there', async () => {
    const user = aUser()
    await world.store.users.add(user)
    await world.store.users.delete(user.sub)
    const client = aClient()
    const [gone, lost] = [aConsent({ sub: user.sub }), aConsent({ client_id: client.client_id })]
    assert.equal(await world.store.consents.decide(gone, aReceipt(gone)), false)
    assert.equal(await world.store.consents.decide(lost, aReceipt(lost), { registered: true }), false)
    assert.deepEqual(await world.store.receipts.list(user.sub, { limit: 5 }), [])
    assert.equal((await world.store.consents.find(lost.sub, lost.client_id)).consent, null)
    await world.store.clients.add(client)
    assert.equal(await world.store.consents.decide(lost, aReceipt(lost), { registered: true }), true)
  })

  it('a decision whose receipt cannot be kept is not made', async () => {
    const consent = aConsent()
    const receipt = aReceipt(consent)
    await world.store.consents.decide(consent, receipt)
    const wider = { ...consent, scope: 'openid everything' }
    await assert.rejects(world.store.consents.decide(wider, receipt, { withdraw: true }))
    assert.deepEqual((await world.store.consents.find(consent.sub, consent.client_id)).consent, consent)
  })

  it('one of many withdraws a consent; the others find none', async () => {
    const consent = aConsent()
    await world.store.consents.decide(consent, aReceipt(consent))
    const before = await world.epoch(consent.sub, consent.client_id)
    const withdrawn = await world.race((one) => one.consents.withdraw(consent.sub, consent.client_id, aReceipt(consent, 'withdrawn')))
    assert.equal(withdrawn.filter(Boolean).length, 1)
    assert.deepEqual(await world.store.consents.find(consent.sub, consent.client_id), { consent: null, epoch: before + 1 })
  })

  it('are listed for one person, in parts', async () => {
    const sub = fresh('user')
    const consents = Array.from({ length: 5 }, () => aConsent({ sub }))
    for (const consent of [...consents, aConsent()]) await world.store.consents.decide(consent, aReceipt(consent))
    const found = await pages(
      (page) => world.store.consents.list(sub, page),
      (consent) => consent.client_id,
      2,
    )
    assert.deepEqual(found, consents)
  })
}
