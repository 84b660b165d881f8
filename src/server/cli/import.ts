import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { CliError, type Command, configOf, EXIT } from './command.ts'
import { sum } from './export.ts'
import { printDone } from './output.ts'

export const importDatabase: Command = {
  name: 'import',
  args: '[FILE|-]',
  about: 'fill an empty database from an export, all or nothing; no server may use it yet',
  flags: {},
  async run(call) {
    const [name = '-', ...others] = call.args
    if (others.length > 0) throw new CliError(EXIT.usage, 'Name one file, or - for standard input.')
    const file = name === '-' ? null : resolve(call.io.cwd, name)
    if (file !== null && !existsSync(file)) throw new CliError(EXIT.not_found, `There is no file ${file}.`)
    const config = await configOf(call)
    const { DumpError, importFile, importFrom, NotEmptyError } = await import('../moving.ts')
    try {
      const dump = await (file === null ? importFrom(config, process.stdin) : importFile(config, file))
      printDone(call, `${sum(dump.counts)} records were imported. Start the server with the same issuer and master secret.`, dump)
      return EXIT.ok
    } catch (cause) {
      if (cause instanceof DumpError) throw new CliError(EXIT.usage, cause.message)
      if (cause instanceof NotEmptyError) throw new CliError(EXIT.conflict, cause.message)
      throw cause
    }
  },
}
