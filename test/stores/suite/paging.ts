import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page } from '../../../src/core/model/store.ts'
import { aClient, aConsent, aReceipt, aUser, fresh } from './records.ts'
import type { World } from './world.ts'

/** Lists that are read in parts while others write. */
export function pagingTests(world: World): void {
  /** Reads in parts of three; between two parts somebody else writes. */
  async function walk(list: (page: Page) => Promise<string[]>, meanwhile: (part: string[]) => Promise<void>): Promise<string[]> {
    const found: string[] = []
    for (let after = ''; ; ) {
      const part = await list({ after, limit: 3 })
      if (part.length === 0) return found
      found.push(...part)
      after = part.at(-1)!
      await meanwhile(part)
    }
  }

  it('what was there all the time comes once and in order, whatever is added or deleted around it', async () => {
    const other = world.stores[1]!
    const clients = Array.from({ length: 12 }, (_, i) => aClient({ client_id: fresh(i % 2 ? 'page-stays' : 'page-goes'), owner: 'pager' }))
    for (const client of clients) await world.store.clients.add(client)
    const stays = clients.map(({ client_id }) => client_id).filter((id) => id.startsWith('page-stays'))
    const goes = clients.map(({ client_id }) => client_id).filter((id) => id.startsWith('page-goes'))
    const found = await walk(
      async (page) => (await world.store.clients.listOwned('pager', page)).map(({ client_id }) => client_id),
      async (part) => {
        const gone = goes.pop()
        if (gone !== undefined) await other.clients.delete(gone)
        // one before the place where the reader stands, and one after it
        await other.clients.add(aClient({ client_id: fresh('page-a'), owner: 'pager' }))
        if (goes.length > 3) await other.clients.add(aClient({ client_id: `${part.at(-1)}-z`, owner: 'pager' }))
      },
    )
    assert.deepEqual(
      found.filter((id) => stays.includes(id)),
      stays,
    )
    assert.equal(new Set(found).size, found.length, 'none comes twice')
    assert.deepEqual(found, [...found].sort())
  })

  it('the same for people and for what they have allowed', async () => {
    const other = world.stores[1]!
    const people = Array.from({ length: 7 }, () => aUser())
    for (const user of people) await world.store.users.add(user)
    const found = await walk(
      async (page) => (await world.store.users.list(page)).map(({ sub }) => sub),
      async () => void (await other.users.add(aUser({ sub: `a-${fresh('user')}` }))),
    )
    assert.deepEqual(
      found.filter((sub) => people.some((user) => user.sub === sub)),
      people.map(({ sub }) => sub),
    )
    const sub = fresh('user')
    const consents = Array.from({ length: 7 }, () => aConsent({ sub }))
    for (const consent of consents) await world.store.consents.decide(consent, aReceipt(consent))
    const allowed = await walk(
      async (page) => (await world.store.consents.list(sub, page)).map(({ client_id }) => client_id),
      async ([first]) => {
        const consent = consents.find(({ client_id }) => client_id === first)!
        await other.consents.withdraw(sub, consent.client_id, aReceipt(consent, 'withdrawn'))
      },
    )
    assert.deepEqual(
      allowed,
      consents.map(({ client_id }) => client_id),
    )
  })
}
