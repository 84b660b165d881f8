import { resolve } from 'node:path'
import process from 'node:process'
import { newFile } from './backup.ts'
import { CliError, type Command, configOf, EXIT, operator } from './command.ts'
import { printDone, warn } from './output.ts'

export const exportDatabase: Command = {
  name: 'export',
  args: '[FILE|-]',
  about: 'write the whole database, as it is at one moment, for vouchsafe import; keys stay sealed under the master secret',
  flags: { freeze: { type: 'boolean', about: 'first let the database refuse every change, until vouchsafe thaw' } },
  async run(call) {
    const [name = '-', ...others] = call.args
    if (others.length > 0) throw new CliError(EXIT.usage, 'Name one file, or - for standard output.')
    const config = await configOf(call)
    const { exportTo, exportToFile, freezeDatabase } = await import('../moving.ts')
    const target = name === '-' ? null : newFile(resolve(call.io.cwd, name))
    if (call.flags['freeze'] === true) await freezeDatabase(config, operator())
    if (target === null) {
      const { counts } = await exportTo(config, process.stdout)
      warn(call, `${sum(counts)} records were exported.`)
      return EXIT.ok
    }
    const dump = await exportToFile(config, target)
    printDone(call, `${target} holds ${sum(dump.counts)} records. ${KEEP}`, { file: target, ...dump })
    return EXIT.ok
  },
}

const KEEP = 'The master secret is not in it: the database that it goes to needs the same one.'

/** All records together. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0)
}
