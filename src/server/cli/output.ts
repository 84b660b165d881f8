import type { Milliseconds } from '../../core/model/clock.ts'
import type { Call } from './command.ts'

/** Prints one record, as JSON. */
export function printRecord(call: Call, record: object): void {
  call.io.stdout(`${JSON.stringify(record, null, 2)}\n`)
}

/** Prints a list: a table with aligned columns, or with --json the records. */
export function printList<Row extends object>(
  call: Call,
  records: readonly Row[],
  columns: Readonly<Record<string, (record: Row) => string>>,
): void {
  if (call.flags['json'] === true) {
    call.io.stdout(`${JSON.stringify(records, null, 2)}\n`)
    return
  }
  const cells = [
    Object.keys(columns).map((name) => name.toUpperCase()),
    ...records.map((record) => Object.values(columns).map((cell) => plain(cell(record)))),
  ]
  const widths = Object.keys(columns).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  for (const row of cells) {
    call.io.stdout(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}

/** Says in one line what was done; with --json the record that was changed. */
export function printDone(call: Call, sentence: string, record: object): void {
  if (call.flags['json'] === true) printRecord(call, record)
  else call.io.stdout(`${plain(sentence)}\n`)
}

/** Something worth knowing that is no part of the answer. */
export function warn(call: Call, sentence: string): void {
  call.io.stderr(`vouchsafe: ${plain(sentence)}\n`)
}

/** A moment, to the second, in UTC; a hyphen where there is none. */
export function moment(at: Milliseconds | undefined): string {
  return at === undefined ? '-' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Without what could move the cursor or colour the terminal: names are other people's. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�')
}
