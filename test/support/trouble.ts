import type { Ending, Entry } from './journal.ts'

/** Something that was done to the fleet, and until when. Times of `performance.now()`. */
export interface Trouble {
  what: 'kill' | 'cut' | 'crash'
  /** None where all nodes suffer. */
  node?: number
  from: number
  to: number
}

/** What each kind of trouble may do to a request. A killed node takes its connections along; one that is cut must say "later". */
const EXCUSES: Readonly<Record<Trouble['what'], readonly Ending[]>> = { kill: ['gone'], cut: ['refused'], crash: ['refused'] }

/** Requests that went wrong, and none of the troubles was a reason to. `recovery`: milliseconds after the end of one in which new requests may still. */
export function findUnexcused(entries: readonly Entry[], troubles: readonly Trouble[], recovery: number): Entry[] {
  const reaches = ({ what, node, from, to }: Trouble, entry: Entry) =>
    EXCUSES[what].includes(entry.ending) &&
    (node === undefined || node === entry.node) &&
    entry.ended >= from &&
    entry.began <= to + recovery
  return entries.filter(
    (entry) => entry.ending !== 'answered' && (entry.retry_after === false || !troubles.some((trouble) => reaches(trouble, entry))),
  )
}

/** How many requests there were, how they ended, and the longest that anybody waited. */
export function summarize(entries: readonly Entry[]): Record<string, number> {
  const counts: Record<string, number> = { requests: entries.length }
  for (const { ending } of entries) counts[ending] = (counts[ending] ?? 0) + 1
  counts['longest_ms'] = Math.round(Math.max(0, ...entries.map(({ began, ended }) => ended - began)))
  return counts
}
