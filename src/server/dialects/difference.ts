import { isDeepStrictEqual } from 'node:util'
import { type Dialect, type DialectDifference, standard } from '../../core/model/dialect.ts'
import { isObject } from './readers.ts'

/** One field in which a dialect is not the standard. */
export interface Difference {
  /** The path of the field: `pkce.methods`. */
  field: string
  /** Undefined where the standard has no such member. */
  standard: unknown
  here: unknown
}

/** Where a dialect differs from the standard, member by member, in the order of the vocabulary. */
export function findDifferences(dialect: Dialect): Difference[] {
  const { name: _name, source: _source, ...fields } = dialect
  return compare('', standard as unknown as Record<string, unknown>, fields)
}

function compare(path: string, under: Readonly<Record<string, unknown>>, here: Readonly<Record<string, unknown>>): Difference[] {
  // in the order of the standard's own fields
  const keys = [...new Set([...Object.keys(under), ...Object.keys(here)])].filter((key) => path !== '' || Object.hasOwn(here, key))
  return keys.flatMap((key) => {
    const [one, other] = [under[key], here[key]]
    const field = path === '' ? key : `${path}.${key}`
    if (isDeepStrictEqual(one, other)) return []
    if (isObject(other) && Object.keys(other).length > 0) return compare(field, isObject(one) ? one : {}, other)
    return [{ field, standard: one, here: other }]
  })
}

/** What a file of this dialect would say: its name, source and paths, and each field that is not the standard's. */
export function differenceOf(dialect: Dialect): DialectDifference {
  const always = new Set<string>(['name', 'source', 'paths'])
  const fields = Object.entries(dialect).filter(
    ([field, value]) => always.has(field) || !isDeepStrictEqual(value, standard[field as keyof Dialect]),
  )
  return Object.fromEntries(fields) as DialectDifference // the three that must be there are
}

/** A value as one line. */
export function showValue(value: unknown): string {
  if (value === undefined) return '—'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(showValue).join(', ')
  return typeof value === 'string' && /^\S+( \S+)*$/.test(value) ? value : JSON.stringify(value)
}
