import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ConsentPolicy, USUAL_POLICY } from '../core/model/consent-policy.ts'
import type { Dialect } from '../core/model/dialect.ts'
import type { Lifetimes } from '../core/model/lifetimes.ts'
import { type ResourceDefinition, type ScopeDefinition, standardScopes } from '../core/model/scope.ts'
import type { HostLogin } from './accounts/handover.ts'
import { chooseDialects, isKnown } from './dialects/choose.ts'
import { loadObject } from './dialects/file.ts'
import { readLdap, readUpstreams, secretVariable } from './elsewhere-settings.ts'
import { readHostLogin } from './host-login.ts'
import type { LogLevel } from './log.ts'
import { readOwnPages } from './own-pages.ts'
import type { OwnPages, Product } from './pages/site.ts'
import type { Slots } from './pages/slots.ts'
import type { Themes } from './pages/theme.ts'
import {
  loopbackPort,
  type MailSettings,
  readConsent,
  readDatabase,
  readHost,
  readIssuer,
  readLifetime,
  readLogLevel,
  readMail,
  readMigrate,
  readNames,
  readPassword,
  readPin,
  readPort,
  readProduct,
  readRegistration,
  readResource,
  readResources,
  readScopes,
  readSecondFactor,
  readSecrets,
  readSharedSecret,
  readSigner,
  readTrustedProxies,
  readWorkers,
  type SignerSettings,
} from './settings.ts'
import { readSlots, readTheme, readThemes } from './theme.ts'
import type { LdapSettings, UpstreamSettings } from './upstreams/upstream-settings.ts'

/** All settings, read once at the start and checked before a port opens. */
export interface Config {
  /** Without a trailing slash. https, or http on a loopback address. */
  issuer: string
  host: string
  port: number
  /** How many processes serve on the port; one, which is this, unless given. */
  workers?: number
  /** Where metrics are told; nowhere unless given. */
  metrics?: { host: string; port: number }
  /** `sqlite:FILE`, `sqlite::memory:` or `postgres://…`. */
  database: string
  /** False where only `vouchsafe migrate` may change the schema; what opens an older database then refuses. */
  migrate?: boolean
  /** Addresses or CIDR ranges whose forwarded headers count. */
  trusted_proxies: string[]
  /** All of them open, and the first seals once `keys rewrap` was run; empty where the store keeps its own. */
  secrets: string[]
  /** Where private signing keys live; in the database unless given. */
  signer?: SignerSettings
  /** The mail server; without one nothing that needs letters is offered. */
  mail?: MailSettings
  /** OpenID providers where people may sign in; none unless given. */
  upstreams?: readonly UpstreamSettings[]
  /** A directory whose people sign in with their passwords there; none unless given. */
  ldap?: LdapSettings
  /** Whether people make accounts by themselves; they do not unless it says so. */
  registration?: 'open' | 'closed'
  product: Product
  /** How pages look; as ours unless given. */
  themes?: Themes
  /** Words of the product's own on our pages. */
  slots?: Slots
  /** Pages that the product draws itself; ours unless given. */
  own_pages?: OwnPages
  /** Where people are signed in already; at our own pages unless given. */
  host_login?: HostLogin
  /** The whole catalogue, the standard's scopes included. */
  scopes: Record<string, ScopeDefinition>
  resources: Record<string, ResourceDefinition>
  default_resource: string
  /** For how long people may allow something; as usual unless given. */
  consent?: ConsentPolicy
  /** Seconds. */
  lifetime: Lifetimes & { session: number }
  /** 'required': who has no second factor sets one up when they sign in; may be done without unless given. */
  second_factor?: 'optional' | 'required'
  /** Names of the dialects that are on. */
  dialects: string[]
  /** What those names stand for, where it is not what comes with the program: dialects from files, and those with settings laid over. */
  own_dialects?: readonly Dialect[]
  /** The least that is logged; the command decides unless said. */
  log?: LogLevel
}

/** Where settings come from, the nearer first: flags, environment, `vouchsafe.config.{ts,mts,js,mjs,json}`, defaults. */
export interface ConfigSources {
  /** By the name of the flag, without its dashes. */
  flags?: Readonly<Record<string, string | undefined>>
  env?: Readonly<Record<string, string | undefined>>
  /** Relative paths begin here, and a configuration file is looked for here. */
  cwd?: string
  /** The dialects that are on where nothing says which; the standard alone unless given. */
  dialects?: readonly string[]
}

/** Everything that is wrong with the settings, one sentence each, with what to change. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `configuration: ${problem}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const DEFAULT_PORT = 4000
const NOT_SHARED = 'is more than 1, and a database in memory belongs to one process: name a file.'
const HOST_ASKS = 'is required, and host_login leaves sign-in to the product: it asks for what it needs, so take one of the two away.'
const HOST_SIGNS_IN = 'is another way to sign in, and host_login leaves sign-in to the product: take one of the two away.'
const HOST_LETS_IN = 'is open, and host_login leaves it to the product who gets an account: take one of the two away.'
const NO_HOST_LOGIN = 'VOUCHSAFE_HOST_LOGIN_SECRET is set without host_login: say in the file where people are signed in, or take it away.'
const NO_LDAP = 'VOUCHSAFE_LDAP_PASSWORD is set without ldap: say in the file where the directory is, or take it away.'
const TWO_LOGINS = 'host_login and own_pages both say where people sign in: take login out of own_pages.'
const DEFAULT_DATABASE = 'sqlite:vouchsafe-data/vouchsafe.db'

/** Seconds. */
export const DEFAULT_LIFETIME: Config['lifetime'] = {
  code: 60,
  ticket: 1_800,
  consent_token: 600,
  access_token: 600,
  refresh_token: 2_592_000,
  grant: 31_536_000,
  grace: 30,
  consent_idle: 90 * 86_400,
  session: 1_209_600,
}

/** The settings there are; those with a variable can also come from the environment, and most of those from a flag. */
const SETTINGS = {
  issuer: { flag: 'issuer', variable: 'VOUCHSAFE_ISSUER' },
  host: { flag: 'host', variable: 'VOUCHSAFE_HOST' },
  port: { flag: 'port', variable: 'VOUCHSAFE_PORT' },
  workers: { flag: 'workers', variable: 'VOUCHSAFE_WORKERS' },
  metrics_port: { flag: 'metrics-port', variable: 'VOUCHSAFE_METRICS_PORT' },
  metrics_host: { flag: 'metrics-host', variable: 'VOUCHSAFE_METRICS_HOST' },
  database: { flag: 'database', variable: 'VOUCHSAFE_DATABASE' },
  trusted_proxies: { flag: 'trusted-proxies', variable: 'VOUCHSAFE_TRUSTED_PROXIES' },
  dialects: { flag: 'dialects', variable: 'VOUCHSAFE_DIALECTS' },
  dialect_settings: {},
  log: { variable: 'VOUCHSAFE_LOG' },
  migrate: { variable: 'VOUCHSAFE_MIGRATE' },
  // no flag: it would stand in the list of processes
  secret: { variable: 'VOUCHSAFE_SECRET' },
  signer: {},
  pkcs11_pin: { variable: 'VOUCHSAFE_PKCS11_PIN' },
  mail: {},
  registration: { variable: 'VOUCHSAFE_REGISTRATION' },
  smtp_url: { variable: 'VOUCHSAFE_SMTP_URL' },
  smtp_from: { variable: 'VOUCHSAFE_SMTP_FROM' },
  smtp_password: { variable: 'VOUCHSAFE_SMTP_PASSWORD' },
  upstreams: {},
  ldap: {},
  ldap_password: { variable: 'VOUCHSAFE_LDAP_PASSWORD' },
  product: {},
  theme: {},
  themes: {},
  slots: {},
  own_pages: {},
  host_login: {},
  host_login_secret: { variable: 'VOUCHSAFE_HOST_LOGIN_SECRET' },
  scopes: {},
  resources: {},
  default_resource: {},
  consent: {},
  lifetime: {},
  second_factor: { variable: 'VOUCHSAFE_SECOND_FACTOR' },
} as const satisfies Record<string, { flag?: string; variable?: string }>

type Setting = keyof typeof SETTINGS

/** A value, and how the person who gave it would call the place. */
interface Given {
  value: unknown
  where: string
}

/** The secret of one upstream. */
const UPSTREAM_SECRET = /^VOUCHSAFE_UPSTREAM_[A-Z0-9_]+_SECRET$/
const OTHER_VARIABLES = new Set(['VOUCHSAFE_CONFIG', 'VOUCHSAFE_LAUNCHED'])
/** What Kubernetes puts into the environment of every pod where a service is called vouchsafe. */
const FROM_KUBERNETES = /^VOUCHSAFE_(SERVICE_(HOST|PORT)|PORT_\d+_)/

/** All settings, or a ConfigError with everything that is wrong about them. */
export async function readConfig({ flags = {}, env = {}, cwd = process.cwd(), dialects = ['standard'] }: ConfigSources): Promise<Config> {
  const problems: string[] = []
  const own = ownVariables(env, problems)
  const given = gather({ flags, env: own, file: await readFileOf(flags, env, cwd, problems) })
  /** What `read` makes of a setting; `otherwise` where it is not given, or wrong, which is noted. */
  function setting<Value>(name: Setting, read: (value: unknown) => Value, otherwise: Value): Value {
    const found = given[name]
    if (!found) return otherwise
    try {
      return read(found.value)
    } catch (cause) {
      problems.push(`${found.where} ${cause instanceof Error ? cause.message : String(cause)}`)
      return otherwise
    }
  }
  const issued = setting('issuer', readIssuer, '')
  const port = setting('port', readPort, loopbackPort(issued) ?? DEFAULT_PORT)
  const issuer = issued || `http://localhost:${port}`
  const workers = setting('workers', readWorkers, 1)
  const database = setting('database', (value) => readDatabase(value, cwd), readDatabase(DEFAULT_DATABASE, cwd))
  if (workers > 1 && database === 'sqlite::memory:') problems.push(`${given.workers?.where} ${NOT_SHARED}`)
  const metrics_port = setting<number | null>('metrics_port', readPort, null)
  const metrics_host = setting('metrics_host', readHost, '127.0.0.1')
  const pin = setting('pkcs11_pin', readPin, '')
  const signer = setting<SignerSettings | null>('signer', (value) => readSigner(value, cwd, pin), null)
  const mail = readMailSettings(given, problems)
  const upstreams = setting<UpstreamSettings[]>('upstreams', (value) => readUpstreams(value, issuer, (variable) => own[variable]), [])
  noteStraySecrets(own, given.upstreams?.value, problems)
  const ldap_password = setting('ldap_password', readPassword, '')
  const ldap = setting<LdapSettings | null>('ldap', (value) => readLdap(value, cwd, ldap_password), null)
  if (ldap_password !== '' && !given.ldap) problems.push(NO_LDAP)
  // one that is refused is there all the same: nothing else is missing
  const shared = setting('host_login_secret', readSharedSecret, given.host_login_secret ? 'refused' : '')
  const host_login = setting<HostLogin | null>('host_login', (value) => readHostLogin(value, issuer, shared), null)
  const own_pages = setting<OwnPages | null>('own_pages', readOwnPages, null)
  if (host_login && own_pages?.login !== undefined) problems.push(TWO_LOGINS)
  if (shared !== '' && !given.host_login) problems.push(NO_HOST_LOGIN)
  const second_factor = setting('second_factor', readSecondFactor, 'optional')
  for (const name of ['upstreams', 'ldap'] as const) if (host_login && given[name]) problems.push(`${given[name].where} ${HOST_SIGNS_IN}`)
  if (second_factor === 'required' && host_login) problems.push(`${given.second_factor?.where} ${HOST_ASKS}`)
  const registration = setting('registration', readRegistration, 'closed')
  if (registration === 'open' && host_login) problems.push(`${given.registration?.where} ${HOST_LETS_IN}`)
  if (registration === 'open' && !mail && issuer.startsWith('https:'))
    problems.push(`${given.registration?.where} is open, and new people prove their email by a letter: set mail.`)
  const scopes = setting('scopes', (value) => readScopes(value, standardScopes), { ...standardScopes })
  const resources = setting('resources', (value) => readResources(value, scopes), {})
  const chosen = await readDialects(given, setting('dialects', readNames, [...dialects]), cwd, problems)
  const config: Config = {
    issuer,
    port,
    host: setting('host', readHost, issuer.startsWith('http://[::1]') ? '::1' : '127.0.0.1'),
    ...(metrics_port !== null && { metrics: { host: metrics_host, port: metrics_port } }),
    workers,
    database,
    migrate: setting('migrate', readMigrate, true),
    trusted_proxies: setting('trusted_proxies', readTrustedProxies, []),
    secrets: setting('secret', readSecrets, []),
    ...(signer && { signer }),
    ...(mail && { mail }),
    ...(upstreams.length > 0 && { upstreams }),
    ...(ldap && { ldap }),
    registration,
    product: setting('product', readProduct, { name: 'Vouchsafe' }),
    ...(host_login && { host_login }),
    ...(own_pages && { own_pages }),
    scopes,
    resources,
    default_resource: setting('default_resource', (value) => readResource(value, issuer, resources), issuer),
    consent: setting('consent', readConsent, USUAL_POLICY),
    lifetime: setting('lifetime', (value) => readLifetime(value, DEFAULT_LIFETIME), DEFAULT_LIFETIME),
    ...chosen,
    themes: {
      own: setting('theme', (value) => readTheme(value, cwd), {}),
      named: setting('themes', (value) => readThemes(value, cwd, chosen.dialects), {}),
    },
    slots: setting('slots', readSlots, {}),
    second_factor,
    log: setting<LogLevel | undefined>('log', readLogLevel, undefined),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** The mail server, out of the one setting and of what the environment says instead. */
function readMailSettings({ mail, smtp_url, smtp_from, smtp_password }: Partial<Record<Setting, Given>>, problems: string[]) {
  const text = (given: Given | undefined) => (given === undefined ? undefined : String(given.value))
  const [url, from, password] = [smtp_url, smtp_from, smtp_password].map(text)
  const where = mail?.where ?? smtp_url?.where ?? 'mail'
  try {
    return readMail(mail?.value, {
      ...(url !== undefined && { url }),
      ...(from !== undefined && { from }),
      ...(password !== undefined && { password }),
    })
  } catch (cause) {
    problems.push(`${where} ${cause instanceof Error ? cause.message : String(cause)}`)
    return null
  }
}

/** A secret of an upstream that is not there is a mistyped name. */
function noteStraySecrets(own: Readonly<Record<string, string>>, upstreams: unknown, problems: string[]): void {
  const named = new Set(Object.keys(Object(upstreams)).map(secretVariable))
  for (const name of Object.keys(own)) {
    if (UPSTREAM_SECRET.test(name) && !named.has(name)) problems.push(`${name} is the secret of no provider: name it under upstreams.`)
  }
}

/** The dialects that are on, from their names, files and settings. */
async function readDialects(
  given: Partial<Record<Setting, Given>>,
  named: readonly string[],
  cwd: string,
  problems: string[],
): Promise<Pick<Config, 'dialects' | 'own_dialects'>> {
  const where = given.dialects?.where ?? 'dialects'
  const on = await chooseDialects({ named, where, settings: given.dialect_settings?.value, cwd }, problems)
  const own = on.filter((dialect) => !isKnown(dialect))
  return { dialects: on.map(({ name }) => name), ...(own.length > 0 && { own_dialects: own }) }
}

interface Gathered {
  flags: Readonly<Record<string, string | undefined>>
  env: Readonly<Record<string, string | undefined>>
  file: { name: string; settings: Readonly<Record<string, unknown>> } | null
}

/** For each setting the nearest value. An empty variable counts as none: that is how it is unset in many places. */
function gather({ flags, env, file }: Gathered): Partial<Record<Setting, Given>> {
  const given: Partial<Record<Setting, Given>> = {}
  for (const name of Object.keys(SETTINGS) as Setting[]) {
    const { flag, variable }: { flag?: string; variable?: string } = SETTINGS[name]
    const fromFile = file?.settings[name]
    if (flag !== undefined && flags[flag] !== undefined) given[name] = { value: flags[flag], where: `--${flag}` }
    else if (variable !== undefined && env[variable]) given[name] = { value: env[variable], where: variable }
    else if (file && fromFile !== undefined) given[name] = { value: fromFile, where: `${name} in ${file.name}` }
  }
  return given
}

/** The variables that are ours; a name that nobody knows is a mistyped setting. */
function ownVariables(env: Readonly<Record<string, string | undefined>>, problems: string[]): Record<string, string> {
  const known = new Set(Object.values(SETTINGS).flatMap((places) => ('variable' in places ? [places.variable as string] : [])))
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('VOUCHSAFE_') || value === undefined || FROM_KUBERNETES.test(name)) continue
    if (name === 'VOUCHSAFE_PORT' && value.startsWith('tcp://')) continue // Kubernetes again
    if (known.has(name) || UPSTREAM_SECRET.test(name)) own[name] = value
    else if (!OTHER_VARIABLES.has(name))
      problems.push(`${name} is not a variable of ours: take it away, or write one of ${[...known].join(', ')}.`)
  }
  return own
}

/** The file that was named, or the one that lies there; null where there is none. */
async function readFileOf(flags: Gathered['flags'], env: Gathered['env'], cwd: string, problems: string[]): Promise<Gathered['file']> {
  const named = flags['config'] ?? (env['VOUCHSAFE_CONFIG'] || undefined)
  const names = named === undefined ? ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `vouchsafe.config.${ending}`) : [named]
  const present = names.filter((name) => existsSync(resolve(cwd, name)))
  const [name] = present
  if (name === undefined) {
    if (named !== undefined)
      problems.push(`${flags['config'] === undefined ? 'VOUCHSAFE_CONFIG' : '--config'} names a file that is not there: check its path.`)
    return null
  }
  if (present.length > 1) problems.push(`There are ${present.join(' and ')}: keep one of them.`)
  try {
    const settings = await loadObject(resolve(cwd, name))
    for (const key of Object.keys(settings)) {
      if (!Object.hasOwn(SETTINGS, key))
        problems.push(`${key} in ${name} is not a setting: the settings are ${Object.keys(SETTINGS).join(', ')}.`)
    }
    return { name, settings }
  } catch (cause) {
    problems.push(`${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    return null
  }
}
