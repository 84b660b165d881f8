import type { Clock } from '../../core/model/clock.ts'
import type { Log } from '../../core/model/log.ts'
import type { Mail, Outbox } from './mail.ts'
import { createOutbox } from './outbox.ts'

/** Letters that are kept to be looked at. */
const MOST = 50

/** An outbox that sends nothing: the letters are shown on this computer, for a first try. */
export function createShownMail(clock: Clock, log: Log): Outbox {
  const letters: (Mail & { at: number })[] = []
  const postman = {
    deliver: async (mail: Mail) => {
      letters.unshift({ ...mail, at: clock() })
      letters.length = Math.min(letters.length, MOST)
    },
    check: async () => {},
    close: async () => {},
  }
  return { ...createOutbox({ postman, log }), shown: () => letters }
}
