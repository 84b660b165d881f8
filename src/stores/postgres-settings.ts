import { readFile } from 'node:fs/promises'
import { type Milliseconds, SECOND } from '../core/model/clock.ts'

/** How a database is reached. Everything but `url` can also stand in the query of the address, under the same name. */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; other words of libpq in its query are the driver's affair. */
  url: string
  /** Connections at once, 1 to 500; 10 unless given. */
  connections?: number
  /**
   * Whether a pooler stands between that hands a connection to another after each transaction: then nothing is kept on one, no
   * prepared statement, no setting, and no listening. Found out unless given.
   */
  pooler?: boolean
  /** Seconds that a statement may take, 1 to 300; 10 unless given. */
  statement_timeout?: number
  /** Seconds that a connection may be waited for, 1 to 60; 5 unless given. */
  connect_timeout?: number
  /** What the database calls us; `vouchsafe` unless given. */
  application_name?: string
  /** Without it nothing is encrypted. `require` and `verify-full` check certificate and name, `verify-ca` the certificate alone. */
  sslmode?: SslMode
  /** Files in PEM: who is trusted instead of the usual authorities, and what we show. */
  sslrootcert?: string
  sslcert?: string
  sslkey?: string
  /** The address of a copy that may lag behind: it is asked for lists that are only looked at. */
  replica?: string
}

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const
type SslMode = (typeof SSL_MODES)[number]

/** The same, read and checked. */
export interface PostgresSettings {
  /** What is left for the driver. */
  url: string
  connections: number
  pooler: boolean | undefined
  statement_timeout: Milliseconds
  connect_timeout: Milliseconds
  application_name: string
  tls: Exclude<SslMode, 'disable'> | null
  /** In PEM, by their names in the address. */
  files: { sslrootcert?: string; sslcert?: string; sslkey?: string }
  replica: string | null
}

type Member = Exclude<keyof PostgresOptions, 'url'>

/** What may be given beside the address, or in its query. */
export const DATABASE_MEMBERS: readonly Member[] = [
  'connections',
  'pooler',
  'statement_timeout',
  'connect_timeout',
  'application_name',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'replica',
]

const EXAMPLE = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE'

/** One address with all settings in its query. Throws the end of a sentence where the address is none. */
export function postgresAddress(options: PostgresOptions): string {
  if (!isAddress(options.url)) throw new Error(`is not an address of PostgreSQL: write ${EXAMPLE}.`)
  const address = new URL(options.url)
  const given = DATABASE_MEMBERS.filter((name) => options[name] !== undefined)
  for (const name of given) address.searchParams.set(name, String(options[name]))
  return given.length > 0 ? address.href : options.url
}

const isAddress = (url: string): boolean => /^postgres(ql)?:/.test(url) && URL.canParse(url) && new URL(url).pathname.length >= 2

/** Reads the address with its query. Throws the end of a sentence that says what is wrong with it; never shows a value. */
export function readPostgresSettings(options: PostgresOptions): PostgresSettings {
  const address = new URL(postgresAddress(options))
  const given: Partial<Record<Member, string>> = {}
  for (const name of DATABASE_MEMBERS) {
    const values = address.searchParams.getAll(name)
    if (values.length > 1) throw new Error(`has ${name} more than once.`)
    if (values.length === 1) given[name] = values[0]!
    address.searchParams.delete(name)
  }
  for (const name of ['prepared', 'ssl']) {
    if (address.searchParams.has(name))
      throw new Error(`has a member ${name} that is not known: write ${name === 'ssl' ? 'sslmode' : 'pooler'}.`)
  }
  return {
    url: Object.keys(given).length > 0 ? address.href : options.url,
    connections: readWhole('connections', given.connections ?? '10', 500),
    pooler: given.pooler === undefined ? undefined : readFlag('pooler', given.pooler),
    statement_timeout: readWhole('statement_timeout', given.statement_timeout ?? '10', 300) * SECOND,
    connect_timeout: readWhole('connect_timeout', given.connect_timeout ?? '5', 60) * SECOND,
    application_name: readName(given.application_name ?? 'vouchsafe'),
    ...readTls(given),
    replica: readReplica(given.replica),
  }
}

function readWhole(name: Member, text: string, most: number): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0
  const unit = name.endsWith('_timeout') ? ' of seconds' : ''
  if (value < 1 || value > most) throw new Error(`needs ${name} to be a whole number${unit} from 1 to ${most}.`)
  return value
}

function readFlag(name: Member, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`needs ${name} to be true or false.`)
  return text === 'true'
}

/** PostgreSQL keeps 63 bytes of it. */
function readName(text: string): string {
  if (!/^[ -~]{1,63}$/.test(text)) throw new Error('needs application_name to be 1 to 63 characters of ASCII.')
  return text
}

function readTls({ sslmode, sslrootcert, sslcert, sslkey }: Partial<Record<Member, string>>): Pick<PostgresSettings, 'tls' | 'files'> {
  const files = { ...(sslrootcert && { sslrootcert }), ...(sslcert && { sslcert }), ...(sslkey && { sslkey }) }
  const mode = SSL_MODES.find((known) => known === (sslmode ?? 'disable'))
  // allow and prefer go on in the open where the server, or somebody in between, says so
  if (mode === undefined) throw new Error(`needs sslmode to be one of ${SSL_MODES.join(', ')}.`)
  if (mode === 'disable') {
    if (Object.keys(files).length > 0) throw new Error('names files for TLS, but no sslmode: write verify-full.')
    return { tls: null, files }
  }
  if (mode === 'verify-ca' && !sslrootcert) throw new Error('needs sslrootcert with verify-ca: the file of the authority.')
  if ((sslcert === undefined) !== (sslkey === undefined)) throw new Error('needs sslcert and sslkey together.')
  return { tls: mode, files }
}

function readReplica(replica: string | undefined): string | null {
  if (replica === undefined) return null
  if (!isAddress(replica)) throw new Error(`needs replica to be an address of PostgreSQL: write ${EXAMPLE}.`)
  const { replica: another } = readPostgresSettings({ url: replica })
  if (another !== null) throw new Error('has a replica that has a replica.')
  return replica
}

const FILES = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/** What the driver is told of TLS. Throws where a file cannot be read. */
export async function openTls({ tls, files }: Pick<PostgresSettings, 'tls' | 'files'>): Promise<Record<string, unknown> | false> {
  if (tls === null) return false
  const read: Record<string, unknown> = {}
  for (const [name, path] of Object.entries(files)) {
    read[FILES[name as keyof typeof FILES]] = await readFile(path, 'utf8').catch(() => {
      throw new Error(`the file ${path}, which is named for TLS, cannot be read`)
    })
  }
  if (tls === 'no-verify') read['rejectUnauthorized'] = false
  if (tls === 'verify-ca') read['checkServerIdentity'] = () => undefined
  return read
}
