/** A value for a filter: whatever is no plain letter, digit or sign of an address stands as its bytes, so that it can mean nothing. @spec RFC 4515 §3 */
export function escapeFilter(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9@._-]/gu, (sign) =>
    [...Buffer.from(sign)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
