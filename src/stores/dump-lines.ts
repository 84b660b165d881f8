import { createHash, type Hash } from 'node:crypto'
import type { Value } from './sql.ts'

/** The version of the format. Another one is refused. */
export const FORMAT = 1
/** Bytes that a line may have. A record is far smaller; what is larger is not ours. */
const LONGEST = 16 * 1024 * 1024

/** The first line of an export. It names no issuer and no machine. */
export interface Header {
  vouchsafe: 'export'
  format: number
  /** Steps of the schema that the database had. */
  schema: number
  /** When it was made; milliseconds. */
  created_at: number
  /** The columns of each table, in the order of the values in its lines. */
  tables: Readonly<Record<string, readonly string[]>>
}

/** A line of an export, parsed: the header, a row of a table, the sum of all bytes so far, or the last line. */
export type Line = { header: Header } | { table: string; values: Value[] } | { sum: string; rows: number } | { end: string; counts: Counts }
/** Rows of each table. */
export type Counts = Readonly<Record<string, number>>

/** An export that cannot be used, and where that was noticed: lines count from 1, offsets in bytes from 0. */
export class DumpError extends Error {
  readonly line: number
  readonly offset: number

  constructor(sentence: string, line: number, offset: number) {
    super(`The export cannot be used: ${sentence} (line ${line}, offset ${offset}). Nothing was imported.`)
    this.name = 'DumpError'
    this.line = line
    this.offset = offset
  }
}

/** Makes lines, and keeps the sum of all that it has made. */
export interface LineMaker {
  header(header: Omit<Header, 'vouchsafe' | 'format'>): string
  row(table: string, values: readonly Value[]): string
  /** Says what the bytes so far add up to, so that damage is found near its place. */
  sum(): string
  end(counts: Counts): { text: string; digest: string }
}

/** JSON lines with a running SHA-256 over every byte before it in each line that names one. */
export function createLineMaker(): LineMaker {
  const hash = createHash('sha256')
  let rows = 0
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`
    hash.update(text)
    return text
  }
  return {
    header: (header) => line({ vouchsafe: 'export', format: FORMAT, ...header }),
    row: (table, values) => {
      rows++
      return line([table, ...values])
    },
    sum: () => line({ sum: digestOf(hash), rows }),
    end: (counts) => {
      const digest = digestOf(hash)
      return { text: line({ end: digest, counts }), digest }
    },
  }
}

/** Reads an export line by line. A line is given out as soon as it is read; that all of them are whole is known only at the end. */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<{ line: Line; at: Position }> {
  const hash = createHash('sha256')
  const place: Position = { line: 1, offset: 0, since: 0 }
  let rows = 0
  let ended = false
  for await (const bytes of split(source, place)) {
    const fail = (sentence: string): never => {
      throw new DumpError(sentence, place.line, place.offset)
    }
    if (ended) fail('there is something after its end')
    const line = parse(bytes) ?? fail('this is not a line of an export')
    if ('header' in line !== (place.line === 1)) fail(place.line === 1 ? 'it does not begin like one' : 'it begins a second time')
    const told = 'sum' in line ? line.sum : 'end' in line ? line.end : null
    if (told !== null && told !== digestOf(hash)) fail(`what stands between offset ${place.since} and here was altered`)
    if ('sum' in line && line.rows !== rows) fail('lines are missing before this one')
    if ('values' in line) rows++
    ended = 'end' in line
    yield { line, at: place }
    hash.update(bytes)
    place.line++
    place.offset += bytes.length
    if (told !== null) place.since = place.offset
  }
  if (!ended) throw new DumpError('its end is missing', place.line, place.offset)
}

export interface Position {
  line: number
  /** Where the line begins. */
  offset: number
  /** The end of the last line that the sums have confirmed. */
  since: number
}

const digestOf = (hash: Hash): string => hash.copy().digest('hex')

/** Lines with their line feed; what the source breaks off with comes without one. */
async function* split(source: AsyncIterable<Buffer>, place: Position): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let held = 0
  for await (const block of source) {
    let from = 0
    for (let feed = block.indexOf(10); feed >= 0; feed = block.indexOf(10, from)) {
      parts.push(block.subarray(from, feed + 1))
      yield parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      parts = []
      held = 0
      from = feed + 1
    }
    if (from === block.length) continue
    parts.push(block.subarray(from))
    held += block.length - from
    if (held > LONGEST) throw new DumpError('a line is too long', place.line, place.offset)
  }
  if (held > 0) throw new DumpError('it was cut off in this line', place.line, place.offset)
}

/** What a line says; null where it is none of ours. */
function parse(bytes: Buffer): Line | null {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  if (Array.isArray(value)) return parseRow(value)
  const { vouchsafe, sum, rows, end, counts } = value as Record<string, unknown>
  if (vouchsafe === 'export') return { header: value as Header } // its members are compared with what they must be
  if (typeof sum === 'string' && typeof rows === 'number') return { sum, rows }
  if (typeof end === 'string' && typeof counts === 'object' && counts !== null) return { end, counts: counts as Counts }
  return null
}

function parseRow([table, ...values]: unknown[]): Line | null {
  const isValue = (value: unknown): value is Value => value === null || typeof value === 'string' || Number.isSafeInteger(value)
  return typeof table === 'string' && values.every(isValue) ? { table, values } : null
}
