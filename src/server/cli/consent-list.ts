import { numericDate, systemClock } from '../../core/model/clock.ts'
import type { Consent } from '../../core/model/grant.ts'
import { listConsents } from '../accounts/consents.ts'
import { type Command, EXIT, withStore } from './command.ts'
import { moment, printList } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const consentList: Command = {
  name: 'consent list',
  args: 'SUB|EMAIL',
  about: 'list what a person has allowed',
  flags: PERSON_FLAGS,
  async run(call) {
    return withStore(call, async (store) => {
      const { sub } = await findPerson(call, store)
      const consents = await listConsents({ store, clock: systemClock }, sub)
      if (call.flags['json'] === true) printList(call, consents.map(showConsent), {})
      else printList(call, consents, COLUMNS)
      return EXIT.ok
    })
  },
}

const COLUMNS = {
  client_id: ({ client_id }: Consent) => client_id,
  granted: ({ granted_at }: Consent) => moment(granted_at),
  expires: ({ expires_at }: Consent) => moment(expires_at),
  scope: ({ scope }: Consent) => scope,
}

/** Moments in seconds. */
function showConsent({ request_id: _, identity: _identity, granted_at, expires_at, ...consent }: Consent): Record<string, unknown> {
  return { ...consent, granted_at: numericDate(granted_at), ...(expires_at !== undefined && { expires_at: numericDate(expires_at) }) }
}
