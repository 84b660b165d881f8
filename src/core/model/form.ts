import { OAuthError } from './error.ts'

/** The most parameters that one request may carry. */
const MOST_PARAMETERS = 64
/** The most characters of one decoded value, unless its own rule says less. */
const LONGEST_VALUE = 8192
const LONGEST_NAME = 128

/** What cannot be taken as it is. */
const ENCODED = /[%+\0]/
const itself = (text: string): string => text

/**
 * Reads `application/x-www-form-urlencoded` strictly: malformed escapes, bytes that are not UTF-8 and NUL are refused,
 * so that no two readers of the same text can see different things. Throws OAuthError `invalid_request`.
 * @spec RFC 6749 §B, WHATWG URL §5.1
 */
export function readForm(text: string): [name: string, value: string][] {
  if (text === '') return []
  const pairs: [string, string][] = []
  for (const part of text.split('&', MOST_PARAMETERS + 2)) {
    if (part === '') continue
    if (pairs.length === MOST_PARAMETERS) throw new OAuthError('invalid_request', `At most ${MOST_PARAMETERS} parameters are allowed.`)
    const equals = part.indexOf('=')
    const decode = ENCODED.test(part) ? formDecode : itself
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decode(part.slice(equals + 1))
    if (name === null || value === null)
      throw new OAuthError('invalid_request', 'A parameter is not well-formed: check its percent-encoding.')
    if (name.length > LONGEST_NAME) throw new OAuthError('invalid_request', 'The name of a parameter is too long.')
    if (value.length > LONGEST_VALUE) throw new OAuthError('invalid_request', `A parameter is longer than ${LONGEST_VALUE} characters.`)
    pairs.push([name, value])
  }
  return pairs
}

/** The same parameters as the members of a JSON object: texts, or lists of texts; null is not given. Throws OAuthError `invalid_request`. */
export function readJsonForm(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (const [name, value] of Object.entries(readJsonObject(text))) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null) continue
      if (typeof one !== 'string') throw new OAuthError('invalid_request', 'The members of the JSON object must be texts.')
      if (one.includes('\0')) throw new OAuthError('invalid_request', 'A parameter is not well-formed.')
      if (name.length > LONGEST_NAME || one.length > LONGEST_VALUE)
        throw new OAuthError('invalid_request', `A parameter is longer than ${LONGEST_VALUE} characters.`)
      if (pairs.length === MOST_PARAMETERS) throw new OAuthError('invalid_request', `At most ${MOST_PARAMETERS} parameters are allowed.`)
      pairs.push([name, one])
    }
  }
  return pairs
}

/** A JSON object; nothing at all is an empty one. Throws OAuthError `invalid_request`. */
export function readJsonObject(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new OAuthError('invalid_request', 'The body is not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OAuthError('invalid_request', 'The body must be a JSON object.')
  if (hasRepeatedMember(text)) throw new OAuthError('invalid_request', 'A member of the JSON object is given twice.')
  return value as Record<string, unknown>
}

/** Whether the outermost object, which is well-formed JSON, names a member twice: two readers could see two different things. @spec RFC 8259 §4 */
function hasRepeatedMember(text: string): boolean {
  const seen = new Set<unknown>()
  let depth = 0
  for (const [token, , colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*(:))?|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && colon) {
      const name: unknown = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1))
      if (seen.has(name)) return true
      seen.add(name)
    }
  }
  return false
}

/** One name or value, decoded once; null where an escape is malformed, not UTF-8, or NUL. */
export function formDecode(text: string): string | null {
  if (!ENCODED.test(text)) return text
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? null : decoded
  } catch {
    return null
  }
}

/** What percent-encoding would leave as it is: all that we make ourselves. @spec RFC 3986 §2.3 */
const UNRESERVED = /^[\w.~-]*$/

/** Writes the fields that have a value, percent-encoded, in their order. */
export function writeForm(fields: Readonly<Record<string, string | undefined>>): string {
  let text = ''
  for (const name in fields) {
    const value = fields[name]
    if (value !== undefined) text += `${text && '&'}${name}=${UNRESERVED.test(value) ? value : encodeURIComponent(value)}`
  }
  return text
}

/** Appends fields to an address that may have a query already. */
export function withQuery(uri: string, fields: Readonly<Record<string, string | undefined>>): string {
  const words = writeForm(fields)
  if (words === '') return uri
  return uri + (uri.includes('?') ? '&' : '?') + words
}
