import { SECOND } from '../../core/model/clock.ts'
import type { TheirPerson } from '../accounts/elsewhere.ts'
import { refused } from '../accounts/upstream-flow.ts'
import { isEmail, normalEmail } from '../accounts/users.ts'
import type { UpstreamSettings } from './upstream-settings.ts'

type Claims = Readonly<Record<string, unknown>>

/** Characters of a claim that is taken over. */
const LONGEST_CLAIM = 500

/**
 * Who somebody is, from an ID token that was checked and what userinfo says beside it. The address and whether it is verified come from one
 * and the same of the two: together they would tell something that neither did. @spec OIDC Core §5.1, OIDC Core §5.7
 */
export function readTheirs(
  { issuer, claims: taken, domains }: Pick<UpstreamSettings, 'issuer' | 'claims' | 'domains'>,
  id_token: Claims & { sub: string; auth_time?: number },
  userinfo: Claims,
): TheirPerson {
  // no more than the standard allows, so that it can be a key
  if (!/^[\x20-\x7e]{1,255}$/.test(id_token.sub)) throw refused('The sub of the provider is not 1 to 255 characters of ASCII.')
  const addressed = typeof id_token['email'] === 'string' ? id_token : userinfo
  const { name, ...claims } = pick({ ...userinfo, ...id_token }, taken)
  const { auth_time } = id_token
  const email = readAddress(addressed['email'])
  const vouches = domains === undefined || domains.includes(email.slice(email.lastIndexOf('@') + 1))
  return {
    issuer,
    subject: id_token.sub,
    email,
    email_verified: vouches && addressed['email_verified'] === true,
    ...(name !== undefined && { name }),
    claims,
    ...(typeof auth_time === 'number' && { auth_time: auth_time * SECOND }),
  }
}

/** What cannot be an address is none. */
function readAddress(value: unknown): string {
  const email = typeof value === 'string' ? normalEmail(value) : ''
  return isEmail(email) ? email : ''
}

function pick(claims: Claims, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = claims[name]
    if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_CLAIM) picked[name] = value.trim()
  }
  return picked
}
