import { setImmediate } from 'node:timers/promises'
import type { ReceiptFile, ReceiptFinding, ReceiptsToVerify, ReceiptVerdict } from '../core/model/receipt.ts'
import { isReceiptRowWhole, RECEIPT_COLUMNS, readReceiptRow, rowOfStored } from './receipt-rows.ts'
import type { Row, Sql } from './sql.ts'

/** Rows that are read at once. */
const PAGE = 500
const MOST_FINDINGS = 100

const columns = RECEIPT_COLUMNS.split(', ').map((column) => `r.${column}`)
/** Each with where its chain ends, of the same moment. */
const rowsText = (of: string): string => `
  select ${columns.join(', ')}, c.entries, c.head from receipts r left join receipt_chains c on c.sub = r.sub
  where r.seq is not null and ${of} order by r.sub, r.seq limit ${PAGE}`
const everybodyText = rowsText('(r.sub > $1 or (r.sub = $1 and r.seq > $2))')
const onePersonText = rowsText('r.sub = $1 and r.seq > $2')
/** Chains of which only the end is noted. */
const emptyText = `
  select c.sub, c.entries from receipt_chains c
  where c.entries > 0 and (cast($1 as text) is null or c.sub = cast($1 as text))
    and not exists (select 1 from receipts r where r.sub = c.sub and r.seq is not null)
  order by c.sub limit ${MOST_FINDINGS + 1}`
const unchainedText = `
  select count(*) as count from receipts where seq is null and (cast($1 as text) is null or sub = cast($1 as text))`

/** Finds what is wrong in the rows of chains, which come in the order of person and place. */
interface ChainReader {
  /** `end` is where its chain ends, as it was noted when this row was read; null where nobody noted it. */
  take(row: Row, end: { entries: number; head: string } | null): void
  /** After the last row. */
  finish(): void
  add(finding: ReceiptFinding): void
  verdict(): Omit<ReceiptVerdict, 'unchained'>
}

/** Reads all of it, a page at a time, while others go on writing. Whoever finds nothing has read every receipt from the first. */
export async function verifyReceipts(all: Sql['all'], { sub, audit = false }: ReceiptsToVerify): Promise<ReceiptVerdict> {
  const reader = createChainReader()
  let [person, seq] = [sub ?? '', 0]
  for (;;) {
    const rows = await all(sub === undefined ? everybodyText : onePersonText, [person, seq])
    for (const row of rows) {
      reader.take(row, row.entries === null ? null : { entries: row.entries as number, head: row.head as string })
      ;[person, seq] = [row.sub as string, row.seq as number]
    }
    if (rows.length < PAGE) break
    await setImmediate() // between two parts requests are served
  }
  reader.finish()
  for (const row of await all(emptyText, [sub ?? null])) reader.add(cutOff(row.sub as string, 1, row.entries as number))
  if (audit) await verifyNamed(all, sub, reader)
  const [counted] = await all(unchainedText, [sub ?? null])
  const { people, ...verdict } = reader.verdict()
  return { people, ...verdict, unchained: Number(counted?.count ?? 0) }
}

const cutOff = (sub: string, seq: number, entries: number): ReceiptFinding => ({
  sub,
  seq,
  ...(entries > seq && { until: entries }),
  how: 'cut_off',
})

/** The receipt before: whether it was whole, so that its hash can be relied on. */
interface Before {
  sub: string
  seq: number
  hash: string
  whole: boolean
  end: { entries: number; head: string } | null
  receipt_id?: string
}

/** `from` is where a chain of which only the end is at hand begins. */
function createChainReader(from: { seq: number; hash: string } = { seq: 0, hash: '' }): ChainReader {
  const findings = new Map<string, ReceiptFinding>()
  let [people, receipts, more] = [0, 0, false]
  let before: Before | null = null
  let odd: Row[] = []

  /** Each receipt once, by what was found first, and no more of them than a person would read. */
  function add(finding: ReceiptFinding): void {
    const key = `${finding.sub} ${finding.seq ?? finding.receipt_id}`
    if (findings.size < MOST_FINDINGS || findings.has(key)) findings.set(key, findings.get(key) ?? finding)
    else more = true
  }

  function endPerson(): void {
    if (before === null) return
    const { sub, seq, hash, whole, end, receipt_id } = before
    for (const row of odd) {
      const how = odd.some((other) => isFrom(row, other)) ? 'swapped' : 'altered'
      add({ sub, seq: row.seq as number, receipt_id: row.receipt_id as string, how })
    }
    odd = []
    if (end !== null && end.entries > seq) add(cutOff(sub, seq + 1, end.entries))
    else if (end === null || end.entries < seq || (whole && end.head !== hash)) {
      add({ sub, seq, ...(receipt_id !== undefined && { receipt_id }), how: 'head' })
    }
  }

  function take(row: Row, end: Before['end']): void {
    const { sub, seq = 0, prev, hash = '', receipt_id } = readReceiptRow(row)
    if (before?.sub !== sub) {
      endPerson()
      before = { sub, ...from, whole: true, end: null }
      people++
    }
    receipts++
    const whole = isReceiptRowWhole(row)
    const follows = seq === before.seq + 1
    if (!follows) add({ sub, seq: before.seq + 1, ...(seq > before.seq + 2 && { until: seq - 1 }), how: 'missing' })
    if (!whole && odd.length < MOST_FINDINGS) odd.push(row)
    // the one before is whole, but it is not the one that this follows on: somebody has made its hash fit
    if (whole && follows && before.whole && prev !== before.hash) {
      const at = before.receipt_id === undefined ? { seq, receipt_id } : { seq: before.seq, receipt_id: before.receipt_id }
      add({ sub, ...at, how: 'altered' })
    }
    before = { sub, seq, hash, whole, end, receipt_id }
  }

  return {
    take,
    finish: () => {
      endPerson()
      before = null
    },
    add,
    verdict: () => ({ people, receipts, findings: [...findings.values()], more }),
  }
}

const isFrom = (row: Row, other: Row): boolean => row !== other && isReceiptRowWhole(row, other.seq ?? null)

/** Receipts that one question asks for. */
const NAMED = 100
const auditText = `
  select chain, seq, sub, record from audit
  where (chain > $1 or (chain = $1 and seq > $2)) and record like '%"receipt_id"%' order by chain, seq limit ${PAGE}`
const thereText = `select receipt_id from receipts where receipt_id in (${Array.from({ length: NAMED }, (_, i) => `$${i + 1}`).join(', ')})`

/** Whether the receipts are there that the audit log names: one whose chain was cut off with its end is found by this. */
async function verifyNamed(all: Sql['all'], sub: string | undefined, reader: ChainReader): Promise<void> {
  let [chain, seq] = ['', 0]
  for (;;) {
    const rows = await all(auditText, [chain, seq])
    const named = rows.flatMap((row) => {
      const receipt_id = receiptNamed(row)
      return receipt_id === null || (sub !== undefined && row.sub !== sub) ? [] : [{ receipt_id, sub: (row.sub ?? '') as string }]
    })
    for (let at = 0; at < named.length; at += NAMED) await verifyThere(all, named.slice(at, at + NAMED), reader)
    if (rows.length < PAGE) return
    const last = rows.at(-1)!
    ;[chain, seq] = [last.chain as string, last.seq as number]
    await setImmediate()
  }
}

function receiptNamed(row: Row): string | null {
  try {
    const { receipt_id } = JSON.parse(row.record as string) as { receipt_id?: unknown }
    return typeof receipt_id === 'string' ? receipt_id : null
  } catch {
    return null // an altered entry is the affair of `audit.verify`
  }
}

async function verifyThere(all: Sql['all'], named: readonly { receipt_id: string; sub: string }[], reader: ChainReader): Promise<void> {
  const asked = Array.from({ length: NAMED }, (_, i) => named[i]?.receipt_id ?? '')
  const there = new Set((await all(thereText, asked)).map(({ receipt_id }) => receipt_id))
  for (const { receipt_id, sub } of named) if (!there.has(receipt_id)) reader.add({ sub, receipt_id, how: 'missing' })
}

/** The same for what somebody has downloaded: from its first receipt to the end that it names. */
export function verifyReceiptFile({ sub, chain, receipts }: ReceiptFile): ReceiptVerdict {
  const chained = receipts.filter(({ seq }) => seq !== undefined).sort((one, other) => one.seq! - other.seq!)
  const [first] = chained
  const reader = createChainReader(first && { seq: first.seq! - 1, hash: first.prev ?? '' })
  for (const one of chained) reader.take(rowOfStored(one), chain)
  reader.finish()
  if (!first && chain !== null && chain.entries > 0) reader.add(cutOff(sub, 1, chain.entries))
  return { ...reader.verdict(), unchained: receipts.length - chained.length }
}
