import type { ReceiptFile, StoredReceipt } from '../../core/model/receipt.ts'
import type { Accounts } from './accounts.ts'

/** Receipts that one file holds: more are in the next one. */
const MOST_IN_A_FILE = 5_000
const PART = 500

type Keeper = Pick<Accounts, 'issuer' | 'store' | 'clock'>

/** A person's receipts as a file, from the newest or after the one named. */
export async function receiptFile({ issuer, store, clock }: Keeper, sub: string, begin?: string): Promise<ReceiptFile> {
  const receipts: StoredReceipt[] = []
  let [after, more] = [begin, true]
  while (more && receipts.length < MOST_IN_A_FILE) {
    const part = await store.receipts.list(sub, { limit: PART, ...(after !== undefined && { after }) })
    receipts.push(...part)
    more = part.length === PART
    after = part.at(-1)?.receipt_id ?? after
  }
  const [newest] = receipts
  const chain = newest?.seq === undefined || newest.hash === undefined ? null : { entries: newest.seq, head: newest.hash }
  return { vouchsafe: 'receipts', issuer, sub, made_at: clock(), chain, receipts, ...(more && after !== undefined && { next: after }) }
}

/** The same of one receipt. */
export function oneReceiptFile({ issuer, clock }: Keeper, receipt: StoredReceipt): ReceiptFile {
  const { sub, seq, hash } = receipt
  const chain = seq === undefined || hash === undefined ? null : { entries: seq, head: hash }
  return { vouchsafe: 'receipts', issuer, sub, made_at: clock(), chain, receipts: [receipt] }
}
