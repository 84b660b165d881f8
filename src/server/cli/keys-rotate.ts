import { KEY_USES, type KeyUse } from '../../core/model/stored-key.ts'
import { openStore } from '../store.ts'
import { CliError, type Command, configOf, EXIT, operator, textFlag } from './command.ts'
import { printKeys } from './keys-list.ts'

export const keysRotate: Command = {
  name: 'keys rotate',
  about: 'prepare a successor for each key now; a running server takes it into use once it has been published for long enough',
  flags: { use: { type: 'string', value: 'USE,…', about: `only these: ${KEY_USES.join(', ')}` } },
  async run(call) {
    const uses = readUses(textFlag(call, 'use'))
    const config = await configOf(call)
    const { createApp } = await import('../app.ts')
    const store = await openStore(config)
    try {
      const { server } = await createApp({ config, store })
      await server.keys.rotate(uses, operator())
      printKeys(call, await store.keys.list())
      return EXIT.ok
    } finally {
      await store.close()
    }
  },
}

function readUses(given: string | undefined): KeyUse[] | undefined {
  if (given === undefined) return undefined
  return given.split(',').map((name) => {
    const use = KEY_USES.find((known) => known === name.trim())
    if (use === undefined) throw new CliError(EXIT.usage, `--use takes some of ${KEY_USES.join(', ')}.`)
    return use
  })
}
