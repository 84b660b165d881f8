/** The longest address that a client may name, in characters. */
export const LONGEST_URI = 512

/** RFC 3986 §2 without what is dangerous in an address that is compared letter by letter: `#`, `*`, `;`. */
const CHARACTERS = /^[A-Za-z0-9\-._~:/?[\]@!$&'()+,=%]+$/
const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/
/** A dot, slash, backslash, percent sign or control character in disguise, as often as it may be wrapped. */
const HIDDEN = /%(?:25)*(?:2e|2f|5c|3b|[01][0-9a-f]|7f)/i
const AUTHORITY = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9.])?|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?$/i
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * What is wrong with this redirect URI, as the end of a sentence that begins with its name; null where nothing is.
 * Its letters are never changed: what passes is compared byte for byte later.
 * @spec RFC 9700 §4.1.3, RFC 8252 §7.1, RFC 8252 §8.3, RFC 7591 §5
 */
export function findRedirectProblem(uri: string, application_type: 'web' | 'native'): string | null {
  const problem = findTextProblem(uri)
  if (problem) return problem
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]
  if (!scheme) return 'must be absolute: it begins with a scheme, as https: does'
  if (scheme !== scheme.toLowerCase()) return 'must have its scheme in lower case'
  if (scheme === 'https' || scheme === 'http') return findWebProblem(uri, scheme)
  // RFC 8252 §7.1: a scheme with a dot is a domain in reverse, which leaves javascript: and data: outside too
  if (!scheme.includes('.'))
    return 'must use https, http on a loopback address, or a private scheme with a dot in it such as com.example.app'
  if (application_type !== 'native') return 'may use a private scheme only where application_type is native'
  if (/^[^:]+:\/\/[^/?]*@/.test(uri)) return 'must not contain a user part'
  return URL.canParse(uri) ? null : 'is not a well-formed URI'
}

/** What is wrong with an address that a page of ours links to; null where nothing is. https, or http on a loopback address. */
export function findLinkProblem(uri: string): string | null {
  if (uri.length > LONGEST_URI) return `must be at most ${LONGEST_URI} characters`
  if (!/^https?:\/\/[!-[\]-~]+$/.test(uri) || !URL.canParse(uri)) return 'must be an absolute https address'
  const { protocol, hostname, username, password } = new URL(uri)
  if (username || password || /^https?:\/\/[^/?#]*@/.test(uri)) return 'must not contain a user part'
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) return 'must use https; http is for loopback addresses only'
  return null
}

/** The host in its ASCII form, with the port where there is one; of a scheme of an app's own, the scheme. */
export function hostOf(uri: string): string {
  if (!URL.canParse(uri)) return ''
  const { host, protocol } = new URL(uri)
  return protocol === 'http:' || protocol === 'https:' ? host : protocol
}

function findTextProblem(uri: string): string | null {
  if (uri === '') return 'must not be empty'
  if (uri.length > LONGEST_URI) return `must be at most ${LONGEST_URI} characters`
  if (/[^\x00-\x7F]/.test(uri)) return 'must be ASCII; write an international host name in its xn-- form'
  if (uri.includes('#')) return 'must not contain a fragment'
  if (uri.includes('*')) return 'must not contain a wildcard; register each address'
  if (!CHARACTERS.test(uri)) return 'contains a character that is not allowed: a space, a backslash, a semicolon or the like'
  if (MALFORMED_ESCAPE.test(uri)) return 'contains a malformed percent-escape'
  if (HIDDEN.test(uri)) return 'must not contain an escaped dot, slash, backslash, semicolon or control character'
  if (uri.includes('..') || /\/\.(?:[/?]|$)/.test(uri)) return 'must not contain dot segments'
  return null
}

function findWebProblem(uri: string, scheme: 'https' | 'http'): string | null {
  const authority = /^https?:\/\/([^/?]*)/.exec(uri)?.[1]
  if (!authority) return 'must name a host'
  if (authority.includes('@')) return 'must not contain a user part'
  const [, host, port] = AUTHORITY.exec(authority) ?? []
  if (!host || Number(port ?? 0) > 65_535) return 'has a host or port that is not well-formed'
  // 127.1, 0x7f.1 and the long forms of IPv6 are other hosts to a browser than they seem to a reader
  if (!URL.canParse(uri) || new URL(uri).hostname !== host.toLowerCase()) return 'must have its host in the usual spelling'
  if (scheme === 'http' && !LOOPBACK.has(host)) return 'must use https; http is for 127.0.0.1, [::1] and localhost only'
  return null
}

/** Whose an address is: its host, whatever the port on loopback; its scheme where it has no host. */
export function redirectHost(uri: string): string {
  const { protocol, hostname, host } = new URL(uri)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  return LOOPBACK.has(hostname) ? hostname : host
}
