import type { AuditEntry, AuditPage, AuditPlace } from '../../core/model/audit.ts'
import { numericDate } from '../../core/model/clock.ts'
import type { Store } from '../../core/model/store.ts'
import { type Call, CliError, type Command, EXIT, textFlag, withStore } from './command.ts'
import { moment, printList } from './output.ts'

const USUAL = 50
const MOST = 10_000

export const auditList: Command = {
  name: 'audit list',
  about: 'list who decided what, the newest first',
  flags: {
    sub: { type: 'string', value: 'SUB', about: 'only what is about this person' },
    'client-id': { type: 'string', value: 'ID', about: 'only what is about this client' },
    since: { type: 'string', value: 'DATE', about: 'only from this day or moment on: 2026-12-24, or 2026-12-24T18:00Z' },
    limit: { type: 'string', value: 'N', about: `at most so many: ${USUAL} unless said, ${MOST} at most` },
  },
  async run(call) {
    const [limit, filter] = [readLimit(call), readFilter(call)]
    return withStore(call, async (store) => {
      const entries = await readEntries(store, filter, limit)
      if (call.flags['json'] === true) printList(call, entries.map(showEntry), {})
      else printList(call, entries, COLUMNS)
      return EXIT.ok
    })
  },
}

async function readEntries(store: Store, filter: Omit<AuditPage, 'limit'>, limit: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = []
  let after: AuditPlace | null | undefined
  while (after !== null && entries.length < limit) {
    const part = await store.audit.list({ ...filter, limit: Math.min(limit - entries.length, 1000), ...(after && { after }) })
    entries.push(...part.entries)
    after = part.next
  }
  return entries
}

function readLimit(call: Call): number {
  const given = textFlag(call, 'limit') ?? String(USUAL)
  const limit = /^\d{1,5}$/.test(given) ? Number(given) : 0
  if (limit < 1 || limit > MOST) throw new CliError(EXIT.usage, `--limit must be a whole number from 1 to ${MOST}.`)
  return limit
}

function readFilter(call: Call): Omit<AuditPage, 'limit'> {
  const [sub, client_id, from] = [textFlag(call, 'sub'), textFlag(call, 'client-id'), textFlag(call, 'since')]
  const since = from === undefined ? undefined : Date.parse(from)
  if (since !== undefined && Number.isNaN(since)) throw new CliError(EXIT.usage, '--since must be a date, such as 2026-12-24.')
  return { ...(sub !== undefined && { sub }), ...(client_id !== undefined && { client_id }), ...(since !== undefined && { since }) }
}

/** What stands in columns of their own, and what only holds the chain together. */
const APART: readonly string[] = ['chain', 'seq', 'at', 'event', 'actor', 'sub', 'client_id', 'heads', 'prev', 'hash']

const COLUMNS = {
  at: ({ at }: AuditEntry) => moment(at),
  event: ({ event }: AuditEntry) => event,
  by: ({ actor: { type, id, via } }: AuditEntry) => [type, id, via && `(${via})`].filter(Boolean).join(' '),
  sub: ({ sub }: AuditEntry) => sub ?? '-',
  client_id: ({ client_id }: AuditEntry) => client_id ?? '-',
  details: (entry: AuditEntry) =>
    Object.entries(entry)
      .filter(([name]) => !APART.includes(name))
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
}

/** Moments in seconds. */
function showEntry({ at, ...entry }: AuditEntry): object {
  return { at: numericDate(at), ...entry }
}
