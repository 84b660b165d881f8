/** A number with the labels that tell it from its siblings. */
export interface Sample {
  labels?: Readonly<Record<string, string>>
  value: number
  /** What stands behind the family's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string
}

/**
 * One family in the text format that Prometheus reads. Names and labels are ours; values of labels are escaped all the same.
 * @see Prometheus, Exposition formats, 0.0.4
 */
export function family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels = {}, value, suffix = '' }) => `${name}${suffix}${write(labels)} ${number(value)}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

/** The media type of what `family` writes. */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8'

function write(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quote(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function quote(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

const number = (value: number): string => (value === Infinity ? '+Inf' : String(value))
