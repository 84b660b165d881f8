import { sameText } from '../../core/crypto/hash.ts'
import { randomToken } from '../../core/crypto/random.ts'
import { cookieName, type HttpRequest, readCookie, writeCookie } from '../../core/model/http.ts'
import type { Accounts } from './accounts.ts'

const COOKIE = 'handover'
/** Seconds in which a person signs in at the product: as long as a ticket lasts. */
const PATIENCE = 1_800

type Asker = Pick<Accounts, 'issuer' | 'keys'>

/** Whether this browser waits for a hand-over. */
export function isWaiting(accounts: Asker, http: HttpRequest): boolean {
  return secretOf(accounts, http) !== null
}

/** What a hand-over must carry to be good in this browser and for this errand, and the cookie by which it is recognized. */
export function askForHandover(accounts: Asker, http: HttpRequest, state: string): { nonce: string; cookie: string } {
  const secret = secretOf(accounts, http) ?? randomToken()
  return { nonce: nonceOf(accounts, secret, state), cookie: writeCookie(accounts.issuer, COOKIE, secret, PATIENCE) }
}

/** Whether a hand-over with this nonce was asked for by this browser, for this errand. */
export function wasAskedFor(accounts: Asker, http: HttpRequest, state: string, nonce: string): boolean {
  const secret = secretOf(accounts, http)
  return secret !== null && sameText(nonceOf(accounts, secret, state), nonce)
}

/** The line that ends the wait. */
export function stopWaiting({ issuer }: Asker): string {
  return writeCookie(issuer, COOKIE, '', 0)
}

function secretOf({ issuer }: Asker, http: HttpRequest): string | null {
  const secret = readCookie(http, cookieName(issuer, COOKIE))
  return secret !== null && /^[\w-]{43}$/.test(secret) ? secret : null
}

const nonceOf = ({ keys }: Asker, secret: string, state: string): string => keys.mac('handover', `${secret} ${state}`)
