import { isDeepStrictEqual } from 'node:util'
import type { StoredKey } from '../core/model/stored-key.ts'
import { type Counts, createLineMaker, DumpError, FORMAT, type Header, type Line, readLines } from './dump-lines.ts'
import { stepsDone, stepsKnown } from './migrate.ts'
import type { Row, Sql, Value } from './sql.ts'
import { TABLES, type Table } from './tables.ts'

/** Rows that are read at once, and that one sum stands for. */
const PAGE = 500
/** Rows that one statement inserts: few texts, few round trips. */
const GROUP = 100

/** What was written or read. */
export interface Dump {
  schema: number
  counts: Counts
  /** SHA-256 of all lines but the last, which tells it; hexadecimal. */
  digest: string
}

/** Why a database cannot take an import, in one sentence for an operator. */
export class NotEmptyError extends Error {
  override readonly name = 'NotEmptyError'
}

/**
 * Writes the whole database as it is at one moment, while others go on writing to it. Memory does not grow with it.
 * Keys stay sealed under the master secret, passwords and secrets hashed. Throws where the schema is not the present one.
 */
export async function writeDump(sql: Sql, at: number, write: (text: string) => Promise<void>): Promise<Dump> {
  return sql.whole('read', async (all) => {
    const schema = await stepsDone(all)
    checkSchema(schema)
    const lines = createLineMaker()
    await write(lines.header({ schema, created_at: at, tables: columnsOf() }))
    const counts: Record<string, number> = {}
    for (const table of TABLES) {
      counts[table.name] = 0
      for await (const page of readPages(all, table)) {
        const texts = page.map((row) => lines.row(table.name, valuesOf(table, row)))
        counts[table.name]! += page.length
        await write(texts.join('') + lines.sum())
      }
    }
    const { text, digest } = lines.end(counts)
    await write(text)
    return { schema, counts, digest }
  })
}

function checkSchema(schema: number): void {
  const known = stepsKnown()
  if (schema > known) throw new Error('The database was written by a newer version of Vouchsafe: export it with that one.')
  if (schema < known)
    throw new Error(`The database lacks ${known - schema} of the ${known} steps of the schema. Run: vouchsafe migrate --apply`)
}

const columnsOf = (): Header['tables'] => Object.fromEntries(TABLES.map(({ name, columns }) => [name, columns]))
const valuesOf = ({ columns }: Table, row: Row): Value[] => columns.map((column) => row[column] ?? null)

/** A table in the order of its key, a page at a time. */
async function* readPages(all: Sql['all'], { name, key, columns }: Table): AsyncGenerator<readonly Row[]> {
  const ordered = `order by ${key.join(', ')} limit ${PAGE}`
  const begin = `select ${columns.join(', ')} from ${name} ${ordered}`
  const go_on = `select ${columns.join(', ')} from ${name} where (${key.join(', ')}) > (${key.map((_, i) => `$${i + 1}`).join(', ')}) ${ordered}`
  let page = await all(begin, [])
  while (page.length > 0) {
    yield page
    const last = page.at(-1)!
    page =
      page.length < PAGE
        ? []
        : await all(
            go_on,
            key.map((column) => last[column] ?? null),
          )
  }
}

/** Reads an export to its end. Throws a DumpError where anything about it is wrong; `key` sees each key that is in it. */
export async function checkDump(
  source: AsyncIterable<Buffer>,
  key: (key: Pick<StoredKey, 'kid' | 'use' | 'sealed'>) => void = () => undefined,
): Promise<Dump> {
  return readDump(source, async (table, values) => {
    if (table.name !== 'keys') return
    const [kid, use, , sealed] = ['kid', 'use', 'status', 'sealed'].map((column) => values[table.columns.indexOf(column)])
    key({ kid: kid as string, use: use as StoredKey['use'], sealed: sealed as string })
  })
}

/**
 * Fills an empty database, all or nothing; what has happened to it so far are at most keys of its own, which are replaced, with what the
 * audit log says of them.
 * Throws a DumpError where the export is not whole, a NotEmptyError where the database is in use.
 */
export async function loadDump(sql: Sql, source: AsyncIterable<Buffer>): Promise<Dump> {
  return sql.whole('write', async (all) => {
    checkSchema(await stepsDone(all))
    await checkEmpty(all)
    for (const name of OF_ITS_OWN) await all(`delete from ${name}`, [])
    let [into, group]: [Table | null, Value[][]] = [null, []]
    const flush = async () => {
      if (into && group.length > 0) await all(insertText(into, group.length), group.flat())
      group = []
    }
    const dump = await readDump(source, async (table, values) => {
      if (table !== into || group.length === GROUP) await flush()
      into = table
      group.push(values)
    })
    await flush()
    return dump
  })
}

/** Filled before anybody has used it. */
const OF_ITS_OWN: readonly string[] = ['keys', 'audit_chains', 'audit']

async function checkEmpty(all: Sql['all']): Promise<void> {
  for (const { name } of TABLES) {
    if (OF_ITS_OWN.includes(name)) continue
    const rows = await all(`select 1 as found from ${name} limit 1`, [])
    if (rows.length > 0)
      throw new NotEmptyError(`The database is in use: there is something in its table ${name}. Import into one that is empty.`)
  }
}

function insertText({ name, columns }: Table, rows: number): string {
  const row = (i: number) => `(${columns.map((_, column) => `$${i * columns.length + column + 1}`).join(', ')})`
  return `insert into ${name} (${columns.join(', ')}) values ${Array.from({ length: rows }, (_, i) => row(i)).join(', ')}`
}

async function readDump(source: AsyncIterable<Buffer>, take: (table: Table, values: Value[]) => Promise<void>): Promise<Dump> {
  const tables = new Map(TABLES.map((table) => [table.name, table]))
  const counts: Record<string, number> = Object.fromEntries(TABLES.map(({ name }) => [name, 0]))
  let dump: Dump | null = null
  for await (const { line, at } of readLines(source)) {
    const fail = (sentence: string): never => {
      throw new DumpError(sentence, at.line, at.offset)
    }
    if ('header' in line) checkHeader(line, fail)
    if ('values' in line) {
      const table = tables.get(line.table)
      if (!table || table.columns.length !== line.values.length) return fail('there is no such table, or it has other columns')
      counts[table.name]!++
      await take(table, line.values)
    }
    if ('end' in line) {
      if (!isDeepStrictEqual(line.counts, counts)) fail('it does not have as many records as it says')
      dump = { schema: stepsKnown(), counts, digest: line.end }
    }
  }
  return dump! // without a last line the reading has thrown
}

function checkHeader({ header }: Extract<Line, { header: Header }>, fail: (sentence: string) => never): void {
  if (header.format !== FORMAT) fail(`its format is ${JSON.stringify(header.format)}, and this version reads ${FORMAT}`)
  if (header.schema !== stepsKnown()) {
    fail(
      `its schema is ${JSON.stringify(header.schema)}, and that of this version ${stepsKnown()}: use the same version for export and import`,
    )
  }
  if (!isDeepStrictEqual(header.tables, columnsOf())) fail('its tables have other columns')
}
