import { type Command, configOf, EXIT, operator } from './command.ts'
import { printDone } from './output.ts'

export const freeze: Command = {
  name: 'freeze',
  about: 'let the database refuse every change, to all servers at once; reads go on',
  flags: {},
  async run(call) {
    const config = await configOf(call)
    const { freezeDatabase } = await import('../moving.ts')
    await freezeDatabase(config, operator())
    printDone(call, 'The database is frozen: whoever wants to change something is told to come back. Run vouchsafe thaw to end that.', {
      frozen: true,
    })
    return EXIT.ok
  },
}

export const thaw: Command = {
  name: 'thaw',
  about: 'let a frozen database take changes again',
  flags: {},
  async run(call) {
    const config = await configOf(call)
    const { thawDatabase } = await import('../moving.ts')
    await thawDatabase(config, operator())
    printDone(call, 'The database takes changes again.', { frozen: false })
    return EXIT.ok
  },
}
