import type { Log } from '../../core/model/log.ts'
import type { KeyUse } from '../../core/model/stored-key.ts'
import { destroy } from '../keys.ts'
import { CliError, type Command, configOf, EXIT, operator, subject } from './command.ts'
import { printDone } from './output.ts'

/** What ends with a key of each use. */
const ENDS: Readonly<Record<KeyUse, string>> = {
  'sig-ES256': 'all tokens that it has signed are refused',
  'sig-RS256': 'all ID tokens that it has signed are refused',
  ticket: 'codes under way are refused, and whoever is just signing in or deciding begins again',
  token: 'all opaque access tokens that it has sealed are refused',
  client: 'clients that registered themselves with it, and have not been used yet, are unknown',
  mac: 'all refresh tokens that it has made are refused: those people connect their apps again',
  factor: 'all authenticator apps that people have set up give no valid code any more: passkeys and recovery codes stay good',
}

export const keysDestroy: Command = {
  name: 'keys destroy',
  args: 'KID',
  about: 'end a key that somebody else may have, and all that it protects, at once and for good',
  flags: {
    kid: { type: 'string', value: 'KID', about: 'the key' },
    yes: { type: 'boolean', about: 'do it; without this it only says what would end' },
  },
  async run(call) {
    const kid = subject(call, 'kid')
    const yes = call.flags['yes'] === true
    const key = await destroy(await configOf(call), kid, { by: operator(), log: telling(call.io.stderr), really: yes })
    if (!key) throw new CliError(EXIT.not_found, 'There is no key of this kid.')
    const { use, status } = key
    if (!yes) throw new CliError(EXIT.usage, `If ${kid} is destroyed, ${ENDS[use]}. To do it, say --yes.`)
    printDone(call, `Destroyed ${kid}: ${ENDS[use]}.`, { kid, use, status, destroyed: true })
    return EXIT.ok
  },
}

/** Tells what is left to do by hand, and nothing else. */
function telling(stderr: (text: string) => void): Log {
  const silent = () => undefined
  return {
    info: silent,
    error: silent,
    warn: ({ event, home, reference }) => {
      if (event === 'key.left') stderr(`vouchsafe: The private key is still in ${home}, under ${reference}: destroy it there.\n`)
    },
  }
}
