import { sameText, sha256 } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { MINUTE } from '../../core/model/clock.ts'
import type { FactorStep } from '../../core/model/factor.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'

/** For so long a step is good. */
const STEP_TIME = 10 * MINUTE
const COOKIE = 'sign-in'
/** Far more than a sealed step has. */
const LONGEST_STEP = 2000

/** What a step is bound to in this browser; null where it has no name for it that we could have given. */
export function bindingOf({ issuer }: Pick<Accounts, 'issuer'>, http: HttpRequest): string | null {
  const name = readCookie(http, cookieName(issuer, COOKIE))
  return name !== null && /^[\w-]{43}$/.test(name) ? sha256(name) : null
}

/** The same, and the cookies that give this browser such a name where it has none. */
export function bindBrowser(accounts: Pick<Accounts, 'issuer'>, http: HttpRequest): { binding: string; cookies: string[] } {
  const known = bindingOf(accounts, http)
  if (known !== null) return { binding: known, cookies: [] }
  const name = randomToken()
  return { binding: sha256(name), cookies: [writeCookie(accounts.issuer, COOKIE, name)] }
}

/** What takes such a name away: all steps of this browser are foreign from then on. */
export function unbindBrowser(accounts: Pick<Accounts, 'issuer'>, http: HttpRequest): string[] {
  return bindingOf(accounts, http) === null ? [] : [writeCookie(accounts.issuer, COOKIE, '', 0)]
}

/** Writes down how far somebody has come. */
export function sealStep({ keys, clock }: Accounts, step: Omit<FactorStep, 'expires_at'>): string {
  return keys.factors.step.seal({ ...step, expires_at: clock() + STEP_TIME })
}

/** A step of this kind; null where it is none of ours, is over, or belongs to another browser or session. */
export function openStep({ keys, clock }: Accounts, text: string, kind: FactorStep['kind'], binding: string | null): FactorStep | null {
  const step = peekStep({ keys, clock }, text, kind)
  return step !== null && binding !== null && sameText(step.binding, binding) ? step : null
}

/** The same whoever sends it: it says what was done, and is no leave to do it. */
export function peekStep({ keys, clock }: Pick<Accounts, 'keys' | 'clock'>, text: string, kind: FactorStep['kind']): FactorStep | null {
  const step = text.length > LONGEST_STEP ? null : keys.factors.step.open(text)
  return step !== null && step.kind === kind && step.expires_at > clock() ? step : null
}

/**
 * Stands for a password without telling anything of it: once it is changed, what was begun with it is over. So it is once the email is
 * another one, or was given back, and once their sessions were ended: not everybody has a password.
 */
export function passwordMark({ keys }: Accounts, { sub, password_hash = '', email_changed_at = 0, ended_at = 0 }: User): string {
  return keys.mac('password', `${sub} ${password_hash} ${email_changed_at}${ended_at > 0 ? ` ${ended_at}` : ''}`)
}

/** Who a step is about, if they may still go on: not disabled, and with the password that they had. */
export async function personOf(accounts: Accounts, { sub, password_mark }: FactorStep): Promise<User | null> {
  const user = sub === undefined ? null : await accounts.store.users.find(sub)
  if (!user || user.disabled_at !== undefined) return null
  return password_mark !== undefined && sameText(passwordMark(accounts, user), password_mark) ? user : null
}
