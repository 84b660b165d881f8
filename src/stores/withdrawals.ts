import type { Statement, Value } from './sql.ts'

/**
 * An epoch is one number of three parts. The lowest 31 bits count what was withdrawn; the next one says that the person lets it rest;
 * what is above counts narrowings. Codes carry all of it and are compared with all of it, so that each of the three reaches those under
 * way. Grants are compared by the lower two: a narrowing leaves them alive, and tells by its number which of them were given before it.
 */
const PAUSED = 2 ** 31
const NARROWED = 2 ** 32

/** The part by which a grant stands or falls. The argument is SQL, never input. */
export const endingPart = (epoch: string): string => `(${epoch}) % ${NARROWED}`

/** How many narrowings there were when it was given. */
export function narrowingsOf(epoch: number): number {
  return Math.floor(epoch / NARROWED)
}

/** What has become of what carries one epoch by the time of another. */
export function standingOf(carried: number, present: number): 'good' | 'paused' | 'withdrawn' {
  const since = (present % NARROWED) - (carried % NARROWED)
  return since === 0 ? 'good' : since === PAUSED ? 'paused' : 'withdrawn'
}

/**
 * The expression for the epoch of a person and a client: the sum of the four counters that match, each found by its key, which takes half
 * the time of a sum over a list. Where one of the two is '' it is counted once. The arguments are SQL, never input.
 */
export function epochOf(sub: string, client_id: string): string {
  return `(${counter(sub, client_id)} + ${epochAround(sub, client_id)})`
}

/** The same without the counter of this very person and client, for who has its row at hand. */
export function epochAround(sub: string, client_id: string): string {
  const people = sub === "''" ? [sub] : [sub, "''"]
  const clients = client_id === "''" ? [client_id] : [client_id, "''"]
  const counters = people.flatMap((person) => clients.map((client) => counter(person, client)))
  return counters.slice(1).join(' + ') || '0'
}

function counter(sub: string, client_id: string): string {
  return `coalesce((select w.epoch from withdrawals w where w.sub = ${sub} and w.client_id = ${client_id}), 0)`
}

/** One increment ends all that was given, however many rows that is, codes under way included. '' stands for every one. What rested rests no more. */
export function withdraw(sub: string, client_id: string): Statement {
  return { text: withdrawText, values: [sub, client_id] }
}

const isPaused = `withdrawals.epoch % ${NARROWED} >= ${PAUSED}`

const withdrawText = `
  insert into withdrawals (sub, client_id, epoch) values ($1, $2, 1)
  on conflict (sub, client_id) do update
  set epoch = withdrawals.epoch + 1 - case when ${isPaused} then ${PAUSED} else 0 end`

/** All that was given rests. Changes nothing where it does already. */
export function pause(sub: string, client_id: string): Statement {
  return { text: pauseText, values: [sub, client_id], must: true }
}

const pauseText = `
  insert into withdrawals (sub, client_id, epoch) values ($1, $2, ${PAUSED})
  on conflict (sub, client_id) do update set epoch = withdrawals.epoch + ${PAUSED} where not (${isPaused})`

/** Ends the rest, where there is one. */
export function resume(sub: string, client_id: string): Statement {
  return { text: resumeText, values: [sub, client_id] }
}

const resumeText = `update withdrawals set epoch = epoch - ${PAUSED} where sub = $1 and client_id = $2 and ${isPaused}`

/** One more narrowing, where its row is still as it was read: `epoch` 0 where there was none. */
export function narrow(sub: string, client_id: string, epoch: number, limits: string): Statement {
  const values: Value[] = [sub, client_id, epoch, limits]
  return { text: narrowText, values, must: true }
}

const narrowText = `
  insert into withdrawals (sub, client_id, epoch, limits)
  values (cast($1 as text), cast($2 as text), cast($3 as bigint) + ${NARROWED}, cast($4 as text))
  on conflict (sub, client_id) do update set epoch = excluded.epoch, limits = excluded.limits
  where withdrawals.epoch = excluded.epoch - ${NARROWED}`
