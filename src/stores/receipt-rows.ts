import { hash as digest, randomBytes } from 'node:crypto'
import type { Receipt, StoredReceipt } from '../core/model/receipt.ts'
import type { Row, Value } from './sql.ts'

export const RECEIPT_COLUMNS = 'receipt_id, sub, client_id, record, seq, hash, shown, salt'

/** A receipt in its place, as it is stored. */
export interface ReceiptRow extends Row {
  receipt_id: string
  sub: string
  client_id: string
  record: string
  seq: number
  hash: string
  shown: string | null
  salt: string | null
}

const SALT_BYTES = 16

/** The row of a new receipt in this place of its person's chain. */
export function writeReceiptRow({ receipt_id, sub, client_id, shown, ...rest }: Receipt, seq: number, prev: string): ReceiptRow {
  const text = shown === undefined ? null : JSON.stringify(shown)
  const salt = text === null ? null : randomBytes(SALT_BYTES).toString('base64url')
  const shown_hash = text === null || salt === null ? undefined : hashShown(salt, text)
  const record = JSON.stringify({ ...rest, ...(shown_hash !== undefined && { shown_hash }), prev })
  // what a database cannot keep as it is would look altered when it is read
  const row = { receipt_id: receipt_id.toWellFormed(), sub: sub.toWellFormed(), client_id: client_id.toWellFormed(), record, seq }
  return { ...row, hash: hashRow(row), shown: text, salt }
}

export function readReceiptRow(row: Row): StoredReceipt {
  const { seq, hash, shown, salt } = row
  return {
    receipt_id: row.receipt_id as string,
    sub: row.sub as string,
    client_id: row.client_id as string,
    ...(typeof seq === 'number' && { seq }),
    ...readObject(row.record),
    ...(typeof shown === 'string' && { shown: readObject(shown) }),
    ...(typeof salt === 'string' && { salt }),
    ...(typeof hash === 'string' && { hash }),
  } as StoredReceipt // nothing is read into it: what was altered is shown as it stands, and found by verifying
}

/** The same row again from what was read, as an export holds it: members keep their order. */
export function rowOfStored({ receipt_id, sub, client_id, seq, hash, shown, salt, ...record }: StoredReceipt): Row {
  const text = shown === undefined ? null : JSON.stringify(shown)
  const columns = { receipt_id, sub, client_id, record: JSON.stringify(record) }
  return { ...columns, seq: seq ?? null, hash: hash ?? null, shown: text, salt: salt ?? null }
}

/** Somebody may have written anything there. */
function readObject(text: Value | undefined): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(String(text))
    if (typeof record === 'object' && record !== null) return record as Record<string, unknown>
  } catch {}
  return {}
}

/** Whether a row is what was written; `seq` where it is to be tried in another place. An erased text is no alteration. */
export function isReceiptRowWhole(row: Row, seq: Value = row.seq ?? null): boolean {
  if (row.hash !== hashRow({ ...row, seq })) return false
  if ((row.shown ?? null) === null && (row.salt ?? null) === null) return true
  return hashShown(String(row.salt), String(row.shown)) === readObject(row.record)['shown_hash']
}

function hashRow({ receipt_id, sub, client_id, record, seq }: Row): string {
  return sha256(JSON.stringify([receipt_id ?? null, sub ?? null, client_id ?? null, seq ?? null, record ?? null]))
}

/** The salt has a fixed length, so that no other salt and text come to the same. */
const hashShown = (salt: string, text: string): string => sha256(salt + text)

const sha256 = (text: string): string => digest('sha256', text, 'base64url')
