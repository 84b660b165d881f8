import { SECOND } from '../core/model/clock.ts'
import { type Dialect, pathsOf } from '../core/model/dialect.ts'
import { KEY_USES } from '../core/model/stored-key.ts'
import { checkSqlite } from '../stores/sqlite-check.ts'
import { type App, createApp } from './app.ts'
import type { Config } from './config.ts'
import { dialectOf } from './dialects/choose.ts'
import { ask, clockApart, type Finding, ok, wrong } from './doctor-ask.ts'
import { examineElsewhere } from './doctor-elsewhere.ts'
import { MOST_SKEW as MOST_STORE_SKEW } from './health.ts'
import { readFrozen } from './moving.ts'
import { isLoopback } from './settings.ts'
import { openSmtp } from './smtp.ts'
import { openStore, sqliteFile } from './store.ts'

/** How far clocks may be apart. Milliseconds. */
const MOST_SKEW = 2 * SECOND
/** A sync that takes longer makes every sign-in slow. Milliseconds. */
const SLOW_SYNC = 50
const DOCUMENTS = { openid: '/.well-known/openid-configuration', authorization_server: '/.well-known/oauth-authorization-server' } as const

/** Looks at everything that a deployment needs, from the database to what a browser would see. Changes nothing that matters. */
export async function examine(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [checkIssuer(config), checkProxies(config), await checkMail(config), ...(await examineElsewhere(config))]
  const app = await examineDatabase(config, findings)
  try {
    findings.push(...(await examineAddress(config, app)))
  } finally {
    await app?.close()
  }
  return findings
}

function checkIssuer({ issuer, host, port }: Config): Finding {
  const { protocol, hostname } = new URL(issuer)
  if (protocol === 'http:') return ok('issuer', `${issuer} is for this computer only; people elsewhere need an https issuer.`)
  if (isLoopback(hostname)) return ok('issuer', `${issuer} is on this computer; the server listens at ${host}:${port}.`)
  return ok('issuer', `${issuer}; the server listens at ${host}:${port}, and a proxy speaks TLS in front of it.`)
}

/** Behind a proxy that is not listed everybody has one address, and one guesser locks all of them out. */
function checkProxies({ issuer, trusted_proxies }: Config): Finding {
  if (trusted_proxies.length > 0) return ok('proxy', `X-Forwarded-For counts from ${trusted_proxies.join(', ')}.`)
  if (issuer.startsWith('http:')) return ok('proxy', 'No proxy is listed, and an http issuer has none.')
  const fix = 'Name the addresses of the proxy that speaks TLS by --trusted-proxies, and let it set X-Forwarded-For.'
  return wrong('proxy', 'An https issuer has a proxy in front of it, and none is listed: all people would count as one address.', fix)
}

/** Asks the mail server, without a letter, whether it would take one. */
async function checkMail({ mail, host_login }: Config): Promise<Finding> {
  if (!mail && host_login) return ok('mail', 'No mail server is set, and people who sign in at the product need no letters.')
  if (!mail) return ok('mail', 'No mail server is set, so nobody can choose a new password by themselves.')
  const place = `${mail.host}:${mail.port}`
  const postman = openSmtp(mail)
  try {
    await postman.check()
    return ok('mail', `${place} takes letters from ${mail.from.address}.`)
  } catch (cause) {
    const { code = 'it does not answer', message = '' } = cause as { code?: unknown; message?: string }
    const why = [String(code), message.replaceAll(/\s+/g, ' ').slice(0, 200)].filter(Boolean).join(', ')
    const fix = 'Look at url in mail, at VOUCHSAFE_SMTP_PASSWORD, and whether this machine may reach that port.'
    return wrong('mail', `${place} takes no letters: ${why}`, fix)
  } finally {
    await postman.close()
  }
}

/** Checks the database and the keys in it. The application on top of it, where it can be opened. */
async function examineDatabase(config: Config, findings: Finding[]): Promise<App | null> {
  try {
    const store = await openStore(config)
    findings.push(...checkFile(config), checkStoreClock(await store.skew()), ...(await checkFrozen(config)))
    const app = await createApp({ config, store }).catch(async (cause: unknown) => {
      await store.close()
      throw cause
    })
    findings.push(checkKeys(app))
    return app
  } catch (cause) {
    const sentence = cause instanceof Error ? cause.message : String(cause)
    findings.push(wrong('database', sentence, 'Mend what this sentence says, and run the doctor again.'))
    return null
  }
}

function checkFile({ database }: Config): Finding[] {
  const file = sqliteFile(database)
  if (file === null) return [ok('database', 'PostgreSQL answers, and keeps what it confirms.')] // opening it has looked
  if (file === ':memory:') return [ok('database', 'It is kept in memory and ends with the server.')]
  const { broken, read_only, sync_ms } = checkSqlite(file)
  const time = `${sync_ms.toFixed(1)} ms`
  if (broken.length > 0)
    return [wrong('database', `${file} is damaged: ${broken.join('; ')}`, 'Stop the server and put a backup in its place.')]
  if (read_only !== null)
    return [wrong('database', `${file} cannot be written: ${read_only}`, 'Give this user the right to write the file and its folder.')]
  if (sync_ms > SLOW_SYNC) {
    return [
      wrong(
        'database',
        `${file} is whole, but its disk takes ${time} to keep a write.`,
        'Move it to a local disk: each sign-in waits for that.',
      ),
    ]
  }
  return [ok('database', `${file} is whole and can be written; its disk takes ${time} to keep a write.`)]
}

/** Nothing to say of a database that takes changes. */
async function checkFrozen(config: Config): Promise<Finding[]> {
  if (sqliteFile(config.database) === ':memory:' || !(await readFrozen(config))) return []
  return [wrong('frozen', 'The database refuses every change, as for a move.', 'If it is not being moved, run: vouchsafe thaw')]
}

function checkStoreClock(skew: number): Finding {
  if (Math.abs(skew) <= MOST_STORE_SKEW) return ok('database clock', `It differs from ours by ${Math.round(skew)} ms.`)
  return wrong('database clock', `It differs from ours by ${Math.round(skew)} ms.`, 'Keep both machines in time by NTP.')
}

function checkKeys({ server }: App): Finding {
  const keys = server.keys.list()
  const short = KEY_USES.filter((use) => keys.filter((key) => key.use === use && key.status === 'active').length !== 1)
  if (short.length === 0) return ok('keys', `One is active for each use, ${keys.length} in all, and the master secret opens them.`)
  return wrong(
    'keys',
    `There is not exactly one active key for ${short.join(', ')}.`,
    'Restart the server, which makes what is missing; then look at: vouchsafe keys list',
  )
}

/** What somebody sees who comes to the issuer's address. */
async function examineAddress(config: Config, app: App | null): Promise<Finding[]> {
  const { issuer, host, port } = config
  const path = findDocument(config)
  const asked = Date.now()
  const answer = await ask(`${issuer}${path ?? '/'}`)
  if (typeof answer === 'string') {
    const fix = `Start the server, and let ${issuer} lead to ${host}:${port}.`
    return [wrong('reachable', `${issuer} does not answer: ${answer}`, fix)]
  }
  const document = path === null ? {} : await readDocument(answer)
  if (answer.status !== 200 || document === null) {
    return [
      wrong(
        'reachable',
        `${issuer}${path ?? '/'} answers ${answer.status}${path === null ? '' : ', without a discovery document'}.`,
        `Let every path below ${issuer} lead to ${host}:${port}, unchanged.`,
      ),
    ]
  }
  const told =
    path === null
      ? [ok('discovery', 'No dialect that is on publishes metadata.')]
      : [checkDiscovery(issuer, document, app), await checkForwarded(`${issuer}${path}`, document)]
  return [ok('reachable', `${issuer} answers.`), ...told, checkClock(answer, asked), await checkCookies(config)]
}

/** Where the metadata stand that speak for the whole host; null where no dialect that is on has any. */
function findDocument(config: Config): string | null {
  for (const { discovery } of dialectsOf(config)) {
    if (discovery.includes('openid')) return DOCUMENTS.openid
    if (discovery.includes('authorization_server')) return DOCUMENTS.authorization_server
  }
  return null
}

/** The dialects that are on; those that speak for the host's root first. */
function dialectsOf({ dialects, own_dialects }: Config): Dialect[] {
  const on = dialects.flatMap((name) => dialectOf(name, own_dialects) ?? [])
  return on.sort((one, other) => Number(one.base !== '') - Number(other.base !== ''))
}

function checkDiscovery(issuer: string, document: Record<string, unknown>, app: App | null): Finding {
  if (document['issuer'] !== issuer) {
    return wrong(
      'discovery',
      'The document names another issuer than the configuration.',
      'Give the server and this command the same issuer, letter by letter.',
    )
  }
  const own: Record<string, unknown> = { ...app?.server.metadata() }
  const differing = Object.keys(own).filter(
    (member) => !isSame(own[member], document[member], member === 'scopes_supported' && issuer.startsWith('http:')),
  )
  if (differing.length === 0) return ok('discovery', 'The document is the one of this configuration.')
  return wrong(
    'discovery',
    `The server there differs from this configuration in: ${differing.join(', ')}.`,
    'Restart it with this configuration, or run the doctor with the flags of the server.',
  )
}

/** Equal, or, where `more` is allowed, holding more: on this computer the demo adds its scopes. */
function isSame(own: unknown, there: unknown, more: boolean): boolean {
  if (more && Array.isArray(own) && Array.isArray(there)) return own.every((item) => there.includes(item))
  return JSON.stringify(own) === JSON.stringify(there)
}

function checkClock(answer: Response, asked: number): Finding {
  const apart = clockApart(answer, asked)
  if (apart === null) return wrong('clock', 'The answer has no Date header.', 'Let the proxy pass the Date header on.')
  if (apart <= MOST_SKEW) return ok('clock', 'It agrees with this machine.')
  return wrong('clock', `It differs from this machine by ${Math.round(apart / SECOND)} s.`, 'Keep both machines in time by NTP.')
}

/** Nothing that a visitor says about the address may change what we say. */
async function checkForwarded(address: string, document: Record<string, unknown>): Promise<Finding> {
  const answer = await ask(address, {
    'x-forwarded-host': 'doctor.invalid',
    'x-forwarded-proto': 'gopher',
    forwarded: 'host=doctor.invalid',
  })
  const other = typeof answer === 'string' ? null : await readDocument(answer)
  if (JSON.stringify(other) === JSON.stringify(document))
    return ok('forwarded', 'Forwarded host and protocol change nothing: addresses come from the configured issuer.')
  return wrong(
    'forwarded',
    'The document changes with forwarded headers.',
    'Something in front of the server rewrites its answers: let it pass them unchanged.',
  )
}

/** The sign-out page binds itself to the browser: its cookie shows what became of ours on the way. @spec RFC 6265bis §4.1.3.2 */
async function checkCookies(config: Config): Promise<Finding> {
  const { issuer } = config
  const [path] = dialectsOf(config).flatMap((dialect) => pathsOf(dialect, 'logout'))
  if (path === undefined) return ok('cookies', 'Not looked at: no dialect that is on has a sign-out page.')
  const answer = await ask(`${issuer}${path}`)
  const cookies = typeof answer === 'string' ? [] : answer.headers.getSetCookie()
  const cookie = cookies.find((line) => line.includes('vouchsafe-'))
  if (cookie === undefined)
    return wrong('cookies', 'The sign-out page sets no cookie of ours.', 'Let the proxy pass Set-Cookie on, unchanged.')
  const prefixed =
    /^__Host-vouchsafe-[a-z]+=/.test(cookie) && /; ?Secure/i.test(cookie) && /; ?Path=\/(;|$)/i.test(cookie) && !/; ?Domain=/i.test(cookie)
  const bare = /^vouchsafe-[a-z]+=/.test(cookie)
  if (issuer.startsWith('https:') ? prefixed : bare)
    return ok(
      'cookies',
      issuer.startsWith('https:') ? 'They are bound to the host and to TLS.' : 'They have plain names, as http has no others.',
    )
  return wrong(
    'cookies',
    'A cookie of ours arrives changed.',
    'Let the proxy pass Set-Cookie on, unchanged: no other path, domain or flags.',
  )
}

async function readDocument(answer: Response): Promise<Record<string, unknown> | null> {
  try {
    const document: unknown = await answer.clone().json()
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? { ...document } : null
  } catch {
    return null
  }
}
