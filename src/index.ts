export {
  type AuthorizationServer,
  createAuthorizationServer,
  defaultLifetimes,
  type Options,
  toFetch,
} from './core/authorization-server.ts'
export type { Actor, AuditEntry } from './core/model/audit.ts'
export type { Client, ClientMetadata } from './core/model/client.ts'
export type { AuthorizeCheck, ClientAuthMethod, Context, ErrorView, GrantHandler, Issue, Pages } from './core/model/context.ts'
export { completeDialect, type Dialect, type DialectDifference, standard } from './core/model/dialect.ts'
export { type ErrorCode, OAuthError } from './core/model/error.ts'
export type { HttpRequest, Reply } from './core/model/http.ts'
export type { Interaction, Interactions } from './core/model/interactions.ts'
export type { KeyHome, SigningAlg } from './core/model/keys.ts'
export type { Lifetimes } from './core/model/lifetimes.ts'
export type { Log, LogEvent } from './core/model/log.ts'
export { type ResourceDefinition, type ScopeDefinition, standardScopes } from './core/model/scope.ts'
export type { Store } from './core/model/store.ts'
export type { Session, User } from './core/model/user.ts'
