import type { AuditFinding, AuditHead } from '../../core/model/audit.ts'
import { CliError, type Command, EXIT, readAll, readFileOf, textFlag, withStore } from './command.ts'
import { plain, printRecord } from './output.ts'

/** To be kept where nobody who can write to the database can write. */
export const auditHeads: Command = {
  name: 'audit heads',
  about: 'print, as JSON, where each chain of the audit log ends: to be kept elsewhere, for audit verify --against',
  flags: {},
  async run(call) {
    return withStore(call, async (store) => {
      printRecord(call, await readAll(store.audit.heads, ({ chain }) => chain))
      return EXIT.ok
    })
  },
}

export const auditVerify: Command = {
  name: 'audit verify',
  about: 'read the audit log from its first entry to its last, and say what was altered, swapped or taken away',
  flags: { against: { type: 'string', value: 'FILE', about: "what audit heads printed earlier: today's chains must continue it" } },
  async run(call) {
    const file = textFlag(call, 'against')
    const against = file === undefined ? [] : readHeads(await readFileOf(call, file))
    return withStore(call, async (store) => {
      const { chains, entries, findings, more } = await store.audit.verify(against)
      if (call.flags['json'] === true) printRecord(call, { ok: findings.length === 0, chains, entries, findings, more })
      else {
        for (const finding of findings) call.io.stdout(`${plain(`WRONG  ${describe(finding)}`)}\n`)
        if (more) call.io.stdout('WRONG  There are others, which are not shown.\n')
        if (findings.length === 0) call.io.stdout(`${entries} entries in ${chains} chains, all as they were written.\n`)
      }
      return findings.length === 0 ? EXIT.ok : EXIT.failed
    })
  },
}

const HOW: Readonly<Record<AuditFinding['how'], string>> = {
  altered: 'is not what was written',
  swapped: 'stands in the place of another',
  missing: 'is missing, and others come after it',
  cut_off: 'is missing, and so is all that came after it',
  head: 'is the last, but the end of the chain is noted otherwise',
}

function describe({ chain, seq, until, how }: AuditFinding): string {
  return `Chain ${chain}, entry ${seq}${until === undefined ? '' : ` to ${until}`}: ${HOW[how]}.`
}

/** What `audit heads` has printed. */
function readHeads(text: string): AuditHead[] {
  try {
    const heads = JSON.parse(text)
    if (Array.isArray(heads) && heads.every(isHead)) return heads
  } catch {}
  throw new CliError(EXIT.usage, '--against takes what vouchsafe audit heads has printed.')
}

function isHead(head: unknown): head is AuditHead {
  const { chain, entries, head: hash } = { ...(head as Partial<AuditHead>) }
  return typeof chain === 'string' && Number.isSafeInteger(entries) && typeof hash === 'string'
}
