import { rewrap } from '../keys.ts'
import { CliError, type Command, configOf, EXIT, operator } from './command.ts'
import { printDone } from './output.ts'

export const keysRewrap: Command = {
  name: 'keys rewrap',
  about: 'seal all keys under the first of two master secrets (VOUCHSAFE_SECRET=NEW,OLD); every server must know both by then',
  flags: {},
  async run(call) {
    const config = await configOf(call)
    if (config.secrets.length === 0)
      throw new CliError(EXIT.usage, 'VOUCHSAFE_SECRET is missing: set it to the new secret, a comma, and the old one.')
    const { rewrapped, left } = await rewrap(config, operator())
    if (left.length > 0)
      throw new CliError(EXIT.failed, `None of these secrets opens ${left.join(', ')}: they are still under another one.`)
    const sentence = `Sealed ${rewrapped.length} keys anew; all of them are under the first secret now.`
    printDone(call, sentence, { rewrapped, left })
    return EXIT.ok
  },
}
