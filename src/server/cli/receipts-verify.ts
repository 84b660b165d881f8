import type { ReceiptFinding, ReceiptVerdict } from '../../core/model/receipt.ts'
import { readReceiptFile, verifyFile } from '../receipts.ts'
import { type Call, CliError, type Command, EXIT, type ExitCode, readFileOf, textFlag, withStore } from './command.ts'
import { plain, printRecord } from './output.ts'

export const receiptsVerify: Command = {
  name: 'receipts verify',
  about: "read people's receipts from first to last, and say what was altered, swapped or taken away",
  flags: {
    sub: { type: 'string', value: 'SUB', about: 'only those of this person' },
    file: { type: 'string', value: 'FILE', about: 'a file that a person has downloaded; the database is not asked' },
    compare: { type: 'boolean', about: 'with --file: also whether the database holds the same' },
  },
  async run(call) {
    const [file, sub] = [textFlag(call, 'file'), textFlag(call, 'sub')]
    if (file !== undefined) return tell(call, await readDownloaded(call, file, sub))
    if (call.flags['compare'] === true) throw new CliError(EXIT.usage, '--compare needs --file.')
    return withStore(call, async (store) => tell(call, await store.receipts.verify({ audit: true, ...(sub !== undefined && { sub }) })))
  },
}

async function readDownloaded(call: Call, path: string, sub: string | undefined): Promise<ReceiptVerdict> {
  if (sub !== undefined) throw new CliError(EXIT.usage, 'A file is of one person: leave --sub out.')
  const file = readReceiptFile(await readFileOf(call, path))
  if (!file) throw new CliError(EXIT.usage, '--file takes receipts as a person downloads them from their account.')
  return call.flags['compare'] === true ? withStore(call, (store) => verifyFile(file, store)) : verifyFile(file)
}

function tell(call: Call, { people, receipts, unchained, findings, more }: ReceiptVerdict): ExitCode {
  if (call.flags['json'] === true) printRecord(call, { ok: findings.length === 0, people, receipts, unchained, findings, more })
  else {
    for (const finding of findings) call.io.stdout(`${plain(`WRONG  ${describe(finding)}`)}\n`)
    if (more) call.io.stdout('WRONG  There are others, which are not shown.\n')
    if (findings.length === 0) call.io.stdout(`${receipts} receipts of ${people} people, all as they were written.\n`)
    if (unchained > 0) call.io.stdout(`${unchained} others are from before there were chains; nothing vouches for them.\n`)
  }
  return findings.length === 0 ? EXIT.ok : EXIT.failed
}

const HOW: Readonly<Record<ReceiptFinding['how'], string>> = {
  altered: 'is not what was written',
  swapped: 'stands in the place of another',
  missing: 'is missing',
  cut_off: 'is missing, and so is all that came after it',
  head: 'is the last, but the end of the chain is noted otherwise',
}

function describe({ sub, seq, until, receipt_id, how }: ReceiptFinding): string {
  const which = seq === undefined ? '' : ` ${seq}${until === undefined ? '' : ` to ${until}`}`
  return `Person ${sub}, receipt${which}${receipt_id === undefined ? '' : ` (${receipt_id})`}: ${HOW[how]}.`
}
