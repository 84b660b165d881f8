import type { Milliseconds } from './clock.ts'

/** A person. Names are the standard claims. @spec OIDC Core §5.1 */
export interface User {
  sub: string
  /** In lower case: it is what one signs in with. */
  email: string
  email_verified?: boolean
  name?: string
  /** Further standard claims, as userinfo returns them. */
  claims?: Readonly<Record<string, unknown>>
  password_hash?: string
  /** When the email was last another one. */
  email_changed_at?: Milliseconds
  /** The changes that may still be undone, by their moments. */
  email_changes?: Milliseconds[]
  /** When somebody last ended sessions of theirs, or shut them out: what was sent or begun before counts no more. */
  ended_at?: Milliseconds
  created_at: Milliseconds
  disabled_at?: Milliseconds
}

/** Who sits at a browser, as far as the protocol asks. @spec OIDC Core §2, OIDC Back-Channel §2.1 */
export interface Session {
  /** Names the session in tokens; it does not open it. */
  sid: string
  sub: string
  /** When the person last proved to be there. */
  auth_time: Milliseconds
  /** When the person last chose this account among others. */
  selected_at?: Milliseconds
  acr?: string
  amr?: string[]
}

/** A session of ours, kept by the hash of its cookie. */
export interface StoredSession extends Session {
  session_hash: string
  expires_at: Milliseconds
  /** The product signed its person in: acr and amr are its words, and it is good only where the product does so still. */
  handed_over?: true
  /** What it was opened with, for the person to tell it from others: names of a closed list, nothing of what the browser says itself. */
  agent?: Agent
}

/** The families of a browser and of what it runs on: 'Firefox', 'Linux'. */
export interface Agent {
  browser?: string
  system?: string
}
