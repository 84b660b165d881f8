import type { Dialect } from '../../core/model/dialect.ts'
import { ConfigError } from '../config.ts'
import { DIALECTS, dialectOf } from '../dialects/choose.ts'
import { type Difference, differenceOf, findDifferences, showValue } from '../dialects/difference.ts'
import { isDialectFile, loadDialect } from '../dialects/file.ts'
import { type Call, CliError, type Command, configOf, EXIT, readFileOf, subject } from './command.ts'
import { plain, printList, printRecord } from './output.ts'

/** Characters of a cell: the rest is in the file, and in the JSON. */
const WIDEST = 72

export const dialectShow: Command = {
  name: 'dialect show',
  args: 'NAME|FILE',
  about: 'show how a dialect differs from the standard; with --json as a file that could be served',
  flags: { dialect: { type: 'string', value: 'NAME|FILE', about: 'the dialect, or the file that describes one' } },
  async run(call) {
    const dialect = await findDialect(call, subject(call, 'dialect'))
    if (call.flags['json'] === true) {
      printRecord(call, differenceOf(dialect))
      return EXIT.ok
    }
    call.io.stdout(`${plain(`${dialect.name}, after ${dialect.source.url}, read on ${dialect.source.read}`)}\n\n`)
    const differences = findDifferences(dialect)
    if (differences.length === 0) call.io.stdout('It is the standard itself.\n')
    else printList<Difference>(call, differences, COLUMNS)
    return EXIT.ok
  },
}

/** What a file says, or what this name stands for with the present configuration. */
async function findDialect(call: Call, named: string): Promise<Dialect> {
  const problems: string[] = []
  if (isDialectFile(named)) await readFileOf(call, named)
  const own = isDialectFile(named) ? [] : (await configOf(call)).own_dialects
  const dialect = isDialectFile(named) ? await loadDialect(named, call.io.cwd, problems) : dialectOf(named, own)
  if (problems.length > 0) throw new ConfigError(problems)
  if (dialect) return dialect
  throw new CliError(EXIT.not_found, `There is no dialect of this name: there are ${DIALECTS.join(', ')}, and files (.ts, .js, .json).`)
}

const COLUMNS: Readonly<Record<string, (difference: Difference) => string>> = {
  field: ({ field }) => field,
  standard: ({ standard }) => short(standard),
  here: ({ here }) => short(here),
}

function short(value: unknown): string {
  const text = showValue(value)
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`
}
