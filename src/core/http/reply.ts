import { type Dialect, inDialect } from '../model/dialect.ts'
import type { OAuthError } from '../model/error.ts'
import type { Reply } from '../model/http.ts'

const JSON_TYPE = 'application/json'
const NO_STORE = { 'content-type': JSON_TYPE, 'cache-control': 'no-store' }
const PUBLISHED = { 'content-type': JSON_TYPE, 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' }
const texts = new WeakMap<object, string>()

/** Never cached. @spec RFC 6749 §5.1 */
export function json(body: object, status = 200): Reply {
  return { status, headers: NO_STORE, body: JSON.stringify(body) }
}

/** What everybody may read and keep for five minutes. `body` must not change: its text is kept with it. */
export function published(body: object): Reply {
  let text = texts.get(body)
  if (text === undefined) texts.set(body, (text = JSON.stringify(body)))
  return { status: 200, headers: PUBLISHED, body: text }
}

/** Sends the browser on. Never cached, 308 included, and without telling anybody where it came from. @spec RFC 9700 §4.2.4 */
export function redirect(location: string, status: number, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers }, body: '' }
}

/** An error as a program wants it. @spec RFC 6749 §5.2 */
export function jsonError(error: OAuthError, dialect: Dialect, reference: string): Reply {
  const { status, code } = inDialect(error, dialect)
  return {
    status,
    headers: {
      ...NO_STORE,
      'x-vouchsafe-reference': reference,
      ...(status === 401 && { 'www-authenticate': 'Basic realm="oauth", charset="UTF-8"' }),
      ...(!error.retry && { 'x-should-retry': 'false' }),
      ...error.headers,
    },
    body: JSON.stringify({
      error: code,
      [dialect.error_body.description]: error.error_description,
      ...(dialect.registration.invalid_fields && { invalid_fields: error.invalid_fields }),
    }),
  }
}

/** An error of a resource: the same in words, and as a challenge. @spec RFC 6750 §3 */
export function challenge(error: OAuthError, dialect: Dialect, reference: string, shown: boolean): Reply {
  const reply = jsonError(error, dialect, reference)
  if ((error.status !== 401 && error.status !== 403) || error.headers['www-authenticate'] !== undefined) return reply
  const why = shown ? `, error="${error.error}", error_description="${error.error_description}"` : '' // nothing was shown: nothing is said, §3.1
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': `Bearer realm="oauth"${why}` } }
}
