import type { Dialect, ManagementShape } from '../model/dialect.ts'
import { OAuthError } from '../model/error.ts'
import { readForm } from '../model/form.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { json } from './reply.ts'

/** The vendor's words for managing things. Throws where a dialect has the paths, but not the words. */
export function managementOf({ name, management }: Dialect): ManagementShape {
  if (management === null) throw new Error(`The dialect ${name} has paths for management, but no field management.`)
  return management
}

/** What is known under the vendor's names: theirs → ours. What is not known is null. */
export function inTheirWords<Word extends string>(
  fields: Readonly<Record<string, Word>>,
  known: Readonly<Partial<Record<Word, unknown>>>,
  constants: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const words: Record<string, unknown> = { ...constants }
  for (const [theirs, ours] of Object.entries(fields)) words[theirs] = known[ours] ?? null
  return words
}

/** One thing in the vendor's envelope. */
export function enveloped({ envelope }: ManagementShape, record: object, status = 200): Reply {
  return json({ [envelope]: record }, status)
}

/** The query, each word at most once. Throws OAuthError `invalid_request`. */
export function readQuery(http: HttpRequest): ReadonlyMap<string, string> {
  const query = new Map<string, string>()
  for (const [name, value] of readForm(http.query)) {
    if (query.has(name)) throw new OAuthError('invalid_request', 'A parameter is given twice.')
    query.set(name, value)
  }
  return query
}

/** One page of a list: the first is 1. */
export interface Paging {
  number: number
  size: number
}

/** Which page of what size is asked for. Throws OAuthError `invalid_request` that names the parameter. */
export function readPaging(query: ReadonlyMap<string, string>, { paging }: ManagementShape): Paging {
  return {
    number: readCount(query.get(paging.number), paging.number, 1, 1_000_000),
    size: readCount(query.get(paging.size), paging.size, paging.default_size, paging.most),
  }
}

function readCount(text: string | undefined, name: string, otherwise: number, most: number): number {
  if (text === undefined) return otherwise
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw new OAuthError('invalid_request', `The parameter ${name} must be a whole number from 1 to ${most}.`)
  return count
}

/** One page of all that there is, always with all counters: a client that misses one asks for ever. */
export function listed<Item>(
  { envelope, meta }: ManagementShape,
  items: readonly Item[],
  { number, size }: Paging,
  show: (item: Item) => object,
): Reply {
  const counters = {
    [meta.number]: number,
    [meta.size]: size,
    [meta.total]: items.length,
    [meta.pages]: Math.ceil(items.length / size),
  }
  return json({ [envelope]: items.slice((number - 1) * size, number * size).map(show), [meta.name]: counters })
}
