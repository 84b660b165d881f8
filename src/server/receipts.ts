import type { ReceiptFile, ReceiptFinding, ReceiptVerdict } from '../core/model/receipt.ts'
import type { Store } from '../core/model/store.ts'
import { verifyReceiptFile } from '../stores/receipts-verify.ts'

/** What somebody has downloaded; null where it is no such file. */
export function readReceiptFile(text: string): ReceiptFile | null {
  try {
    const file = JSON.parse(text) as Partial<ReceiptFile> | null
    return isReceiptFile(file) ? file : null
  } catch {
    return null
  }
}

function isReceiptFile(file: Partial<ReceiptFile> | null): file is ReceiptFile {
  if (file?.vouchsafe !== 'receipts' || typeof file.sub !== 'string' || !Array.isArray(file.receipts)) return false
  const { chain } = file
  if (chain !== null && (!Number.isSafeInteger(chain?.entries) || typeof chain?.head !== 'string')) return false
  // of one person, or the chain would be none; the rest is what verifying is for
  return file.receipts.every((one) => one?.sub === file.sub && typeof one.receipt_id === 'string')
}

/** What is wrong with a file in itself; with a store, also what in it is other than there, or is there no more. */
export async function verifyFile(file: ReceiptFile, store?: Store): Promise<ReceiptVerdict> {
  const verdict = verifyReceiptFile(file)
  if (!store) return verdict
  const differing: ReceiptFinding[] = []
  for (const { sub, receipt_id, seq, hash } of file.receipts) {
    const found = await store.receipts.find(sub, receipt_id)
    if (found?.hash !== hash) differing.push({ sub, receipt_id, ...(seq !== undefined && { seq }), how: found ? 'altered' : 'missing' })
  }
  return { ...verdict, findings: [...verdict.findings, ...differing] }
}
