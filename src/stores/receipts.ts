import { setTimeout as wait } from 'node:timers/promises'
import type { StoredReceipt } from '../core/model/receipt.ts'
import type { Store } from '../core/model/store.ts'
import { isConstraint, type Ledger, type NewEntry } from './audit.ts'
import { RECEIPT_COLUMNS, type ReceiptRow, readReceiptRow, writeReceiptRow } from './receipt-rows.ts'
import { verifyReceipts } from './receipts-verify.ts'
import type { Sql, Statement } from './sql.ts'

/** How often the end of a person's chain may turn out to be elsewhere: each time somebody else has come through. */
const TRIES = 64

/** What is decided, with a receipt for the person and an entry for the audit log. */
export interface ReceiptLedger {
  /**
   * Does what the statements say, writes the receipt at the end of its person's chain and the entry that names it: all or nothing.
   * False where a statement that must change a row changed none. Every verb that leaves a receipt goes through here.
   */
  decideWithReceipt(
    statements: readonly Statement[],
    receipt: Parameters<typeof writeReceiptRow>[0],
    entry: Pick<NewEntry, 'event' | 'by' | 'details'>,
  ): Promise<boolean>
}

/** Where a person's chain ends. */
interface End {
  seq: number
  hash: string
}

/** A person's decisions go one after another here; of several nodes one is first, and the others try again behind it. */
export function createReceiptLedger(sql: Sql, ledger: Ledger): ReceiptLedger {
  const inTurn = createTurns()

  async function readEnd(sub: string): Promise<End> {
    const [row] = await sql.all('select entries, head from receipt_chains where sub = $1', [sub])
    return row ? { seq: row.entries as number, hash: row.head as string } : { seq: 0, hash: '' }
  }

  async function write(...[statements, receipt, entry]: Parameters<ReceiptLedger['decideWithReceipt']>): Promise<boolean> {
    const { sub, client_id, receipt_id } = receipt
    const named: NewEntry = { ...entry, sub, client_id, details: { receipt_id, ...entry.details } }
    let before = await readEnd(sub)
    for (let tries = 1; tries <= TRIES; tries++) {
      const row = writeReceiptRow(receipt, before.seq + 1, before.hash)
      const outcome = await ledger.decide([...statements, moveEnd(row, before), insert(row)], named).catch((cause: unknown) => ({ cause }))
      if (outcome === true) return true
      const end = await readEnd(sub)
      if (end.hash === row.hash) return true // the answer was lost, and not what it was about
      if (typeof outcome === 'object' && (isSame(end, before) || !isConstraint(outcome.cause))) throw outcome.cause
      if (isSame(end, before)) return false
      before = end
      await wait(Math.random() * Math.min(tries, 8) * 3)
    }
    throw new Error("The chain of a person's receipts cannot be continued: its end is elsewhere each time.")
  }

  return { decideWithReceipt: (...move) => inTurn(move[1].sub, () => write(...move)) }
}

const isSame = (one: End, other: End): boolean => one.seq === other.seq && one.hash === other.hash

/** Changes nothing where the chain has grown meanwhile. */
function moveEnd({ sub, seq, hash }: ReceiptRow, before: End): Statement {
  return { text: moveEndText, values: [sub, seq, hash, before.seq, before.hash], must: true }
}

const moveEndText = `
  insert into receipt_chains (sub, entries, head) values ($1, $2, $3)
  on conflict (sub) do update set entries = excluded.entries, head = excluded.head
  where receipt_chains.entries = $4 and receipt_chains.head = $5`

function insert({ receipt_id, sub, client_id, record, seq, hash, shown, salt }: ReceiptRow): Statement {
  return { text: insertText, values: [receipt_id, sub, client_id, record, seq, hash, shown, salt] }
}

const insertText = `insert into receipts (${RECEIPT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`

/** Runs what bears the same name one after another. */
function createTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work)
    last.set(name, turn)
    try {
      return await turn
    } finally {
      if (last.get(name) === turn) last.delete(name)
    }
  }
}

const findText = `select ${RECEIPT_COLUMNS} from receipts where receipt_id = $1 and sub = $2`
/** Those of the chain lie in an index in this order; the others are few and old. */
const chainedText = `
  select ${RECEIPT_COLUMNS} from receipts
  where sub = $1 and seq < $2 and (cast($3 as text) is null or client_id = cast($3 as text)) order by seq desc limit $4`
const unchainedText = `
  select ${RECEIPT_COLUMNS} from receipts
  where sub = $1 and seq is null and (cast($2 as text) is null or receipt_id < cast($2 as text))
    and (cast($3 as text) is null or client_id = cast($3 as text))
  order by receipt_id desc limit $4`
const eraseText = 'update receipts set shown = null, salt = null where sub = $1 and shown is not null'

/** What people have decided. */
export function createReceipts(sql: Sql): Store['receipts'] {
  async function find(sub: string, receipt_id: string): Promise<StoredReceipt | null> {
    const [row] = await sql.all(findText, [receipt_id, sub])
    return row ? readReceiptRow(row) : null
  }
  return {
    find,
    list: async (sub, { after, limit, client_id = null }) => {
      const last = after === undefined ? null : await find(sub, after)
      if (after !== undefined && last === null) return []
      const begun = last === null || last.seq !== undefined
      const chained = begun ? await sql.all(chainedText, [sub, last?.seq ?? Number.MAX_SAFE_INTEGER, client_id, limit]) : []
      const rest = limit - chained.length
      const unchained = rest > 0 ? await sql.all(unchainedText, [sub, begun ? null : last.receipt_id, client_id, rest]) : []
      return [...chained, ...unchained].map(readReceiptRow)
    },
    verify: (of = {}) => verifyReceipts(sql.all, of),
    erase: (sub) => sql.change(eraseText, [sub]),
  }
}
