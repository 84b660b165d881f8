import type { Milliseconds } from './clock.ts'

/** So many one person may have. */
export const MOST_PASSKEYS = 20

/** A passkey: what one authenticator of a person holds for this server alone. Nothing of it is secret. @spec WebAuthn Level 3 §4 */
export interface Passkey {
  /** Names it in forms and in the audit log. */
  passkey_id: string
  /** Names it towards the authenticator, base64url. */
  credential_id: string
  sub: string
  /** COSE_Key, base64url. */
  public_key: string
  /** What the authenticator has counted; 0 for as long as it counts nothing. @spec WebAuthn Level 3 §6.1.1 */
  counter: number
  transports?: string[]
  /** What the person calls it. */
  label: string
  created_at: Milliseconds
  used_at?: Milliseconds
}

/** An authenticator app that shows codes. @spec RFC 6238 §4 */
export interface Totp {
  sub: string
  /** The shared secret, sealed under the key ring. */
  sealed: string
  /** The step of the last code that was accepted: none before it, and not this one, is accepted again. @spec RFC 6238 §5.2 */
  last_step: number
  created_at: Milliseconds
}

/** What a person can show besides a password. */
export interface Factors {
  totp: Totp | null
  /** In the order in which they were made. */
  passkeys: readonly Passkey[]
  /** How many recovery codes are left. */
  recovery_codes: number
}

/** The kinds of them, as the audit log names them. */
export type FactorKind = 'totp' | 'passkey' | 'recovery_codes'

/** A shared secret as it lies sealed in the store, good for this person only. */
export interface TotpSecret {
  sub: string
  /** base64url. */
  secret: string
}

/**
 * How far somebody has come on the way to a session or to a new factor. It travels sealed, and is good for minutes, for one thing, and in
 * one browser or session.
 */
export interface FactorStep {
  /** 'sign_in': one factor was shown, another is missing. 'passkey': a challenge. The others are factors that are being set up. */
  kind: 'sign_in' | 'passkey' | 'new_passkey' | 'new_totp'
  expires_at: Milliseconds
  /** Hash of what the browser must still have. */
  binding: string
  /** Who it is about; nobody yet where a passkey is to say so. */
  sub?: string
  /** Stands for the password that was shown: once it is another one, this ends. */
  password_mark?: string
  /** What was shown so far. @spec RFC 8176 §2 */
  amr?: string[]
  /** When that was, where it was long before; the moment of the last factor else. */
  auth_time?: Milliseconds
  /** The challenge; the secret that is being set up; the session that has shown the first factor, where it was not just now. */
  value?: string
}
