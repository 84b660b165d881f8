import { hash } from 'node:crypto'
import type { Actor, AuditDetails, AuditEntry, AuditEvent } from '../core/model/audit.ts'
import type { Row, Value } from './sql.ts'

export const AUDIT_COLUMNS = 'chain, seq, at, event, sub, client_id, record, hash'

/** What stands in the record; the rest are columns. */
type Kept = AuditDetails & Pick<AuditEntry, 'actor' | 'heads' | 'prev'>

/** The values of AUDIT_COLUMNS. */
export function writeAuditRow({ chain, seq, at, event, sub, client_id, hash: _, ...record }: AuditEntry): Value[] {
  // what a database cannot keep as it is would look altered when it is read
  const columns = [chain, seq, at, event, sub?.toWellFormed() ?? null, client_id?.toWellFormed() ?? null, JSON.stringify(record)]
  return [...columns, hashOf(columns)]
}

export function readAuditRow(row: Row): AuditEntry {
  const kept = readRecord(row)
  return {
    chain: row.chain as string,
    seq: row.seq as number,
    at: row.at as number,
    event: row.event as AuditEvent,
    ...(row.sub !== null && { sub: row.sub as string }),
    ...(row.client_id !== null && { client_id: row.client_id as string }),
    ...kept,
    hash: row.hash as string,
  }
}

const NOBODY: Actor = { type: 'host' }

/** Somebody may have written anything there. */
function readRecord(row: Row): Kept {
  try {
    const record = JSON.parse(row.record as string) as Kept
    if (typeof record === 'object' && record !== null && typeof record.actor === 'object') return record
  } catch {}
  return { actor: NOBODY, prev: '' }
}

/** Whether a row is what was written; `seq` where it is to be tried in another place. */
export function isAuditRowWhole(row: Row, seq: Value = row.seq ?? null): boolean {
  const { chain, at, event, sub, client_id, record } = row as Readonly<Record<string, Value>>
  return row.hash === hashOf([chain ?? null, seq, at ?? null, event ?? null, sub ?? null, client_id ?? null, record ?? null])
}

function hashOf(columns: readonly Value[]): string {
  return hash('sha256', JSON.stringify(columns), 'base64url')
}
