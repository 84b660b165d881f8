import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Client, type Entry, InvalidCredentialsError, ResultCodeError } from 'ldapts'
import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { Directory, TheirPerson } from '../accounts/elsewhere.ts'
import { isEmail, normalEmail } from '../accounts/users.ts'
import { escapeFilter } from './ldap-filter.ts'
import type { LdapSettings } from './upstream-settings.ts'

/** What connecting, and each request, may take. */
const REQUEST: Milliseconds = 3 * SECOND
/** What a person waits for at most, whatever it takes. */
const STEP: Milliseconds = 6 * SECOND
/** Connections at one moment. */
const MOST_AT_ONCE = 16

/**
 * A directory spoken to by ldapts, one connection for each attempt: the entry is looked for under an account of ours, and then its password
 * is proved by binding as it. @spec RFC 4511 §4.2, RFC 4513 §5.1.3
 */
export function createDirectory(settings: LdapSettings): Directory {
  const { joining, only, name } = settings
  let running = 0
  return {
    issuer: `ldap:${name}`,
    only,
    joining,
    prove: async (login, password) => {
      // a bind with a name and no password is an anonymous one, and succeeds. @spec RFC 4513 §5.1.2
      if (password === '' || login === '') return null
      if (running >= MOST_AT_ONCE) throw away()
      running += 1
      const client = createClient(settings)
      const deadline = setTimeout(() => void client.unbind().catch(() => {}), STEP)
      try {
        return await prove(client, settings, login, password)
      } catch (cause) {
        throw cause instanceof OAuthError ? cause : away(cause)
      } finally {
        clearTimeout(deadline)
        running -= 1
        await client.unbind().catch(() => {})
      }
    },
  }
}

/** With settings for TLS the library begins with it, whatever the address says. */
function createClient(settings: LdapSettings): Client {
  const { url } = settings
  const secure = /^ldaps:/i.test(url)
  return new Client({ url, connectTimeout: REQUEST, timeout: REQUEST, ...(secure && { tlsOptions: tlsOf(settings) }) })
}

async function prove(client: Client, settings: LdapSettings, login: string, password: string): Promise<TheirPerson | null> {
  if (settings.starttls) await client.startTLS(tlsOf(settings))
  await client.bind(settings.bind_dn, settings.password)
  const entry = await findEntry(client, settings, login)
  return entry && (await isPassword(client, entry.dn, password)) ? readEntry(settings, entry) : null
}

/** The one entry of this login; null where there is none, or several, of which nobody could say who is meant. @spec RFC 4511 §4.5.1 */
async function findEntry(client: Client, { base, filter, attributes }: LdapSettings, login: string): Promise<Entry | null> {
  const { searchEntries } = await client.search(base, {
    scope: 'sub',
    filter: filter.replaceAll('{login}', escapeFilter(login)),
    attributes: Object.values(attributes),
    // an id may be binary
    explicitBufferAttributes: [attributes.id],
    sizeLimit: 2,
    timeLimit: REQUEST / SECOND,
  })
  return searchEntries.length === 1 ? searchEntries[0]! : null
}

async function isPassword(client: Client, dn: string, password: string): Promise<boolean> {
  if (dn === '') return false
  try {
    await client.bind(dn, password)
    return true
  } catch (cause) {
    if (cause instanceof InvalidCredentialsError) return false
    // locked, expired, or not to be used so: whatever the reason, it is no proof
    if (cause instanceof ResultCodeError && !BUSY.has(cause.code)) return false
    throw cause
  }
}

/** busy and unavailable. @spec RFC 4511 §4.1.9 */
const BUSY = new Set([51, 52])

function readEntry({ name: directory, attributes, email_verified }: LdapSettings, entry: Entry): TheirPerson {
  const subject = idOf(entry[attributes.id])
  if (subject === '') throw away(new Error(`The entry has no ${attributes.id}, or several.`))
  const text = (attribute: string | undefined): string => (attribute === undefined ? '' : textOf(entry[attribute]))
  const claims = Object.fromEntries(
    (['given_name', 'family_name'] as const).map((claim) => [claim, text(attributes[claim])]).filter(([, value]) => value !== ''),
  )
  const name = text(attributes.name)
  const email = normalEmail(text(attributes.email))
  return { issuer: `ldap:${directory}`, subject, email: isEmail(email) ? email : '', email_verified, ...(name !== '' && { name }), claims }
}

/** An id that is no text, as objectGUID, in hexadecimal digits. */
function idOf(value: Entry[string] | undefined): string {
  const [one, ...others] = [value ?? []].flat()
  if (one === undefined || others.length > 0 || one.length === 0) return ''
  const bytes = Buffer.from(one)
  const text = bytes.toString()
  return /^[\x21-\x7e]{1,255}$/.test(text) ? text : bytes.toString('hex')
}

/** The first value, as far as it can be text of a person's. */
function textOf(value: Entry[string] | undefined): string {
  const [one = ''] = [value ?? []].flat()
  const text = one.toString().trim()
  return text.length <= 500 ? text : ''
}

/** The name that the certificate must have is said, as the library forgets it with STARTTLS. @spec RFC 4513 §3.1.3 */
function tlsOf({ ca, url }: LdapSettings): ConnectionOptions {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, minVersion: 'TLSv1.2', ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) }
}

function away(cause?: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The directory does not answer.', {
    reason: 'directory_away',
    retry_after: 5,
    ...(cause !== undefined && { cause }),
  })
}
