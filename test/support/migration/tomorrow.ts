import { migrations, type Step } from '../../../src/stores/schema.ts'

/** The schema as a later version might want it: a column on the largest table, filled, and an index on it. */
export function tomorrow(clustered: string): Step[] {
  return [
    ...migrations(clustered),
    'alter table grants add column place text',
    { fill: 'grants', key: ['grant_id'], set: "place = coalesce(place, '') || 'x'" },
    { index: 'grants_by_expiry', on: 'grants (expires_at)' },
    'create table tomorrow (a bigint)',
  ]
}

/** Numbers of the steps that take long. */
export const longSteps = (clustered: string): { fill: number; index: number } => {
  const all = tomorrow(clustered).length
  return { fill: all - 2, index: all - 1 }
}
