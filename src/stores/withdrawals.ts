import type { Statement } from './sql.ts'

/**
 * The expression for the epoch of a person and a client: the sum of the four counters that match, each found by its key, which takes half
 * the time of a sum over a list. Where one of the two is '' it is counted once. The arguments are SQL, never input.
 */
export function epochOf(sub: string, client_id: string): string {
  const people = sub === "''" ? [sub] : [sub, "''"]
  const clients = client_id === "''" ? [client_id] : [client_id, "''"]
  const counters = people.flatMap((person) => clients.map((client) => counter(person, client)))
  return `(${counters.join(' + ')})`
}

function counter(sub: string, client_id: string): string {
  return `coalesce((select w.epoch from withdrawals w where w.sub = ${sub} and w.client_id = ${client_id}), 0)`
}

/** One increment ends all that was given, however many rows that is, codes under way included. '' stands for every one. */
export function withdraw(sub: string, client_id: string): Statement {
  return { text: withdrawText, values: [sub, client_id] }
}

const withdrawText = `
  insert into withdrawals (sub, client_id, epoch) values ($1, $2, 1)
  on conflict (sub, client_id) do update set epoch = withdrawals.epoch + 1`
