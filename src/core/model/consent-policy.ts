import { DAY, HOUR, type Milliseconds, SECOND } from './clock.ts'

/** For how long something may be allowed: by the value of the form's field. */
export const DURATIONS = { once: HOUR, '30d': 30 * DAY, '1y': 365 * DAY, revoked: null } as const
export type Duration = keyof typeof DURATIONS

/** For how long a deployment lets people allow something. */
export interface ConsentPolicy {
  /** What they may choose from: one at least. */
  durations: readonly Duration[]
  /** The longest that counts, whatever was chosen, in seconds; without an end unless given. */
  longest?: number
}

export const USUAL_POLICY: ConsentPolicy = { durations: ['once', '30d', 'revoked'] }

/** What a person may choose from for this client, the shortest first. A client can narrow it and never widen it: where nothing of both is left it is the shortest. */
export function durationsFor({ durations }: ConsentPolicy, { consent_durations }: { consent_durations?: readonly Duration[] }): Duration[] {
  const offered = (Object.keys(DURATIONS) as Duration[]).filter((duration) => durations.includes(duration))
  const both = consent_durations === undefined ? offered : offered.filter((duration) => consent_durations.includes(duration))
  return both.length > 0 ? both : offered.slice(0, 1)
}

/** The same duration where it is offered, else the longest that is no longer, else the shortest: what was said through an API is held to it too. */
export function offeredDuration(offered: readonly Duration[], asked: Duration): Duration {
  const lasts = (duration: Duration): Milliseconds => DURATIONS[duration] ?? Number.POSITIVE_INFINITY
  return offered.filter((duration) => lasts(duration) <= lasts(asked)).at(-1) ?? offered[0]!
}

/** How long anything may last for this client: also what is to stay as it was, and was chosen when more was offered. */
export function limitFor(policy: ConsentPolicy, client: { consent_durations?: readonly Duration[] }): Pick<ConsentPolicy, 'longest'> {
  const lasts = DURATIONS[durationsFor(policy, client).at(-1)!]
  return lasts === null ? policy : { longest: Math.min(lasts / SECOND, policy.longest ?? Number.POSITIVE_INFINITY) }
}

/** The rules of a dialect under the deployment's own limit: the shorter end counts. */
export function withLimit<Rules extends { longest?: number }>(rules: Rules, { longest }: Partial<ConsentPolicy>): Rules {
  return longest === undefined ? rules : { ...rules, longest: Math.min(longest, rules.longest ?? longest) }
}
