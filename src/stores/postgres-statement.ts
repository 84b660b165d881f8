import type { Writable } from 'node:stream'
import type { Row, Value } from './sql.ts'

/** What a statement came to. */
export interface Outcome {
  rows: readonly Row[]
  /** Of how many rows the server spoke; null where it spoke of none. */
  rowCount: number | null
}

export interface Sent {
  readonly text: string
  readonly values: readonly Value[]
}

/** Of pg. */
export interface Connection {
  query(query: object): unknown
}

/**
 * Sends statements as one transaction, and does not wait for what is under way on the connection. Where one of them fails, none was done.
 * `query_timeout` in milliseconds, for all of them.
 */
export type Send = (on: Connection, statements: readonly Sent[], query_timeout?: number) => Promise<readonly Outcome[]>

type Parse = (text: string) => Value

interface Column {
  name: string
  parse: Parse
}

/** What of pg's connection a query sees, which is the way in that pg has for queries of one's own. */
interface Wire {
  stream: Writable
  /** By name: what the server has confirmed, and what is on the way to it. */
  parsedStatements: Record<string, string>
  submittedNamedStatements: Record<string, string>
}

/** What pg reads of a query. */
export interface PgQuery {
  /** Of the statement whose answer comes in: pg notes it when the server has parsed it. */
  name: string
  text: string
  callback: (error: Error | null | undefined, answered?: { parts: readonly Part[] }) => void
  query_timeout: number | undefined
}

interface Part extends Outcome, Sent {
  name: string
  rows: Row[]
  /** On this connection, as soon as they are known. */
  columns: readonly Column[] | undefined
}

/**
 * Statements are parsed once for each connection, under one name for each text; behind a pooler each time, without a name. As pg's own
 * queries are, but written to the wire in one piece, their columns described once, and with one end for all: one commit, one sync of the
 * disk, and one answer to read.
 */
export function createSend(Query: new (text: string) => PgQuery, parserOf: (type: number) => Parse, { pooler }: { pooler: boolean }): Send {
  const names = new Map<string, string>()
  const described = new WeakMap<Wire, Map<string, readonly Column[]>>()

  function columnsOn(wire: Wire): Map<string, readonly Column[]> {
    let columns = described.get(wire)
    if (!columns) described.set(wire, (columns = new Map()))
    return columns
  }

  class PreparedQuery extends Query {
    parts: readonly Part[] = []
    at = 0
    wire: Wire | null = null

    submit(wire: Wire): null {
      this.wire = wire
      const columns = columnsOn(wire)
      const { parsedStatements: parsed, submittedNamedStatements: submitted } = wire
      beginMessages()
      for (const part of this.parts) {
        const { name, text, values } = part
        const known = name !== '' && (parsed[name] !== undefined || submitted[name] !== undefined)
        if (!known && name !== '') submitted[name] = text
        part.columns = columns.get(name)
        writeStatement(name, known ? null : text, values, part.columns === undefined)
      }
      const messages = endMessages()
      if (wire.stream.writable) wire.stream.write(messages)
      this.turnTo(0)
      return null
    }

    turnTo(at: number): void {
      this.at = at
      const part = this.parts[at]
      if (!part) return
      this.name = part.name
      this.text = part.text
    }

    handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
      this.parts[this.at]!.columns = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }))
    }

    handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
      const { columns, rows } = this.parts[this.at]!
      const row: Record<string, Value> = {}
      for (let i = 0; i < fields.length; i++) {
        const { name, parse } = columns![i]!
        const field = fields[i]!
        row[name] = field === null ? null : parse(field)
      }
      rows.push(row)
    }

    handleCommandComplete({ text }: { text: string }): void {
      const part = this.parts[this.at]!
      const count = Number(text.slice(text.lastIndexOf(' ') + 1))
      if (!Number.isNaN(count)) part.rowCount = count
      if (part.name !== '') columnsOn(this.wire!).set(part.name, part.columns ?? []) // of a statement that gives back no rows there is no description
      this.turnTo(this.at + 1)
    }

    handleReadyForQuery(): void {
      this.callback(null, this)
    }

    handleError(error: Error): void {
      // the server has passed over what came behind
      for (const { name } of this.parts.slice(this.at)) delete this.wire?.submittedNamedStatements[name]
      this.callback(error, this)
    }
  }

  function nameOf(text: string): string {
    if (pooler) return ''
    let name = names.get(text)
    if (name === undefined) names.set(text, (name = `v${names.size}`))
    return name
  }

  return (on, statements, query_timeout) =>
    new Promise((resolve, reject) => {
      const query = new PreparedQuery('')
      query.parts = statements.map(({ text, values }) => ({
        text,
        values,
        name: nameOf(text),
        rows: [],
        rowCount: null,
        columns: undefined,
      }))
      query.query_timeout = query_timeout
      // where nothing has come in time pg calls it with the error alone
      query.callback = (error, answered) => (error ? reject(error) : resolve(answered!.parts))
      on.query(query)
    })
}

const PARSE = 0x50
const BIND = 0x42
const DESCRIBE = 0x44
const EXECUTE = 0x45
const SYNC = 0x53
const PORTAL = 0x50
/** Room for what is around texts: five headers, counts, lengths. */
const AROUND = 128
/** Bytes of one value beside its own: its length. */
const LENGTH = 4
/** Digits of a number that is written out. */
const DIGITS = 25

/** Where messages are put together before they are copied out. */
let sheet = Buffer.allocUnsafe(65_536)
let end = 0

function beginMessages(): void {
  end = 0
}

/** Parse where there is a text, Bind, Describe where it is wanted, Execute. All values go as texts. @see PostgreSQL, Frontend/Backend Protocol, Message Formats */
function writeStatement(name: string, text: string | null, values: readonly Value[], describe: boolean): void {
  makeRoom(name, text, values)
  if (text !== null) {
    const parse = begin(PARSE)
    writeText(name)
    writeText(text)
    writeShort(0) // types that we name: none, the server finds them
    finish(parse)
  }
  const bind = begin(BIND)
  sheet[end++] = 0 // the portal without a name
  writeText(name)
  writeShort(0) // formats of values: all are texts
  writeShort(values.length)
  for (const value of values) writeValue(value)
  writeShort(0) // formats of columns: the same
  finish(bind)
  if (describe) {
    const message = begin(DESCRIBE)
    sheet[end++] = PORTAL
    sheet[end++] = 0
    finish(message)
  }
  const execute = begin(EXECUTE)
  sheet[end++] = 0
  writeLong(0) // as many rows as there are
  finish(execute)
}

/** What was written since the beginning, and Sync. */
function endMessages(): Buffer {
  finish(begin(SYNC))
  return Buffer.from(sheet.subarray(0, end))
}

/** A character is at most three bytes. */
function makeRoom(name: string, text: string | null, values: readonly Value[]): void {
  let room = end + AROUND + 6 * name.length + 3 * (text?.length ?? 0)
  for (const value of values) room += LENGTH + (typeof value === 'string' ? 3 * value.length : DIGITS)
  if (room <= sheet.length) return
  const larger = Buffer.allocUnsafe(2 * room)
  sheet.copy(larger, 0, 0, end)
  sheet = larger
}

/** Where the length of the message stands, which is written when its end is known. */
function begin(type: number): number {
  sheet[end] = type
  end += 1 + LENGTH
  return end - LENGTH
}

function finish(at: number): void {
  sheet.writeInt32BE(end - at, at)
}

function writeShort(value: number): void {
  end = sheet.writeInt16BE(value, end)
}

function writeLong(value: number): void {
  end = sheet.writeInt32BE(value, end)
}

function writeText(text: string): void {
  end += sheet.write(text, end, 'utf8')
  sheet[end++] = 0
}

function writeValue(value: Value): void {
  if (value === null) {
    writeLong(-1)
    return
  }
  const at = end
  end += LENGTH
  end += typeof value === 'string' ? sheet.write(value, end, 'utf8') : sheet.write(String(value), end, 'latin1')
  sheet.writeInt32BE(end - at - LENGTH, at)
}
