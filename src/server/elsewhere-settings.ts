import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isScope, PROFILE_CLAIMS } from '../core/model/scope.ts'
import type { Joining } from './accounts/elsewhere.ts'
import { isLoopback, readMembers, readObject, readTexts, readWords, type Wrong } from './settings.ts'
import type { LdapSettings, UpstreamSettings } from './upstreams/upstream-settings.ts'

// The two settings that say where people may sign in beside this server. What a reader throws ends the sentence that begins with the setting's name.

const ID = /^[a-z][a-z0-9-]{0,31}$/
const MOST_UPSTREAMS = 20
const JOINING: readonly Joining[] = ['verified', 'any', 'none']
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const
/** Standard claims that may be taken over: when its own record changed a provider knows, and we of ours. @spec OIDC Core §5.1 */
const CLAIMS = [...PROFILE_CLAIMS.filter((claim) => claim !== 'updated_at'), 'phone_number']
const UPSTREAM_MEMBERS = ['label', 'issuer', 'client_id', 'token_endpoint_auth_method', 'scope', 'claims', 'joining', 'linking', 'domains']

/** The variable that holds the secret of an upstream. */
export function secretVariable(id: string): string {
  return `VOUCHSAFE_UPSTREAM_${id.toUpperCase().replaceAll('-', '_')}_SECRET`
}

/** OpenID providers by their ids; `secretOf` gives what the environment holds. */
export function readUpstreams(value: unknown, own_issuer: string, secretOf: (variable: string) => string | undefined): UpstreamSettings[] {
  const all = Object.entries(readObject(value))
  if (all.length > MOST_UPSTREAMS) throw new Error(`has more than ${MOST_UPSTREAMS} providers, which nobody could choose among.`)
  const upstreams = all.map(([id, given]) => readUpstream(id, given, secretOf))
  const own = upstreams.find(({ issuer }) => issuer === own_issuer)
  if (own) throw new Error(`has the issuer of this server itself as ${own.id}: name the provider's.`)
  const twice = upstreams.find(({ issuer }, i) => upstreams.findIndex((other) => other.issuer === issuer) !== i)
  if (twice) throw new Error(`has the issuer of ${twice.id} twice: one provider is one entry.`)
  return upstreams
}

function readUpstream(id: string, value: unknown, secretOf: (variable: string) => string | undefined): UpstreamSettings {
  if (!ID.test(id)) throw new Error('has an id that is not 1 to 32 lower-case letters, digits and hyphens, beginning with a letter.')
  const wrong: Wrong = (problem) => new Error(`has ${id}, which ${problem}.`)
  const given = readMembers(value, UPSTREAM_MEMBERS, wrong)
  const { client_id, token_endpoint_auth_method = 'client_secret_basic', joining = 'verified', linking = true } = given
  const scope = given['scope'] ?? 'openid profile email'
  const claims = given['claims'] === undefined ? ['name', 'given_name', 'family_name'] : readWords(given['claims'], 'claims', wrong)
  if (typeof client_id !== 'string' || client_id === '') throw wrong('needs a client_id: what the provider calls this server')
  if (typeof scope !== 'string' || !isScope(scope) || !scope.split(' ').includes('openid')) throw wrong('needs a scope that holds openid')
  if (!AUTH_METHODS.some((known) => known === token_endpoint_auth_method))
    throw wrong(`needs a token_endpoint_auth_method of ${AUTH_METHODS.join(' or ')}`)
  if (!claims.every((claim) => CLAIMS.includes(claim))) throw wrong(`has claims that cannot be taken over: there are ${CLAIMS.join(', ')}`)
  if (typeof linking !== 'boolean') throw wrong('needs linking to be true or false')
  const client_secret = secretOf(secretVariable(id))
  if (!client_secret) throw wrong(`needs its client_secret: set ${secretVariable(id)}`)
  return {
    id,
    label: readTexts(given['label'], 'label', wrong),
    issuer: readTheirIssuer(given['issuer'], wrong),
    client_id,
    client_secret,
    token_endpoint_auth_method: token_endpoint_auth_method as UpstreamSettings['token_endpoint_auth_method'],
    scope,
    claims,
    joining: readJoining(joining, wrong),
    linking,
    ...(given['domains'] !== undefined && { domains: readDomains(given['domains'], wrong) }),
  }
}

/** Byte for byte what its metadata and ID tokens say. @spec OIDC Discovery §4.3 */
function readTheirIssuer(value: unknown, wrong: Wrong): string {
  if (typeof value !== 'string' || !URL.canParse(value)) throw wrong('needs an issuer: an address such as https://accounts.example.com')
  const { protocol, hostname, search, hash, username } = new URL(value)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw wrong('needs an issuer with https; http is for 127.0.0.1, [::1] and localhost only')
  if (search || hash || username) throw wrong('needs an issuer without a query, a fragment and a user')
  const document = value.indexOf('/.well-known/')
  if (document >= 0) throw wrong(`needs the issuer and not the address of its metadata: write ${value.slice(0, document)}`)
  return value
}

/** What stands behind the @ of addresses. */
function readDomains(value: unknown, wrong: Wrong): string[] {
  const domains = readWords(value, 'domains', wrong).map((domain) => domain.toLowerCase())
  if (domains.length > 0 && domains.every((domain) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))) return domains
  throw wrong('needs domains to be names such as example.com, one at least')
}

function readJoining(value: unknown, wrong: Wrong): Joining {
  const joining = JOINING.find((known) => known === value)
  if (!joining) throw wrong(`needs joining to be one of ${JOINING.join(', ')}`)
  return joining
}

const LDAP_MEMBERS = ['name', 'url', 'starttls', 'ca', 'bind_dn', 'base', 'filter', 'attributes', 'email_verified', 'joining', 'only']
const ATTRIBUTES = { id: 'entryUUID', email: 'mail', name: 'cn', given_name: 'givenName', family_name: 'sn' }
const FLAGS = { starttls: true, email_verified: false, only: false }

/** A directory. The file of `ca` begins at `cwd`. @spec RFC 4516 §2 */
export function readLdap(value: unknown, cwd: string, password: string): LdapSettings {
  const wrong: Wrong = (problem) => new Error(`${problem}.`)
  const given = readMembers(value, LDAP_MEMBERS, wrong)
  const { name = 'directory', bind_dn, base, filter = '(&(objectClass=person)(mail={login}))', joining = 'any' } = given
  const { url, secure } = readLdapUrl(given['url'])
  const flags = readFlags(given, wrong)
  if (typeof name !== 'string' || !ID.test(name)) throw wrong('needs a name of 1 to 32 lower-case letters, digits and hyphens')
  if (typeof bind_dn !== 'string' || bind_dn === '') throw wrong('needs bind_dn: the account under which entries are looked for')
  if (typeof base !== 'string' || !/^[A-Za-z][\w.-]*\s*=/.test(base))
    throw wrong('needs base: where entries are looked for, such as ou=people,dc=example,dc=com')
  if (typeof filter !== 'string' || !/^\(.*\{login\}.*\)$/s.test(filter) || !isClosed(filter))
    throw wrong('needs a filter in brackets, each closed, with {login} where the address goes, such as (mail={login})')
  if (password === '') throw wrong('needs the password of its bind_dn: set VOUCHSAFE_LDAP_PASSWORD')
  if (!secure && !flags.starttls && !isLoopback(new URL(url).hostname))
    throw wrong('would send passwords in clear: write ldaps://, or leave starttls on')
  return {
    ...flags,
    starttls: flags.starttls && !secure,
    name,
    url,
    bind_dn,
    base,
    filter,
    password,
    joining: readJoining(joining, wrong),
    attributes: readAttributes(given['attributes'], wrong),
    ...(given['ca'] !== undefined && { ca: readCa(given['ca'], cwd, wrong) }),
  }
}

/** Whether each bracket has its counterpart; one that is meant as text is written as its code. @spec RFC 4515 §3 */
function isClosed(filter: string): boolean {
  let open = 0
  for (const sign of filter) {
    if (sign === '(') open += 1
    if (sign === ')') open -= 1
    if (open < 0) return false
  }
  return open === 0
}

/** What the directory's certificate must be signed by, in PEM. */
function readCa(value: unknown, cwd: string, wrong: Wrong): string {
  if (typeof value !== 'string' || value === '') throw wrong('needs ca to be the name of a file in PEM')
  let text: string
  try {
    text = readFileSync(resolve(cwd, value), 'utf8')
  } catch {
    throw wrong('names a ca that cannot be read: check its path')
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw wrong('names a ca without a certificate in PEM')
  return text
}

function readLdapUrl(value: unknown): { url: string; secure: boolean } {
  if (typeof value !== 'string' || !/^ldaps?:\/\/(\[[\da-f:]+\]|[a-z\d.-]+)(:\d{1,5})?$/i.test(value) || !URL.canParse(value))
    throw new Error('needs a url of ldaps:// or ldap:// and a host, such as ldaps://directory.example.com.')
  return { url: value, secure: value.toLowerCase().startsWith('ldaps:') }
}

function readFlags(given: Readonly<Record<string, unknown>>, wrong: Wrong): typeof FLAGS {
  const flags = { ...FLAGS }
  for (const name of Object.keys(FLAGS) as (keyof typeof FLAGS)[]) {
    const flag = given[name]
    if (flag !== undefined && typeof flag !== 'boolean') throw wrong(`needs ${name} to be true or false`)
    if (flag !== undefined) flags[name] = flag
  }
  return flags
}

/** @spec RFC 4512 §2.5 */
function readAttributes(value: unknown, wrong: Wrong): LdapSettings['attributes'] {
  const attributes: Record<string, unknown> = { ...ATTRIBUTES, ...readMembers(value ?? {}, Object.keys(ATTRIBUTES), wrong) }
  const odd = Object.entries(attributes).find(([, name]) => typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,62}$/.test(name))
  if (odd) throw wrong(`has attributes whose ${odd[0]} is not the name of one`)
  return attributes as LdapSettings['attributes']
}
