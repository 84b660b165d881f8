import { COMMON_FLAGS, type Command, type Flag } from './command.ts'

const EXITS = `Exit codes: 0 done, 1 failed, 2 the command line or what it gave is wrong, 3 not found, 4 there already, 78 the configuration is wrong.
`

/** What stands behind `--help` where no single command is named. */
export function helpAll(commands: readonly Command[]): string {
  const names = commands.map(({ name, args }) => (args ? `${name} ${args}` : name))
  const width = Math.max(...names.map(({ length }) => length))
  const lines = commands.map(({ about }, i) => `  ${(names[i] ?? '').padEnd(width)}  ${about}\n`)
  return `Usage: vouchsafe COMMAND [FLAGS]\n\n${lines.join('')}\nvouchsafe COMMAND --help shows its flags; vouchsafe --version the version.\n${EXITS}`
}

/** What stands behind `--help` of one command. */
export function helpOne({ name, args, about, flags }: Command): string {
  const all: [string, Flag][] = Object.entries({ ...flags, ...COMMON_FLAGS })
  const shown = all.map(([flag, { value }]) => `--${flag}${value ? ` ${value}` : ''}`)
  const width = Math.max(...shown.map(({ length }) => length))
  const lines = all.map(([, flag], i) => `  ${(shown[i] ?? '').padEnd(width)}  ${flag.about}\n`)
  return `Usage: vouchsafe ${name}${args ? ` ${args}` : ''} [FLAGS]\n\n${about}\n\n${lines.join('')}\n${EXITS}`
}
