import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { type Call, COMMON_FLAGS, type Command, EXIT, type ExitCode, type Io, refusalOf } from './command.ts'
import { commands } from './commands.ts'
import { helpAll, helpOne } from './help.ts'
import { plain } from './output.ts'
import { version } from './version.ts'

/** Runs one command line and says how it ended. Nothing is thrown: whatever goes wrong stands on standard error. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const json = argv.includes('--json')
  try {
    const command = await findCommand(argv)
    if (!command) return await answerWithout(argv, io, json)
    const parsed = parse(command, argv.slice(command.name.split(' ').length))
    if (typeof parsed === 'string') return tell(io, json, EXIT.usage, `${parsed} Try: vouchsafe ${command.name} --help`)
    if (parsed.flags['help'] === true) {
      io.stdout(helpOne(command))
      return EXIT.ok
    }
    return await command.run({ ...parsed, io })
  } catch (cause) {
    return explain(io, json, cause)
  }
}

/** The command whose words the line begins with; of several the longest. */
async function findCommand(argv: readonly string[]): Promise<Command | null> {
  for (const words of [3, 2, 1]) {
    const name = argv.slice(0, words).join(' ')
    if (Object.hasOwn(commands, name)) return commands[name]!()
  }
  return null
}

/** Several, as the help shows them. */
function load(names: readonly string[]): Promise<Command[]> {
  return Promise.all(names.map((name) => commands[name]!()))
}

/** A line without a command: it asks for help or for the version, or is mistyped. */
async function answerWithout(argv: readonly string[], io: Io, json: boolean): Promise<ExitCode> {
  const [first = ''] = argv
  if (first === '--version' || first === 'version') {
    io.stdout(`${version()}\n`)
    return EXIT.ok
  }
  const asked = first === 'help' ? argv.slice(1).join(' ') : first
  const all = Object.keys(commands)
  const family = asked === '' ? [] : all.filter((name) => name === asked || name.startsWith(`${asked} `))
  if (first === 'help' || first === '--help' || (family.length > 0 && argv.includes('--help'))) {
    const shown = await load(family.length > 0 ? family : all)
    io.stdout(family.length === 1 && shown[0] ? helpOne(shown[0]) : helpAll(shown))
    return EXIT.ok
  }
  if (first === '') {
    io.stderr(helpAll(await load(all)))
    return EXIT.usage
  }
  const ways = family.length > 0 ? family.join(', ') : 'vouchsafe --help'
  return tell(io, json, EXIT.usage, `There is no such command. Try: ${ways}`)
}

/** Flags and arguments, or what is wrong with them in one sentence. */
function parse({ flags, args }: Command, argv: readonly string[]): Pick<Call, 'flags' | 'args'> | string {
  const options = Object.fromEntries(Object.entries({ ...flags, ...COMMON_FLAGS }).map(([name, { type }]) => [name, { type }]))
  try {
    const { values, positionals, tokens } = parseArgs({ args: [...argv], options, allowPositionals: args !== undefined, tokens: true })
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    return twice === undefined ? { flags: values, args: positionals } : `--${twice} is given twice.`
  } catch (cause) {
    const [sentence = ''] = (cause instanceof Error ? cause.message : String(cause)).split(/\. |\n/)
    return `${sentence}.`.replace(/\.\.$/, '.')
  }
}

function explain(io: Io, json: boolean, cause: unknown): ExitCode {
  if (cause instanceof ConfigError) {
    if (json) return tell(io, json, EXIT.configuration, cause.problems.join(' '))
    for (const problem of cause.problems) io.stderr(`vouchsafe: ${plain(problem)}\n`)
    return EXIT.configuration
  }
  const refusal = refusalOf(cause)
  if (refusal) return tell(io, json, refusal.exit, refusal.sentence)
  return tell(io, json, EXIT.failed, cause instanceof Error ? cause.message : String(cause))
}

const NAMES: Readonly<Record<ExitCode, string>> = { 0: 'ok', 1: 'failed', 2: 'usage', 3: 'not_found', 4: 'conflict', 78: 'configuration' }

function tell(io: Io, json: boolean, exit: ExitCode, sentence: string): ExitCode {
  io.stderr(json ? `${JSON.stringify({ error: NAMES[exit], error_description: sentence })}\n` : `vouchsafe: ${plain(sentence)}\n`)
  return exit
}
