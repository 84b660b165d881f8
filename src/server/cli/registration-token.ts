import { DAY, numericDate, systemClock } from '../../core/model/clock.ts'
import type { InitialAccessToken } from '../../core/model/initial-access-token.ts'
import { addInitialAccessToken } from '../accounts/initial-access-tokens.ts'
import { dialectOf } from '../dialects/choose.ts'
import { type Call, CliError, type Command, EXIT, operator, readAll, subject, textFlag, withStore } from './command.ts'
import { moment, printDone, printList, printRecord, warn } from './output.ts'

const USUAL_DAYS = 7
const MOST_DAYS = 3650
const MOST_USES = 1_000_000
const LONGEST_NOTE = 200

/** A token by which others register clients, without an operator at their side. @spec RFC 7591 §3 */
export const registrationTokenAdd: Command = {
  name: 'registration token add',
  about: 'make an initial access token, by which clients can be registered; it is shown this once',
  flags: {
    dialect: { type: 'string', value: 'NAME', about: 'the one dialect in which it is good (standard unless said)' },
    uses: { type: 'string', value: 'N', about: 'how many clients it registers: 1 unless said, or unlimited' },
    days: { type: 'string', value: 'N', about: `how long it is good: ${USUAL_DAYS} unless said` },
    note: { type: 'string', value: 'TEXT', about: 'what it is for' },
    reviewed: { type: 'boolean', about: 'vouch for the clients that it registers: they may require scopes' },
  },
  async run(call) {
    const dialect = textFlag(call, 'dialect') ?? 'standard'
    const uses = textFlag(call, 'uses') === 'unlimited' ? undefined : numberFlag(call, 'uses', 1, MOST_USES)
    const days = numberFlag(call, 'days', USUAL_DAYS, MOST_DAYS)
    const note = noteFlag(call)
    return withStore(call, async (store, { own_dialects }) => {
      const known = dialectOf(dialect, own_dialects)
      if (!known) throw new CliError(EXIT.usage, 'There is no dialect of this name.')
      if (known.registration.policy !== 'initial_access_token')
        warn(
          call,
          `the registration policy of ${dialect} is ${known.registration.policy}: the token is good where it is initial_access_token.`,
        )
      const { token, initial_access_token } = await addInitialAccessToken(
        store,
        {
          dialect,
          lasts: days * DAY,
          ...(uses !== undefined && { uses }),
          ...(note !== undefined && { note }),
          ...(call.flags['reviewed'] === true && { reviewed: true }),
        },
        systemClock,
        operator(),
      )
      printRecord(call, { initial_access_token, ...show(token) })
      return EXIT.ok
    })
  },
}

export const registrationTokenList: Command = {
  name: 'registration token list',
  about: 'list the initial access tokens, without the tokens themselves',
  flags: {},
  async run(call) {
    return withStore(call, async (store) => {
      const tokens = await readAll(store.initialAccessTokens.list, ({ token_id }) => token_id)
      if (call.flags['json'] === true) printList(call, tokens.map(show), {})
      else printList(call, tokens, COLUMNS)
      return EXIT.ok
    })
  },
}

export const registrationTokenRevoke: Command = {
  name: 'registration token revoke',
  args: 'TOKEN_ID',
  about: 'end an initial access token; the clients that it registered stay',
  flags: { 'token-id': { type: 'string', value: 'ID', about: 'the token' } },
  async run(call) {
    const [token_id, by] = [subject(call, 'token-id'), operator()]
    return withStore(call, async (store) => {
      if (!(await store.initialAccessTokens.revoke(token_id, by))) throw new CliError(EXIT.not_found, 'There is no token of this id.')
      printDone(call, `Revoked ${token_id}.`, { token_id, revoked: true })
      return EXIT.ok
    })
  },
}

const COLUMNS = {
  token_id: ({ token_id }: InitialAccessToken) => token_id,
  dialect: ({ dialect }: InitialAccessToken) => dialect,
  uses: ({ uses }: InitialAccessToken) => String(uses ?? 'unlimited'),
  until: ({ expires_at }: InitialAccessToken) => moment(expires_at),
  note: ({ note }: InitialAccessToken) => note ?? '',
}

function show({ token_hash: _, created_at, expires_at, ...token }: InitialAccessToken): Record<string, unknown> {
  return { ...token, created_at: numericDate(created_at), expires_at: numericDate(expires_at) }
}

function numberFlag(call: Call, name: string, usual: number, most: number): number {
  const given = textFlag(call, name)
  if (given === undefined) return usual
  const number = /^\d{1,7}$/.test(given) ? Number(given) : 0
  if (number < 1 || number > most) throw new CliError(EXIT.usage, `--${name} must be a whole number from 1 to ${most}.`)
  return number
}

function noteFlag(call: Call): string | undefined {
  const note = textFlag(call, 'note')
  if (note !== undefined && note.length > LONGEST_NOTE)
    throw new CliError(EXIT.usage, `--note may have at most ${LONGEST_NOTE} characters.`)
  return note
}
