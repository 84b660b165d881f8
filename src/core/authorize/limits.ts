import { LONGEST_CLIENT_ID } from '../model/client.ts'
import { OAuthError } from '../model/error.ts'

/**
 * The most characters of each parameter that travels in a ticket. Together with a client_id that somebody chose they fit: nothing is stored
 * for a stranger, and an address with a ticket stays below the 8 KiB that proxies take. A client_id that carries its registration leaves less
 * room for the others; a request that is too long with it is refused.
 */
export const LIMITS = {
  client_id: LONGEST_CLIENT_ID,
  redirect_uri: 512,
  state: 2000,
  scope: 512,
  nonce: 256,
  login_hint: 128,
  ui_locales: 64,
  resource: 512,
  claims: 1024,
  prompt: 64,
  acr_values: 256,
  code_challenge: 128,
} as const

/** The longest ticket that is begun with, and room for the answer that is written into it. */
export const LONGEST_TICKET = 7000
export const ROOM_FOR_ANSWER = 100

/** The value, if it is no longer than it may be; throws OAuthError `invalid_request`. */
export function checkLength(name: keyof typeof LIMITS, value: string): string {
  if (value.length > LIMITS[name])
    throw new OAuthError('invalid_request', `The parameter ${name} is longer than ${LIMITS[name]} characters.`)
  return value
}
