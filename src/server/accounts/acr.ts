/**
 * The ways in which people sign in here, the weakest first: with one thing, with two, and so that no other site could have asked for it in
 * our name. `phr` is registered; where a key lives is not attested, so `phrh` is never said. @spec OIDC Core §2, OpenID EAP ACR Values §3
 */
export const ACR_VALUES = ['1fa', '2fa', 'phr'] as const

export type Acr = (typeof ACR_VALUES)[number]

/** A password. @spec RFC 8176 §2 */
export const PASSWORD = 'pwd'
/** A code of an app, or of the list for emergencies: each good for once. @spec RFC 8176 §2 */
export const WITH_CODE = ['otp'] as const
/** A passkey of which its authenticator has made sure whose hand it is in: two things at once. @spec RFC 8176 §2 */
export const WITH_PASSKEY = ['pop', 'user', 'mfa'] as const

/** What was shown by now, each word once; two things of different kinds are more than one. @spec RFC 8176 §2 */
export function addAmr(before: readonly string[], shown: readonly string[]): string[] {
  return [...new Set([...before, ...shown, ...(before.length > 0 ? ['mfa'] : [])])]
}

/** The way that these words tell of; undefined where none of it was shown here. */
export function acrOf(amr: readonly string[]): Acr | undefined {
  if (amr.includes('pop') && amr.includes('mfa')) return 'phr'
  if (amr.includes('mfa')) return '2fa'
  return amr.includes(PASSWORD) ? '1fa' : undefined
}
