import type { AuthenticationResponseJSON, AuthenticatorTransport, RegistrationResponseJSON } from '@simplewebauthn/server'
import { randomToken, timedId } from '../../core/crypto/random.ts'
import type { FactorStep, Passkey } from '../../core/model/factor.ts'
import type { User } from '../../core/model/user.ts'
import type { Accounts } from './accounts.ts'

/** Milliseconds that a browser may ask the person for. */
const PATIENCE = 5 * 60_000
/** EdDSA, ES256, RS256: what authenticators have. @spec WebAuthn Level 3 §5.4 */
const ALGORITHMS = [-8, -7, -257]

const library = () => import('@simplewebauthn/server')

/** Whether there can be passkeys at this issuer: an address in numbers is no domain. @spec WebAuthn Level 3 §5.1.2 */
export function arePasskeysPossible(issuer: string): boolean {
  const { hostname } = new URL(issuer)
  return !hostname.startsWith('[') && !/^[\d.]+$/.test(hostname)
}

/** Where passkeys of this server are good: its own host alone, no other of the domain. @spec WebAuthn Level 3 §4 */
const relyingParty = (issuer: string) => new URL(issuer).hostname
const originOf = (issuer: string) => new URL(issuer).origin

/** A new challenge: 256 random bits. @spec WebAuthn Level 3 §13.4.3 */
export function newChallenge(): string {
  return randomToken()
}

/** What a browser is asked to sign with; with no passkeys named, with whichever the person chooses. @spec WebAuthn Level 3 §5.5 */
export function requestOptions({ issuer }: Accounts, challenge: string, passkeys: readonly Passkey[]): object {
  return {
    challenge,
    rpId: relyingParty(issuer),
    timeout: PATIENCE,
    userVerification: 'required',
    allowCredentials: passkeys.map(describe),
  }
}

/** What a browser is asked to make: a key that is found without a name, and asks who holds it. @spec WebAuthn Level 3 §5.4 */
export function creationOptions({ issuer }: Accounts, product: string, challenge: string, user: User, known: readonly Passkey[]): object {
  return {
    challenge,
    rp: { id: relyingParty(issuer), name: product },
    user: { id: handleOf(user.sub), name: user.email, displayName: user.name ?? user.email },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: PATIENCE,
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    excludeCredentials: known.map(describe),
  }
}

/** How an authenticator knows a person. @spec WebAuthn Level 3 §5.4.3 */
const handleOf = (sub: string) => Buffer.from(sub).toString('base64url')

const describe = ({ credential_id, transports }: Passkey) => ({ type: 'public-key', id: credential_id, ...(transports && { transports }) })

/**
 * Whose passkey signed an answer to this challenge, which is then used up and counted; null where it is anything less: another challenge,
 * origin, party or person, an unknown key, nobody at the authenticator, a counter that went back, an answer shown before. @spec WebAuthn Level 3 §7.2
 */
export async function provePasskey(accounts: Accounts, { value, sub, expires_at }: FactorStep, answer: string): Promise<User | null> {
  const response = readAnswer<AuthenticationResponseJSON>(answer)
  const passkey = response && (await accounts.store.factors.findPasskey(response.id))
  if (!passkey || value === undefined || (sub !== undefined && sub !== passkey.sub)) return null
  // who was not named before must be named by the authenticator
  const handle = response.response?.userHandle ?? (sub === undefined ? '' : handleOf(sub))
  if (handle !== handleOf(passkey.sub)) return null
  const { verifyAuthenticationResponse } = await library()
  const { credential_id: id, public_key, counter } = passkey
  const proved = await verifyAuthenticationResponse({
    response,
    expectedChallenge: value,
    expectedOrigin: originOf(accounts.issuer),
    expectedRPID: relyingParty(accounts.issuer),
    credential: { id, publicKey: new Uint8Array(Buffer.from(public_key, 'base64url')), counter },
    requireUserVerification: true,
  }).catch(() => null)
  if (!proved?.verified) return null
  if (!(await accounts.store.once.spend(`passkey ${value}`, expires_at))) return null
  // as they were while the passkey was good: what ended together with it shows in them when a session is opened
  const user = await accounts.store.users.find(passkey.sub)
  const used = await accounts.store.factors.usePasskey(passkey.passkey_id, proved.authenticationInfo.newCounter, accounts.clock())
  return used ? user : null
}

/** The passkey that an authenticator has made for this challenge; null where it is not what was asked for. @spec WebAuthn Level 3 §7.1 */
export async function readNewPasskey(
  accounts: Accounts,
  { value, sub, expires_at }: FactorStep,
  answer: string,
  label: string,
): Promise<Passkey | null> {
  const response = readAnswer<RegistrationResponseJSON>(answer)
  if (!response || value === undefined || sub === undefined) return null
  const { verifyRegistrationResponse } = await library()
  const proved = await verifyRegistrationResponse({
    response,
    expectedChallenge: value,
    expectedOrigin: originOf(accounts.issuer),
    expectedRPID: relyingParty(accounts.issuer),
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => null)
  if (!proved?.verified || !(await accounts.store.once.spend(`passkey ${value}`, expires_at))) return null
  const { id, publicKey, counter, transports } = proved.registrationInfo.credential
  const now = accounts.clock()
  return {
    passkey_id: timedId(now),
    credential_id: id,
    sub,
    public_key: Buffer.from(publicKey).toString('base64url'),
    counter,
    ...(transports && { transports: transports.filter(isTransport) }),
    label,
    created_at: now,
  }
}

const TRANSPORTS: readonly string[] = ['ble', 'hybrid', 'internal', 'nfc', 'usb']
const isTransport = (name: unknown): name is AuthenticatorTransport => typeof name === 'string' && TRANSPORTS.includes(name)

/** Far more than an authenticator says. */
const LONGEST_ANSWER = 8000

/** What the page has sent; the library looks at what is in it. */
function readAnswer<Response extends { id: string }>(text: string): Response | null {
  if (text.length > LONGEST_ANSWER) return null
  try {
    const answer: unknown = JSON.parse(text)
    const isCredential = typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string'
    return isCredential ? (answer as Response) : null
  } catch {
    return null
  }
}
