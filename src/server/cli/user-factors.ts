import { numericDate, systemClock } from '../../core/model/clock.ts'
import type { Factors } from '../../core/model/factor.ts'
import { endFor } from '../accounts/ending.ts'
import { CliError, type Command, EXIT, operator, withStore } from './command.ts'
import { moment, printDone, printList, printRecord } from './output.ts'
import { findPerson, PERSON_FLAGS } from './users.ts'

export const userFactors: Command = {
  name: 'user factors',
  args: 'SUB|EMAIL',
  about: 'list what a person shows besides the password, or with --reset take it all away',
  flags: {
    ...PERSON_FLAGS,
    reset: { type: 'boolean', about: 'for a lost device: only the password is left, and all sessions end. Make sure who asks' },
  },
  async run(call) {
    return withStore(call, async (store) => {
      const { sub, email } = await findPerson(call, store)
      if (call.flags['reset'] === true) {
        const by = operator()
        if (!(await store.factors.reset(sub, { by, keeping: '' })))
          throw new CliError(EXIT.not_found, 'The person has nothing besides the password.')
        // nor shall a letter count that one of those sessions had sent, or a sign-in that was under way
        await endFor({ store, clock: systemClock }, sub, { end: 'sessions', by })
        printDone(call, `Took away all that ${email} had besides the password, and signed them out.`, { sub, reset: true })
        return EXIT.ok
      }
      const factors = await store.factors.find(sub)
      if (call.flags['json'] === true) printRecord(call, showFactors(sub, factors))
      else
        printList(call, rowsOf(factors), {
          factor: (row) => row.factor,
          name: (row) => row.name,
          made: (row) => row.made,
          used: (row) => row.used,
        })
      return EXIT.ok
    })
  },
}

/** As an operator sees them: without a secret, a key or a hash. Moments in seconds. */
function showFactors(sub: string, { totp, passkeys, recovery_codes }: Factors): object {
  return {
    sub,
    totp: totp && { created_at: numericDate(totp.created_at) },
    passkeys: passkeys.map(({ passkey_id, label, created_at, used_at }) => ({
      passkey_id,
      label,
      created_at: numericDate(created_at),
      ...(used_at !== undefined && { used_at: numericDate(used_at) }),
    })),
    recovery_codes,
  }
}

function rowsOf({ totp, passkeys, recovery_codes }: Factors) {
  return [
    ...passkeys.map(({ label, created_at, used_at }) => ({
      factor: 'passkey',
      name: label,
      made: moment(created_at),
      used: moment(used_at),
    })),
    ...(totp ? [{ factor: 'totp', name: '-', made: moment(totp.created_at), used: '-' }] : []),
    ...(recovery_codes > 0 ? [{ factor: 'recovery codes', name: `${recovery_codes} left`, made: '-', used: '-' }] : []),
  ]
}
