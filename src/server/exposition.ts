/** A number with the labels that tell it from its siblings. */
export interface Sample {
  labels?: Readonly<Record<string, string>>
  value: number
  /** What stands behind the family's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string
}

/** Samples that belong together. */
export interface Family {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  /** What several processes make of one number: their sum, the greatest of them, or each its own under the label `worker`. */
  merge: 'sum' | 'most' | 'each'
  samples: readonly Sample[]
}

/** What only ever grows is the sum of all processes; a gauge is each one's own unless said. */
export function family(
  name: string,
  type: Family['type'],
  help: string,
  samples: readonly Sample[],
  merge: Family['merge'] = type === 'gauge' ? 'each' : 'sum',
): Family {
  return { name, type, help, merge, samples }
}

/**
 * Families in the text format that Prometheus reads. Names and labels are ours; values of labels are escaped all the same.
 * @see Prometheus, Exposition formats, 0.0.4
 */
export function writeFamilies(families: readonly Family[]): string {
  return families.map(writeFamily).join('')
}

function writeFamily({ name, type, help, samples }: Family): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels = {}, value, suffix = '' }) => `${name}${suffix}${write(labels)} ${number(value)}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

/** The media type of what `writeFamilies` writes. */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8'

function write(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quote(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function quote(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

const number = (value: number): string => (value === Infinity ? '+Inf' : String(value))
