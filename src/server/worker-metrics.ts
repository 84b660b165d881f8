import { type Family, family, type Sample } from './exposition.ts'

/** The families of one process. */
export interface Told {
  worker: number
  families: readonly Family[]
}

/** Makes the metrics of all workers out of those of each. What only ever grows must go on growing when one of them ends or is silent. */
export interface Totals {
  /** What a worker has just told. */
  hear(told: Told): void
  /** This worker is gone: what it had counted stays. */
  end(worker: number): void
  /** Everything, with the gauges of those alone that have just answered. */
  read(answered: ReadonlySet<number>): Family[]
}

export function createTotals(): Totals {
  const last = new Map<number, Told>()
  let past: Told = { worker: 0, families: [] }
  return {
    hear: (told) => void last.set(told.worker, told),
    end: (worker) => {
      const ended = last.get(worker)
      last.delete(worker)
      if (ended) past = { worker: 0, families: mergeFamilies([past, counted(ended)]) }
    },
    read: (answered) => {
      const told = [...last.values()].sort((one, other) => one.worker - other.worker)
      return mergeFamilies([...told.map((one) => (answered.has(one.worker) ? one : counted(one))), past])
    },
  }
}

/** Without gauges, which say nothing any more. */
function counted({ worker, families }: Told): Told {
  return { worker, families: families.filter(({ type }) => type !== 'gauge') }
}

/** Families of several processes as one, in the order in which they are met. */
function mergeFamilies(all: readonly Told[]): Family[] {
  const merged = new Map<string, { family: Family; samples: Map<string, Sample> }>()
  for (const { worker, families } of all) {
    for (const one of families) {
      let found = merged.get(one.name)
      if (!found) merged.set(one.name, (found = { family: one, samples: new Map() }))
      for (const sample of one.samples) add(found.samples, one.merge, worker, sample)
    }
  }
  return [...merged.values()].map(({ family: { name, type, help, merge }, samples }) =>
    family(name, type, help, [...samples.values()], merge),
  )
}

function add(samples: Map<string, Sample>, merge: Family['merge'], worker: number, given: Sample): void {
  const sample = merge === 'each' ? { ...given, labels: { worker: String(worker), ...given.labels } } : given
  const key = JSON.stringify([sample.suffix, sample.labels])
  const before = samples.get(key)
  if (!before) samples.set(key, sample)
  else samples.set(key, { ...sample, value: merge === 'most' ? Math.max(before.value, sample.value) : before.value + sample.value })
}
