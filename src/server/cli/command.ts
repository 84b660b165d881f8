import { userInfo } from 'node:os'
import type { Actor } from '../../core/model/audit.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Store } from '../../core/model/store.ts'
import { type Config, type ConfigSources, readConfig } from '../config.ts'
import { openStore } from '../store.ts'

/** What a command ends with. Scripts read these: they are part of the public face. */
export const EXIT = { ok: 0, failed: 1, usage: 2, not_found: 3, conflict: 4, configuration: 78 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The world of a command: what it reads and writes, and where it stands. */
export interface Io {
  stdout(text: string): void
  stderr(text: string): void
  stdin(): Promise<string>
  /** The text of a file; relative paths begin at `cwd`. */
  file(path: string): Promise<string>
  env: Readonly<Record<string, string | undefined>>
  cwd: string
}

/** One flag. Those of type `string` take a value, whose placeholder stands in the help. */
export interface Flag {
  type: 'string' | 'boolean'
  value?: string
  about: string
}

export interface Command {
  /** One to three words. */
  name: string
  /** Its arguments, as the help shows them: `CLIENT_ID`. */
  args?: string
  about: string
  flags: Readonly<Record<string, Flag>>
  run(call: Call): Promise<ExitCode>
}

/** One use of a command: its flags and arguments as they were given. */
export interface Call {
  flags: Readonly<Record<string, string | boolean | undefined>>
  args: readonly string[]
  io: Io
}

/** Ends a command with one sentence on standard error. */
export class CliError extends Error {
  readonly exit: ExitCode

  constructor(exit: ExitCode, sentence: string) {
    super(sentence)
    this.name = 'CliError'
    this.exit = exit
  }
}

/** The flags that every command has. */
export const COMMON_FLAGS: Readonly<Record<string, Flag>> = {
  database: { type: 'string', value: 'sqlite:FILE|postgres://…', about: 'the database (sqlite:vouchsafe-data/vouchsafe.db unless said)' },
  config: { type: 'string', value: 'FILE', about: 'the configuration (vouchsafe.config.{ts,mts,js,mjs,json} unless said)' },
  json: { type: 'boolean', about: 'write JSON' },
  help: { type: 'boolean', about: 'show this help' },
}

/** The value of a flag that takes one. */
export function textFlag(call: Call, name: string): string | undefined {
  const value = call.flags[name]
  return typeof value === 'string' ? value : undefined
}

/** The value of a flag that a command cannot do without. */
export function requiredFlag(call: Call, name: string): string {
  const value = textFlag(call, name)
  if (value === undefined) throw new CliError(EXIT.usage, `--${name} is missing.`)
  return value
}

/** What is named by the first argument, or by a flag of this name; never by both. */
export function subject(call: Call, flag: string): string {
  const [first, ...others] = [...call.args, ...(textFlag(call, flag) === undefined ? [] : [requiredFlag(call, flag)])]
  if (first === undefined || others.length > 0)
    throw new CliError(EXIT.usage, `Name one ${flag.toUpperCase().replaceAll('-', '_')}, as an argument or by --${flag}.`)
  return first
}

/** A secret given by a flag, or by its twin that reads standard input, which stays out of the list of processes. */
export async function secretFlag(call: Call, name: string): Promise<string | undefined> {
  const given = textFlag(call, name)
  if (call.flags[`${name}-stdin`] !== true) return given
  if (given !== undefined) throw new CliError(EXIT.usage, `--${name} and --${name}-stdin say the same: give one of them.`)
  return (await call.io.stdin()).replace(/\r?\n$/, '')
}

/** The configuration for a command: its flags, the environment and the file, over what the command means where nothing is said. */
export function configOf(call: Call, more: Pick<ConfigSources, 'dialects'> = {}): Promise<Config> {
  const flags = Object.fromEntries(Object.entries(call.flags).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  return readConfig({ flags, env: call.io.env, cwd: call.io.cwd, ...more })
}

/** Opens the database for as long as the work takes; beside a running server, and before its first start. */
export async function withStore<Outcome>(call: Call, work: (store: Store, config: Config) => Promise<Outcome>): Promise<Outcome> {
  const config = await configOf(call)
  const store = await openStore(config, { secret: false })
  try {
    return await work(store, config)
  } finally {
    await store.close()
  }
}

/** Whoever runs this command, as the audit log names them: by their name on this machine. */
export function operator(): Actor {
  try {
    return { type: 'operator', id: userInfo().username }
  } catch {
    return { type: 'operator' } // in a container a user may have no name
  }
}

/** The text of a file that was named on the command line. Throws where it cannot be read: then the line is wrong. */
export async function readFileOf({ io }: Pick<Call, 'io'>, path: string): Promise<string> {
  return io.file(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, cause.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${cause.message}.`)
  })
}

/** Reads JSON from outside; what is not JSON is wrong usage. */
function readJson(text: string, flag: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError(EXIT.usage, `--${flag} is not well-formed JSON.`)
  }
}

/** Reads a JSON object from outside. */
export function readJsonObject(text: string, flag: string): Record<string, unknown> {
  const value = readJson(text, flag)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CliError(EXIT.usage, `--${flag} is not a JSON object.`)
  return { ...value }
}

/** Every row of a list that is read in parts. */
export async function readAll<Row>(
  list: (page: { after: string; limit: number; may_lag: true }) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): Promise<Row[]> {
  const rows: Row[] = []
  for (
    let part = await list({ after: '', limit: 1000, may_lag: true });
    part.length > 0;
    part = await list({ after: keyOf(part[part.length - 1] as Row), limit: 1000, may_lag: true })
  ) {
    rows.push(...part)
  }
  return rows
}

/** The exit code and the sentence for something that was thrown; null where it is no refusal but a fault. */
export function refusalOf(cause: unknown): { exit: ExitCode; sentence: string } | null {
  if (cause instanceof CliError) return { exit: cause.exit, sentence: cause.message }
  if (cause instanceof OAuthError) return { exit: cause.status < 500 ? EXIT.usage : EXIT.failed, sentence: cause.error_description }
  return null
}
