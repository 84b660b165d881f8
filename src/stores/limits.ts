import type { Milliseconds } from '../core/model/clock.ts'
import type { Grant } from '../core/model/grant.ts'
import { commonScope, missingScope, splitScope } from '../core/model/scope.ts'
import { narrowingsOf } from './withdrawals.ts'

/** Earlier ends that are kept apart. */
const MOST_ENDS = 16

/**
 * What a person has taken back of what they gave one client, by the number of the narrowing: it holds for all that carries a lower one.
 * A list of pairs, as names of a record could be those of its prototype.
 */
interface Limits {
  scope: [word: string, narrowing: number][]
  /** The end, and the narrowing that set it; both grow along the list. */
  ends: [at: Milliseconds, narrowing: number][]
}

const readLimits = (text: string | null): Limits => (text === null ? { scope: [], ends: [] } : JSON.parse(text))

/** The limits after one more narrowing. */
export function addLimits(
  text: string | null,
  narrowing: number,
  { scope, ends_at }: { scope: string; ends_at?: Milliseconds },
  now: Milliseconds,
): string {
  const before = readLimits(text)
  const words = new Map(before.scope)
  for (const word of splitScope(scope)) words.set(word, narrowing)
  let ends = before.ends
  if (ends_at !== undefined) {
    // what ended later than this and was set before is told by this one
    ends = [...ends.filter(([at]) => at < ends_at), [ends_at, narrowing]]
    const over = ends.filter(([at]) => at <= now)
    ends = [...over.slice(-1), ...ends.slice(over.length)]
    if (ends.length > MOST_ENDS) ends = [[ends[0]![0], ends[1]![1]], ...ends.slice(2)] // the earlier of two ends for both
  }
  return JSON.stringify({ scope: [...words], ends } satisfies Limits)
}

/** Takes away from a grant what was taken back after it was given. */
export function limit(grant: Grant, text: string | null): void {
  if (text === null) return
  const { scope, ends } = readLimits(text)
  const born = narrowingsOf(grant.epoch)
  const off = scope.flatMap(([word, narrowing]) => (narrowing > born ? [word] : [])).join(' ')
  const narrowed = commonScope(grant.scope, off)
  if (narrowed !== '') {
    grant.scope = missingScope(grant.scope, narrowed).join(' ')
    grant.narrowed = narrowed
    if (grant.scope === '') grant.revoked_at ??= 0 // nothing is left of it
  }
  const end = ends.find(([, narrowing]) => narrowing > born)?.[0]
  if (end === undefined) return
  grant.ends_at = Math.min(grant.ends_at, end)
  grant.expires_at = Math.min(grant.expires_at, end)
}
