import { setImmediate } from 'node:timers/promises'
import type { AuditEntry, AuditFinding, AuditHead, AuditPage, AuditPlace, AuditVerdict } from '../core/model/audit.ts'
import type { Page } from '../core/model/store.ts'
import { AUDIT_COLUMNS, isAuditRowWhole, readAuditRow } from './audit-rows.ts'
import type { Row, Sql } from './sql.ts'

/** Entries that are read at once. */
const PAGE = 1000
/** Entries that one call of `list` looks at. */
const MOST_LOOKED_AT = 10 * PAGE
const MOST_FINDINGS = 100

const listText = `
  select ${AUDIT_COLUMNS} from audit
  where at <= $1 and (at < $1 or chain < $2 or (chain = $2 and seq < $3)) and at >= $4
  order by at desc, chain desc, seq desc limit $5`

/** The newest first. There is no index on whom it is about: that would cost every decision, and this is read seldom. */
export async function listEntries(all: Sql['all'], page: AuditPage): Promise<{ entries: AuditEntry[]; next: AuditPlace | null }> {
  const { after, limit, sub, client_id, since = 0 } = page
  const size = sub === undefined && client_id === undefined ? limit : PAGE
  const entries: AuditEntry[] = []
  let place: AuditPlace = after ?? { at: Number.MAX_SAFE_INTEGER, chain: '', seq: 0 }
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += size) {
    const rows = await all(listText, [place.at, place.chain, place.seq, since, size])
    for (const row of rows) {
      place = { at: row.at as number, chain: row.chain as string, seq: row.seq as number }
      if ((sub !== undefined && row.sub !== sub) || (client_id !== undefined && row.client_id !== client_id)) continue
      entries.push(readAuditRow(row))
      if (entries.length === limit) return { entries, next: place }
    }
    if (rows.length < size) return { entries, next: null }
    await setImmediate() // between two parts requests are served
  }
  return { entries, next: place }
}

export async function listHeads(all: Sql['all'], { after, limit }: Page): Promise<AuditHead[]> {
  const rows = await all('select chain, entries, head from audit_chains where chain > $1 order by chain limit $2', [after, limit])
  return rows.map((row) => ({ chain: row.chain as string, entries: row.entries as number, head: row.head as string }))
}

/** Chains that have entries, and those of which only the end is noted. */
const nextChainText = `
  select min(found.chain) as chain from (
    select min(chain) as chain from audit where chain > $1 union all select min(chain) as chain from audit_chains where chain > $1) found`
const rowsText = `select ${AUDIT_COLUMNS} from audit where chain = $1 and seq > $2 order by seq limit ${PAGE}`

/** Reads all of it, a page at a time, while others go on writing. Whoever finds nothing has read every entry from the first. */
export async function verifyChains(all: Sql['all'], against: readonly AuditHead[] = []): Promise<AuditVerdict> {
  const report = createReport()
  const verdict = { chains: 0, entries: 0 }
  let chain = await findNext(all, '')
  while (chain !== null) {
    verdict.chains++
    verdict.entries += await verifyChain(all, chain, report)
    chain = await findNext(all, chain)
  }
  for (const { chain, entries, head } of against) if (entries > 0) await verifyNamed(all, chain, entries, head, report)
  return { ...verdict, ...report.all() }
}

async function findNext(all: Sql['all'], after: string): Promise<string | null> {
  const [row] = await all(nextChainText, [after])
  return (row?.chain ?? null) as string | null
}

interface Report {
  add(finding: AuditFinding): void
  all(): Pick<AuditVerdict, 'findings' | 'more'>
}

/** Each entry once, by what was found first, and no more of them than a person would read. */
function createReport(): Report {
  const findings = new Map<string, AuditFinding>()
  let more = false
  return {
    add: (finding) => {
      const key = `${finding.chain} ${finding.seq}`
      if (findings.size < MOST_FINDINGS || findings.has(key)) findings.set(key, findings.get(key) ?? finding)
      else more = true
    },
    all: () => ({ findings: [...findings.values()], more }),
  }
}

/** The entry before: whether it was whole, so that its hash can be relied on. */
interface Before {
  seq: number
  hash: string
  whole: boolean
}

/** How many entries it has. */
async function verifyChain(all: Sql['all'], chain: string, report: Report): Promise<number> {
  let before: Before = { seq: 0, hash: '', whole: true }
  let entries = 0
  const odd: Row[] = []
  for (;;) {
    const rows = await all(rowsText, [chain, before.seq])
    for (const row of rows) {
      before = await verifyRow(all, row, before, odd, report)
      entries++
    }
    await setImmediate() // between two parts requests are served
    if (rows.length === PAGE) continue
    if (await verifyEnd(all, chain, before, report)) break
  }
  for (const row of odd) report.add({ chain, seq: row.seq as number, how: odd.some((other) => isFrom(row, other)) ? 'swapped' : 'altered' })
  return entries
}

const isFrom = (row: Row, other: Row): boolean => row !== other && isAuditRowWhole(row, other.seq ?? null)

async function verifyRow(all: Sql['all'], row: Row, before: Before, odd: Row[], report: Report): Promise<Before> {
  const { chain, seq, prev, hash, heads = [] } = readAuditRow(row)
  const whole = isAuditRowWhole(row)
  const follows = seq === before.seq + 1
  if (!follows) report.add({ chain, seq: before.seq + 1, ...(seq > before.seq + 2 && { until: seq - 1 }), how: 'missing' })
  if (!whole && odd.length < MOST_FINDINGS) odd.push(row)
  // the one before is whole, but it is not the one that this follows on: somebody has made its hash fit
  if (whole && follows && before.whole && prev !== before.hash) report.add({ chain, seq: Math.max(before.seq, 1), how: 'altered' })
  if (whole) for (const [other, at, named] of heads) await verifyNamed(all, other, at, named, report)
  return { seq, hash, whole }
}

/** Whether the end is where it is noted; false where the chain has grown meanwhile and is to be read on. */
async function verifyEnd(all: Sql['all'], chain: string, { seq, hash, whole }: Before, report: Report): Promise<boolean> {
  const [head] = await all('select entries, head from audit_chains where chain = $1', [chain])
  const entries = (head?.entries ?? 0) as number
  if (entries > seq) {
    const grown = await all('select seq from audit where chain = $1 and seq > $2 limit 1', [chain, seq])
    if (grown.length > 0) return false
    report.add({ chain, seq: seq + 1, ...(entries > seq + 1 && { until: entries }), how: 'cut_off' })
  } else if (entries < seq || (whole && head?.head !== hash)) report.add({ chain, seq, how: 'head' })
  return true
}

/** Another chain, or somebody's note, says what this entry was. */
async function verifyNamed(all: Sql['all'], chain: string, seq: number, hash: string, report: Report): Promise<void> {
  const [row] = await all('select hash from audit where chain = $1 and seq = $2', [chain, seq])
  if (row) {
    if (row.hash !== hash) report.add({ chain, seq, how: 'altered' })
    return
  }
  const [last] = await all('select max(seq) as seq from audit where chain = $1', [chain])
  const end = (last?.seq ?? 0) as number
  if (end < seq) report.add({ chain, seq: end + 1, ...(seq > end + 1 && { until: seq }), how: 'cut_off' })
  else report.add({ chain, seq, how: 'missing' })
}
