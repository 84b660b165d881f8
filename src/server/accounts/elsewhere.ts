import type { Milliseconds } from '../../core/model/clock.ts'

/** Who somebody is somewhere else, once that was proved: nothing of it was brought by a browser unchecked. */
export interface TheirPerson {
  issuer: string
  subject: string
  /** In lower case; '' where none was told. */
  email: string
  /** Whether the address is theirs, as far as whoever told it knows. */
  email_verified: boolean
  name?: string
  /** Further standard claims that are taken over. */
  claims?: Readonly<Record<string, unknown>>
  /** When they signed in there, where that was told. */
  auth_time?: Milliseconds
}

/** Whom to make a person of, of those who are not here yet: 'verified' are those whose address their provider vouches for. */
export type Joining = 'verified' | 'any' | 'none'

/** What is sent with somebody to an upstream. */
export interface UpstreamQuestion {
  redirect_uri: string
  state: string
  nonce: string
  code_verifier: string
  login_hint?: string
  /** They shall sign in there anew. */
  prompt?: 'login'
  /** Seconds. */
  max_age?: number
}

/** An OpenID provider where people may sign in. Within seconds each call has an answer or throws OAuthError. */
export interface Upstream {
  id: string
  issuer: string
  /** What people call it, by language. */
  label: Readonly<Record<string, string>>
  joining: Joining
  /** Whether its identities may be linked with accounts that are here already. */
  linking: boolean
  /** The address to send the browser to. */
  begin(question: UpstreamQuestion): Promise<string>
  /** Whether it takes our name and our secret: it is asked with a code that it never gave. */
  knowsUs(redirect_uri: string): Promise<boolean>
  /** Redeems what the browser brought back to `url`, and proves it; 'denied' where the person, or their provider, said no. */
  finish(url: URL, question: Pick<UpstreamQuestion, 'state' | 'nonce' | 'code_verifier'>): Promise<TheirPerson | 'denied'>
}

/** A directory whose people sign in here with its passwords. */
export interface Directory {
  /** Stands as the issuer of its identities. */
  issuer: string
  /** Whether passwords that are kept here are not looked at. */
  only: boolean
  joining: Joining
  /** The person of this login, where this is their password; null where it is not, or nobody's. Throws OAuthError `temporarily_unavailable`. */
  prove(login: string, password: string): Promise<TheirPerson | null>
}
