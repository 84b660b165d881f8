// How data from outside becomes a typed value: every reader looks at one kind of value, and notes what is wrong under the path of its field.

/** Where a value stands, and everything that was found wrong so far. */
export interface Place {
  path: string
  problems: string[]
}

/** Gives the value back, or notes a problem at its place; then nothing of the whole is used. */
export type Read<Value> = (value: unknown, at: Place) => Value

/** Entries of a list or an object: nobody's dialect has more. */
const MOST_ENTRIES = 200
const LONGEST_TEXT = 500

type OptionalKeys<Shape> = { [Key in keyof Shape]-?: object extends Pick<Shape, Key> ? Key : never }[keyof Shape]

/** A reader for each member. A member that the type gets and this table does not is an error of types. */
export type Fields<Shape> = { readonly [Key in keyof Shape]-?: Read<Exclude<Shape[Key], undefined>> }

/** Notes one sentence that begins with the path of the field. What it returns is never looked at. */
export function wrong(at: Place, problem: string): never {
  at.problems.push(`${at.path === '' ? 'The dialect' : at.path} ${problem}.`)
  // a value with problems is not given out, so whatever stands here has every type
  return undefined as never
}

export const below = ({ path, problems }: Place, key: string): Place => ({ path: path === '' ? key : `${path}.${key}`, problems })

/** An object with these members and no others; null takes a member away that may be missing. */
export function object<Shape extends object>(fields: Fields<Shape>, optional: readonly OptionalKeys<Shape>[] = []): Read<Shape> {
  const mayMiss = new Set<PropertyKey>(optional)
  return (value, at) => {
    if (!isObject(value)) return wrong(at, 'must be an object')
    const read: [string, unknown][] = []
    for (const key of Object.keys(value)) if (!Object.hasOwn(fields, key)) unknown(below(at, key), Object.keys(fields), key)
    for (const key of Object.keys(fields) as (keyof Shape & string)[]) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined
      if ((given === undefined || given === null) && mayMiss.has(key)) continue
      if (given === undefined) wrong(below(at, key), 'is missing')
      else read.push([key, fields[key](given, below(at, key))])
    }
    return Object.fromEntries(read) as Shape // every member was read by the reader of its type
  }
}

/** An object whose members have names of somebody's own, or some of these words; null takes one away. */
export function record<Key extends string, Value>(keys: readonly Key[] | Read<string>, read: Read<Value>): Read<Record<Key, Value>> {
  return (value, at) => {
    if (!isObject(value)) return wrong(at, 'must be an object')
    if (Object.keys(value).length > MOST_ENTRIES) return wrong(at, `must have at most ${MOST_ENTRIES} members`)
    const members: [string, Value][] = []
    for (const [key, given] of Object.entries(value)) {
      const here = below(at, key.slice(0, 100))
      if (typeof keys === 'function') keys(key, here)
      else if (!keys.includes(key as Key)) unknown(here, keys, key)
      if (given !== null && given !== undefined) members.push([key, read(given, here)])
    }
    return Object.fromEntries(members) as Record<Key, Value> // as above
  }
}

export function list<Item>(read: Read<Item>, { least = 0 }: { least?: number } = {}): Read<Item[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return wrong(at, 'must be a list')
    if (value.length > MOST_ENTRIES) return wrong(at, `must hold at most ${MOST_ENTRIES}`)
    if (value.length < least) return wrong(at, 'must not be empty')
    const items = value.map((item, index) => read(item, { ...at, path: `${at.path}[${index}]` }))
    if (new Set(items.map((item) => JSON.stringify(item))).size < items.length) return wrong(at, 'must hold nothing twice')
    return items
  }
}

export function oneOf<const Word extends string | number>(...words: readonly Word[]): Read<Word> {
  return (value, at) => words.find((word) => word === value) ?? wrong(at, `must be one of: ${words.join(', ')}`)
}

export function nullable<Value>(read: Read<Value>): Read<Value | null> {
  return (value, at) => (value === null ? null : read(value, at))
}

/** This word, or what the other reader takes. */
export function wordOr<const Word extends string, Value>(word: Word, read: Read<Value>): Read<Word | Value> {
  return (value, at) => {
    if (value === word) return word
    return typeof value === 'string' ? wrong(at, `must be ${word}, or a list`) : read(value, at)
  }
}

/** One, or a list of them. */
export function oneOrSome<Item>(read: Read<Item>): Read<Item | Item[]> {
  const several = list(read, { least: 1 })
  return (value, at) => (Array.isArray(value) ? several(value, at) : read(value, at))
}

export const flag: Read<boolean> = (value, at) => (typeof value === 'boolean' ? value : wrong(at, 'must be true or false'))

export function whole(least: number, most: number, unit = ''): Read<number> {
  return (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : wrong(at, `must be a whole number${unit && ` of ${unit}`} from ${least} to ${most}`)
}

/** Text of this shape; `kind` ends the sentence "must be …". */
export function text(shape: RegExp, kind: string): Read<string> {
  return (value, at) => {
    if (typeof value !== 'string') return wrong(at, 'must be text')
    return value.length <= LONGEST_TEXT && shape.test(value) ? value : wrong(at, `must be ${kind}`)
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Says that nobody knows this name, and which one may be meant. */
export function unknown(at: Place, known: readonly string[], name: string): void {
  const near = nearest(name, known)
  const hint = near === null ? `there are ${known.length === 0 ? 'none' : known.join(', ')}` : `did you mean ${near}?`
  at.problems.push(`${at.path} is not known: ${hint}${near === null ? '.' : ''}`)
}

/** The known name that takes the fewest changes of letters, where it takes few. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (name.length > 64) return null
  const ranked = known.map((word) => ({ word, away: distance(name.toLowerCase(), word.toLowerCase()) }))
  const [best] = ranked.sort((one, other) => one.away - other.away)
  return best && best.away <= Math.max(2, Math.floor(best.word.length / 3)) ? best.word : null
}

/** Letters put in, taken out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[other.length]!
}
