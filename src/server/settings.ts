import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { SECOND } from '../core/model/clock.ts'
import { type ConsentPolicy, DURATIONS, type Duration, USUAL_POLICY } from '../core/model/consent-policy.ts'
import type { Lifetimes } from '../core/model/lifetimes.ts'
import { findLinkProblem } from '../core/model/redirect-uri.ts'
import { isScope, type ResourceDefinition, type ScopeDefinition } from '../core/model/scope.ts'
import { DATABASE_MEMBERS, type PostgresOptions, postgresAddress, readPostgresSettings } from '../stores/postgres-settings.ts'
import { isMailable } from './accounts/mail.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import { readProxies } from './node.ts'
import type { Product } from './pages/site.ts'

// One reader for each setting. What it throws ends the sentence that begins with the setting's name, and says what to change.

/** Characters a master secret needs at least: 32 random bytes in base64url. Of hexadecimal digits it takes more. */
const SHORTEST_SECRET = 43
const SHORTEST_HEX_SECRET = 64
/** Different characters among them. Random text has about twice as many. */
const LEAST_VARIETY = 12

export function readIssuer(value: unknown): string {
  const text = readString(value, 'https://id.example.com')
  if (!URL.canParse(text)) throw new Error('is not an address: write it like https://id.example.com.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('must begin with https://.')
  if (url.username || url.password || text.includes('@'))
    throw new Error('must not contain a user part: leave out what stands before the @.')
  if (text.includes('?') || text.includes('#')) throw new Error('must not have a query or a fragment: leave out what follows the path.')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new Error('must use https; http is for 127.0.0.1, [::1] and localhost only.')
  if (text.endsWith('/')) throw new Error(`must not end with a slash: write ${text.replace(/\/+$/, '')}.`)
  const usual = url.pathname === '/' ? url.origin : url.href
  if (usual !== text) throw new Error(`must have the usual spelling: write ${usual}.`)
  if (/[%;]|\/\//.test(url.pathname)) throw new Error('must have a plain path: letters, digits and single slashes.')
  return text
}

/** True for the names of this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

/** The port of an http issuer, which is the one to listen on, as nothing stands in front of it; null for others. */
export function loopbackPort(issuer: string): number | null {
  if (!issuer.startsWith('http://')) return null
  return Number(new URL(issuer).port || 80)
}

export function readPort(value: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error('is not a port: write a whole number from 1 to 65535.')
  }
  return port
}

/** More processes than any machine of ours has cores for are a mistyped number. */
const MOST_WORKERS = 256
/** Where the kernel shares a port out among the processes that listen on it. */
const SHARING: readonly string[] = ['linux', 'freebsd']

/** A number of processes, or `auto`: one for each core. */
export function readWorkers(value: unknown, platform: string = process.platform): number {
  const shares = SHARING.includes(platform)
  if (value === 'auto') return shares ? Math.min(availableParallelism(), MOST_WORKERS) : 1
  const workers = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value
  if (typeof workers !== 'number' || !Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS)
    throw new Error(`is no number of workers: write a whole number from 1 to ${MOST_WORKERS}, or auto.`)
  if (workers > 1 && !shares) throw new Error('is more than 1, and only Linux and FreeBSD share a port among processes: write 1 or auto.')
  return workers
}

export function readHost(value: unknown): string {
  const host = readString(value, '127.0.0.1')
  if (isIP(host) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
    throw new Error('is not an address to listen on: write 127.0.0.1, or 0.0.0.0 for all of this machine, without a port.')
  }
  return host
}

/**
 * `sqlite:` and an absolute path, relative ones beginning at `cwd`; or the address of a PostgreSQL. Written as an object, its members
 * come to stand in the query of the address, where they can also be written.
 */
export function readDatabase(value: unknown, cwd: string): string {
  if (typeof value === 'object' && value !== null) return readPostgres(readObject(value, ['url', ...DATABASE_MEMBERS]), cwd)
  const text = readString(value, 'sqlite:vouchsafe.db')
  if (/^postgres(ql)?:/.test(text)) return readPostgres({ url: text }, cwd)
  const file = /^sqlite:(?!\/\/)(.+)$/s.exec(text)?.[1]
  if (file === undefined) throw new Error('is not a database: write sqlite:FILE, such as sqlite:vouchsafe.db, or postgres://….')
  if (file.includes('\0')) throw new Error('is not the name of a file.')
  return file === ':memory:' ? text : `sqlite:${resolve(cwd, file)}`
}

/** Files that it names begin at `cwd`. */
function readPostgres(given: Readonly<Record<string, unknown>>, cwd: string): string {
  const { url, ...members } = given
  if (typeof url !== 'string' || /^sqlite:/.test(url))
    throw new Error('needs url to be an address of PostgreSQL; SQLite has no other settings.')
  for (const [name, member] of Object.entries(members)) {
    if (!['string', 'number', 'boolean'].includes(typeof member)) throw new Error(`needs ${name} to be text, a number, true or false.`)
  }
  const address = postgresAddress({ ...members, url } as PostgresOptions)
  const { files } = readPostgresSettings({ url: address })
  return postgresAddress({ url: address, ...Object.fromEntries(Object.entries(files).map(([name, path]) => [name, resolve(cwd, path)])) })
}

/** Whether the schema is brought up to date by whatever opens the database. */
export function readMigrate(value: unknown): boolean {
  if (value === 'on' || value === true) return true
  if (value === 'off' || value === false) return false
  throw new Error('must be on or off.')
}

/** Whether people may do without a second factor. */
export function readSecondFactor(value: unknown): 'optional' | 'required' {
  if (value === 'optional' || value === 'required') return value
  throw new Error('must be optional or required.')
}

export function readTrustedProxies(value: unknown): string[] {
  const list = readList(value)
  for (const proxy of list) {
    try {
      readProxies([proxy])
    } catch {
      throw new Error('holds something that is neither an address nor a CIDR range: write them like 10.0.0.0/8,192.0.2.7.')
    }
  }
  return list
}

/** One master secret, or two while it is being changed: the new one and the old one. */
export function readSecrets(value: unknown): string[] {
  const secrets = readList(value)
  if (secrets.length === 0 || secrets.length > 2)
    throw new Error('must hold one secret, or two with a comma between them while it is being changed.')
  if (!secrets.every(isStrong)) {
    throw new Error('is too easy to guess: it needs 32 random bytes. Make one with: openssl rand -base64 32')
  }
  return secrets
}

/** A secret that we share with somebody else. */
export function readSharedSecret(value: unknown): string {
  if (typeof value !== 'string' || !isStrong(value))
    throw new Error('is too easy to guess: it needs 32 random bytes. Make one with: openssl rand -base64 32')
  return value
}

function isStrong(secret: string): boolean {
  const least = /^[0-9a-f]+$/i.test(secret) ? SHORTEST_HEX_SECRET : SHORTEST_SECRET
  const repeats = `${secret}${secret}`.indexOf(secret, 1) < secret.length
  return secret.length >= least && new Set(secret).size >= LEAST_VARIETY && !repeats
}

/** Where private signing keys live, of the one kind there is. */
export interface SignerSettings {
  type: 'pkcs11'
  /** The file of the module. */
  module: string
  /** The label of the token. */
  token: string
  pin: string
  sessions: number
  /** Milliseconds that a signature may take. */
  timeout: number
  /** False where new keys are made in the database again. */
  new_keys: boolean
}

const SIGNER = { sessions: 4, timeout: 2, new_keys: true }
const MOST_SESSIONS = 64
const LONGEST_SIGNATURE = 30 // seconds

export function readSigner(value: unknown, cwd: string, pin: string): SignerSettings {
  const given = { ...SIGNER, ...readObject(value, ['type', 'module', 'token', 'sessions', 'timeout', 'new_keys']) }
  const { type, module, token, sessions, timeout, new_keys } = given as Record<string, unknown>
  if (type !== 'pkcs11') throw new Error('needs type to be pkcs11.')
  if (typeof module !== 'string' || module === '')
    throw new Error('needs module: the file of the PKCS#11 module, such as /usr/lib/softhsm/libsofthsm2.so.')
  if (typeof token !== 'string' || token === '' || Buffer.byteLength(token) > 32)
    throw new Error('needs token: the label of the token, 1 to 32 bytes.')
  if (!isWhole(sessions, MOST_SESSIONS)) throw new Error(`needs sessions to be a whole number from 1 to ${MOST_SESSIONS}.`)
  if (!isWhole(timeout, LONGEST_SIGNATURE)) throw new Error(`needs timeout to be a whole number of seconds from 1 to ${LONGEST_SIGNATURE}.`)
  if (typeof new_keys !== 'boolean') throw new Error('needs new_keys to be true or false.')
  if (pin === '') throw new Error('needs the PIN of its token: set VOUCHSAFE_PKCS11_PIN.')
  return { type, module: resolve(cwd, module), token, pin, sessions, timeout: timeout * SECOND, new_keys }
}

export function readPin(value: unknown): string {
  const pin = readString(value, 'what the token was made with')
  if (Buffer.byteLength(pin) > 255) throw new Error('is longer than a PIN may be: 255 bytes.')
  return pin
}

export function readPassword(value: unknown): string {
  return readString(value, 'what the account was made with')
}

const isWhole = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most

/** The mail server, and who letters come from. */
export interface MailSettings {
  host: string
  port: number
  /** TLS from the first byte; else it is begun by STARTTLS, and without only on this computer. */
  implicit_tls: boolean
  user?: string
  password?: string
  from: { name: string; address: string }
}

/** What may come from the environment instead: the whole address, who letters come from, and the password alone. */
export interface MailGiven {
  url?: string
  from?: string
  password?: string
}

/** Throws a sentence that begins with what is wrong. Null where nothing is set. */
export function readMail(value: unknown, { url: other_url, from: other_from, password }: MailGiven): MailSettings | null {
  const given = value === undefined ? {} : readObject(value, ['url', 'from'])
  const url = other_url ?? given['url']
  const from = other_from ?? given['from']
  if (value === undefined && url === undefined && from === undefined && password === undefined) return null
  if (typeof url !== 'string' || !URL.canParse(url) || !/^smtps?:\/\/[^/]/.test(url))
    throw new Error('needs url to be the address of a mail server, such as smtp://user@mail.example.com:587.')
  const { protocol, hostname, port, username, password: inside, pathname, search, hash } = new URL(url)
  if (!/^\/?$/.test(pathname) || search !== '' || hash !== '') throw new Error('needs url to end with the host or the port.')
  if (inside !== '' && other_url === undefined) throw new Error('must not hold the password: set VOUCHSAFE_SMTP_PASSWORD.')
  const secret = password ?? (inside === '' ? undefined : readEscaped(inside))
  if ((username === '') !== (secret === undefined)) throw new Error('needs both a user in url and VOUCHSAFE_SMTP_PASSWORD, or neither.')
  const implicit_tls = protocol === 'smtps:'
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(port) || (implicit_tls ? 465 : 587),
    implicit_tls,
    ...(secret !== undefined && { user: readEscaped(username), password: secret }),
    from: readSender(from),
  }
}

function readEscaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('needs the user and the password in url to be escaped: a % stands there as %25, an @ as %40.')
  }
}

function readSender(value: unknown): MailSettings['from'] {
  const [, name = '', address = ''] = /^(?:([^<>\p{Cc}]{0,100})<([^<>]+)>|)$/u.exec(String(value)) ?? []
  const sender = address === '' ? { name: '', address: String(value) } : { name: name.trim().replaceAll(/^"|"$/g, ''), address }
  if (typeof value !== 'string' || !isMailable(sender.address))
    throw new Error('needs from to be who letters come from, such as Example <accounts@example.com>.')
  return sender
}

/** Whether people make accounts by themselves. */
export function readRegistration(value: unknown): 'open' | 'closed' {
  if (value === 'open' || value === 'closed') return value
  throw new Error('must be open or closed.')
}

export function readLogLevel(value: unknown): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value)
  if (level === undefined) throw new Error(`is not a level: write one of ${LOG_LEVELS.join(', ')}.`)
  return level
}

/** Names with commas between them, or a list; at least one. */
export function readNames(value: unknown): string[] {
  const names = [...new Set(readList(value))]
  if (names.length === 0) throw new Error('must name one at least.')
  return names
}

export function readProduct(value: unknown): Product {
  const product = readObject(value, ['name', 'home', 'help', 'privacy', 'terms'])
  const name = product['name'] ?? 'Vouchsafe'
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100) throw new Error('needs a name of 1 to 100 characters.')
  const read: Product = { name }
  for (const member of ['home', 'help', 'privacy', 'terms'] as const) {
    const uri = product[member]
    if (uri === undefined) continue
    const problem = typeof uri === 'string' ? findLinkProblem(uri) : 'must be text'
    if (typeof uri !== 'string' || problem) throw new Error(`has a member ${member} that ${problem}.`)
    read[member] = uri
  }
  return read
}

/** The catalogue: the standard's scopes with what is declared beside them, or `false` in place of one of them. */
export function readScopes(value: unknown, standard: Readonly<Record<string, ScopeDefinition>>): Record<string, ScopeDefinition> {
  const scopes: Record<string, ScopeDefinition> = { ...standard }
  for (const [name, given] of Object.entries(readObject(value))) {
    if (!isScope(name) || name.includes(' ') || name.length > 100)
      throw new Error('has a scope whose name is not one word of visible ASCII, at most 100 characters long.')
    if (given === false && name !== 'openid') delete scopes[name]
    else scopes[name] = readScope(name, given)
  }
  return scopes
}

function readScope(name: string, value: unknown): ScopeDefinition {
  const wrong = (problem: string) => new Error(`has a scope ${name} that ${problem}.`)
  const given = readMembers(value, ['title', 'description', 'level', 'optional', 'claims', 'silent'], wrong)
  const level = given['level'] ?? 2
  if (level !== 1 && level !== 2 && level !== 3)
    throw wrong('needs a level: 1 is about the person, 2 looks at their things, 3 acts in their name')
  const scope: ScopeDefinition = {
    title: readTexts(given['title'], 'title', wrong),
    description: readTexts(given['description'], 'description', wrong),
    level,
  }
  for (const member of ['optional', 'silent'] as const) {
    const flag = given[member]
    if (flag !== undefined && typeof flag !== 'boolean') throw wrong(`has ${member} as something else than true or false`)
    if (flag !== undefined) scope[member] = flag
  }
  if (given['claims'] !== undefined) scope.claims = readWords(given['claims'], 'claims', wrong)
  return scope
}

/** The APIs of the product, by their identifiers. @spec RFC 8707 §2 */
export function readResources(value: unknown, scopes: Readonly<Record<string, ScopeDefinition>>): Record<string, ResourceDefinition> {
  const resources: Record<string, ResourceDefinition> = {}
  for (const [identifier, given] of Object.entries(readObject(value))) {
    if (!isResource(identifier)) throw new Error('has a resource whose identifier is not an absolute URI without a fragment.')
    resources[identifier] = readApi(identifier, given, scopes)
  }
  return resources
}

function readApi(identifier: string, value: unknown, scopes: Readonly<Record<string, ScopeDefinition>>): ResourceDefinition {
  const wrong = (problem: string) => new Error(`has a resource ${identifier} that ${problem}.`)
  const given = readMembers(value, ['name', 'scopes', 'access_token_format', 'access_token_lifetime', 'client_id'], wrong)
  const resource: ResourceDefinition = { name: readTexts(given['name'], 'name', wrong) }
  const { access_token_format, access_token_lifetime, client_id } = given
  if (given['scopes'] !== undefined) {
    const names = readWords(given['scopes'], 'scopes', wrong)
    if (!names.every((name) => Object.hasOwn(scopes, name))) throw wrong('names a scope that is not declared: add it to scopes')
    resource.scopes = names
  }
  if (access_token_format !== undefined) {
    if (access_token_format !== 'jwt' && access_token_format !== 'opaque') throw wrong('needs an access_token_format of jwt or opaque')
    resource.access_token_format = access_token_format
  }
  if (access_token_lifetime !== undefined)
    resource.access_token_lifetime = readSeconds(access_token_lifetime, 'access_token_lifetime', wrong)
  if (client_id !== undefined) {
    if (typeof client_id !== 'string' || client_id === '') throw wrong('needs a client_id that is text')
    resource.client_id = client_id
  }
  return resource
}

/** The audience of tokens for which no resource was asked. */
export function readResource(value: unknown, issuer: string, resources: Readonly<Record<string, ResourceDefinition>>): string {
  const identifier = readString(value, issuer)
  if (identifier !== issuer && !Object.hasOwn(resources, identifier))
    throw new Error('is neither the issuer nor one of the resources: declare it under resources.')
  return identifier
}

type LifetimeSettings = Lifetimes & { session: number }

/** Seconds, least and most. */
const LIFETIMES: Readonly<Record<keyof LifetimeSettings, readonly [number, number]>> = {
  code: [10, 600], // RFC 6749 §4.1.2: ten minutes at most
  ticket: [60, 86_400],
  consent_token: [30, 86_400],
  access_token: [30, 86_400],
  refresh_token: [60, 315_360_000],
  grant: [60, 315_360_000],
  grace: [0, 300],
  consent_idle: [3600, 315_360_000],
  session: [60, 31_536_000],
}

export function readLifetime(value: unknown, otherwise: LifetimeSettings): LifetimeSettings {
  const lifetime = { ...otherwise }
  const given = readObject(value, Object.keys(LIFETIMES))
  for (const name of Object.keys(given) as (keyof LifetimeSettings)[]) {
    const [least, most] = LIFETIMES[name]
    lifetime[name] = readSeconds(given[name], name, (problem) => new Error(`${problem}.`), least, most)
  }
  return lifetime
}

const WORDS_OF_DURATIONS: readonly string[] = Object.keys(DURATIONS)

/** For how long people may allow something. */
export function readConsent(value: unknown): ConsentPolicy {
  const { durations = USUAL_POLICY.durations, longest } = readObject(value, ['durations', 'longest'])
  const words = readWords(durations, 'durations', (problem) => new Error(`${problem}.`))
  if (words.length === 0 || !words.every((word) => WORDS_OF_DURATIONS.includes(word)))
    throw new Error(`needs durations to be some of ${WORDS_OF_DURATIONS.join(', ')}, one at least.`)
  const limit =
    longest === undefined ? {} : { longest: readSeconds(longest, 'longest', (problem) => new Error(`${problem}.`), 3_600, 315_360_000) }
  return { durations: words as Duration[], ...limit } // each was looked at
}

/** Makes the error of a problem with one part of a setting. */
export type Wrong = (problem: string) => Error

function readSeconds(value: unknown, name: string, wrong: Wrong, least = 30, most = 86_400): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw wrong(`needs ${name} to be a whole number of seconds from ${least} to ${most}`)
}

/** A text, which is English, or texts by language tag, of which English is one. */
export function readTexts(value: unknown, name: string, wrong: Wrong): Record<string, string> {
  const texts = typeof value === 'string' ? { en: value } : value
  const given = readMembers(texts, undefined, () => wrong(`needs a ${name}: a text, or texts by language tag`))
  for (const text of Object.values(given)) {
    if (typeof text !== 'string' || text.trim() === '' || text.length > 500)
      throw wrong(`has a ${name} that is not a text of 1 to 500 characters`)
  }
  if (given['en'] === undefined) throw wrong(`has a ${name} without the language en`)
  return given as Record<string, string> // each was looked at
}

export function readWords(value: unknown, name: string, wrong: Wrong): string[] {
  if (Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '')) return value
  throw wrong(`needs ${name} to be a list of texts`)
}

export function readMembers(value: unknown, known: readonly string[] | undefined, wrong: Wrong): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('must be an object')
  const stranger = known && Object.keys(value).find((member) => !known.includes(member))
  if (stranger !== undefined) throw wrong(`has a member ${stranger} that is not known: there are ${known?.join(', ')}`)
  return { ...value }
}

export function readObject(value: unknown, known?: readonly string[]): Record<string, unknown> {
  return readMembers(value, known, (problem) => new Error(`${problem}.`))
}

function readString(value: unknown, example: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`must be text, such as ${example}.`)
  return value
}

/** Texts with commas between them, or a list of them. */
function readList(value: unknown): string[] {
  const list: unknown = typeof value === 'string' ? value.split(',').map((text) => text.trim()) : value
  if (!Array.isArray(list) || !list.every((text) => typeof text === 'string')) throw new Error('must be a list of texts.')
  return list.filter((text) => text !== '')
}

function isResource(identifier: string): boolean {
  return URL.canParse(identifier) && /^[!-"$-~]+$/.test(identifier) && identifier.length <= 512
}
