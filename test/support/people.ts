import type { User } from '../../src/core/model/user.ts'
import type { Browser, Visit } from './browser.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { ISSUER, openSite, PASSWORD, type TestSite } from './site.ts'

/** A site with letters, and people who come to it one after the other. */
export interface People {
  site: TestSite
  box: Mailbox
  /** Somebody new. */
  person(): Promise<User>
  /** How many there are by now. */
  count(): number
  /** A browser at an address that changes with each person. */
  from(): Browser
  /** Signs in, in a browser of their own, straight to a room. */
  enter(email: string, room?: string, password?: string): Promise<{ browser: Browser; page: Visit }>
  find(sub: string): Promise<User>
}

export async function openPeople(): Promise<People> {
  const box = openMailbox()
  const site = await openSite({ outbox: box.outbox })
  let turn = 0
  const from = () => site.browser(`198.51.${turn % 250}.${(turn * 7) % 250}`)
  return {
    site,
    box,
    person: () => site.addPerson(`person${++turn}@otterbakery.example`, 'Ada Otter'),
    count: () => turn,
    from,
    enter: async (email, room = 'profile', password = PASSWORD) => {
      const browser = from()
      const sent = await browser.post(`${ISSUER}/login`, { next: room, email, password })
      return { browser, page: await browser.follow(sent, ISSUER) }
    },
    find: async (sub) => (await site.store.users.find(sub))!,
  }
}
