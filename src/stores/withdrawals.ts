import type { Statement } from './sql.ts'

/** The expression for the epoch of a person and a client: the sum of the four counters that match. The arguments are SQL, never input. */
export function epochOf(sub: string, client_id: string): string {
  return `(select cast(coalesce(sum(w.epoch), 0) as bigint) from withdrawals w where w.sub in (${sub}, '') and w.client_id in (${client_id}, ''))`
}

/** One increment ends all that was given, however many rows that is, codes under way included. '' stands for every one. */
export function withdraw(sub: string, client_id: string): Statement {
  return { text: withdrawText, values: [sub, client_id] }
}

const withdrawText = `
  insert into withdrawals (sub, client_id, epoch) values ($1, $2, 1)
  on conflict (sub, client_id) do update set epoch = withdrawals.epoch + 1`
