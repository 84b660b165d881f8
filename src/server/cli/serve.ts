import { SECOND } from '../../core/model/clock.ts'
import type { Log } from '../../core/model/log.ts'
import { type Config, ConfigError } from '../config.ts'
import { createLog } from '../log.ts'
import { CliError, type Command, configOf, EXIT, type Flag } from './command.ts'
import { untilStopped } from './until-stopped.ts'

/** Milliseconds that requests under way may take: after a signal, and after the launcher has died. */
export const PATIENCE = { asked: 10 * SECOND, orphaned: SECOND / 2 }

/** The flags of a command that serves. */
export const SERVE_FLAGS: Readonly<Record<string, Flag>> = {
  port: { type: 'string', value: 'PORT', about: 'where to listen (4000, or the port of an http issuer)' },
  issuer: { type: 'string', value: 'URL', about: 'the address at which people and apps find it (http://localhost:PORT)' },
  host: { type: 'string', value: 'ADDRESS', about: 'the address to listen on (127.0.0.1); 0.0.0.0 for all' },
  dialects: {
    type: 'string',
    value: 'NAME|FILE,…',
    about: 'the dialects that are on (standard); a file (.ts, .js, .json) brings one of your own',
  },
  workers: { type: 'string', value: 'N|auto', about: 'how many processes serve on the port (1); auto for one per core' },
  'metrics-port': { type: 'string', value: 'PORT', about: 'where metrics are told, in the format of Prometheus (nowhere)' },
  'metrics-host': { type: 'string', value: 'ADDRESS', about: 'the address to listen on for that (127.0.0.1)' },
  'trusted-proxies': { type: 'string', value: 'CIDR,…', about: 'whose X-Forwarded-For counts (nobody)' },
}

/** Nobody comes in by a letter that is not sent. */
const NO_LETTERS =
  'registration is open, and new people prove their email by a letter: set mail, or run vouchsafe start, which shows letters on this computer.'

export const serve: Command = {
  name: 'serve',
  about: 'run the server; it is ready when it prints the issuer',
  flags: SERVE_FLAGS,
  async run(call) {
    const stopped = untilStopped()
    const config = await configOf(call)
    // an https issuer has been asked for one already; `start` shows letters on this computer
    if (config.registration === 'open' && !config.mail) throw new ConfigError([NO_LETTERS])
    const log = createLog(config.log)
    const server = await open(config, log).catch((cause: unknown) => explainPort(cause, config))
    call.io.stdout(`${config.issuer}\n`)
    await server.stop(PATIENCE[await stopped])
    return EXIT.ok
  },
}

/** Here, or in workers; the other commands start faster without either. */
async function open(config: Config, log: Log): Promise<{ stop(patience: number): Promise<void> }> {
  if ((config.workers ?? 1) === 1) return (await import('../serve.ts')).startServer(config, { log })
  return (await import('../workers.ts')).startWorkers(config, { log })
}

/** Says what to do about a port that cannot be had; throws everything else on. */
export function explainPort(cause: unknown, { host, metrics }: Pick<Config, 'host' | 'metrics'>): never {
  const { code, port } = cause as NodeJS.ErrnoException & { port?: number }
  const flag = metrics !== undefined && port === metrics.port ? 'metrics-port' : 'port'
  const shown = flag === 'port' ? host : metrics?.host
  if (code === 'EADDRINUSE')
    throw new CliError(EXIT.failed, `Port ${port} is in use: stop what runs there, or choose another with --${flag}.`)
  if (code === 'EACCES') throw new CliError(EXIT.failed, `This user may not listen on port ${port}: choose one above 1023 with --${flag}.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    throw new CliError(EXIT.failed, `${shown} is no address of this machine: choose another with --${flag.replace('port', 'host')}.`)
  throw cause
}
