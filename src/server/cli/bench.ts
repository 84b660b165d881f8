import type { BenchReport, Limit } from '../bench/bench.ts'
import { type Call, CliError, type Command, configOf, EXIT, textFlag } from './command.ts'
import { plain, printList, printRecord, warn } from './output.ts'
import { SERVE_FLAGS } from './serve.ts'
import { untilStopped } from './until-stopped.ts'

type Measured = BenchReport['works'][number]

/** How the load may be chosen. */
const LOAD = {
  seconds: { usual: 3, least: 0.1, most: 60, kind: 'number', form: /^\d{1,2}(\.\d{1,3})?$/ },
  connections: { usual: 16, least: 1, most: 256, kind: 'whole number', form: /^\d{1,3}$/ },
} as const

export const bench: Command = {
  name: 'bench',
  about: 'measure what one process of the server carries on this machine, with the settings of serve and a database that goes again',
  flags: {
    seconds: { type: 'string', value: 'N', about: 'how long each of five works is measured, after a warm-up (3, at most 60)' },
    connections: { type: 'string', value: 'N', about: 'how many requests are under way at once (16, at most 256)' },
    ...SERVE_FLAGS,
  },
  async run(call) {
    const load = { seconds: readLoad(call, 'seconds'), connections: readLoad(call, 'connections') }
    const config = await configOf(call)
    const json = call.flags['json'] === true
    const stop = new AbortController()
    void untilStopped().then(() => stop.abort(new CliError(EXIT.failed, 'The bench was stopped; its database is gone.')))
    if (!json) warn(call, `this takes about ${Math.ceil(5 * (load.seconds + Math.min(load.seconds, 1)) + 2)} seconds.`)
    const { runBench } = await import('../bench/bench.ts')
    const report = await runBench(config, load, stop.signal).catch((cause: unknown) => {
      throw cause instanceof Error && cause.name === 'AbortError' ? stop.signal.reason : cause
    })
    if (json) printRecord(call, report)
    else tell(call, report)
    return report.errors === 0 && report.works.every(({ units }) => units > 0) ? EXIT.ok : EXIT.failed
  },
}

function readLoad(call: Call, name: keyof typeof LOAD): number {
  const { usual, least, most, kind, form } = LOAD[name]
  const text = textFlag(call, name) ?? String(usual)
  const value = form.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new CliError(EXIT.usage, `--${name} must be a ${kind} from ${least} to ${most}.`)
}

/** What the works are called, of which there are many. */
const NAMES: Readonly<Record<Measured['work'], string>> = {
  code_flow: 'sign-ins',
  refresh: 'refreshes',
  client_credentials: 'client credentials',
  introspection: 'introspections',
  discovery: 'metadata and keys',
}
const KINDS: Readonly<Record<BenchReport['database'], string>> = {
  sqlite: 'SQLite, in a file beside the configured one',
  memory: 'SQLite in memory',
  postgres: 'PostgreSQL, in a database beside the configured one',
}
const LIMITS: Readonly<Record<Limit, string>> = {
  cpu: 'the processor',
  disk: 'the disk',
  database: 'the database',
  generator: 'the generator of the requests',
  connections: 'the number of requests under way: more at once would be answered too',
}

function tell(call: Call, report: BenchReport): void {
  const { works, connections, seconds, dialect, scope, database, id_token_signed_response_alg: alg } = report
  const say = (sentence: string) => call.io.stdout(`${plain(sentence)}\n`)
  say(`One process on ${KINDS[database]}; dialect ${dialect}, scope ${scope}${alg === null ? '' : `, ID tokens by ${alg}`}.`)
  say(`${connections} requests under way for ${seconds} s of each work. ${SIGN_IN}`)
  call.io.stdout('\n')
  printList(call, works, {
    work: ({ work }) => NAMES[work],
    'a second': ({ per_second }) => whole(per_second),
    'half within': ({ p50_ms }) => milliseconds(p50_ms),
    '99 of 100 within': ({ p99_ms }) => milliseconds(p99_ms),
    'processor each': ({ cpu_us_per_unit }) => (cpu_us_per_unit === null ? '-' : `${whole(cpu_us_per_unit)} µs`),
    limit: ({ limit }) => limit,
  })
  call.io.stdout('\n')
  for (const sentence of conclude(report)) say(sentence)
}

const SIGN_IN =
  'A sign-in here is an authorization with a session and a remembered consent, and the redemption of its code; passwords and pages are not in it.'

/** What it means, a sentence each. */
function conclude(report: BenchReport): string[] {
  const { works, left_out, differences, database, write_ms } = report
  const kept = database === 'sqlite' ? 'is on the disk' : database === 'memory' ? 'is in memory' : 'is kept by the database'
  return [
    ...tellCapacity(report),
    ...tellLimits(works),
    `A small write that comes alone ${kept} after ${milliseconds(write_ms)}.`,
    ...differences,
    ...left_out.map(({ work, reason }) => `Not measured, ${NAMES[work]}: ${reason}`),
    ...works.filter(({ errors }) => errors > 0).map(tellErrors),
    ...works.filter(({ units }) => units === 0).map(({ work }) => `Nothing ended in time, ${NAMES[work]}: give it more --seconds.`),
  ]
}

function tellCapacity({ works, users_refreshing_hourly: users, cores }: BenchReport): string[] {
  const main = works.filter(({ work }) => work === 'code_flow' || work === 'refresh')
  if (main.length === 0) return []
  const list = (rate: (one: Measured) => number) => main.map((one) => `${about(rate(one))} ${NAMES[one.work]}`).join(' or ')
  const people = users === null ? '' : `; with every user refreshing once an hour that is ${about(users)} users`
  const alone = list(({ per_second_per_core }) => per_second_per_core ?? 0)
  return [
    `One process of this machine carries about ${list(({ per_second }) => per_second)} a second${people}. Plan with half of that: at the limit answers are late.`,
    `Server and generator shared ${cores === 1 ? 'one core' : `${cores} cores`} here. By the processor time of the server, one core carries about ${alone}.`,
  ]
}

/** One sentence for each limit that was met. */
function tellLimits(works: readonly Measured[]): string[] {
  return [...new Set(works.map(({ limit }) => limit))].map((limit) => {
    const met = works.filter((one) => one.limit === limit)
    const waits = limit === 'disk' || limit === 'database'
    const share = Math.round(100 * (1 - Math.min(...met.map(({ server_busy }) => server_busy))))
    const names = met.length === works.length ? 'all of them' : met.map(({ work }) => NAMES[work]).join(', ')
    return `The limit of ${names} is ${LIMITS[limit]}${waits ? `: up to ${share} % of the time the server waits` : ''}.`
  })
}

function tellErrors({ work, errors, first_error }: Measured): string {
  return `${errors} ${errors === 1 ? 'error' : 'errors'}, ${NAMES[work]}: ${first_error}`
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
/** No more digits than a second run would find again. */
const about = (value: number): string => Number(value.toPrecision(2)).toLocaleString('en')
const milliseconds = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} ms`)
