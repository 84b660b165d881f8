import { sha256 } from '../../core/crypto/hash.ts'
import { type ForeignKey, verifyForeignJwt } from '../../core/crypto/jwt.ts'
import type { Actor } from '../../core/model/audit.ts'
import { type Milliseconds, SECOND } from '../../core/model/clock.ts'
import { OAuthError } from '../../core/model/error.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'
import { endFor } from './ending.ts'
import type { Shown } from './sessions.ts'
import { readEmail } from './users.ts'

/** The product that people are signed in to already, and what it is trusted with. */
export interface HostLogin {
  /** Where it receives people, and answers with a hand-over. */
  login: string
  /** Where people sign out of it; without it a sign-out ends here. */
  logout?: string
  /** Who signs hand-overs: their `iss`. */
  issuer: string
  /** Whom hand-overs are for: their `aud`. */
  audience: string
  keys: readonly ForeignKey[]
  /** The claims that are taken over. */
  claims: readonly string[]
  /** Whether people who are not here yet are made from what it tells. */
  create: boolean
}

/** A hand-over is good for at most so many seconds. */
const LONGEST_LIFE = 60
/** Seconds that the product's clock may differ from ours. */
export const TOLERANCE = 5
const LONGEST_JWT = 4096
const LONGEST_TEXT = 255
const MOST_METHODS = 10

/** What the product says of the person who sits at the browser. */
export interface Handover extends Shown {
  sub: string
  /** When they proved it there. */
  auth_time: Milliseconds
  nonce: string
  /** When the product signed it, in whole seconds of its clock. */
  issued_at: Milliseconds
  /** What is spent with it. */
  id: string
  expires_at: Milliseconds
  claims: Readonly<Record<string, unknown>>
}

/** Reads a hand-over of type `handover+jwt`. Throws OAuthError `access_denied` for whatever the product did not sign for us just now. @spec RFC 7519 §4.1 */
export async function readHandover({ clock }: Pick<Accounts, 'clock'>, host: HostLogin, jwt: string): Promise<Handover> {
  const claims = await verify(host, jwt, 'handover+jwt', clock(), ['sub', 'jti', 'nonce', 'auth_time'])
  const { nonce, auth_time, acr, amr } = claims
  if (typeof nonce !== 'string' || typeof auth_time !== 'number') throw refusal('A claim has another type than it should.')
  if (auth_time * SECOND > clock() + TOLERANCE * SECOND) throw refusal('The auth_time is in the future.')
  if (acr !== undefined && !isText(acr)) throw refusal('The acr is not a text.')
  if (amr !== undefined && !(Array.isArray(amr) && amr.length <= MOST_METHODS && amr.every(isText))) throw refusal('The amr is no list.')
  const { sub, id, issued_at, expires_at } = readNames(claims)
  return {
    sub,
    nonce,
    auth_time: Math.min(Math.floor(auth_time * SECOND), clock()),
    amr: (amr as string[] | undefined) ?? [],
    ...(acr !== undefined && { acr }),
    issued_at,
    id: `handover ${id}`,
    expires_at,
    claims,
  }
}

/** The person whom the product says is signed out, and when it said so by its clock. Throws like `readHandover`. @spec OIDC Back-Channel §2.4, OIDC Back-Channel §2.6 */
export async function readLogout({ clock }: Pick<Accounts, 'clock'>, host: HostLogin, jwt: string): Promise<ReturnType<typeof readNames>> {
  const claims = await verify(host, jwt, 'logout+jwt', clock(), ['sub', 'jti', 'events'])
  const { events, nonce } = claims
  const said = typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT)
  if (!said || nonce !== undefined) throw refusal('It is no logout token.')
  const names = readNames(claims)
  return { ...names, id: `host logout ${names.id}` }
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

async function verify(host: HostLogin, jwt: string, typ: string, now: Milliseconds, required: string[]): Promise<Record<string, unknown>> {
  if (jwt === '' || jwt.length > LONGEST_JWT) throw refusal('It is missing or too long.')
  const { keys, issuer, audience } = host
  const claims = await verifyForeignJwt(jwt, keys, { issuer, audience, typ, now, tolerance: TOLERANCE, required }).catch(
    (cause: unknown) => {
      throw refusal(String(cause)) // its message alone: the error carries what is told of a person
    },
  )
  const { iat, exp } = claims as { iat: number; exp: number } // jose has seen that they are numbers
  if (exp - iat > LONGEST_LIFE) throw refusal(`It is good for more than ${LONGEST_LIFE} s.`)
  if (iat * SECOND > now + TOLERANCE * SECOND) throw refusal('The iat is in the future.')
  return claims
}

function readNames({ sub, jti, iat, exp }: Record<string, unknown>): Pick<Handover, 'sub' | 'id' | 'issued_at' | 'expires_at'> {
  if (!isText(sub) || !/^[!-~]+$/.test(sub)) throw refusal('The sub is not 1 to 255 visible ASCII characters.')
  if (!isText(jti)) throw refusal('The jti is not a text of 1 to 255 characters.')
  return { sub, id: sha256(jti), issued_at: Number(iat) * SECOND, expires_at: (Number(exp) + 2 * TOLERANCE) * SECOND }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT

/** Why is for the log: a person can only begin anew. */
export function refusal(cause: unknown): OAuthError {
  return new OAuthError('access_denied', 'The product did not say in a way that can be accepted who is signed in.', {
    status: 403,
    reason: 'handover',
    cause,
  })
}

const by: Actor = { type: 'host' }

/** The person of a hand-over that was spent: made, or brought up to date. Throws OAuthError `access_denied` where they may not come in. */
export async function receivePerson({ store, clock }: Accounts, host: HostLogin, { sub, claims, issued_at }: Handover): Promise<User> {
  const known = await store.users.find(sub)
  if (known?.disabled_at !== undefined) throw refusal('The person is disabled.')
  // in the same second it may have been signed before: who has just signed out must prove it again
  if (known?.ended_at !== undefined && issued_at <= known.ended_at) throw refusal('It was signed before the person was signed out.')
  const told = tellOf(host, claims)
  if (known) return bringUpToDate(store, known, told)
  if (!host.create) throw refusal('The person is not known, and nobody is made.')
  if (told.email === undefined) throw refusal('Of somebody new the email must be told.')
  const user: User = { sub, ...told, email: told.email, created_at: clock() }
  if ((await store.users.add(user, by)) === 'added') return user
  const meanwhile = await store.users.find(sub) // in another tab
  if (!meanwhile) throw refusal('The email belongs to another person.')
  return meanwhile
}

/**
 * Ends all sessions of a person, and with them whatever was handed over before, also where the product's clock is ahead of ours. Nothing
 * happens where there is no such person. Throws OAuthError `temporarily_unavailable` where others change the person each time.
 */
export async function endSessionsOf({ store, clock }: Accounts, { sub, issued_at }: Pick<Handover, 'sub' | 'issued_at'>): Promise<void> {
  await endFor({ store, clock: () => Math.max(clock(), issued_at) }, sub, { end: 'sessions', by })
}

type Told = Partial<Pick<User, 'email' | 'email_verified' | 'name' | 'claims'>>

/** What is taken over of the claims. */
function tellOf(host: HostLogin, claims: Readonly<Record<string, unknown>>): Told {
  const taken = Object.fromEntries(host.claims.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]))
  const { email, email_verified, name, ...others } = taken
  return {
    ...(typeof email === 'string' && { email: readAddress(email), ...(email_verified === true && { email_verified }) }),
    ...(typeof name === 'string' && name.trim() !== '' && { name: name.trim() }),
    ...(Object.keys(others).length > 0 && { claims: others }),
  }
}

function readAddress(email: string): string {
  try {
    return readEmail(email)
  } catch (cause) {
    throw refusal(cause)
  }
}

/** An address that is somebody else's by now is not taken over: the one before stays. */
async function bringUpToDate(store: Accounts['store'], known: User, told: Told): Promise<User> {
  const { email_verified: _before, ...rest } = known
  const base = told.email === undefined ? known : rest
  const next: User = { ...base, ...told, ...(told.claims && { claims: { ...known.claims, ...told.claims } }) }
  const other = next.email === known.email ? null : await store.users.findByEmail(next.email)
  if (other) {
    next.email = known.email
    delete next.email_verified
    if (known.email_verified) next.email_verified = true
  }
  if (isSame(known, next)) return known
  if (await store.users.update(next, { replaces: known, by })) return next
  // changed meanwhile: brought up to date in another tab, or disabled
  const now = await store.users.find(known.sub)
  if (!now || now.disabled_at !== undefined) throw refusal('The person was disabled or deleted.')
  return now
}

const isSame = (one: User, other: User): boolean => JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
const inOrder = (user: User): unknown[] => Object.entries(user).sort(([one], [other]) => (one < other ? -1 : 1))
