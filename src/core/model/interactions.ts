import type { AuthorizationRequest } from './authorization-request.ts'
import type { Client } from './client.ts'
import type { Duration } from './consent-policy.ts'
import type { Dialect } from './dialect.ts'
import type { Consent } from './grant.ts'
import type { HttpRequest, Reply } from './http.ts'
import type { LogoutRequest } from './logout.ts'
import type { Receipt, Shown } from './receipt.ts'

/** A request that waits for a person, as a page may show it. */
export interface Interaction {
  request: AuthorizationRequest
  client: Client
  dialect: Dialect
  /** Stands for how the app looks at this moment: an answer counts only for what was shown. */
  looks: string
}

/** What a person allows. */
export interface Allowed {
  sub: string
  /** Of what was asked. */
  scope: string
  /** Of the claims asked for one by one; none unless given. */
  claims?: readonly string[]
  /** Until it is revoked, unless given; 'as_before' keeps the end of the consent that this changes. */
  duration?: Duration | 'as_before'
  /** The consent that was shown to change: where another stands now, nothing is written. */
  upon?: Pick<Consent, 'request_id' | 'scope'>
  /** What stood on the page, for the receipt; nothing unless given. */
  shown?: Shown
  /** On a page of ours unless given. */
  through?: Receipt['through']
}

/**
 * What a page for sign-in, consent or sign-out may do with the ticket in its address. All of it checks that the ticket is genuine,
 * in time, and this browser's own.
 */
export interface Interactions {
  /** Null where the ticket belongs to another browser: the page answers with `restart`. Throws OAuthError where it is broken or too old. */
  open(http: HttpRequest, ticket: string): Promise<Interaction | null>
  /** Sends the browser back to authorize, which decides what comes next. */
  resume(ticket: string): Reply
  /** Writes down what a person allows of a request, with its receipt; false where they took it back or changed it at the same moment. Then `resume`. */
  allow(interaction: Interaction, decision: Allowed): Promise<boolean>
  /** The same as `resume`, with a refusal written into the ticket. */
  refuse(request: AuthorizationRequest): Reply
  /** The same as `resume`, with the word written into the ticket that the person who is signed in has no stronger way to sign in. */
  settle(request: AuthorizationRequest): Reply
  /** Sends a foreign ticket back to authorize, where the request begins anew, without any answers. */
  restart(ticket: string): Reply
  /** Gives this browser a new name: its other tickets are foreign from now on. The same request under that name, and the cookie that says so. */
  renew(request: AuthorizationRequest | null): { ticket: string | null; cookie: string }
  /** The sign-out that this ticket asks for; null where it is another browser's. */
  openLogout(http: HttpRequest, ticket: string): Promise<{ request: LogoutRequest; client: Client | null } | null>
  /** A ticket for a sign-out that the person asks for. */
  beginLogout(http: HttpRequest): { ticket: string; headers: Reply['headers'] }
}
