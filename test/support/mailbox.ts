import type { LogEvent } from '../../src/core/model/log.ts'
import type { Mail, Outbox } from '../../src/server/accounts/mail.ts'
import { createShownMail } from '../../src/server/accounts/shown-mail.ts'

/** An outbox whose letters a test reads. */
export interface Mailbox {
  outbox: Outbox
  events: LogEvent[]
  /** The letters to an address that came since the last look, the newest last. */
  read(email: string): Promise<Mail[]>
  /** The link in the one letter that came for an address. */
  link(email: string): Promise<string>
}

export function openMailbox(): Mailbox {
  const events: LogEvent[] = []
  const note = (event: LogEvent): void => {
    events.push(event)
  }
  let at = 0
  const outbox = createShownMail(() => ++at, { info: note, warn: note, error: note })
  const seen = new Map<string, number>()
  async function read(email: string): Promise<Mail[]> {
    await outbox.idle()
    const found = outbox.shown!().filter((mail) => mail.to === email && mail.at > (seen.get(email) ?? 0))
    if (found[0]) seen.set(email, found[0].at)
    return [...found].reverse()
  }
  return {
    outbox,
    events,
    read,
    link: async (email) => {
      const letters = await read(email)
      const links = letters.flatMap(({ text }) => /https?:\/\/\S+/.exec(text)?.[0] ?? [])
      if (links.length !== 1) throw new Error(`There are ${links.length} links for ${email}.`)
      return links[0]!
    },
  }
}
