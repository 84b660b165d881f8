import type { AuthorizationRequest } from './authorization-request.ts'
import type { Client } from './client.ts'
import type { Clock } from './clock.ts'
import type { ConsentPolicy } from './consent-policy.ts'
import type { Dialect } from './dialect.ts'
import type { OAuthError } from './error.ts'
import type { Grant, Standing } from './grant.ts'
import type { HttpRequest, Reply } from './http.ts'
import type { Interaction } from './interactions.ts'
import type { Keys } from './keys.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Log } from './log.ts'
import type { Params } from './params.ts'
import type { ResourceDefinition, ScopeDefinition } from './scope.ts'
import type { Store } from './store.ts'
import type { Session, User } from './user.ts'

/** What a page that shows an error is told. */
export interface ErrorView {
  error: OAuthError
  /** What the person can read out to whoever helps. It is in the log with the cause. */
  reference: string
  /** Known and proved only where the client_id was. */
  client: Client | null
}

/** Where the host asks and tells. All addresses are paths below the issuer, or absolute. */
export interface Pages {
  login: string
  consent: string
  /** Asks whether to sign out; without it there is no end_session_endpoint. */
  logout?: string
  /** The languages of all of them, as tags of BCP 47. @spec RFC 8414 §2 */
  languages?: readonly string[]
  error(http: HttpRequest, view: ErrorView): Reply | Promise<Reply>
  /** Shows one of the two on the authorize address itself, for dialects that want it so; without it the browser is sent to them. */
  embedded?(http: HttpRequest, step: 'login' | 'consent', interaction: Interaction, ticket: string): Promise<Reply>
}

/** Everything a server holds for as long as it runs. Built once, never written to. */
export interface Context {
  /** Without a trailing slash. */
  issuer: string
  store: Store
  keys: Keys
  clock: Clock
  log: Log
  /** Logs a refusal and names it, for `x-vouchsafe-reference` and for the person. */
  report(error: OAuthError, http: HttpRequest, client_id?: string): string
  dialects: readonly Dialect[]
  lifetime: Lifetimes
  /** For how long people may allow something. */
  consent: ConsentPolicy
  /** All that are declared, by the deployment or by a dialect. */
  scopes: Readonly<Record<string, ScopeDefinition>>
  /** Those of the deployment, which clients of every dialect may ask for. */
  common_scopes: Readonly<Record<string, ScopeDefinition>>
  resources: Readonly<Record<string, ResourceDefinition>>
  /** The audience of tokens for which no resource was asked; the issuer unless named. */
  default_resource: string
  /** 'ours': rows of the store, and a code dies with its session. 'host': somebody else's. */
  sessions: 'ours' | 'host'
  /** The ways of signing in that there are, the weakest first: each does for those before it. None unless the host names them. @spec OIDC Discovery §3 */
  acr_values: readonly string[]
  /** Who sits at this browser. The host answers; the core only asks. */
  session(http: HttpRequest): Promise<Session | null>
  /** The same and what they have allowed the client, where the host can tell both in one look; else the store is asked. */
  standing?(http: HttpRequest, client_id: string): Promise<Standing | null>
  /** The person, for claims; null where they are gone. The store's own people unless the host has others. */
  findUser(sub: string): Promise<User | null>
  /** Counts what people's consents are used for. */
  usage: Usage
  pages: Pages
  grants: Readonly<Record<string, GrantHandler>>
  clientAuth: Readonly<Record<string, ClientAuthMethod>>
  checks: readonly AuthorizeCheck[]
}

/** When and how often what people allowed is of use. */
export interface Usage {
  /** One use, by whoever asked from this address; costs no more than a look into a map. */
  note(sub: string, client_id: string, address?: string): void
  /** Writes what is due, at most once a minute. It does not throw: that it cannot be written is told to the log. */
  soon(): Promise<void>
  /** Writes all that was counted. */
  flush(): Promise<void>
}

/** An endpoint: one request in, one reply out. `item` is what of a collection is meant; '' elsewhere. */
export type Endpoint = (context: Context, http: HttpRequest, dialect: Dialect, item: string) => Promise<Reply>

/** Proves a right to tokens, commits it, and says what may be issued. It never issues anything itself. */
export type GrantHandler = (context: Context, params: Params, client: Client, dialect: Dialect) => Promise<Issue>

/** What has been proved: somebody's grant, or a client acting for itself. */
export interface Issue {
  /** Null where a client acts for itself: then there is no row, no refresh token and no ID token. */
  grant: Grant | null
  /** What this answer is for: never more than the grant. */
  scope: string
  resource?: readonly string[]
  /** Only the answer to a code repeats the nonce. @spec OIDC Core §12.2 */
  nonce?: string
  /** Where there is no grant: the epoch of the client. */
  epoch?: number
}

/** What one way of authenticating needs: it proves that the caller is this client, or answers false. */
export interface ClientAuthMethod {
  /** The client that this request claims to be in this way; undefined where it does not use it. Throws where it is malformed. */
  claim(http: HttpRequest, params: Params): string | undefined
  prove(context: Context, http: HttpRequest, params: Params, client: Client): boolean | Promise<boolean>
}

/** One rule that an authorization request must keep; it throws when it is broken. */
export type AuthorizeCheck = (request: AuthorizationRequest, client: Client, dialect: Dialect, context: Context) => void
