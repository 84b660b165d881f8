import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Receipt, StoredReceipt } from '../../../src/core/model/receipt.ts'
import { aConsent, aReceipt, aShown, fresh, PROTO, TEXTS } from './records.ts'
import type { World } from './world.ts'

/** A person's receipts, a chain of their own. */
export function receiptTests(world: World): void {
  const decide = async (sub: string, fields: Partial<Receipt> = {}) => {
    const consent = aConsent({ sub })
    const receipt = { ...aReceipt(consent), ...fields }
    await world.store.consents.decide(consent, receipt)
    return receipt
  }
  const list = (sub: string) => world.store.receipts.list(sub, { limit: 1000 })
  const whole = async (sub: string) => {
    const { findings, more } = await world.store.receipts.verify({ sub })
    assert.deepEqual([findings, more], [[], false])
  }

  it('come back as they were written, each with its place behind the one before', async () => {
    const sub = fresh('user')
    const texts = TEXTS.map((text) => ({ ...aShown(text), ...PROTO }))
    const written: Receipt[] = []
    for (const shown of [...texts, undefined]) written.push(await decide(sub, shown && { shown, expires_at: 1 }))
    const found = (await list(sub)).reverse()
    let prev = ''
    for (const [i, { seq, hash, salt, shown_hash, prev: named, ...rest }] of found.entries()) {
      assert.deepEqual(rest, written[i]!.shown === undefined ? { ...aReceipt(aConsent()), ...written[i] } : written[i])
      assert.deepEqual(
        [seq, named, typeof salt, typeof shown_hash],
        [i + 1, prev, typeof shown_hash, salt === undefined ? 'undefined' : 'string'],
      )
      prev = hash!
    }
    assert.deepEqual(await world.stores[1]!.receipts.find(sub, written[2]!.receipt_id), found[2])
    await whole(sub)
  })

  it('are nobody else’s', async () => {
    const { receipt_id } = await decide(fresh('user'))
    const other = fresh('user')
    assert.equal(await world.store.receipts.find(other, receipt_id), null)
    assert.deepEqual(await world.store.receipts.list(other, { limit: 10, after: receipt_id }), [])
    assert.deepEqual(await list(other), [])
  })

  it('are listed in parts, the newest first, of all clients or of one', async () => {
    const sub = fresh('user')
    const written = []
    for (let i = 0; i < 5; i++) written.push((await decide(sub)).receipt_id)
    const found: StoredReceipt[] = []
    for (let after: string | undefined; ; after = found.at(-1)!.receipt_id) {
      const part = await world.store.receipts.list(sub, { limit: 2, ...(after !== undefined && { after }) })
      found.push(...part)
      if (part.length < 2) break
    }
    assert.deepEqual(
      found.map(({ receipt_id }) => receipt_id),
      written.reverse(),
    )
    const { client_id } = found[2]!
    assert.deepEqual(await world.store.receipts.list(sub, { limit: 10, client_id }), [found[2]])
  })

  it('of fifty decisions of one person at one moment all are kept, on every connection, in one chain', async () => {
    const sub = fresh('user')
    const made = await world.race((store, caller) => {
      const consent = aConsent({ sub, client_id: `client-${caller % 3}` })
      return store.consents.decide(consent, aReceipt(consent), { by: { type: 'user', id: sub } })
    })
    assert.ok(made.every(Boolean))
    const found = (await list(sub)).map(({ seq }) => seq)
    assert.deepEqual(
      found.reverse(),
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
    await whole(sub)
  })

  it('a decision that is not made leaves none, whoever decides meanwhile', async () => {
    const sub = fresh('user')
    const consent = aConsent({ sub })
    const { epoch } = await world.store.consents.find(sub, consent.client_id)
    const made = await world.race((store, caller) =>
      caller % 2 === 0
        ? store.consents.decide(consent, aReceipt(consent), { epoch: epoch - 1 })
        : store.consents.decide(consent, aReceipt(consent)),
    )
    assert.equal(made.filter(Boolean).length, 25)
    assert.equal((await list(sub)).length, 25)
    await whole(sub)
  })

  it('withdrawing is a receipt too, one for the first and none for the others', async () => {
    const consent = aConsent()
    const { sub, client_id } = consent
    await world.store.consents.decide(consent, aReceipt(consent))
    await world.race((store) => store.consents.withdraw(sub, client_id, aReceipt(consent, 'withdrawn')))
    const found = (await list(sub)).map(({ decision, seq }) => [decision, seq])
    assert.deepEqual(found, [
      ['withdrawn', 2],
      ['allowed', 1],
    ])
    await whole(sub)
  })

  it('what was shown is erased for good, the chain stays whole and goes on', async () => {
    const [sub, other] = [fresh('user'), fresh('user')]
    for (const person of [sub, sub, other]) await decide(person, { shown: aShown('asks to use') })
    await decide(sub)
    assert.equal(await world.store.receipts.erase(sub), 2)
    assert.equal(await world.store.receipts.erase(sub), 0)
    await decide(sub, { shown: aShown('again') })
    const found = await list(sub)
    assert.deepEqual(
      found.map(({ shown, salt, shown_hash }) => [shown, typeof salt, typeof shown_hash]),
      [
        [aShown('again'), 'string', 'string'],
        [undefined, 'undefined', 'undefined'],
        [undefined, 'undefined', 'string'],
        [undefined, 'undefined', 'string'],
      ],
    )
    await whole(sub)
    assert.deepEqual((await list(other))[0]!.shown, aShown('asks to use'))
  })

  it('the same text has another hash each time, so that an erased one cannot be guessed', async () => {
    const sub = fresh('user')
    for (let i = 0; i < 2; i++) await decide(sub, { shown: aShown('asks to use') })
    const [one, two] = await list(sub)
    assert.notEqual(one!.shown_hash, two!.shown_hash)
    assert.notEqual(one!.salt, two!.salt)
  })

  it('the audit log names each of them', async () => {
    const { sub, receipt_id } = await decide(fresh('user'))
    const { entries } = await world.store.audit.list({ sub, limit: 10 })
    assert.deepEqual(
      entries.map((entry) => entry.receipt_id),
      [receipt_id],
    )
    const { findings } = await world.store.receipts.verify({ audit: true })
    assert.deepEqual(findings, [])
  })
}
