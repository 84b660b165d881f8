/** How long things live, all in seconds. */
export interface Lifetimes {
  code: number
  /** A request on its way through sign-in and consent. */
  ticket: number
  /** A request on its way to a decision through an API. */
  consent_token: number
  access_token: number
  /** A refresh token that is not used. */
  refresh_token: number
  /** A grant in all, however often it is refreshed. */
  grant: number
  /** How long a used refresh token may be shown again by somebody who missed the answer; a client may say otherwise, 0 to 300. */
  grace: number
  /** A consent "until I revoke it" of which no use is made, and a grant whatever its own; a client may say otherwise. */
  consent_idle: number
}

/** Those that a dialect may have of its own. */
export type DialectLifetimes = Omit<Lifetimes, 'consent_idle'>

/** Seconds that something of a dialect lives: its own, or the deployment's. */
export function lifetimeOf(
  context: { lifetime: Lifetimes },
  dialect: { lifetime: Readonly<Partial<DialectLifetimes>> },
  name: keyof DialectLifetimes,
): number {
  return dialect.lifetime[name] ?? context.lifetime[name]
}

/** Seconds after which what was allowed to a client is over where no use is made of it. */
export function idleOf(context: { lifetime: Lifetimes }, client: { consent_idle?: number }): number {
  return client.consent_idle ?? context.lifetime.consent_idle
}

/** Seconds that a refresh token of a client lives unused: no longer than its consent would. */
export function refreshLifetime(
  context: { lifetime: Lifetimes },
  dialect: { lifetime: Readonly<Partial<DialectLifetimes>> },
  client: { consent_idle?: number },
): number {
  return Math.min(lifetimeOf(context, dialect, 'refresh_token'), idleOf(context, client))
}
