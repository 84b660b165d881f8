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
}

/** Seconds that something of a dialect lives: its own, or the deployment's. */
export function lifetimeOf(
  context: { lifetime: Lifetimes },
  dialect: { lifetime: Readonly<Partial<Lifetimes>> },
  name: keyof Lifetimes,
): number {
  return dialect.lifetime[name] ?? context.lifetime[name]
}
