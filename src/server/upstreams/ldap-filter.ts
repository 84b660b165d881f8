/**
 * A value for a filter: of ASCII whatever is no letter, digit or sign of an address stands as its code, so that it can mean nothing; what is
 * beyond ASCII means nothing in a filter. @spec RFC 4515 §3
 */
export function escapeFilter(value: string): string {
  return value.replaceAll(/(?![A-Za-z0-9@._-])[\0-\x7f]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
