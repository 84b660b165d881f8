import type { ConsentPolicy } from '../../core/model/consent-policy.ts'
import type { OAuthError } from '../../core/model/error.ts'
import type { HttpRequest } from '../../core/model/http.ts'
import type { Interactions } from '../../core/model/interactions.ts'
import type { Lifetimes } from '../../core/model/lifetimes.ts'
import type { Log } from '../../core/model/log.ts'
import type { ResourceDefinition, ScopeDefinition } from '../../core/model/scope.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { HostLogin } from '../accounts/handover.ts'
import type { FirstRun } from './first-run.ts'
import type { Slots } from './slots.ts'
import type { Look, Looks } from './theme.ts'
import type { Words } from './words.ts'

/** The product behind the server, as its people know it. Addresses are absolute. */
export interface Product {
  name: string
  /** Where "Go to …" leads. */
  home?: string
  help?: string
  privacy?: string
  terms?: string
}

/** Pages that the product draws itself, over the interactions as JSON. Absolute addresses; at least one. */
export interface OwnPages {
  login?: string
  consent?: string
}

/** What the frame of every page shows. */
export interface Frame {
  /** Without a trailing slash. */
  issuer: string
  /** The path of the issuer, in front of every address of ours: '' or '/…'. */
  base: string
  product: Product
  /** What this page wears. */
  look: Look
  looks: Looks
  /** Words of the product's own. */
  slots?: Slots
  /** In the language of whoever reads the page. */
  words: Words
  /** The product that people sign in at, where that is not here. */
  host_login?: HostLogin
  /** Pages that the product draws itself. */
  own_pages?: OwnPages
}

/** Everything that pages hold for as long as the server runs. */
export interface Site extends Frame, Accounts {
  log: Log
  /** Notes a refusal in the log, and names it for the person. */
  report(error: OAuthError, http: HttpRequest): string
  interactions: Interactions
  scopes: Readonly<Record<string, ScopeDefinition>>
  resources: Readonly<Record<string, ResourceDefinition>>
  /** For how long people may allow something. */
  consent: ConsentPolicy
  lifetime: Lifetimes
  /** Whether people make accounts by themselves; they do not unless it says so. */
  registration?: 'open' | 'closed' | undefined
  /** What was started together with the server, where it is a first try on one computer. */
  first_run?: FirstRun
}
