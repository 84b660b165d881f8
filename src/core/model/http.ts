/** What an endpoint reads of a request. Each door of the server makes one from what its host gives. */
export interface HttpRequest {
  readonly method: string
  /** From the first slash to the question mark, undecoded. */
  readonly path: string
  /** What stands behind the question mark, undecoded; '' where there is nothing. */
  readonly query: string
  /** The address of the peer, or of who stands behind a trusted proxy; '' where the host does not tell. */
  readonly address: string
  /** The value of a header, by its name in lower case; of several the first. */
  header(name: string): string | undefined
  /** The body as text. Throws OAuthError `invalid_request` where it is too large (413), too slow (408) or not UTF-8. */
  text(): Promise<string>
}

/** What an endpoint answers: a record that any host can send. Only set-cookie may have several values. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** The value of one cookie; null where the browser sent none. Of two with one name the first counts. @spec RFC 6265 §5.4 */
export function readCookie(http: HttpRequest, name: string): string | null {
  const cookies = http.header('cookie')
  if (!cookies) return null
  const at = cookies.startsWith(`${name}=`) ? 0 : cookies.indexOf(`; ${name}=`) + 2
  if (at === 1) return null
  const end = cookies.indexOf(';', at)
  return cookies.slice(at + name.length + 1, end < 0 ? undefined : end)
}

/** A cookie's one name at this issuer: `__Host-` wherever there is TLS, plain on http, which is loopback only. @spec RFC 6265bis §4.1.3.2 */
export function cookieName(issuer: string, name: string): string {
  return issuer.startsWith('https:') ? `__Host-vouchsafe-${name}` : `vouchsafe-${name}`
}

/** The line that sets a cookie; with `max_age` 0 it takes it away, without one it ends with the browser. `max_age` in seconds. */
export function writeCookie(issuer: string, name: string, value: string, max_age?: number): string {
  const secure = issuer.startsWith('https:') ? '; Secure' : ''
  const age = max_age === undefined ? '' : `; Max-Age=${max_age}`
  return `${cookieName(issuer, name)}=${value}; Path=/${secure}; HttpOnly; SameSite=Lax${age}`
}
