import { ConfigError } from '../config.ts'
import { loadDialect } from '../dialects/file.ts'
import { type Command, EXIT, readFileOf, subject } from './command.ts'
import { printDone } from './output.ts'

export const dialectCheck: Command = {
  name: 'dialect check',
  args: 'FILE',
  about: 'check a file that describes a dialect; names every field that is wrong',
  flags: { file: { type: 'string', value: 'FILE', about: 'the file (.ts, .js, .json)' } },
  async run(call) {
    const problems: string[] = []
    const file = subject(call, 'file')
    await readFileOf(call, file)
    const dialect = await loadDialect(file, call.io.cwd, problems)
    if (!dialect) throw new ConfigError(problems)
    printDone(call, `ok: the dialect ${dialect.name} can be served.`, dialect)
    return EXIT.ok
  },
}
